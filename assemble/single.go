package assemble

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"seine/assemble/fetch"
	"seine/assemble/filename"
	"seine/assemble/hls"
	"seine/assemble/journal"
	"seine/assemble/manifest"
)

const (
	// probeBytes is how much of a single file is asked for first: what it is, how long, and whether the server divides it.
	probeBytes = 256 << 10
	// pieceBytes is the length of all other parts.
	pieceBytes = 8 << 20
	// maxStale is how often new addresses are got for a single file without any part that comes of it.
	maxStale = 3
)

// single is a film in one file, or any other file, which is fetched as it is.
type single struct {
	url    string
	length int64 // -1 if the server does not tell
	// poured: the server does not divide it, and all of it is in the file by now.
	poured bool
	body   *fetch.Body // of the first part
	print  journal.Print
	header http.Header
	ext    string // of a name for it, with the dot
}

// inOneFile says whether a document that was asked for as a playlist may be a film itself.
func inOneFile(err error) bool {
	return errors.Is(err, hls.ErrFile) || errors.Is(err, fetch.ErrTooLarge)
}

// lookAt has no film read as a playlist.
func lookAt(head []byte, _ http.Header) error {
	if hls.IsText(head) || hls.Begins(head) {
		return nil
	}
	return permanentError{fmt.Errorf("%w: the server answered with %s, %w", hls.ErrNotPlaylist, hls.Describe(head), hls.ErrFile)}
}

// single fetches the file at the job's address. not is why it is no playlist, which is returned if it is no file of media either.
func (r *run) single(ctx context.Context, not error) error {
	s, err := r.probe(ctx, r.job.URL, not)
	if err != nil {
		return err
	}
	defer func() { s.body.Release() }()
	switch {
	case s.poured:
		return r.finishSingle(s)
	case s.ext == "":
		return not
	}
	if err := r.resumeSingle(s); err != nil {
		return err
	}
	for stale := 0; ; {
		before := r.parts
		err := r.fetchSingle(ctx, s)
		if e := r.flush(); err == nil {
			err = e
		}
		if err == nil {
			return r.finishSingle(s)
		}
		if stale++; r.parts > before {
			stale = 1
		}
		if !refusal(err) || r.job.Refresh == nil || stale > maxStale {
			return err
		}
		next, err := r.renewSingle(ctx, s)
		if err != nil {
			return err
		}
		s.body.Release()
		if s = next; s.poured {
			return r.finishSingle(s)
		}
	}
}

// probe asks for the first bytes. Where all come, they go to the file, unless they are text: that is what not says.
func (r *run) probe(ctx context.Context, address string, not error) (*single, error) {
	s := &single{url: address}
	body, err := r.pool.Get(ctx, fetch.Request{
		Kind: fetch.Segment, Name: "the file", URL: address, Range: &manifest.ByteRange{Length: probeBytes}, Open: true,
		Sink: func(h http.Header, at int64, b []byte) error { return r.pour(s, h, at, b, not) },
	})
	if err != nil {
		return nil, err
	}
	if s.poured {
		return s, nil
	}
	s.header, s.body, s.print, s.ext = body.Header, body, journal.PrintOf(body.Data), r.extensionOrGuess(body.Data)
	n, ok := wholeOf(body.Header)
	if !ok || n < int64(len(body.Data)) {
		body.Release()
		return nil, fmt.Errorf("%w: the server gives a part of the file and does not say how long it is (Content-Range: %.60q)", ErrContent, body.Header.Get("Content-Range"))
	}
	s.length = n
	return s, nil
}

// pour writes a file that the server does not divide.
func (r *run) pour(s *single, h http.Header, at int64, b []byte, not error) error {
	if at == 0 {
		if s.ext = r.extensionOrGuess(b); s.ext == "" {
			return permanentError{not}
		}
		s.header, s.length = h, -1
		if err := r.resumeSingle(s); err != nil {
			return permanentError{err}
		}
		r.data.Begin()
		s.poured = true
	}
	if _, err := r.data.WriteAt(b, at); err != nil {
		return permanentError{fmt.Errorf("%w: %w", ErrOutput, err)}
	}
	s.length = at + int64(len(b))
	r.report.update(func(p *Progress) { p.Written = s.length })
	return nil
}

// extensionOrGuess is "" for text, which is no film.
func (r *run) extensionOrGuess(b []byte) string {
	b = b[:min(len(b), probeBytes)]
	if hls.IsText(b) && !r.job.Plain {
		return ""
	}
	return cmp.Or(filename.OfContent(b), ".bin")
}

// wholeOf is the length of the file that an answer has a part of (RFC 9110 §14.4).
func wholeOf(h http.Header) (n int64, ok bool) {
	_, text, ok := strings.Cut(h.Get("Content-Range"), "/")
	n, err := strconv.ParseInt(text, 10, 64)
	return n, ok && err == nil
}

// same reports whether an answer is of this very file.
func (s *single) same(h http.Header, length int64) bool {
	alike := func(name string) bool {
		a, b := s.header.Get(name), h.Get(name)
		return a == "" || b == "" || a == b
	}
	if length != s.length {
		return false
	}
	// Servers behind one name give one file entity tags of their own, more often than other dates.
	if s.header.Get("Last-Modified") != "" && h.Get("Last-Modified") != "" {
		return alike("Last-Modified")
	}
	return alike("ETag")
}

