package replay

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"seine/assemble"
	"seine/assemble/filename"
	"seine/capture"
	"seine/capture/media"
	"seine/capture/session"
	"seine/scenarios"
)

// ErrNoMedia: nothing that the page loaded is a film. The error's text says what was tried.
var ErrNoMedia = errors.New("no film was found on the page")

// ErrChallenge: in place of the page came a test for a person.
var ErrChallenge = errors.New("the site did not let seine in")

// ErrUnsupported: the page plays something that cannot be fetched yet.
var ErrUnsupported = errors.New("not supported yet")

// maxManifest bounds the playlist text that is handed on, in bytes.
const maxManifest = 32 << 20

// grab fetches the film that plays, through plain HTTP with what the browser proved.
func (v *visit) grab(ctx context.Context, s scenarios.Grab) error {
	c := v.result.Capture
	if c == nil {
		return errors.New("a capture step must come before grab")
	}
	if s.FromPlayer {
		return v.nothingSeen(ctx, s, v.fromPlayer(ctx, s))
	}
	stream, err := v.choose()
	if err != nil {
		return v.nothingSeen(ctx, s, v.orPlays(err))
	}
	v.quieten(ctx)
	source, client, err := v.source(stream)
	if err != nil {
		return err
	}
	clients := []*session.Client{client}
	defer func() {
		for _, c := range clients {
			c.CloseIdleConnections()
		}
	}()
	job := v.job(source, s)
	job.Tracks = v.tracks()
	if s.List {
		v.result.Inspection, err = assemble.Inspect(ctx, job)
		return err
	}
	job.Refresh = func(ctx context.Context) (assemble.Source, error) {
		source, client, err := v.renewed(ctx, stream)
		if err == nil {
			clients = append(clients, client)
		}
		return source, err
	}
	make := assemble.Run
	if s.Repair {
		make = assemble.Repair
	}
	verdict, err := make(ctx, job)
	v.result.Film = &verdict
	return err
}

// tracks are the files of subtitles that the page loaded or named: those of a track element, or of a script.
func (v *visit) tracks() (list []assemble.TextTrack) {
	for _, s := range v.result.Streams {
		if s.Kind != media.Subtitles || s.Role == capture.RoleAdvert || s.Mentioned() && s.Inside != "HTML" {
			continue
		}
		t := assemble.TextTrack{URL: s.URL}
		if len(s.Subtitles) > 0 {
			t.Language = s.Subtitles[0]
		}
		list = append(list, t)
	}
	return list
}

// quieten ends what the page streams: it has done its part, and would go on at the cost of the download.
func (v *visit) quieten(ctx context.Context) {
	if !v.stays {
		if err := v.tab.Close(); err != nil {
			v.log.Debug("closing the tab", "error", err)
		}
		return
	}
	for _, f := range v.frames(ctx) {
		if _, err := f.run(ctx, `for (const m of document.querySelectorAll("video, audio")) m.pause()`, false); err != nil {
			v.log.Debug("pausing a player", "error", err)
		}
	}
}

// choose takes the best of what was found, or says why there is none.
func (v *visit) choose() (*capture.Stream, error) {
	system, used := v.result.Capture.Protected()
	for _, s := range v.result.Streams {
		switch {
		case s.Mentioned(), s.Role == capture.RoleTracker, s.Kind == media.Thumbnails:
			continue
		case used && !s.Kind.Listed():
			return nil, fmt.Errorf("%w: the page asked for a licence of %s", assemble.ErrDRM, system)
		case s.DRM != "":
			return nil, fmt.Errorf("%w: the %s is protected by %s", assemble.ErrDRM, manifestOf(s), s.DRM)
		case used:
			return nil, fmt.Errorf("%w: the page asked for a licence of %s", assemble.ErrDRM, system)
		case s.Fetchable():
			return s, nil
		case s.Kind == media.Subtitles:
			continue
		default:
			return nil, fmt.Errorf("%w: the page plays %s (%s), and so far only HLS, DASH and files can be fetched", ErrUnsupported, describe(s), s.URL)
		}
	}
	if system != "" {
		return nil, fmt.Errorf("%w: nothing plays without %s", assemble.ErrDRM, system)
	}
	return nil, v.nothing()
}

// manifestOf names where it stands that a stream is protected.
func manifestOf(s *capture.Stream) string {
	switch s.Kind {
	case media.HLS:
		return "playlist"
	case media.DASH, media.Smooth:
		return "manifest"
	}
	return "file"
}

func describe(s *capture.Stream) string {
	switch s.Kind {
	case media.Smooth:
		return "Smooth Streaming"
	case media.Segment:
		return "segments without a playlist"
	case media.MSE:
		return "what a script feeds it, without a playlist"
	default:
		return "a plain " + string(s.Kind) + " file"
	}
}

// source is what a stream is fetched from: with what the browser proved.
func (v *visit) source(stream *capture.Stream) (assemble.Source, *session.Client, error) {
	conf := session.Proved(v.result.Capture, stream)
	user := v.runner.Session
	conf.AllowPrivate, conf.Proxy, conf.Resolver, conf.RootCAs = user.AllowPrivate, user.Proxy, user.Resolver, user.RootCAs
	conf.DialTimeout, conf.TLSTimeout, conf.HeaderTimeout = user.DialTimeout, user.TLSTimeout, user.HeaderTimeout
	client, err := session.New(conf)
	if err != nil {
		return assemble.Source{}, nil, err
	}
	source := assemble.Source{URL: stream.URL, Client: keyed(client, stream.Keys)}
	if !strings.HasPrefix(source.URL, "http") { // a blob: or data: URL, whose text the page made up: all in it is absolute
		source.URL = stream.Exchange.Document
	}
	// The text that was heard is used as it is: a playlist with a token may answer only once.
	if !stream.Kind.Listed() {
		return source, client, nil
	}
	if source.Manifest, err = stream.Exchange.Body.Bytes(maxManifest); err != nil {
		source.Manifest = nil
	}
	return source, client, nil
}

// job is that of the runner for this film.
func (v *visit) job(source assemble.Source, s scenarios.Grab) assemble.Job {
	job := v.runner.Fetch
	job.URL, job.Manifest, job.Client, job.Log = source.URL, source.Manifest, source.Client, v.log
	if job.Output = s.Output; job.Output == "" {
		name := filename.Clean(v.result.Capture.Title, filename.FromURL(v.result.Capture.Page, "film"))
		if v.runner.Name != nil {
			name = v.runner.Name(s.Dir, name)
		}
		job.Output, job.GuessedExtension = filepath.Join(s.Dir, name+".mp4"), true
	}
	job.Progress = func(p assemble.Progress) { v.tell(Fetching{Output: job.Output, Progress: p}) }
	return job
}
