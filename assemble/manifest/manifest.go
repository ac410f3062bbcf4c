// Package manifest is the one meeting point of HLS and DASH: what a film consists of, in words that belong to neither.
// Nothing downstream of it asks which of the two it was.
package manifest

import (
	"context"
	"net/url"
	"time"
)

// Document is what some text is: exactly one of the two is set.
type Document struct {
	Presentation *Presentation
	Playlist     *Playlist
}

// Presentation is one film as its top document names it: the variants of the picture and the renditions beside them.
type Presentation struct {
	// URL is where the document was finally found, after redirects.
	URL *url.URL
	// Variants holds every way to watch, in the document's order, without trick-play (I-frame) lists.
	Variants []Variant
	// Renditions holds alternative audio, video and subtitles, in the document's order.
	Renditions []Rendition
	// SessionKeys holds the keys announced ahead of the playlists (RFC 8216 §4.3.4.5).
	SessionKeys []Key
	// Steering is set when the servers are chosen by content steering (RFC 8216bis §4.4.6.6), or nil.
	Steering *Steering
	// Broadcast is nil for what is whole.
	Broadcast *Broadcast
	// Variables holds the values that media playlists may import by name.
	Variables map[string]string
	// Warnings are remarks about odd but readable text.
	Warnings []string
}

// Steering names the pathway, which is a set of servers, to begin with.
type Steering struct {
	// URL of the steering manifest: http, https or data:; nil for none.
	URL *url.URL
	// Pathway is empty when the first variant's counts.
	Pathway string
	// Priority is what the steering manifest says, the best pathway first; nil when it was not read.
	Priority []string
}

// Clone is a pathway made of another one (RFC 8216bis §7.3).
type Clone struct {
	// Base is the pathway that it is made of, ID its own name.
	Base, ID string
	// Host takes the place of the host in each address; it may have a port. Empty: it stays.
	Host string
	// Params are set in the query of each address.
	Params map[string]string
	// Variants and Renditions are other addresses by StableID, of which Host is no part.
	Variants, Renditions map[string]*url.URL
}

// Lister names the segments of a variant or rendition whose document is not a playlist of its own.
type Lister interface {
	// List returns the segments, and the same from other servers, best first. read gets a part of a file, in which an index of them may lie.
	List(ctx context.Context, read Reader) (list *Playlist, mirrors []*Playlist, err error)
}

// Reader gets a part of a file.
type Reader func(ctx context.Context, address string, r ByteRange) ([]byte, error)

// Variant is one encoding of the whole film (RFC 8216 §4.3.4.2).
type Variant struct {
	// URL is that of its playlist; where a Lister has the segments, only a name for it.
	URL    *url.URL
	Lister Lister
	// Bandwidth is the peak, AverageBandwidth the mean, in bits per second; 0 when not stated.
	Bandwidth, AverageBandwidth int64
	// Width and Height are in pixels; 0 when not stated.
	Width, Height int
	// FrameRate is in frames per second; 0 when not stated.
	FrameRate float64
	// Codecs is the RFC 6381 list, as stated.
	Codecs string
	Name   string
	// Range is SDR, HLG or PQ; empty when not stated.
	Range string
	// Pathway is the set of servers that this one belongs to; "." when not stated.
	Pathway string
	// StableID names the variant in a steering manifest; empty when not stated.
	StableID string
	// Audio, Video, Subtitles and Captions name the groups of renditions that belong to this variant.
	Audio, Video, Subtitles, Captions string
	// Mirrors are the addresses of the same encoding on other servers, best first (RFC 8216 §6.2.4).
	Mirrors []*url.URL
}

// MediaType says what a rendition carries.
type MediaType string

// The types of renditions (RFC 8216 §4.3.4.1).
const (
	Audio          MediaType = "AUDIO"
	Video          MediaType = "VIDEO"
	Subtitles      MediaType = "SUBTITLES"
	ClosedCaptions MediaType = "CLOSED-CAPTIONS"
)

