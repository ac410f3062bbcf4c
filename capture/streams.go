package capture

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"seine/capture/media"
)

// Stream is one film, channel or sound that the page loaded: a master playlist with all that belongs to it is one
// Stream, and so is a plain file, however many ranges of it were asked for. One that was only mentioned is weaker: see Mentioned.
type Stream struct {
	Kind      media.Kind
	Container string         // of plain files and loose segments
	Evidence  media.Evidence // what Kind rests on
	URL       string         // what to fetch; where the text was part of something else, of that
	// Exchange is the one that brought URL. Of what was found inside of something else it is made up: its body is the playlist alone;
	// of what was only mentioned it has none.
	Exchange *Exchange
	Inside   string // what the playlist or address stood in: JSON, HTML, script, message, XML, or the function of a Made; empty: it came by itself
	Page     string // that was visited
	Role     Role
	Variants []media.Variant
	Duration time.Duration // 0: not known
	Live     bool
	Event    bool // live, and all of it can still be had
	// LowLatency: RFC 8216bis, Appendix B.
	LowLatency bool
	Encrypted  bool     // AES-128
	DRM        string   // the DRM systems that the playlist names, empty for none
	KID        string   // of the DRM, if told
	Codecs     []string // of the best variant, as RFC 6381 has them
	Audio      []string // languages of the sounds, or their names
	Subtitles  []string // languages of the subtitles, or their names
	Thumbnails bool     // it has a track of small pictures
	Size       int64    // bytes, 0: not known
	Estimated  bool     // Size is bandwidth times duration
	Keys       []Key    // those that cannot be fetched
	Requests   int      // exchanges folded into it
	Player     *Player

	begun      bool // a segment was answered
	segments   []string
	aliases    []string // other addresses of the same text
	patterns   []string
	keys       []media.Key
	renditions []media.Rendition
	pictures   int // segments that are some
	whole      int64
	order      int
}

// Mentioned says that nothing asked for it: its address stands in a page, a script or an answer.
func (s *Stream) Mentioned() bool { return s.Evidence == media.ByMention }

// Fetchable reports whether package assemble can have it: what a manifest lists, or a file that a media element asked for. A script that
// asks for files feeds a player with them, which seldom needs one alone.
func (s *Stream) Fetchable() bool {
	if s.Kind != media.Video && s.Kind != media.Audio {
		return s.Kind.Listed()
	}
	return s.Exchange != nil && strings.EqualFold(string(s.Exchange.Type), "Media")
}

// Whole reports whether the page need not be heard any longer for the stream to be told in full: how long it is is known, and no key
// is on its way.
func (s *Stream) Whole() bool {
	switch s.Kind {
	case media.HLS, media.DASH, media.Smooth:
		return (s.Duration > 0 || s.Live) && !s.Encrypted
	}
	return true
}

