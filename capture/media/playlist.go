package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"strings"
)

// OutlineHLS reads a playlist that came from base; URLs are made absolute.
func OutlineHLS(base string, text []byte) (*Outline, error) {
	text = bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	if !bytes.HasPrefix(text, []byte("#EXTM3U")) {
		return nil, ErrNotHLS
	}
	root, err := newResolver(base)
	if err != nil {
		return nil, err
	}
	o := &Outline{Kind: HLS}
	p := outliner{o: o, resolver: root}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 64<<10)
	for n := 0; n < maxLines && !p.full() && lines.Scan(); n++ {
		p.line(strings.TrimSpace(lines.Text()))
	}
	return o, lines.Err()
}

type outliner struct {
	*resolver
	o        *Outline
	next     *Variant // an EXT-X-STREAM-INF that waits for its URI
	opens    *Key     // an EXT-X-KEY that waits for its segment
	sequence uint64   // EXT-X-MEDIA-SEQUENCE
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
	if !p.master(tag, value) {
		p.media(tag, strings.TrimSpace(value))
	}
}

// master reads the tags of a master playlist (RFC 8216 §4.3.4).
func (p *outliner) master(tag, value string) bool {
	switch tag {
	case "#EXT-X-STREAM-INF":
		p.next = variant(attributes(value))
	case "#EXT-X-MEDIA":
		p.rendition(attributes(value))
	case "#EXT-X-I-FRAME-STREAM-INF":
		p.other(attributes(value)["URI"])
	case "#EXT-X-IMAGE-STREAM-INF": // of Roku's and Disney's image media playlists
		a := attributes(value)
		p.other(a["URI"])
		p.add(Rendition{Kind: Thumbnails, URL: a["URI"], Name: a["NAME"]})
	default:
		return false
	}
	p.o.Master = true
	return true
}

// media reads the tags of a media playlist (RFC 8216 §4.3.3), and those of either.
func (p *outliner) media(tag, value string) {
	switch tag {
	case "#EXTINF":
		seconds, _, _ := strings.Cut(value, ",")
		if s, err := strconv.ParseFloat(strings.TrimSpace(seconds), 64); err == nil && s > 0 && s < 1e6 {
			p.o.Duration = min(p.o.Duration+inSeconds(s), maxDuration)
		}
	case "#EXT-X-MEDIA-SEQUENCE":
		p.sequence, _ = strconv.ParseUint(value, 10, 64)
	case "#EXT-X-ENDLIST":
		p.o.Ended = true
	case "#EXT-X-PLAYLIST-TYPE":
		p.o.Ended, p.o.Event = p.o.Ended || value == "VOD", value == "EVENT"
	case "#EXT-X-PART-INF", "#EXT-X-PART":
		p.o.LowLatency = true
	case "#EXT-X-IMAGES-ONLY", "#EXT-X-TILES":
		p.o.Images = true
	case "#EXT-X-MAP":
		if u := attributes(value)["URI"]; u != "" {
			p.o.Others = append(p.o.Others, p.absolute(u))
		}
	case "#EXT-X-KEY", "#EXT-X-SESSION-KEY":
		p.key(attributes(value))
	}
}

func (p *outliner) uri(u string) {
	if p.next != nil {
		p.next.URL = u
		if len(p.o.Variants) < maxVariants {
			p.o.Variants = append(p.o.Variants, *p.next)
		}
		p.next = nil
		return
	}
	if k := p.opens; k != nil {
		p.opens = nil
		if k.Segment = u; len(k.IV) == 0 {
			k.IV = binary.BigEndian.AppendUint64(make([]byte, 8, 16), p.sequence+uint64(len(p.o.Segments)))
		}
		if len(p.o.Keys) < maxKeys {
			p.o.Keys = append(p.o.Keys, *k)
		}
	}
	p.o.Segments = append(p.o.Segments, u)
}

func (p *outliner) other(uri string) {
	if uri != "" {
		p.o.Others = append(p.o.Others, p.absolute(uri))
	}
}

var renditionKinds = map[string]Kind{"AUDIO": Audio, "SUBTITLES": Subtitles, "CLOSED-CAPTIONS": Subtitles, "IMAGE": Thumbnails}

func (p *outliner) rendition(a map[string]string) {
	p.other(a["URI"])
	if k := renditionKinds[a["TYPE"]]; k != None {
		p.add(Rendition{Kind: k, URL: a["URI"], Language: a["LANGUAGE"], Name: a["NAME"], Captions: a["TYPE"] == "CLOSED-CAPTIONS"})
	}
}

func (p *outliner) add(r Rendition) {
	if r.URL != "" {
		r.URL = p.absolute(r.URL)
	}
	if len(p.o.Renditions) < maxRenditions {
		p.o.Renditions = append(p.o.Renditions, r)
	}
}

func (p *outliner) key(a map[string]string) {
	format := strings.ToLower(a["KEYFORMAT"])
	switch {
	case a["METHOD"] == "NONE" || a["METHOD"] == "":
		p.opens = nil
	case format == "" || format == "identity":
		p.o.Encrypted = true
		if a["METHOD"] == "AES-128" && a["URI"] != "" {
			p.opens = &Key{URL: p.absolute(a["URI"]), IV: initialisation(a["IV"])}
		}
	case System(format) != "":
		p.o.DRM = withSystem(p.o.DRM, System(format))
	default:
		p.o.DRM = withSystem(p.o.DRM, a["KEYFORMAT"])
	}
}

// initialisation reads the IV attribute, a hexadecimal number of 128 bits; nil if it is none.
func initialisation(s string) []byte {
	digits, ok := strings.CutPrefix(strings.ToLower(s), "0x")
	if !ok || len(digits) > 32 {
		return nil
	}
	iv, err := hex.DecodeString(strings.Repeat("0", 32-len(digits)) + digits)
	if err != nil {
		return nil
	}
	return iv
}

func variant(a map[string]string) *Variant {
	v := &Variant{Codecs: a["CODECS"], Bandwidth: bandwidth(a["BANDWIDTH"]), Average: bandwidth(a["AVERAGE-BANDWIDTH"])}
	if w, h, ok := strings.Cut(a["RESOLUTION"], "x"); ok {
		v.Width, v.Height = number(w, math.MaxUint16+1), number(h, math.MaxUint16+1)
	}
	return v
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
