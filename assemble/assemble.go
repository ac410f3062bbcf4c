// Package assemble makes one film file of a playlist:
//
//	manifest -> plan -> fetch -> decrypt -> demux -> timeline -> mux
//
// It knows neither browsers nor captures: it is handed an address and something that performs requests. The unfinished
// file and its journal, both beside the output, are all that is needed to go on after a crash; see package journal.
package assemble

import (
	"context"
	"log/slog"
	"os"
	"time"

	"seine/assemble/digest"
	"seine/assemble/fetch"
	"seine/assemble/plan"
)

// Job says what to make of what. URL, Client and Output are required.
type Job struct {
	// URL of the playlist: http or https; file, with a Client of package local; empty, with a Manifest that needs none.
	URL string
	// Manifest is the text of the playlist, if it is known already; URL then says where it was found.
	Manifest []byte
	// Client performs all requests. It must be safe for concurrent use.
	Client fetch.Doer
	// Output is the path of the finished file. Beside it come Output.part, Output.part.journal and Output.part.lock.
	Output string
	// GuessedExtension: a film that is a single file, which is fetched as it is, gets the extension of what it is in place of Output's.
	GuessedExtension bool
	Choice           plan.Choice
	// Workers is the number of requests at once to one host; 0 has it found for each host, from 6 to 16.
	Workers int
	// Rate bounds the bytes per second that are received, all requests together; 0 for no limit.
	Rate  int64
	Retry fetch.RetryPolicy
	// Tracks are files of subtitles that Choice.Subs chooses from, beside those that the film names itself.
	Tracks []TextTrack
	// SubsFormat is SRT or VTT, of the files beside the film that hold the subtitles which Choice.Subs asks for; empty is SRT.
	SubsFormat string
	// EmbedSubs puts the subtitles into the film, in place of files beside it.
	EmbedSubs bool
	// Pool, if not nil, is one that other downloads use as well: what it knows of hosts, and its rate, are shared. Workers and Rate are its own
	// then, and not the job's.
	Pool *fetch.Pool
	// Root, if not nil, is the folder that Output is in, and below which it stays.
	Root *os.Root
	// Plain: URL is known to be no playlist, and fetched as it is.
	Plain bool
	// Sums are what a file that is fetched as it is must have, beside what its server states.
	Sums []digest.Sum
	// Force replaces an existing output, and discards an unfinished one of another film.
	Force bool
	// Probe looks into the media of the stretches between discontinuities for what is coded unlike the rest of the film, an advert as a
	// rule: one request for each, of at most 32. Choice.SkipAds does so anyway; without either, what the film was made of tells in the end.
	Probe bool
	// AllowGaps makes a film with holes when segments cannot be had. What Repair needs to fill them is kept beside it.
	AllowGaps bool
	// Live says how a film that is still being broadcast is recorded; nil: that is refused.
	Live *Live
	// Refresh is asked for new addresses when the origin refuses those that it gave, for several segments at once: HTTP 401, 403,
	// 404, 410, or keys that do not fit. Nothing is fetched meanwhile. It is not called concurrently, and three times in a row at most
	// unless something comes of it. nil: the playlist is read again, unless its text came with the job.
	Refresh func(context.Context) (Source, error)
	// Origin is kept with the unfinished film, and with one that has gaps, for whoever goes on: see Recall. At most 1 MiB.
	Origin []byte
	// Progress is called when something has changed, from one goroutine, at most some twenty times a second, and a last
	// time before Run returns.
	Progress func(Progress)
	// Log is nil for silence.
	Log *slog.Logger
}

// Live says how long a broadcast is recorded: to its end, if nothing else is said. The part file can be played while it grows; a recording that was
// killed goes on in it. What had to be missed is a gap of the finished film, and no error.
type Live struct {
	// FromStart: from the first moment that can be had, in place of the present one.
	FromStart bool
	// Duration is how much is recorded, to the end of a segment; 0 for no limit.
	Duration time.Duration
	// Until is when the recording ends, by the wall clock; zero for no limit.
	Until time.Time
	// Stop ends the recording when it is closed: what was broadcast by then is finished. nil for none.
	Stop <-chan struct{}
	// Patience is how long nothing new may come before the broadcast counts as over; default 10 minutes.
	Patience time.Duration
}

