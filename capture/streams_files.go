package capture

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"seine/capture/media"
)

// file takes plain films and sounds, and segments that no playlist explains: those of one folder are one stream.
func (f *folder) file(e *Exchange) {
	if s := f.owner(e); s != nil {
		f.part(s, e)
		return
	}
	if e.Response == nil || e.Status() >= 400 || !fetchable(e.URL()) {
		return
	}
	if s := f.fitting(e.URL()); s != nil {
		f.part(s, e)
		return
	}
	found := media.Classify(InputOf(e))
	s := &Stream{Kind: found.Kind, Container: found.Container, Evidence: found.Evidence, URL: e.URL(), Exchange: e}
	switch found.Kind {
	case media.Segment:
		s.URL = directory(e.URL())
		if known := f.byURL[s.URL]; known != nil {
			f.count(known, e)
			known.look(e)
			return
		}
		s.look(e)
		f.add(s, e)
		f.claim(s, s.URL)
	case media.Video, media.Audio, media.Subtitles, media.Thumbnails:
		s.look(e)
		f.add(s, e)
		if found.Kind == media.Subtitles {
			s.Subtitles = including(nil, media.LanguageOf(e.Body.Head))
		}
	}
}

// part counts an exchange of a stream, and notes whether it is a picture, or a segment that was answered.
func (f *folder) part(s *Stream, e *Exchange) {
	f.count(s, e)
	kind := media.Classify(InputOf(e)).Kind
	if kind == media.None && isPicture(e) {
		s.pictures++
	}
	s.begun = s.begun || e.Status()/100 == 2 && !kind.Listed()
}

// isPicture is true for what is nothing but a picture: films are hidden behind the ends of some.
func isPicture(e *Exchange) bool {
	const most = 4 << 20
	kind := http.DetectContentType(e.Body.Head)
	if !strings.HasPrefix(kind, "image/") {
		return false
	}
	b, err := e.Body.Bytes(most)
	if err != nil {
		return false
	}
	switch kind {
	case "image/jpeg":
		return bytes.HasSuffix(b, []byte("\xff\xd9")) // ITU-T T.81 §B.1.1.3
	case "image/png":
		return bytes.HasSuffix(b, []byte("IEND\xaeB`\x82"))
	case "image/gif":
		return bytes.HasSuffix(b, []byte(";"))
	case "image/webp":
		return len(b) >= 12 && int64(binary.LittleEndian.Uint32(b[4:]))+8 == int64(len(b))
	}
	return false
}

// fitting is the stream that has a pattern for an address.
func (f *folder) fitting(address string) *Stream {
	for _, s := range f.loose {
		if slices.ContainsFunc(s.patterns, func(p string) bool { return media.Fits(p, address) }) {
			return s
		}
	}
	return nil
}

// look takes what the head of a file says. A later range of it begins in the middle.
func (s *Stream) look(e *Exchange) {
	head := e.Body.Head
	switch n, ok := rangeStart(e); {
	case ok && n > 0, s.Kind == media.Segment && len(s.Codecs) > 0:
		return
	case s.Kind == media.Video, s.Kind == media.Audio:
		head = beginning(e) // an init section is short
	}
	facts := media.Peek(head, sizeOf(e))
	if facts.Kind != media.None && (s.Kind == media.Video || s.Kind == media.Audio) {
		s.Kind = facts.Kind
	}
	s.DRM = facts.DRM
	for _, c := range facts.Codecs {
		s.Codecs = including(s.Codecs, c)
	}
	if facts.Height > 0 {
		s.Variants = []media.Variant{{URL: s.URL, Width: facts.Width, Height: facts.Height}}
	}
	if s.Kind != media.Segment {
		s.Duration = facts.Duration
	}
}

// beginning is as much of a body as is worth looking at.
func beginning(e *Exchange) []byte {
	if e.Body.Size <= int64(len(e.Body.Head)) {
		return e.Body.Head
	}
	r, err := e.Body.OpenPart()
	if err != nil {
		return e.Body.Head
	}
	defer r.Close()
	head, err := io.ReadAll(io.LimitReader(r, media.PeekSize))
	if err != nil {
		return e.Body.Head
	}
	return head
}

// rangeStart and sizeOf read Content-Range (RFC 9110 §14.4); of an answer without it sizeOf is Content-Length, or what came if that is all.
func rangeStart(e *Exchange) (int64, bool) {
	start, _, _ := contentRange(e)
	return start, start >= 0
}

func sizeOf(e *Exchange) int64 {
	_, total, ranged := contentRange(e)
	switch {
	case e.Response == nil || ranged:
		return max(total, 0)
	case e.Response.Header.Get("Content-Encoding") == "":
		if n, err := strconv.ParseInt(e.Response.Header.Get("Content-Length"), 10, 64); err == nil && n > 0 {
			return n
		}
	}
	if e.Body.Reason == "" {
		return e.Body.Size
	}
	return 0
}

// contentRange gives -1 for what is not told.
func contentRange(e *Exchange) (start, total int64, ok bool) {
	if e.Response == nil {
		return -1, -1, false
	}
	text, ok := strings.CutPrefix(e.Response.Header.Get("Content-Range"), "bytes ")
	if !ok {
		return -1, -1, false
	}
	span, whole, _ := strings.Cut(text, "/")
	first, _, _ := strings.Cut(span, "-")
	number := func(s string) int64 {
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil || n < 0 {
			return -1
		}
		return n
	}
	return number(first), number(whole), true
}

// fetchable is false for data: and blob: URLs. Pages play tiny films out of them so that the screen stays on, and big ones
// that they put together from what they fetched: then that is the stream.
func fetchable(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

// base is where relative addresses of a playlist lead from: a text that the page made up has only the page.
func (e *Exchange) base() string {
	if !fetchable(e.URL()) && fetchable(e.Document) {
		return e.Document
	}
	return e.URL()
}

func directory(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.RawQuery, u.Fragment = "", ""
	u.Path = strings.TrimSuffix(path.Dir(u.Path), "/") + "/"
	return u.String()
}

// spot is an address without what may carry a token.
func spot(address string) string {
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	return address
}
