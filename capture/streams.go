package capture

import (
	"cmp"
	"math"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"seine/capture/media"
)

// Stream is one film, channel or sound that the page loaded: a master playlist with all that belongs to it is one
// Stream, and so is a plain file, however many ranges of it were asked for.
type Stream struct {
	Kind      media.Kind
	Container string         // of plain files and loose segments
	Evidence  media.Evidence // what Kind rests on
	URL       string         // what to fetch
	Exchange  *Exchange      // the one that brought URL
	Variants  []media.Variant
	Duration  time.Duration // 0: not known
	Live      bool
	Encrypted bool   // AES-128
	DRM       string // the DRM system that the playlist names, empty for none
	Requests  int    // exchanges folded into it
	Player    *Player

	segments []string
	order    int
}

// Height is the picture's: of the best variant, or of the player that shows it; 0 if not known.
func (s *Stream) Height() int {
	h := 0
	for _, v := range s.Variants {
		h = max(h, v.Height)
	}
	if h == 0 && s.Player != nil {
		h = s.Player.Height
	}
	return h
}

// maxPlaylist bounds what is parsed, in bytes.
const maxPlaylist = 32 << 20

// Streams folds the exchanges into streams. The first is the one that a person would mean: it plays, or failing that it is the
// longest and largest.
func (c *Capture) Streams() []*Stream {
	f := folder{byURL: map[string]*Stream{}, counted: map[*Exchange]bool{}}
	for _, e := range c.Exchanges {
		f.manifest(e)
	}
	f.join()
	for _, e := range c.Exchanges {
		f.file(e)
	}
	f.players(c.Players)
	slices.SortStableFunc(f.list, rank)
	return f.list
}

// rank puts what plays first, then what can be had, then the longest, the largest, the earliest.
func rank(a, b *Stream) int {
	return cmp.Or(
		-cmp.Compare(a.playingArea(), b.playingArea()),
		cmp.Compare(weight(a.Kind), weight(b.Kind)),
		-cmp.Compare(a.Duration, b.Duration),
		-cmp.Compare(a.Height(), b.Height()),
		-cmp.Compare(a.Requests, b.Requests),
		cmp.Compare(a.order, b.order),
	)
}

func weight(k media.Kind) int {
	return slices.Index([]media.Kind{media.HLS, media.DASH, media.Video, media.Smooth, media.Audio, media.Segment, media.Subtitles}, k)
}

func (s *Stream) playingArea() float64 {
	if s.Player == nil || !s.Player.Playing {
		return 0
	}
	return 1 + s.Player.Area
}

type folder struct {
	list  []*Stream
	byURL map[string]*Stream // every URL that is known to belong to a stream
	lists []*Stream          // HLS media playlists, which may belong to a master

	counted map[*Exchange]bool
}

func (f *folder) count(s *Stream, e *Exchange) {
	if !f.counted[e] {
		f.counted[e] = true
		s.Requests++
	}
}

// InputOf is what media.Classify needs of an exchange.
func InputOf(e *Exchange) media.Input {
	in := media.Input{URL: e.URL(), ContentType: e.ContentType(), Head: e.Body.Head}
	if e.Response != nil {
		in.Disposition = e.Response.Header.Get("Content-Disposition")
	}
	return in
}

// manifest takes playlists and manifests, whatever their status and type.
func (f *folder) manifest(e *Exchange) {
	if e.Response == nil {
		return
	}
	found := media.Classify(InputOf(e))
	switch found.Kind {
	case media.HLS:
		f.hls(e, found)
	case media.DASH, media.Smooth:
		if found.Evidence != media.ByContent && e.Status() >= 400 {
			return // no more than a name
		}
		f.add(&Stream{Kind: found.Kind, Evidence: found.Evidence, URL: e.URL(), Exchange: e}, e)
	}
}

