package capture

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"slices"

	"seine/capture/media"
)

// manifest takes playlists and manifests, whatever their status and type.
func (f *folder) manifest(e *Exchange) {
	if e.Response == nil {
		return
	}
	found := media.Classify(InputOf(e))
	switch found.Kind {
	case media.HLS, media.DASH, media.Smooth:
	default:
		return
	}
	text, err := e.Body.Bytes(maxPlaylist)
	if err == nil && f.outlined(e, found.Evidence, "", text) != nil {
		return
	}
	if found.Kind == media.HLS || found.Evidence != media.ByContent && e.Status() >= 400 {
		return // no more than a name: a playlist whose text never came is nothing to offer
	}
	f.add(&Stream{Kind: found.Kind, Evidence: found.Evidence, URL: e.URL(), Exchange: e}, e)
}

// outlined takes the text of a playlist or manifest; nil if it is none, or empty.
func (f *folder) outlined(e *Exchange, by media.Evidence, inside string, text []byte) *Stream {
	o, err := media.OutlineOf(e.base(), text)
	if err != nil || o.Kind == media.HLS && len(o.Variants)+len(o.Segments) == 0 {
		return nil
	}
	s := &Stream{Kind: o.Kind, Evidence: by, URL: e.URL(), Exchange: e, Inside: inside}
	s.take(o)
	sum := sha256.Sum256(bytes.TrimSpace(text))
	if known := f.texts[sum]; known != nil && (inside != "" || !fetchable(e.URL())) {
		f.same(known, s)
		return known // what a script made of an answer is no other stream
	}
	f.texts[sum] = s
	if !o.Master {
		s.segments, s.order = o.Segments, len(f.list)+len(f.lists)
		f.lists = append(f.lists, s)
		return s
	}
	f.master(s, o)
	return s
}

// same folds a stream into one of the same text. The address of an answer says more than that of a Blob that was made of it.
func (f *folder) same(known, s *Stream) {
	joined := f.byURL[known.URL] == known
	known.aliases = append(known.aliases, s.URL)
	if s.Exchange.Type != typeMade && !fetchable(known.URL) && (fetchable(s.URL) || s.Inside != "") {
		known.aliases = append(known.aliases, known.URL)
		known.URL, known.Exchange, known.Inside, known.Evidence = s.URL, s.Exchange, s.Inside, s.Evidence
	}
	if joined {
		f.claim(known, known.aliases...)
	}
}

func (f *folder) master(s *Stream, o *media.Outline) {
	if known := f.twin(o); known != nil && known.Kind == s.Kind {
		f.claim(known, s.URL)
		return
	}
	into := f.add(s, s.Exchange)
	if into != s {
		into.Live = s.Live // the later one knows whether it has ended
		into.Duration = max(into.Duration, s.Duration)
	}
	f.claim(into, o.Others...)
	for _, v := range o.Variants {
		f.claim(into, v.URL)
	}
	f.claim(into, o.Patterns...)
	if len(o.Patterns) > 0 {
		into.patterns = append(into.patterns, o.Patterns...)
		f.loose = append(f.loose, into)
	}
}

// twin is the stream whose parts an outline names, if it is known under another address already.
func (f *folder) twin(o *media.Outline) *Stream {
	if len(o.Variants) > 0 && o.Variants[0].URL != "" {
		return f.byURL[o.Variants[0].URL]
	}
	if len(o.Patterns) > 0 {
		return f.byURL[o.Patterns[0]]
	}
	return nil
}

// take makes what an outline says the stream's own.
func (s *Stream) take(o *media.Outline) {
	s.Variants, s.Duration, s.Live, s.Event, s.LowLatency = o.Variants, o.Duration, !o.Ended && !isMaster(o), o.Event, o.LowLatency
	s.Encrypted, s.DRM, s.KID, s.keys, s.renditions = o.Encrypted, o.DRM, o.KID, o.Keys, o.Renditions
	if o.Images {
		s.Kind = media.Thumbnails
	}
	for _, r := range o.Renditions {
		name := cmp.Or(r.Language, r.Name)
		switch r.Kind {
		case media.Audio:
			s.Audio = including(s.Audio, name)
		case media.Subtitles:
			s.Subtitles = including(s.Subtitles, name)
		case media.Thumbnails:
			s.Thumbnails = true
		}
	}
	best := s.Best()
	s.Codecs = codecs(best.Codecs)
	for _, r := range o.Renditions {
		if r.Kind == media.Audio && o.Kind != media.HLS { // HLS has them in CODECS of the variant
			s.Codecs = including(s.Codecs, r.Codecs)
			break
		}
	}
}

// isMaster is true for a playlist that does not tell whether it is live.
func isMaster(o *media.Outline) bool { return o.Kind == media.HLS && o.Master }

const maxNames = 100

func including(list []string, name string) []string {
	if name == "" || len(list) >= maxNames || slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

// join puts media playlists under the masters that name them, and under those that list the same segments; the others stand for
// themselves.
func (f *folder) join() {
	for _, s := range f.lists {
		into := f.owner(s.Exchange)
		if s.Inside != "" && (into == nil || into.Exchange.URL() == s.URL && into.Inside == "") {
			into = nil // the answer that it stood in is another thing
		}
		if into == nil || into.Kind != s.Kind {
			into = f.sameSegments(s)
		}
		if into == nil || into.Kind != media.HLS {
			into = f.add(s, s.Exchange)
		}
		if into != s {
			f.count(into, s.Exchange)
			into.merge(s)
			f.claim(into, s.URL)
		}
		f.claim(into, s.aliases...)
		f.claim(into, s.segments...)
	}
	f.lists = nil
}

// sameSegments is the stream that has the first and the last segment of s.
func (f *folder) sameSegments(s *Stream) *Stream {
	n := len(s.segments)
	if n == 0 {
		return nil
	}
	if known := f.byURL[s.segments[0]]; known != nil && known.Kind == s.Kind && f.byURL[s.segments[n-1]] == known {
		return known
	}
	return nil
}

// merge adds what a playlist below the stream says, or the same one when it was read again.
func (s *Stream) merge(below *Stream) {
	s.Duration = max(s.Duration, below.Duration)
	if len(s.Variants) == 0 && len(s.renditions) == 0 {
		s.Live = below.Live // the same list, read again: it may have ended by now
	} else {
		s.Live = s.Live || below.Live
	}
	s.Event, s.LowLatency, s.Encrypted = s.Event || below.Event, s.LowLatency || below.LowLatency, s.Encrypted || below.Encrypted
	s.DRM = cmp.Or(s.DRM, below.DRM)
	const most = 2000
	if len(s.keys)+len(below.keys) <= most {
		s.keys = append(s.keys, below.keys...)
	}
}