// Sure reports whether the stream is the film of its page though it was not seen to play yet: a player was answered with a segment of it, it
// is longer than an advert or a preview is, nothing protects it, and it is Whole.
func (s *Stream) Sure() bool {
	return s.Kind.Listed() && s.begun && s.Whole() && !s.Live && s.DRM == "" && s.Duration > shortClip
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

// Best is the variant of the most lines, of those the one with the most bits per second.
func (s *Stream) Best() media.Variant {
	var best media.Variant
	for _, v := range s.Variants {
		if cmp.Or(cmp.Compare(v.Height, best.Height), cmp.Compare(v.Bandwidth, best.Bandwidth)) > 0 {
			best = v
		}
	}
	return best
}

// maxPlaylist bounds what is parsed, in bytes.
const maxPlaylist = 32 << 20

// Streams folds what the page said and heard into streams. The first is the one that a person would mean: it plays, or failing that it is
// the longest and largest. Adverts, previews and what belongs to a film come behind, and what was only mentioned last.
func (c *Capture) Streams() []*Stream {
	f := c.folded()
	f.hidden(c)
	f.join()
	f.rest(c)
	f.sizes()
	f.secrets(c)
	f.mentions()
	f.roles(c)
	return f.ranked()
}

// Loaded is Streams without what takes a look into every text: cheap enough to be asked all the time.
func (c *Capture) Loaded() []*Stream {
	f := c.folded()
	f.join()
	f.rest(c)
	f.roles(c)
	return f.ranked()
}

func (c *Capture) folded() *folder {
	f := &folder{
		page: c.Page, byURL: map[string]*Stream{}, counted: map[*Exchange]bool{}, texts: map[[32]byte]*Stream{}, asked: map[string]bool{},
		tracks: map[string]media.Hidden{}, adverts: map[string]media.Advert{},
	}
	for _, e := range c.Exchanges {
		f.ask(e)
		f.manifest(e)
	}
	return f
}

func (f *folder) rest(c *Capture) {
	for _, e := range c.Exchanges {
		f.file(e)
	}
	f.players(c)
}

func (f *folder) ranked() []*Stream {
	slices.SortStableFunc(f.list, rank)
	for _, s := range f.list {
		s.Page = f.page
	}
	for _, s := range f.list {
		if s.Role == RoleNone && !s.Mentioned() && isFilm(s.Kind) {
			s.Role = RoleMain // the first, and no other
			break
		}
	}
	return f.list
}

// rank puts what is no advert or the like first, then what plays, then what can be had, then the longest, the largest, the earliest.
func rank(a, b *Stream) int {
	return cmp.Or(
		cmp.Compare(group(a), group(b)),
		-cmp.Compare(a.playingArea(), b.playingArea()),
		cmp.Compare(weight(a.Kind), weight(b.Kind)),
		-cmp.Compare(a.Duration, b.Duration),
		-cmp.Compare(a.Height(), b.Height()),
		-cmp.Compare(a.Requests, b.Requests),
		cmp.Compare(a.order, b.order),
	)
}

var byWorth = []media.Kind{
	media.HLS, media.DASH, media.Video, media.Smooth, media.Audio, media.MSE, media.Segment, media.Subtitles, media.Thumbnails,
}

func weight(k media.Kind) int { return slices.Index(byWorth, k) }

// isFilm is true for what is watched or heard by itself.
func isFilm(k media.Kind) bool { return weight(k) >= 0 && weight(k) <= weight(media.Segment) }

func (s *Stream) playingArea() float64 {
	if s.Player == nil || !s.Player.Playing {
		return 0
	}
	return 1 + s.Player.Area
}

// folder is the state of one folding.
type folder struct {
	page  string
	list  []*Stream
	byURL map[string]*Stream // every URL that is known to belong to a stream
	lists []*Stream          // HLS media playlists, which may belong to a master
	loose []*Stream          // those with patterns

	counted map[*Exchange]bool
	texts   map[[32]byte]*Stream // by sum of the manifest
	asked   map[string]bool      // addresses of requests, and those without their query

	found   []mention
	tracks  map[string]media.Hidden // what HTML says of the files it names
	adverts map[string]media.Advert // named by an advertising server
}

func (f *folder) count(s *Stream, e *Exchange) {
	if !f.counted[e] {
		f.counted[e] = true
		s.Requests++
	}
	if e.URL() == s.URL {
		s.whole = max(s.whole, sizeOf(e))
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

// ask notes what was asked for.
func (f *folder) ask(e *Exchange) {
	f.asked[e.URL()], f.asked[spot(e.URL())] = true, true
	for _, h := range e.Redirects {
		f.asked[h.Request.URL], f.asked[spot(h.Request.URL)] = true, true
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

// add gives the stream that e is counted in: s, or the one that was known already.
func (f *folder) add(s *Stream, e *Exchange) *Stream {
	if known := f.owner(e); known != nil && known.Kind == s.Kind {
		f.count(known, e)
		return known
	}
	f.count(s, e)
	s.order = max(s.order, len(f.list))
	f.list = append(f.list, s)
	f.claim(s, e.URL())
	for _, h := range e.Redirects {
		f.claim(s, h.Request.URL)
	}
	return s
}

func (f *folder) claim(s *Stream, urls ...string) {
	for _, u := range urls {
		if u != "" && f.byURL[u] == nil {
			f.byURL[u] = s
		}
	}
}
