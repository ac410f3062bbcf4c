package plan

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"seine/assemble/manifest"
)

// MaxMirrors bounds the mirrors of one stream.
const MaxMirrors = 3

// Fold makes one variant of those that are the same encoding on several servers (RFC 8216 §6.2.4, RFC 8216bis §7.1), and likewise of
// their renditions: the others become its mirrors. Pathways come in the order that steering wants, else in that of
// the document. The presentation itself stays as it is.
func Fold(p *manifest.Presentation) *manifest.Presentation {
	f := &folding{from: p, into: *p, dropped: map[string]bool{}}
	f.into.Variants = nil
	f.into.Renditions = slices.Clone(p.Renditions)
	for _, v := range preferred(p) {
		f.variant(v)
	}
	f.renditions()
	return &f.into
}

// preferred are the variants with those of the wanted pathways in front.
func preferred(p *manifest.Presentation) []manifest.Variant {
	list := slices.Clone(p.Variants)
	if s := p.Steering; s != nil {
		slices.SortStableFunc(list, func(a, b manifest.Variant) int { return cmp.Compare(behind(s, a.Pathway), behind(s, b.Pathway)) })
	}
	return list
}

// behind is a pathway's place: what the steering manifest lists, then what the playlist wants to begin with, then all others.
func behind(s *manifest.Steering, pathway string) int {
	if i := slices.Index(s.Priority, pathway); i >= 0 {
		return i
	}
	if s.Pathway == pathway {
		return len(s.Priority)
	}
	return len(s.Priority) + 1
}

type folding struct {
	from *manifest.Presentation
	into manifest.Presentation
	// dropped are the groups whose renditions have become mirrors: type and name.
	dropped map[string]bool
}

// variant keeps v, or makes it a mirror of one that is kept.
func (f *folding) variant(v manifest.Variant) {
	for i := range f.into.Variants {
		k := &f.into.Variants[i]
		if !f.twins(k, &v) {
			continue
		}
		if k.URL.String() != v.URL.String() {
			k.Mirrors = mirrors(k.Mirrors, v.URL)
		}
		f.groups(k, &v)
		return
	}
	v.Mirrors = nil
	f.into.Variants = append(f.into.Variants, v)
}

// twins are alike in all that is stated, and on servers or pathways that differ.
func (f *folding) twins(a, b *manifest.Variant) bool {
	if a.Bandwidth != b.Bandwidth || a.AverageBandwidth != b.AverageBandwidth || a.Width != b.Width || a.Height != b.Height ||
		a.FrameRate != b.FrameRate || a.Codecs != b.Codecs || a.Name != b.Name || a.Range != b.Range || a.Captions != b.Captions {
		return false
	}
	if a.URL.Host == b.URL.Host && a.Pathway == b.Pathway && a.URL.String() != b.URL.String() {
		return false
	}
	return f.alike(manifest.Audio, a.Audio, b.Audio) && f.alike(manifest.Video, a.Video, b.Video) &&
		f.alike(manifest.Subtitles, a.Subtitles, b.Subtitles)
}

// alike are groups that hold the same renditions, whatever their addresses.
func (f *folding) alike(kind manifest.MediaType, a, b string) bool {
	if a == b {
		return true
	}
	one, two := group(f.from, kind, a), group(f.from, kind, b)
	if len(one) != len(two) || len(one) == 0 {
		return false
	}
	for i := range one {
		if !same(one[i], two[i]) {
			return false
		}
	}
	return true
}

// same tells whether two renditions differ in nothing but group and address.
func same(a, b *manifest.Rendition) bool {
	return a.Type == b.Type && a.Name == b.Name && a.Language == b.Language && a.Associated == b.Associated && a.Channels == b.Channels &&
		a.Characteristics == b.Characteristics && a.Service == b.Service && a.Default == b.Default && a.Autoselect == b.Autoselect &&
		a.Forced == b.Forced && (a.URL == nil) == (b.URL == nil)
}

// groups makes the renditions of v mirrors of those of k.
func (f *folding) groups(k, v *manifest.Variant) {
	for kind, names := range map[manifest.MediaType][2]string{
		manifest.Audio: {k.Audio, v.Audio}, manifest.Video: {k.Video, v.Video}, manifest.Subtitles: {k.Subtitles, v.Subtitles},
	} {
		id := string(kind) + " " + names[1]
		if names[0] == names[1] || f.dropped[id] {
			continue
		}
		f.dropped[id] = true
		kept := group(&f.into, kind, names[0])
		for i, r := range group(f.from, kind, names[1]) {
			if r.URL != nil && r.URL.String() != kept[i].URL.String() {
				kept[i].Mirrors = mirrors(kept[i].Mirrors, r.URL)
			}
		}
	}
}

