package capture

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"seine/capture/media"
)

// players gives each media element its stream: by address where it has one, else, for Media Source players whose
// address is a blob or nothing, by frame and by duration. Those that play, and the big ones, choose first.
func (f *folder) players(c *Capture) {
	list := slices.Clone(c.Players)
	slices.SortStableFunc(list, func(a, b Player) int {
		return cmp.Or(-cmp.Compare(b2i(a.Playing), b2i(b.Playing)), -cmp.Compare(a.Area, b.Area))
	})
	for _, p := range list {
		s := f.played(p)
		if s == nil {
			s = f.unexplained(c, p)
		}
		if s != nil && s.Player == nil {
			s.plays(p)
		}
	}
}

// plays notes the element that plays the stream, and what that knows of it.
func (s *Stream) plays(p Player) {
	s.Player = &p
	if s.Duration == 0 && p.Duration > 0 {
		s.Duration = seconds(p.Duration)
	}
	if p.Duration < 0 && (s.Kind == media.MSE || s.Kind == media.Segment) {
		s.Live = true
	}
	for _, b := range p.Buffers {
		if _, list, ok := strings.Cut(b.Type, "codecs="); ok && len(s.Variants) == 0 {
			for _, c := range codecs(strings.Trim(list, `"' `)) {
				s.Codecs = including(s.Codecs, c)
			}
		}
	}
}

func seconds(s float64) time.Duration {
	return time.Duration(min(s, math.MaxInt32) * float64(time.Second))
}

// codecs splits the codecs parameter of RFC 6381.
func codecs(list string) (out []string) {
	for c := range strings.SplitSeq(list, ",") {
		out = including(out, strings.Trim(c, `"' `))
	}
	return out
}

func (f *folder) played(p Player) *Stream {
	address, _, _ := strings.Cut(p.Source, "#") // a fragment names a time: it is not sent
	s := f.byURL[address]
	switch {
	case s != nil && s.Kind == media.Segment:
		s.Kind, s.URL = media.Video, address // a fragmented mp4 that a media element plays as it is
	case s == nil && strings.HasPrefix(p.Source, "blob:"):
		return f.nearest(p)
	case s == nil && p.Source == "" && (p.Playing || p.Duration != 0):
		return f.nearest(p) // a MediaSource made in a worker has no address
	}
	return s
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// nearest prefers a stream of the player's own frame, then the one whose duration fits. A plain file that a media element loaded is
// nothing that a script feeds to a player.
func (f *folder) nearest(p Player) *Stream {
	var best *Stream
	bestScore := math.Inf(1)
	for _, s := range f.list {
		if !isFilm(s.Kind) || s.Player != nil || s.Exchange.Type == "Media" && (s.Kind == media.Video || s.Kind == media.Audio) {
			continue
		}
		score := 0.0
		if s.Exchange.FrameID != p.FrameID {
			score += 1000 // a worker or another frame fetched it
		}
		if s.Duration > 0 && p.Duration > 0 {
			score += min(math.Abs(s.Duration.Seconds()-p.Duration), 900)
		}
		if score < bestScore {
			best, bestScore = s, score
		}
	}
	return best
}

// unexplained is a stream that only its player tells of: a film that a script put into a Blob, or feeds to a MediaSource from
// what cannot be told.
func (f *folder) unexplained(c *Capture, p Player) *Stream {
	switch {
	case !p.Playing && len(p.Buffers) == 0, !strings.HasPrefix(p.Source, "blob:") && (p.Source != "" || len(p.Buffers) == 0):
		return nil
	}
	e := &Exchange{FrameID: p.FrameID, Document: p.Frame, Type: typeMade, Request: Request{Method: "GET", URL: cmp.Or(p.Source, p.Frame)}, Body: Body{Reason: ReasonGone}}
	s := &Stream{Kind: media.MSE, Evidence: media.ByContent, URL: e.URL(), Exchange: e}
	if blob := c.blob(p.Source); blob != nil {
		found := media.Classify(InputOf(blob))
		if found.Kind == media.None {
			return nil
		}
		s.Kind, s.Container, s.Exchange, s.Inside = found.Kind, found.Container, blob, string(MadeBlob)
		s.look(blob)
	}
	s.order = len(f.list)
	f.list = append(f.list, s)
	f.claim(s, p.Source)
	return s
}

// blob is what a blob: URL stood for, nil if that is not known.
func (c *Capture) blob(address string) *Exchange {
	if address == "" {
		return nil
	}
	for _, m := range c.Made {
		if m.URL == address {
			return m.exchange()
		}
	}
	for _, e := range c.Exchanges {
		if e.URL() == address && e.Body.Size > 0 {
			return e
		}
	}
	return nil
}
