package media

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Outline is as much of a playlist or manifest as it takes to say what it is to a person, and what else belongs to it. It is no
// parser to download from.
type Outline struct {
	Kind       Kind // HLS, DASH or Smooth
	Master     bool // it names others, or is a whole manifest
	Variants   []Variant
	Renditions []Rendition
	Others     []string      // URLs of renditions and I-frame lists of a master
	Segments   []string      // URLs of an HLS media playlist, in order
	Patterns   []string      // of DASH and Smooth: URLs of segments, * for what a player puts in; see Fits
	Duration   time.Duration // of a media playlist or manifest
	Ended      bool          // EXT-X-ENDLIST, PLAYLIST-TYPE:VOD, MPD@type static: not live
	Event      bool          // PLAYLIST-TYPE:EVENT: live, and nothing of it goes away
	LowLatency bool          // has parts (RFC 8216bis §4.4.4.9)
	Images     bool          // its segments are pictures
	Encrypted  bool          // AES-128, or SAMPLE-AES with a key that anybody may fetch
	Keys       []Key         // of a media playlist
	DRM        string        // the DRM systems, empty for none
	KID        string        // cenc:default_KID, the first
}

// Variant is one quality of the picture: EXT-X-STREAM-INF (RFC 8216 §4.3.4.2), a video Representation (ISO/IEC 23009-1 §5.3.5),
// a QualityLevel (MS-SSTR §2.2.2.5).
type Variant struct {
	URL           string
	Bandwidth     int64 // bits per second, the peak
	Average       int64 // bits per second, 0: not told
	Width, Height int
	Codecs        string // as RFC 6381 has them
}

// Rendition goes with the variants: EXT-X-MEDIA (RFC 8216 §4.3.4.1), or an AdaptationSet of another kind.
type Rendition struct {
	Kind      Kind // Audio, Subtitles or Thumbnails
	URL       string
	Language  string // RFC 5646
	Name      string
	Codecs    string
	Bandwidth int64 // bits per second, 0: not told
	Captions  bool  // inside of the picture (CLOSED-CAPTIONS)
}

// Key is an AES-128 key of a playlist (RFC 8216 §4.3.2.4), with the first segment that it opens.
type Key struct {
	URL     string
	IV      []byte // 16 bytes; where the playlist names none, the media sequence number (§5.2)
	Segment string // URL
}

// ErrNotHLS means that the text is no HLS playlist.
var ErrNotHLS = errors.New("not an HLS playlist")

// ErrNoManifest means that the text is none of the kinds.
var ErrNoManifest = errors.New("not a playlist or manifest")

// What a page can make us keep is bounded, in lines and in bytes of addresses: many short lines under a long base make
// much of little.
const (
	maxLines      = 400_000
	maxAddresses  = 64 << 20
	maxVariants   = 2000
	maxRenditions = 2000
	maxPatterns   = 2000
	maxKeys       = 1000
)

// maxDuration is what durations are cut at: over it a sum of them could overflow.
const maxDuration = 10 * 365 * 24 * time.Hour

// OutlineOf reads a playlist or manifest of any kind that came from base. Its error is ErrNotHLS or ErrNoManifest if the text is none.
func OutlineOf(base string, text []byte) (*Outline, error) {
	switch f := byContent(text[:min(len(text), headOfText)]); f.Kind {
	case HLS:
		return OutlineHLS(base, text)
	case DASH:
		return OutlineDASH(base, text)
	case Smooth:
		return OutlineSmooth(base, text)
	}
	return nil, ErrNoManifest
}

// headOfText is where the root element of a manifest is looked for: licences stand before it as comments.
const headOfText = 64 << 10

// Fits says whether an address is one that pattern stands for: each * for any text, and any query where pattern has none.
func Fits(pattern, address string) bool {
	address, _, _ = strings.Cut(address, "#")
	if !strings.Contains(pattern, "?") {
		address, _, _ = strings.Cut(address, "?")
	}
	first, _, _ := strings.Cut(pattern, "*")
	rest, ok := strings.CutPrefix(address, first)
	if !ok || len(first) == len(pattern) {
		return ok && rest == ""
	}
	pieces := strings.Split(pattern, "*")
	last := pieces[len(pieces)-1]
	for _, p := range pieces[1 : len(pieces)-1] {
		if _, rest, ok = strings.Cut(rest, p); !ok {
			return false
		}
	}
	return strings.HasSuffix(rest, last)
}

// resolver makes addresses absolute, as a browser writes them, and counts their bytes.
type resolver struct {
	base   *url.URL
	folder string // of base, with the slash at its end; empty if it has none
	kept   int
}

func newResolver(base string) (*resolver, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	r := &resolver{base: u}
	if here, err := u.Parse("./"); err == nil && here.Host != "" {
		r.folder = here.String()
	}
	return r, nil
}

func (r *resolver) absolute(ref string) string {
	if r.folder != "" && isPlain(ref) {
		r.kept += len(r.folder) + len(ref)
		return r.folder + ref
	}
	if u, err := r.base.Parse(ref); err == nil {
		u.RawQuery = percentEncoded(u.RawQuery)
		ref = u.String()
	}
	r.kept += len(ref)
	return ref
}

// isPlain tells names of files in the same folder or below, as nearly all are: they need no parser.
func isPlain(ref string) bool {
	dots := true // only dots since the last slash
	for i := range len(ref) {
		switch c := ref[i]; {
		case c == '.' && dots, c == '/' && (i == 0 || ref[i-1] == '/'):
			return false
		case c == '/':
			dots = true
			continue
		case !isWord(c) && c != '-' && c != '.':
			return false
		}
		dots = false
	}
	return ref != ""
}

// full is true once no more addresses are to be kept.
func (r *resolver) full() bool { return r.kept >= maxAddresses }

// percentEncoded escapes what a browser escapes in a query and net/url leaves (WHATWG URL, query percent-encode set): the
// addresses of a playlist must equal those that Chrome asks for.
func percentEncoded(query string) string {
	var b strings.Builder
	for _, c := range []byte(query) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"#<>`, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// number is 0 for what is no decimal integer (RFC 8216 §4.2) up to most.
func number(s string, most int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > most {
		return 0
	}
	return n
}

// bandwidth in bits per second.
func bandwidth(s string) int64 { return int64(number(s, 1<<40)) }

// inSeconds is a duration that cannot overflow when it is added to another.
func inSeconds(s float64) time.Duration {
	if !(s > 0) { // NaN too
		return 0
	}
	return time.Duration(min(s, maxDuration.Seconds()) * float64(time.Second))
}