// parts is how many parts the file is fetched in.
func (s *single) parts() int {
	return 1 + int((max(s.length-probeBytes, 0)+pieceBytes-1)/pieceBytes)
}

// span is part i.
func (s *single) span(i int) *manifest.ByteRange {
	if i == 0 {
		return &manifest.ByteRange{Length: int64(len(s.body.Data))}
	}
	from := probeBytes + int64(i-1)*pieceBytes
	return &manifest.ByteRange{Offset: from, Length: min(pieceBytes, s.length-from)}
}

// resumeSingle takes over what an earlier run has of the file.
func (r *run) resumeSingle(s *single) error {
	h := s.journal(r.job.Origin)
	if r.data != nil { // another try
		return nil
	}
	records, _, err := r.out.begin(h)
	if err == nil && s.length < 0 {
		records, err = r.out.keep(nil)
	}
	if err == nil && len(records) > 0 && records[0].Print != s.print {
		err = fmt.Errorf("%w: %s.part", ErrChanged, r.job.Output)
		if r.job.Force {
			records, err = r.out.restart(h)
		}
	}
	if err != nil {
		return err
	}
	r.data = journal.NewData(r.out.part, r.out.direct.writer())
	r.parts = len(records)
	r.verdict.Resumed = r.parts
	r.report.update(func(p *Progress) {
		p.Parts, p.Done, p.Resumed = max(s.parts(), 1), r.parts, r.parts
		if r.parts > 0 {
			p.Written = records[r.parts-1].Size
		}
	})
	return nil
}

// fetchSingle gets all parts that are not on record; the first one came with the probe.
func (r *run) fetchSingle(ctx context.Context, s *single) error {
	if r.parts == 0 {
		if err := r.wroteSingle(s, 0, s.body.Data); err != nil {
			return err
		}
	}
	from := r.parts
	return r.pool.Ordered(ctx, fetch.Work{
		Count: s.parts() - from, Typical: min(s.length, pieceBytes),
		URLs: func(int) []string { return []string{s.url} },
		Fetch: func(ctx context.Context, i int, l *fetch.Lane) (*fetch.Body, error) {
			return s.part(ctx, i+from, l)
		},
		Deliver: func(i int, b *fetch.Body, err error) error {
			if err != nil {
				return err
			}
			return r.wroteSingle(s, i+from, b.Data)
		},
		Idle: r.flush, IdleTime: flushTime,
	})
}

// part asks for one that is of the same file, and has the server tell if it is not.
func (s *single) part(ctx context.Context, i int, l *fetch.Lane) (*fetch.Body, error) {
	r := s.request(i)
	body, err := l.Get(ctx, r)
	changed := (*fetch.ChangedError)(nil)
	if !errors.As(err, &changed) {
		return body, err
	}
	if !s.same(changed.Header, changed.Length) {
		return nil, fmt.Errorf("%w: %w", ErrChanged, err)
	}
	// The same file by its date, from another server behind the name.
	r.Version = ""
	return l.Get(ctx, r)
}

func (s *single) request(i int) fetch.Request {
	name := fmt.Sprintf("part %d of %d", i+1, s.parts())
	return fetch.Request{Kind: fetch.Segment, Name: name, URL: s.url, Range: s.span(i), Version: fetch.VersionOf(s.header), Check: func(b *fetch.Body) error {
		if n, ok := wholeOf(b.Header); ok && !s.same(b.Header, n) {
			return permanentError{fmt.Errorf("%w: the file is another one now", ErrChanged)}
		}
		return nil
	}}
}

// wroteSingle puts a part in its place.
func (r *run) wroteSingle(s *single, i int, data []byte) error {
	at := s.span(i).Offset
	piece := r.data.Begin()
	if _, err := r.data.WriteAt(data, at); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	r.parts = i + 1
	r.report.update(func(p *Progress) { p.Done = r.parts })
	return r.wrote(writing{piece: piece, size: at + int64(len(data)), rec: journal.Record{Part: i, Print: journal.PrintOf(data)}})
}

// renewSingle gets another address for the same file.
func (r *run) renewSingle(ctx context.Context, s *single) (*single, error) {
	r.log.Info("the origin refuses the address: getting a new one")
	r.report.update(func(p *Progress) { p.Renewing = true })
	defer r.report.update(func(p *Progress) {
		p.Renewing = false
		p.Renewals++
	})
	source, err := r.job.Refresh(ctx)
	if err != nil {
		return nil, err
	}
	if source.Client != nil {
		r.client.now.Store(&source.Client)
	}
	next, err := r.probe(ctx, cmp.Or(source.URL, s.url), ErrChanged)
	if err != nil {
		return nil, err
	}
	if next.poured && next.length == s.length {
		return next, nil
	}
	if next.length != s.length || next.print != s.print {
		next.body.Release()
		return nil, fmt.Errorf("%w: behind its new address is another file", ErrChanged)
	}
	return next, nil
}

// finishSingle gives the file its name, once it is what the server says it is.
func (r *run) finishSingle(s *single) error {
	if err := r.data.Truncate(s.length); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	r.parts = max(r.parts, 1)
	if err := r.verify(s); err != nil {
		_, e := r.out.keep(nil)
		return errors.Join(err, e)
	}
	if r.job.GuessedExtension {
		if err := r.out.rename(s.ext); err != nil {
			return err
		}
	}
	size, err := r.out.commit(false)
	if err != nil {
		return err
	}
	v := &r.verdict
	v.Path, v.Finished, v.Size = r.out.finished(), true, size
	return nil
}