// Rendition is an alternative version of one kind of content.
type Rendition struct {
	Type     MediaType
	Group    string
	Name     string
	Language string // RFC 5646, as stated
	// Associated is a language of another role, such as the one that is written where Language is spoken.
	Associated string
	// Channels begins with the number of channels of a sound; "16/JOC" has Dolby Atmos beside.
	Channels string
	// Characteristics are Uniform Type Identifiers with commas between, such as public.accessibility.describes-video.
	Characteristics string
	// Codecs is the RFC 6381 list, as stated; empty when it stands with the variant.
	Codecs string
	// StableID names the rendition in a steering manifest; empty when not stated.
	StableID string
	// Service is the channel of closed captions within the picture: CC1 … CC4, SERVICE1 … SERVICE63.
	Service string
	Default bool
	// Autoselect is true too when Default is.
	Autoselect, Forced bool
	// Aside is true for subtitles whose times count from the film's beginning, whatever its own clock shows then.
	Aside bool
	// URL is nil when the content lies inside the variant itself; Lister is as in Variant.
	URL    *url.URL
	Lister Lister
	// Mirrors are the addresses of the same content on other servers, best first.
	Mirrors []*url.URL
}

// Playlist is the list of segments of one variant or rendition.
type Playlist struct {
	URL *url.URL
	// Sequence is the media sequence number of the first segment.
	Sequence uint64
	// DiscontinuitySequence counts the discontinuities before the first segment.
	DiscontinuitySequence uint64
	TargetDuration        time.Duration
	// Ended is true when nothing will be added: the list says so, or calls itself VOD.
	Ended bool
	// Type is VOD, EVENT or empty.
	Type     string
	Segments []Segment
	// Live is what it says of its updates.
	Live Live
	// DateRanges are stretches of wall-clock time that the playlist says something about.
	DateRanges []DateRange
	// Warnings are remarks about odd but readable text.
	Warnings []string
}

// Duration is the sum of the segments' stated durations.
func (p *Playlist) Duration() time.Duration {
	var d time.Duration
	for i := range p.Segments {
		d += p.Segments[i].Duration
	}
	return d
}

// Segment is one piece of media.
type Segment struct {
	// Sequence is its media sequence number; the initialisation vector may derive from it.
	Sequence uint64
	// URL is absolute, http or https; in a playlist that is a file it may be another file.
	URL      string
	Duration time.Duration
	// Range is nil for the whole resource.
	Range *ByteRange
	// Keys lists the ways to obtain the one key of this segment, a system each; empty means clear.
	Keys []Key
	// Init is the initialization section that comes before the segment, or nil.
	Init *InitSection
	// Discontinuity is true when time stamps or encoding restart here; Period counts the restarts.
	Discontinuity bool
	Period        uint64
	// Gap is true when the origin itself says that this piece does not exist.
	Gap bool
	// Doubtful is true when this piece, the last one, may not exist: stated durations are rounded.
	Doubtful bool
	// Zero is what the samples' own clock shows when the period begins, where the document says that.
	Zero time.Duration
	// ProgramDateTime is the wall clock of its first sample, or zero.
	ProgramDateTime time.Time
	// Advert is true when the playlist marks this piece as spliced in: an advertising break by SCTE-35, by the tags that
	// packagers make of it, or by a date range whose class says so.
	Advert bool
}

// DateRange is EXT-X-DATERANGE (RFC 8216bis §4.4.5.1).
type DateRange struct {
	ID, Class string
	Start     time.Time
	// Duration is 0 when it has none, or none is known.
	Duration time.Duration
	// Out is true when it holds the SCTE-35 command that begins a break.
	Out bool
}

// InitSection is the part of a file that a demuxer needs before the first sample.
type InitSection struct {
	URL   string
	Range *ByteRange
	Keys  []Key
}

// ByteRange is a part of a resource, in bytes.
type ByteRange struct {
	Offset, Length int64
}
