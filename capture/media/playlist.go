package media

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Outline is as much of an HLS playlist as it takes to say what it is to a person, and which others belong to it. It is no
// parser to download from.
type Outline struct {
	Master    bool
	Variants  []Variant     // of a master
	Others    []string      // URLs of renditions and I-frame lists of a master
	Segments  []string      // URLs of a media playlist, in order
	Duration  time.Duration // of a media playlist
	Ended     bool          // EXT-X-ENDLIST, or PLAYLIST-TYPE:VOD: not live
	Encrypted bool          // AES-128
	DRM       string        // the DRM system, empty for none
}

// Variant is one EXT-X-STREAM-INF (RFC 8216 §4.3.4.2).
type Variant struct {
	URL           string
	Bandwidth     int64 // bits per second
	Width, Height int
	Codecs        string
}

// ErrNotHLS means that the text is no HLS playlist.
var ErrNotHLS = errors.New("not an HLS playlist")

// What a page can make us keep is bounded, in lines and in bytes of addresses: many short lines under a long base make
// much of little.
const (
	maxLines     = 400_000
	maxAddresses = 64 << 20
)

// maxDuration is what durations are cut at: over it a sum of them could overflow.
const maxDuration = 10 * 365 * 24 * time.Hour

// OutlineHLS reads a playlist that came from base; URLs are made absolute.
func OutlineHLS(base string, text []byte) (*Outline, error) {
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	if !bytes.HasPrefix(text, []byte("#EXTM3U")) {
		return nil, ErrNotHLS
	}
	root, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	o := &Outline{}
	p := outliner{o: o, base: root}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 64<<10)
	for n := 0; n < maxLines && p.kept < maxAddresses && lines.Scan(); n++ {
		p.line(strings.TrimSpace(lines.Text()))
	}
	return o, lines.Err()
}

type outliner struct {
	o    *Outline
	base *url.URL
	next *Variant // an EXT-X-STREAM-INF that waits for its URI
	kept int      // bytes of addresses
}

func (p *outliner) line(l string) {
	if l == "" {
		return
	}
	if !strings.HasPrefix(l, "#") {
		p.uri(p.absolute(l))
		return
	}
	tag, value, _ := strings.Cut(l, ":")
	switch tag {
	case "#EXT-X-STREAM-INF":
		p.o.Master = true
		p.next = variant(attributes(value))
	case "#EXT-X-MEDIA", "#EXT-X-I-FRAME-STREAM-INF":
		p.o.Master = true
		if u := attributes(value)["URI"]; u != "" {
			p.o.Others = append(p.o.Others, p.absolute(u))
		}
	case "#EXTINF":
		seconds, _, _ := strings.Cut(value, ",")
		if s, err := strconv.ParseFloat(strings.TrimSpace(seconds), 64); err == nil && s > 0 && s < 1e6 {
			p.o.Duration = min(p.o.Duration+time.Duration(s*float64(time.Second)), maxDuration)
		}
	case "#EXT-X-ENDLIST":
		p.o.Ended = true
	case "#EXT-X-PLAYLIST-TYPE":
		p.o.Ended = p.o.Ended || strings.TrimSpace(value) == "VOD"
	case "#EXT-X-KEY", "#EXT-X-SESSION-KEY":
		p.key(attributes(value))
	}
}

func (p *outliner) uri(u string) {
	if p.next != nil {
		p.next.URL = u
		p.o.Variants = append(p.o.Variants, *p.next)
		p.next = nil
		return
	}
	p.o.Segments = append(p.o.Segments, u)
}

func (p *outliner) absolute(ref string) string {
	if u, err := p.base.Parse(ref); err == nil {
		u.RawQuery = percentEncoded(u.RawQuery)
		ref = u.String()
	}
	p.kept += len(ref)
	return ref
}

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

// systems maps KEYFORMAT to the name of the DRM system.
var systems = map[string]string{
	"com.apple.streamingkeydelivery":                "FairPlay",
	"com.microsoft.playready":                       "PlayReady",
	"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed": "Widevine",
	"urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95": "PlayReady",
}

func (p *outliner) key(a map[string]string) {
	format := strings.ToLower(a["KEYFORMAT"])
	switch {
	case a["METHOD"] == "NONE" || a["METHOD"] == "":
	case format == "" || format == "identity":
		p.o.Encrypted = true
	case systems[format] != "":
		p.o.DRM = systems[format]
	default:
		p.o.DRM = a["KEYFORMAT"]
	}
}

func variant(a map[string]string) *Variant {
	v := &Variant{Codecs: a["CODECS"]}
	v.Bandwidth = int64(number(a["BANDWIDTH"], 1<<40))
	if w, h, ok := strings.Cut(a["RESOLUTION"], "x"); ok {
		v.Width, v.Height = number(w, 1<<16), number(h, 1<<16)
	}
	return v
}

// number is 0 for what is no decimal integer (RFC 8216 §4.2) up to most.
func number(s string, most int) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > most {
		return 0
	}
	return n
}

// attributes splits an attribute list, RFC 8216 §4.2.
func attributes(s string) map[string]string {
	a := map[string]string{}
	for s != "" {
		name, rest, ok := strings.Cut(s, "=")
		if !ok {
			break
		}
		var value string
		if strings.HasPrefix(rest, `"`) {
			value, rest, _ = strings.Cut(rest[1:], `"`)
			_, rest, _ = strings.Cut(rest, ",")
		} else {
			value, rest, _ = strings.Cut(rest, ",")
		}
		a[strings.TrimSpace(name)] = strings.TrimSpace(value)
		s = rest
	}
	return a
}
