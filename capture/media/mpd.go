package media

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// OutlineDASH reads an MPD (ISO/IEC 23009-1) that came from base.
func OutlineDASH(base string, text []byte) (*Outline, error) {
	root, err := newResolver(base)
	if err != nil {
		return nil, err
	}
	o := &Outline{Kind: DASH, Master: true, Ended: true}
	p := mpdReader{o: o, resolver: root, variants: map[Variant]bool{}, renditions: map[Rendition]bool{}, patterns: map[string]bool{}}
	found := false
	eachTag(text, func(t tag) bool {
		found = found || t.name == "MPD"
		p.tag(t)
		return len(p.stack) < maxDepth && !p.full()
	})
	if !found {
		return nil, ErrNoManifest
	}
	p.end(0)
	o.Duration = cmp.Or(p.whole, min(p.periods, maxDuration))
	return o, nil
}

const maxDepth = 64

// level is one element that hands things down to those in it.
type level struct {
	name  string
	bases []string // addresses, absolute

	mime, codecs, kind, language, label string
	width, height                       int
	bandwidth                           int64
	addressed                           bool // by a SegmentTemplate or SegmentList
}

type mpdReader struct {
	*resolver
	o       *Outline
	stack   []level
	whole   time.Duration // mediaPresentationDuration
	periods time.Duration // sum

	last     *resolver // of lastBase
	lastBase string

	variants   map[Variant]bool
	renditions map[Rendition]bool
	patterns   map[string]bool
}

func (p *mpdReader) top() *level {
	if len(p.stack) == 0 {
		p.stack = append(p.stack, level{bases: []string{p.base.String()}})
	}
	return &p.stack[len(p.stack)-1]
}

func (p *mpdReader) tag(t tag) {
	if t.end {
		for i := len(p.stack) - 1; i > 0; i-- {
			if p.stack[i].name == t.name {
				p.end(i)
				break
			}
		}
		return
	}
	switch t.name {
	case "MPD", "Period", "AdaptationSet", "Representation":
		p.begin(t)
		if t.empty {
			p.end(len(p.stack) - 1)
		}
	case "BaseURL":
		p.baseURL(t.content())
	case "SegmentTemplate", "SegmentURL", "Initialization", "BitstreamSwitching", "RepresentationIndex":
		p.addresses(t)
	case "SegmentList":
		p.top().addressed = true
	case "ContentProtection":
		p.protection(t)
	case "ContentComponent":
		l := p.top()
		l.kind, l.language = cmp.Or(l.kind, t.attr("contentType")), cmp.Or(l.language, t.attr("lang"))
	case "EssentialProperty":
		if strings.HasSuffix(t.attr("schemeIdUri"), "thumbnail_tile") {
			p.top().kind = "image"
		}
	}
}

func (p *mpdReader) begin(t tag) {
	l := *p.top()
	l.name, l.addressed = t.name, l.addressed && t.name != "MPD"
	l.mime, l.codecs = cmp.Or(t.attr("mimeType"), l.mime), cmp.Or(t.attr("codecs"), l.codecs)
	l.kind, l.language = cmp.Or(t.attr("contentType"), l.kind), cmp.Or(t.attr("lang"), l.language)
	l.width, l.height = cmp.Or(number(t.attr("width"), 1<<16), l.width), cmp.Or(number(t.attr("height"), 1<<16), l.height)
	l.label = cmp.Or(t.attr("label"), l.label)
	l.bandwidth = bandwidth(t.attr("bandwidth"))
	switch t.name {
	case "MPD":
		p.o.Ended = t.attr("type") != "dynamic"
		p.whole = isoDuration(t.attr("mediaPresentationDuration"))
	case "Period":
		p.periods += isoDuration(t.attr("duration"))
	}
	p.stack = append(p.stack, l)
}

// end closes the element at place i and all in it.
func (p *mpdReader) end(i int) {
	for len(p.stack) > max(i, 0) {
		l := p.stack[len(p.stack)-1]
		p.stack = p.stack[:len(p.stack)-1]
		if l.name == "Representation" {
			p.represent(l)
		}
	}
}

