package assemble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"seine/assemble/dash"
	"seine/assemble/fetch"
	"seine/assemble/hls"
	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// mirrorPatience bounds the reading of a mirror's playlist, which the film can do without.
const mirrorPatience = 5 * time.Second

// readStream reads the playlist of a stream from the first of its addresses that gives it. The others, if there are any, are
// asked side by side: where they name the same segments, they are mirrors for each of these.
func readStream(ctx context.Context, job *Job, in *Inspection, s *plan.Stream, pool *fetch.Pool) error {
	if s.Lister != nil {
		return readListed(ctx, in, s, pool)
	}
	var first error
	for {
		list, err := readMedia(ctx, in, s, s.URL, pool)
		if err == nil {
			s.Playlist = list
			s.Twins = readTwins(ctx, job, in, s, pool)
			return nil
		}
		if first == nil {
			first = err
		}
		if len(s.Mirrors) == 0 || ctx.Err() != nil {
			return first
		}
		in.Warnings = append(in.Warnings, fmt.Sprintf("%v; a mirror at %s is asked in its place", err, s.Mirrors[0].Host))
		s.URL, s.Mirrors = s.Mirrors[0], s.Mirrors[1:]
	}
}

// readListed has a stream's segments named by the document that names the stream.
func readListed(ctx context.Context, in *Inspection, s *plan.Stream, pool *fetch.Pool) (err error) {
	name := "the index of the " + s.Name() + " stream"
	read := func(ctx context.Context, address string, r manifest.ByteRange) ([]byte, error) {
		body, err := pool.Get(ctx, fetch.Request{Kind: fetch.Init, Name: name, URL: address, Range: &r})
		if err != nil {
			return nil, err
		}
		defer body.Release()
		return bytes.Clone(body.Data), nil
	}
	s.Playlist, s.Twins, err = in.lister(s).List(ctx, read)
	var failed *fetch.Error
	if errors.As(err, &failed) || errors.Is(err, ErrDRM) {
		return err
	}
	return named("the "+s.Name()+" stream", in.Presentation.URL, err)
}

// lister is that of a stream, now.
func (in *Inspection) lister(s *plan.Stream) manifest.Lister {
	if l, ok := s.Lister.(manifest.LiveLister); ok {
		return l.At(time.Now().Add(in.ahead), in.start)
	}
	return s.Lister
}

// readTwins returns the playlists of the mirrors that can be read in time.
func readTwins(ctx context.Context, job *Job, in *Inspection, s *plan.Stream, pool *fetch.Pool) (twins []*manifest.Playlist) {
	ctx, cancel := context.WithTimeout(ctx, mirrorPatience)
	defer cancel()
	lists := make([]*manifest.Playlist, len(s.Mirrors))
	var wg sync.WaitGroup
	for i, u := range s.Mirrors {
		wg.Go(func() {
			list, err := readMedia(ctx, in, s, u, pool)
			if err != nil {
				job.log().Info("a mirror is left out", "host", u.Host, "err", err)
				return
			}
			lists[i] = list
		})
	}
	wg.Wait()
	for _, l := range lists {
		if l != nil {
			twins = append(twins, l)
		}
	}
	return twins
}

func readMedia(ctx context.Context, in *Inspection, s *plan.Stream, u *url.URL, pool *fetch.Pool) (*manifest.Playlist, error) {
	name := "the playlist of the " + s.Name() + " stream"
	doc, err := readPlaylist(ctx, pool, name, u.String(), in.Presentation.Variables)
	if err != nil {
		return nil, err
	}
	if doc.Playlist == nil {
		return nil, marked{fmt.Errorf("%s (%s): it names variants again, not segments", name, short(u)), ErrMalformed}
	}
	return doc.Playlist, nil
}

func readStreams(ctx context.Context, job *Job, in *Inspection, pool *fetch.Pool) error {
	var read []plan.Stream
	for i := range in.Streams {
		s := &in.Streams[i]
		err := readStream(ctx, job, in, s, pool)
		switch {
		case err == nil:
			read = append(read, *s)
		case s.Text() && job.AllowGaps && ctx.Err() == nil:
			in.Warnings = append(in.Warnings, fmt.Sprintf("the %s stream is left out: %v", s.Name(), err))
		default:
			return err
		}
	}
	in.Streams = read
	return nil
}

func readPlaylist(ctx context.Context, pool *fetch.Pool, name, address string, vars map[string]string) (manifest.Document, error) {
	body, err := pool.Get(ctx, fetch.Request{Kind: fetch.Playlist, Name: name, URL: address, Look: lookAt})
	if err != nil {
		return manifest.Document{}, err
	}
	defer body.Release()
	doc, err := parse(body.Data, body.URL, vars)
	return doc, named(name, body.URL, err)
}

// parse reads a playlist of HLS or a manifest of DASH.
func parse(text []byte, base *url.URL, vars map[string]string) (manifest.Document, error) {
	if dash.Is(text) {
		p, err := dash.Parse(text, base)
		return manifest.Document{Presentation: p}, err
	}
	return hls.Parse(text, base, vars)
}

// named says which playlist is at fault, without the query of its address.
func named(name string, u *url.URL, err error) error {
	if err == nil {
		return nil
	}
	switch {
	case errors.Is(err, hls.ErrEmpty), errors.Is(err, dash.ErrEmpty):
		err = marked{err, ErrNothing}
	case !errors.Is(err, hls.ErrNotPlaylist) && !errors.Is(err, ErrUnsupported):
		err = marked{err, ErrMalformed}
	}
	if u.Scheme == "" {
		return fmt.Errorf("%s: %w", name, err)
	}
	return fmt.Errorf("%s (%s): %w", name, short(u), err)
}

// short leaves out the query, which may hold tokens.
func short(u *url.URL) string {
	s := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return s.String()
}
