package assemble

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/hls"
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
	// Warnings are remarks about the playlists.
	Warnings []string
}

// Inspect reads the playlists and makes the plan, for a list of choices or a dry run. No media is fetched and no file
// written. With an error, it returns what it had found until then.
func Inspect(ctx context.Context, job Job) (*Inspection, error) {
	if err := job.check(); err != nil {
		return &Inspection{}, err
	}
	return inspect(ctx, &job, fetch.NewPool(job.Client, job.fetchOptions()))
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

func inspect(ctx context.Context, job *Job, pool *fetch.Pool) (*Inspection, error) {
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
	} else {
		in.Presentation = plan.Fold(doc.Presentation)
		in.Warnings = append(in.Warnings, doc.Presentation.Warnings...)
		if in.Streams, err = plan.Select(in.Presentation, job.Choice); err != nil {
			return in, err
		}
		if err := readStreams(ctx, job, in, pool); err != nil {
			return in, err
		}
	}
	for _, s := range in.Streams {
		in.Warnings = append(in.Warnings, s.Playlist.Warnings...)
	}
	in.Plan, err = plan.Build(in.Streams)
	if errors.Is(err, plan.ErrEmpty) {
		err = marked{err, ErrNothing}
	}
	if err == nil {
		in.Warnings = append(in.Warnings, adverts(in.Plan, job.Choice.SkipAds)...)
	}
	return in, err
}

// adverts tells of the islands of a plan, and leaves them out if that is wanted.
func adverts(p *plan.Plan, skip bool) []string {
	if len(p.Islands) == 0 {
		return nil
	}
	var total time.Duration
	places := make([]string, 0, len(p.Islands))
	for i := range p.Islands {
		total += p.Islands[i].Duration
		if i < maxPlaces {
			places = append(places, clock(p.Islands[i].Start))
		}
	}
	if more := len(p.Islands) - len(places); more > 0 {
		places = append(places, fmt.Sprintf("%d more", more))
	}
	what := fmt.Sprintf("%d clips of %s in all look", len(p.Islands), clock(total))
	if len(p.Islands) == 1 {
		what = fmt.Sprintf("a clip of %s looks", clock(total))
	}
	what = fmt.Sprintf("%s like adverts, at %s", what, listed(places))
	if skip {
		p.Skip()
		return []string{what + ": left out"}
	}
	return []string{what + "; --skip-ads leaves them out"}
}

// maxPlaces bounds the places that one sentence lists.
const maxPlaces = 8

// listed joins "a, b and c".
func listed(list []string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return strings.Join(list, "")
}

// readTop reads the document that the job names, unless its text came with the job.
func readTop(ctx context.Context, job *Job, pool *fetch.Pool) (hls.Document, error) {
	if job.Manifest == nil {
		return readPlaylist(ctx, pool, "the playlist", job.URL, nil)
	}
	u, err := url.Parse(job.URL)
	if err != nil {
		return hls.Document{}, marked{err, ErrMalformed}
	}
	doc, err := hls.Parse(job.Manifest, u, nil)
	return doc, named("the playlist", u, err)
}