// represent notes a Representation, once however many periods have it.
func (p *mpdReader) represent(l level) {
	if !l.addressed {
		for _, b := range l.bases {
			p.pattern(b) // one file, SegmentBase or none
		}
	}
	kind := kindOf(l)
	if kind == Video {
		v := Variant{Bandwidth: l.bandwidth, Width: l.width, Height: l.height, Codecs: l.codecs}
		if !p.variants[v] && len(p.variants) < maxVariants {
			p.variants[v] = true
			p.o.Variants = append(p.o.Variants, v)
		}
		return
	}
	r := Rendition{Kind: kind, Language: l.language, Name: l.label, Codecs: l.codecs, Bandwidth: l.bandwidth}
	if kind != None && !p.renditions[r] && len(p.renditions) < maxRenditions {
		p.renditions[r] = true
		p.o.Renditions = append(p.o.Renditions, r)
	}
}

// kindOf is told by contentType, or else by the media type, or of text in MP4 by the codec.
func kindOf(l level) Kind {
	major, minor, _ := strings.Cut(l.mime, "/")
	switch what := cmp.Or(l.kind, major); {
	case what == "video":
		return Video
	case what == "audio":
		return Audio
	case what == "image":
		return Thumbnails
	case what == "text", minor == "ttml+xml", strings.HasPrefix(l.codecs, "stpp"), strings.HasPrefix(l.codecs, "wvtt"):
		return Subtitles
	}
	return None
}

// baseURL adds an address; several on one level are alternatives (§5.6).
func (p *mpdReader) baseURL(ref string) {
	if len(p.patterns) >= maxPatterns {
		return
	}
	l := p.top()
	parent := []string{p.base.String()}
	if len(p.stack) > 1 {
		parent = p.stack[len(p.stack)-2].bases
	}
	if slices.Equal(l.bases, parent) {
		l.bases = nil // the first of this level
	}
	const most = 4
	for _, b := range parent {
		if r := p.from(b); r != nil && len(l.bases) < most {
			u := r.absolute(ref)
			p.kept += len(u)
			l.bases = append(l.bases, u)
		}
	}
}

// from resolves against a base, nil if that is no address.
func (p *mpdReader) from(base string) *resolver {
	if p.lastBase != base || p.last == nil {
		p.lastBase = base
		p.last, _ = newResolver(base)
	}
	return p.last
}

// addresses takes those of SegmentTemplate (§5.3.9.4) and SegmentList (§5.3.9.3).
func (p *mpdReader) addresses(t tag) {
	l := p.top()
	for _, name := range []string{"media", "initialization", "sourceURL"} {
		ref := t.attr(name)
		if ref == "" {
			continue
		}
		l.addressed = true
		if len(p.patterns) >= maxPatterns {
			return
		}
		for _, b := range l.bases {
			if r := p.from(b); r != nil {
				p.pattern(r.absolute(blanks(ref)))
			}
		}
	}
}

var identifier = regexp.MustCompile(`\$[A-Za-z]+(%0\d+[diuxXo])?\$`)

// blanks puts a * for each identifier (§5.3.9.4.4).
func blanks(template string) string {
	return strings.ReplaceAll(identifier.ReplaceAllString(template, "*"), "$$", "$")
}

func (p *mpdReader) pattern(s string) {
	p.kept += len(s)
	if !p.patterns[s] && len(p.patterns) < maxPatterns {
		p.patterns[s] = true
		p.o.Patterns = append(p.o.Patterns, s)
	}
}

// protection reads a ContentProtection (§5.8.4.1; ISO/IEC 23001-7 §11).
func (p *mpdReader) protection(t tag) {
	p.o.KID = cmp.Or(p.o.KID, strings.ToLower(t.attr("default_KID")))
	switch scheme := strings.ToLower(t.attr("schemeIdUri")); {
	case scheme == "urn:mpeg:dash:mp4protection:2011":
		p.o.DRM = withSystem(p.o.DRM, CommonEncryption)
	case strings.HasPrefix(scheme, "urn:uuid:"):
		p.o.DRM = withSystem(p.o.DRM, cmp.Or(System(scheme), scheme[:min(len(scheme), 64)]))
	}
}

var isoParts = regexp.MustCompile(`^P(?:(\d{1,6})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d+)?)S)?)?$`)

// isoDuration reads an xs:duration of days and less; 0 for what is none.
func isoDuration(s string) time.Duration {
	m := isoParts.FindStringSubmatch(s[:min(len(s), 64)])
	if m == nil {
		return 0
	}
	total := 0.0
	for i, unit := range []float64{86400, 3600, 60, 1} {
		n, _ := strconv.ParseFloat(m[i+1], 64)
		total += n * unit
	}
	return inSeconds(total)
}