func (f *folder) hls(e *Exchange, found media.Finding) {
	text, err := e.Body.Bytes(maxPlaylist)
	if err != nil || len(text) == 0 {
		return // a playlist by name alone, whose text never came, is nothing to offer
	}
	o, err := media.OutlineHLS(e.URL(), text)
	if err != nil || len(o.Variants)+len(o.Segments) == 0 {
		return
	}
	s := &Stream{Kind: media.HLS, Evidence: found.Evidence, URL: e.URL(), Exchange: e, Encrypted: o.Encrypted, DRM: o.DRM}
	if o.Master {
		s.Variants = o.Variants
		f.add(s, e)
		f.claim(s, o.Others...)
		for _, v := range o.Variants {
			f.claim(s, v.URL)
		}
		return
	}
	s.Duration, s.Live, s.segments = o.Duration, !o.Ended, o.Segments
	s.order = len(f.list) + len(f.lists)
	f.lists = append(f.lists, s)
}

// join puts media playlists under the masters that name them; the others stand for themselves.
func (f *folder) join() {
	for _, s := range f.lists {
		master := f.owner(s.Exchange)
		if master == nil || master.Kind != media.HLS {
			f.add(s, s.Exchange)
			f.claim(s, s.segments...)
			continue
		}
		f.count(master, s.Exchange)
		master.Duration = max(master.Duration, s.Duration)
		master.Live = master.Live || s.Live
		master.Encrypted = master.Encrypted || s.Encrypted
		master.DRM = cmp.Or(master.DRM, s.DRM)
		f.claim(master, s.segments...)
	}
}

// owner is the stream that one of the exchange's addresses, redirects included, belongs to.
func (f *folder) owner(e *Exchange) *Stream {
	if s := f.byURL[e.URL()]; s != nil {
		return s
	}
	for _, h := range e.Redirects {
		if s := f.byURL[h.Request.URL]; s != nil {
			return s
		}
	}
	return nil
}

func (f *folder) add(s *Stream, e *Exchange) {
	if known := f.owner(e); known != nil && known.Kind == s.Kind {
		f.count(known, e)
		return
	}
	f.count(s, e)
	s.order = max(s.order, len(f.list))
	f.list = append(f.list, s)
	f.claim(s, e.URL())
	for _, h := range e.Redirects {
		f.claim(s, h.Request.URL)
	}
}

func (f *folder) claim(s *Stream, urls ...string) {
	for _, u := range urls {
		if f.byURL[u] == nil {
			f.byURL[u] = s
		}
	}
}

// file takes plain films and sounds, and segments that no playlist explains: those of one folder are one stream.
func (f *folder) file(e *Exchange) {
	if s := f.owner(e); s != nil {
		f.count(s, e)
		return
	}
	if e.Response == nil || e.Status() >= 400 || !fetchable(e.URL()) {
		return
	}
	found := media.Classify(InputOf(e))
	s := &Stream{Kind: found.Kind, Container: found.Container, Evidence: found.Evidence, URL: e.URL(), Exchange: e}
	switch found.Kind {
	case media.Segment:
		s.URL = directory(e.URL())
		if known := f.byURL[s.URL]; known != nil {
			f.count(known, e)
			return
		}
		f.add(s, e)
		f.claim(s, s.URL)
	case media.Video, media.Audio, media.Subtitles:
		f.add(s, e)
	}
}

// fetchable is false for data: and blob: URLs. Pages play tiny films out of them so that the screen stays on, and big ones
// that they put together from what they fetched: then that is the stream.
func fetchable(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
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

// players gives each media element its stream: by address where it has one, else, for Media Source players whose
// address is a blob or nothing, by frame and by duration. Those that play, and the big ones, choose first.
func (f *folder) players(list []Player) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Player) int {
		return cmp.Or(-cmp.Compare(b2i(a.Playing), b2i(b.Playing)), -cmp.Compare(a.Area, b.Area))
	})
	for _, p := range list {
		if s := f.played(p); s != nil && s.Player == nil {
			s.Player = &p
			if s.Duration == 0 && p.Duration > 0 {
				s.Duration = time.Duration(min(p.Duration, math.MaxInt32) * float64(time.Second))
			}
		}
	}
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

// nearest prefers a stream of the player's own frame, then the one whose duration fits.
func (f *folder) nearest(p Player) *Stream {
	var best *Stream
	bestScore := math.Inf(1)
	for _, s := range f.list {
		if s.Kind == media.Subtitles || s.Player != nil {
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