// renditions takes out the groups that no variant has any more.
func (f *folding) renditions() {
	f.into.Renditions = slices.DeleteFunc(f.into.Renditions, func(r manifest.Rendition) bool {
		return f.dropped[string(r.Type)+" "+r.Group] && !slices.ContainsFunc(f.into.Variants, func(v manifest.Variant) bool {
			return r.Group == map[manifest.MediaType]string{
				manifest.Audio: v.Audio, manifest.Video: v.Video, manifest.Subtitles: v.Subtitles,
			}[r.Type]
		})
	})
}

func group(p *manifest.Presentation, kind manifest.MediaType, name string) (list []*manifest.Rendition) {
	for i := range p.Renditions {
		if r := &p.Renditions[i]; name != "" && r.Type == kind && r.Group == name {
			list = append(list, r)
		}
	}
	return list
}

func mirrors(list []*url.URL, u *url.URL) []*url.URL {
	known := slices.ContainsFunc(list, func(m *url.URL) bool { return m.String() == u.String() })
	if known || len(list) == MaxMirrors {
		return list
	}
	return append(slices.Clip(list), u)
}

// agree tells whether two playlists are of the same bytes on different servers: their segments match in count, number, duration (to
// 1 ms), range, discontinuities, gaps, file name and that of the initialization section, and their keys in all but the host.
func agree(a, b *manifest.Playlist) bool {
	if len(a.Segments) != len(b.Segments) || a.Ended != b.Ended {
		return false
	}
	for i := range a.Segments {
		if !agreeSegments(&a.Segments[i], &b.Segments[i]) {
			return false
		}
	}
	return true
}

func agreeSegments(a, b *manifest.Segment) bool {
	if a.Sequence != b.Sequence || (a.Duration-b.Duration).Abs() > time.Millisecond || a.Discontinuity != b.Discontinuity ||
		a.Period != b.Period || a.Gap != b.Gap {
		return false
	}
	if !agreeRanges(a.Range, b.Range) || lastElement(a.URL) != lastElement(b.URL) || (a.Init == nil) != (b.Init == nil) {
		return false
	}
	if a.Init != nil && !agreeInits(a.Init, b.Init) {
		return false
	}
	return slices.EqualFunc(a.Keys, b.Keys, agreeKeys)
}

func agreeInits(a, b *manifest.InitSection) bool {
	return agreeRanges(a.Range, b.Range) && lastElement(a.URL) == lastElement(b.URL) && slices.EqualFunc(a.Keys, b.Keys, agreeKeys)
}

func agreeRanges(a, b *manifest.ByteRange) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func agreeKeys(a, b manifest.Key) bool {
	if a.Method != b.Method || a.Format != b.Format || (a.IV == nil) != (b.IV == nil) || a.IV != nil && *a.IV != *b.IV {
		return false
	}
	return withoutHost(a.URL) == withoutHost(b.URL)
}

func withoutHost(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.RequestURI()
}

func lastElement(address string) string {
	return path.Base(pathOf(address))
}

// addMirrors tells the parts of a stream, and their initialization sections, where else their bytes are.
func addMirrors(parts []Part, s *Stream) {
	for _, twin := range s.Twins {
		if !agree(s.Playlist, twin) {
			continue
		}
		var init *Init // whose mirror in this twin is known
		for i := range parts {
			t, other := &parts[i], &twin.Segments[i]
			if other.URL != t.URL {
				t.Mirrors = append(t.Mirrors, other.URL)
			}
			if t.Init != nil && t.Init != init {
				init = t.Init
				init.mirrored(other.Init.URL)
			}
		}
	}
}

// mirrored adds an address. One that is data needs no mirror, and is none.
func (t *Init) mirrored(address string) {
	if address == t.URL || strings.HasPrefix(t.URL, "data:") || strings.HasPrefix(address, "data:") || slices.Contains(t.Mirrors, address) {
		return
	}
	t.Mirrors = append(t.Mirrors, address)
}
