package assemble

import (
	"context"
	"errors"
	"net/url"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/local"
	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// Inspection is a film as it would be made.
type Inspection struct {
	// URL is where the playlist was asked for, without its query.
	URL string
	// Presentation is nil when the address is that of a media playlist. What is the same on several servers is in it once, with
	// mirrors.
	Presentation *manifest.Presentation
	// Streams are those chosen. Plan is nil when Run would refuse them; the error of Inspect says why.
	Streams []plan.Stream
	Plan    *plan.Plan
	// Looked is the number of periods whose media was looked at, see Job.Probe.
	Looked int
	// Warnings are remarks about the playlists.
	Warnings []string

	ahead time.Duration // of the broadcast's clock
	start time.Time     // that its times count from, as far as that is known
}

// variables are those that media playlists may import.
func (in *Inspection) variables() map[string]string {
	if in.Presentation == nil {
		return nil
	}
	return in.Presentation.Variables
}

// Inspect reads the playlists and makes the plan, for a list of choices or a dry run. No file is written, and no media is fetched unless
// the job wants a look at it. With an error, it returns what it had found until then.
func Inspect(ctx context.Context, job Job) (*Inspection, error) {
	if err := job.check(); err != nil {
		return &Inspection{}, err
	}
	return inspect(ctx, &job, fetch.NewPool(job.Client, job.fetchOptions()), nil)
}

// check wants an http address. A file is one for a Client that knows its folder; none is needed for a text whose addresses are
// all absolute.
func (j *Job) check() error {
	if j.Client == nil {
		return errors.New("assemble: Job.Client is missing")
	}
	u, err := url.Parse(j.URL)
	_, files := j.Client.(*local.Files)
	switch {
	case err != nil:
	case j.URL == "" && j.Manifest != nil, u.Scheme == "file" && u.Host == "" && files:
		return nil
	case (u.Scheme == "http" || u.Scheme == "https") && u.Host != "":
		return nil
	}
	return marked{errors.New("the address of a playlist begins with http:// or https://"), ErrMalformed}
}

func (j *Job) fetchOptions() fetch.Options {
	return fetch.Options{PerHost: j.Workers, Rate: j.Rate, Retry: j.Retry}
}

// inspect is Inspect with what is known of the media already, or nil.
func inspect(ctx context.Context, job *Job, pool *fetch.Pool, known plan.Codings) (*Inspection, error) {
	in := &Inspection{}
	if u, err := url.Parse(job.URL); err == nil {
		in.URL = short(u)
	}
	doc, err := readTop(ctx, job, pool)
	if err != nil {
		return in, err
	}
	if doc.Playlist != nil {
		in.Streams = []plan.Stream{plan.Direct(doc.Playlist, job.Choice)}
		if job.Choice.Audio != "" {
			in.Warnings = append(in.Warnings, "the address is that of one playlist: there is no sound to choose")
		}
		if err := in.beside(ctx, job); err != nil {
			return in, err
		}
	} else {
		if b := doc.Presentation.Broadcast; b != nil {
			in.ahead, in.start = readClock(ctx, b, doc.Presentation.URL, pool), b.Start
		}
		in.Presentation = plan.Beside(plan.Fold(steer(ctx, in, doc.Presentation, pool)), job.besides())
		in.Warnings = append(in.Warnings, doc.Presentation.Warnings...)
		if in.Streams, err = plan.Select(in.Presentation, job.Choice); err != nil {
			return in, err
		}
		if err := readStreams(ctx, job, in, pool); err != nil {
			return in, err
		}
	}
	if text := plan.Instead(in.Streams, job.Choice); text != "" {
		in.Warnings = append(in.Warnings, text)
	}
	for _, s := range in.Streams {
		in.Warnings = append(in.Warnings, s.Playlist.Warnings...)
	}
	in.Plan, err = plan.Build(in.Streams)
	if errors.Is(err, plan.ErrEmpty) {
		err = marked{err, ErrNothing}
	}
	if err == nil && !in.Plan.Live {
		err = islands(ctx, job, in, pool, known)
	}
	return in, err
}

// islands looks for adverts, in the media too if that is wanted, and leaves them out on request. What an earlier look has found is taken
// as it is: an origin that has given new addresses is not asked twice.
func islands(ctx context.Context, job *Job, in *Inspection, pool *fetch.Pool, known plan.Codings) (err error) {
	if known == nil && (job.Probe || job.Choice.SkipAds) {
		if known, err = lookInto(ctx, in.Plan, pool); err != nil {
			return err
		}
		in.Looked = len(known)
	}
	in.Plan.Learn(known)
	if job.Choice.SkipAds {
		in.Plan.Skip()
	}
	if text := adverts(in.Plan); text != "" {
		in.Warnings = append(in.Warnings, text)
	}
	return nil
}

// readTop reads the document that the job names, unless its text came with the job.
func readTop(ctx context.Context, job *Job, pool *fetch.Pool) (manifest.Document, error) {
	if job.Manifest == nil {
		return readPlaylist(ctx, pool, "the playlist", job.URL, nil)
	}
	u, err := url.Parse(job.URL)
	if err != nil {
		return manifest.Document{}, marked{err, ErrMalformed}
	}
	doc, err := parse(job.Manifest, u, nil)
	return doc, named("the playlist", u, err)
}
