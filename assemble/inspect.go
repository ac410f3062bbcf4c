package assemble

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"seine/assemble/fetch"
	"seine/assemble/hls"
	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// Inspection is a film as it would be made.
type Inspection struct {
	// Presentation is nil when the address is that of a media playlist.
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

func (j *Job) check() error {
	u, err := url.Parse(j.URL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return marked{errors.New("the address of a playlist begins with http:// or https://"), ErrMalformed}
	}
	if j.Client == nil {
		return errors.New("assemble: Job.Client is missing")
	}
	return nil
}

func (j *Job) fetchOptions() fetch.Options {
	return fetch.Options{PerHost: j.Workers, Rate: j.Rate, Retry: j.Retry}
}

func inspect(ctx context.Context, job *Job, pool *fetch.Pool) (*Inspection, error) {
	in := &Inspection{}
	doc, err := readTop(ctx, job, pool)
	if err != nil {
		return in, err
	}
	if doc.Playlist != nil {
		in.Streams = []plan.Stream{{URL: doc.Playlist.URL, Playlist: doc.Playlist}}
	} else {
		in.Presentation = doc.Presentation
		in.Warnings = append(in.Warnings, doc.Presentation.Warnings...)
		if in.Streams, err = plan.Select(doc.Presentation, job.Choice); err != nil {
			return in, err
		}
		if err := readStreams(ctx, in, pool); err != nil {
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
	return in, err
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

func readStreams(ctx context.Context, in *Inspection, pool *fetch.Pool) error {
	for i := range in.Streams {
		s := &in.Streams[i]
		name := "the playlist of the " + s.Name() + " stream"
		doc, err := readPlaylist(ctx, pool, name, s.URL.String(), in.Presentation.Variables)
		if err != nil {
			return err
		}
		if doc.Playlist == nil {
			return marked{fmt.Errorf("%s (%s): it names variants again, not segments", name, short(s.URL)), ErrMalformed}
		}
		s.Playlist = doc.Playlist
	}
	return nil
}

func readPlaylist(ctx context.Context, pool *fetch.Pool, name, address string, vars map[string]string) (hls.Document, error) {
	body, err := pool.Get(ctx, fetch.Request{Kind: fetch.Playlist, Name: name, URL: address})
	if err != nil {
		return hls.Document{}, err
	}
	defer body.Release()
	doc, err := hls.Parse(body.Data, body.URL, vars)
	return doc, named(name, body.URL, err)
}

// named says which playlist is at fault, without the query of its address.
func named(name string, u *url.URL, err error) error {
	if err == nil {
		return nil
	}
	switch {
	case errors.Is(err, hls.ErrEmpty):
		err = marked{err, ErrNothing}
	case !errors.Is(err, hls.ErrNotPlaylist):
		err = marked{err, ErrMalformed}
	}
	return fmt.Errorf("%s (%s): %w", name, short(u), err)
}

// short leaves out the query, which may hold tokens.
func short(u *url.URL) string {
	s := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return s.String()
}
