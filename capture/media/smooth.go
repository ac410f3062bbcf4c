package media

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// OutlineSmooth reads a Smooth Streaming client manifest (MS-SSTR §2.2.2) that came from base.
func OutlineSmooth(base string, text []byte) (*Outline, error) {
	root, err := newResolver(base)
	if err != nil {
		return nil, err
	}
	o := &Outline{Kind: Smooth, Master: true}
	p := smoothReader{o: o, resolver: root}
	eachTag(text, func(t tag) bool {
		p.tag(t)
		return !p.full()
	})
	if !p.found {
		return nil, ErrNoManifest
	}
	return o, nil
}

type smoothReader struct {
	*resolver
	o     *Outline
	found bool
	kind  Kind // of the StreamIndex
	last  Rendition
}

var smoothKinds = map[string]Kind{"video": Video, "audio": Audio, "text": Subtitles}

func (p *smoothReader) tag(t tag) {
	if t.end {
		return
	}
	switch t.name {
	case "SmoothStreamingMedia":
		p.found = true
		p.o.Ended = !strings.EqualFold(t.attr("IsLive"), "true")
		scale, err := strconv.ParseFloat(cmp.Or(t.attr("TimeScale"), "10000000"), 64)
		if ticks, e := strconv.ParseFloat(t.attr("Duration"), 64); err == nil && e == nil && scale > 0 {
			p.o.Duration = inSeconds(ticks / scale)
		}
	case "StreamIndex":
		p.stream(t)
	case "QualityLevel":
		p.quality(t)
	case "ProtectionHeader":
		p.o.DRM = withSystem(p.o.DRM, cmp.Or(System(t.attr("SystemID")), "PlayReady"))
	}
}

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

func (p *smoothReader) stream(t tag) {
	p.kind = smoothKinds[strings.ToLower(t.attr("Type"))]
	if ref := t.attr("Url"); ref != "" && len(p.o.Patterns) < maxPatterns {
		p.o.Patterns = append(p.o.Patterns, p.absolute(placeholder.ReplaceAllString(ref, "*")))
	}
	p.last = Rendition{Kind: p.kind, Language: t.attr("Language"), Name: t.attr("Name")}
}

func (p *smoothReader) quality(t tag) {
	rate := bandwidth(t.attr("Bitrate"))
	codec := smoothCodec(strings.ToUpper(t.attr("FourCC")))
	if p.kind == Video && len(p.o.Variants) < maxVariants {
		p.o.Variants = append(p.o.Variants, Variant{
			Bandwidth: rate, Width: number(t.attr("MaxWidth"), 1<<16), Height: number(t.attr("MaxHeight"), 1<<16), Codecs: codec,
		})
		return
	}
	if r := p.last; r.Kind != None && r.Kind != Video && len(p.o.Renditions) < maxRenditions {
		r.Bandwidth, r.Codecs = rate, codec
		p.o.Renditions = append(p.o.Renditions, r)
	}
}

// smoothCodec is a FourCC as RFC 6381 would have it, as far as it is told (MS-SSTR §2.2.2.5).
func smoothCodec(fourCC string) string {
	switch fourCC {
	case "H264", "AVC1":
		return "avc1"
	case "HVC1", "HEV1":
		return "hvc1"
	case "AACL":
		return "mp4a.40.2"
	case "AACH":
		return "mp4a.40.5"
	case "EC-3":
		return "ec-3"
	case "TTML", "DFXP":
		return "stpp"
	}
	return strings.ToLower(fourCC)
}