// LiveProgress is the state of a recording.
type LiveProgress struct {
	// Recorded is how much is in the file, Behind what was broadcast and is not, Window how far back the origin goes.
	Recorded, Behind, Window time.Duration
	// Bitrate in bits per second, of what is in the file.
	Bitrate int64
	// Waiting says why nothing comes just now, nil when something does.
	Waiting error
	// Ending: the recording has ended, what is missing is fetched.
	Ending bool
}

// Source is where a film comes from; its fields are those of Job.
type Source struct {
	URL      string
	Manifest []byte
	Client   fetch.Doer
}

// Progress is the state of a run.
type Progress struct {
	// Parts is their number in all, Done those in the file, Resumed those of Done from earlier runs.
	Parts, Done, Resumed int
	// Missing counts the parts of Done that could not be had.
	Missing int
	// Bytes received by this run, and Written to the file in all.
	Bytes, Written int64
	Retries        int
	// Renewals counts how often new addresses were needed; Renewing is true while new ones are awaited.
	Renewals int
	Renewing bool
	// Retry is the latest failed try, or nil.
	Retry *fetch.Retry
	// Duration is how much of Total is in the file.
	Duration, Total time.Duration
	// Live is nil unless a broadcast is recorded. What it points to does not change.
	Live *LiveProgress
}

// Verdict is what became of a Job.
type Verdict struct {
	// Path of the finished file, or of the unfinished one after an error.
	Path     string
	Finished bool
	// Size in bytes.
	Size int64
	// Duration of the film by its own clock; Planned is what the playlist promised.
	Duration, Planned time.Duration
	Tracks            []Track
	// Subtitles are those that the film has, beside it or inside.
	Subtitles []Subtitles
	// Live is true for a recording of a broadcast.
	Live bool
	// Segments in the file, Resumed those of them from earlier runs.
	Segments, Resumed int
	// Filled counts the segments that an earlier run, or a moment of this one, could not have.
	Filled  int
	Retries int
	// Renewals counts how often new addresses were needed.
	Renewals int
	// Bytes received by this run.
	Bytes int64
	// Missing lists what is not in the film, in its order.
	Missing []Gap
	// Islands look like adverts; Skipped is true when they were left out.
	Islands []plan.Island
	Skipped bool
	// Warnings are remarks that a person should see.
	Warnings []string
}

// Track is one track of the finished file.
type Track struct {
	Kind     string // video or audio
	Codec    string // RFC 6381, such as avc1.64001e
	Language string
	Name     string // as the playlist calls it, of a sound
	Default  bool   // of its kind, the one that plays unless another is chosen
	// Start is where it begins in the film. Duration is by its own clock, Planned what its playlist promised.
	Start, Duration, Planned time.Duration
	Samples                  int
	// Segments of its stream that are in the file, of SegmentsPlanned.
	Segments, SegmentsPlanned int
	// Holes are times without samples inside the track, whether segments are missing or their content is.
	Holes []Hole
	// Width and Height in pixels, of video.
	Width, Height int
	// SampleRate in Hz and Channels, of audio.
	SampleRate, Channels int
}

// Hole is a time without samples.
type Hole struct{ Start, Duration time.Duration }

// Gap is a part that is missing.
type Gap struct {
	// Stream is main or audio, or of several sounds "audio" with the language; "subtitles" with it.
	Stream   string
	Sequence uint64
	// Start is the place in the film.
	Start, Duration time.Duration
	Reason          string
}

func (j *Job) log() *slog.Logger {
	if j.Log != nil {
		return j.Log
	}
	return slog.New(slog.DiscardHandler)
}
