package dash

import (
	"cmp"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"seine/assemble/manifest"
)

// presenter turns an MPD into a presentation.
type presenter struct {
	mpd     *mpd
	base    *url.URL
	spans   []span
	air     *air // nil for what is whole
	periods [][]set
	main    int // the period that says what there is to choose from: the longest
	out     *manifest.Presentation
	foreign string // media type of what was left alone
}

// set is an adaptation set with what stands above it.
type set struct {
	*adaptationSet
	what    kind
	options []*media // its representations that can be had, in the document's order
}

func (m *mpd) present(base *url.URL) (*manifest.Presentation, error) {
	spans, err := m.spans()
	if err != nil {
		return nil, err
	}
	p := &presenter{mpd: m, base: base, spans: spans, out: &manifest.Presentation{URL: base}}
	if p.air, err = m.broadcast(); err != nil {
		return nil, err
	}
	if p.air != nil {
		p.out.Broadcast = p.air.describe(m, base)
	}
	if err := p.collect(); err != nil {
		return nil, err
	}
	p.choosePeriod()
	p.sounds()
	p.pictures()
	p.texts()
	switch {
	case len(p.out.Variants) > 0:
		return p.out, nil
	case p.foreign != "":
		return nil, fmt.Errorf("DASH with segments of the type %.60q is %w", p.foreign, errUnsupported)
	}
	return nil, fmt.Errorf("%w: it has no picture and no sound", ErrEmpty)
}

func (p *presenter) warn(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(p.out.Warnings, text) {
		p.out.Warnings = append(p.out.Warnings, text)
	}
}

// collect gathers the sets of all periods, with what they inherit.
func (p *presenter) collect() error {
	top, err := newBases(p.base).enter(p.mpd.Bases)
	if err != nil {
		return err
	}
	sets, options := 0, 0
	for i := range p.mpd.Periods {
		d := &p.mpd.Periods[i]
		if d.Link == resolvedToNothing {
			p.periods = append(p.periods, nil)
			continue
		}
		if d.Link != "" {
			return errLinked
		}
		bases, err := top.enter(d.Bases)
		if err != nil {
			return err
		}
		var list []set
		for k := range d.Sets {
			s, err := p.set(&d.Sets[k], d.addressing, bases, p.spans[i])
			if err != nil {
				return err
			}
			sets, options = sets+1, options+len(s.options)
			if sets > maxSets*len(p.mpd.Periods) || options > maxOptions*len(p.mpd.Periods) {
				return fmt.Errorf("%w: more than %d adaptation sets or %d representations in a period", ErrTooLarge, maxSets, maxOptions)
			}
			if len(s.options) > 0 {
				list = append(list, s)
			}
		}
		p.periods = append(p.periods, list)
	}
	return nil
}

func (p *presenter) set(a *adaptationSet, above addressing, bases bases, in span) (set, error) {
	s := set{adaptationSet: a, what: a.kind()}
	switch {
	case a.Link == resolvedToNothing, s.what == other:
		return set{}, nil
	case a.Link != "":
		return set{}, errLinked
	}
	bases, err := bases.enter(a.Bases)
	if err != nil {
		return set{}, err
	}
	for i := range a.Representations {
		r := &a.Representations[i]
		own, err := bases.enter(r.Bases)
		if err != nil {
			return set{}, err
		}
		m := &media{
			id: r.ID, bandwidth: r.Bandwidth, bases: own, span: in,
			common: r.common.inherit(a.common), addressing: r.addressing.inherit(a.addressing.inherit(above)),
		}
		switch {
		case r.Depends != "":
			p.warn("representation %.60q needs others (%.60q), and is left alone", r.ID, r.Depends)
		case s.what != text && !m.joinable():
			p.foreign = m.MimeType
			p.warn("representation %.60q is %.60q, which is not supported yet, and is left alone", r.ID, m.MimeType)
		default:
			s.options = append(s.options, m)
		}
	}
	return s, nil
}

// choosePeriod takes the longest period that has a picture, or else a sound.
func (p *presenter) choosePeriod() {
	best := func(what kind) int {
		found := -1
		for i, sets := range p.periods {
			has := slices.ContainsFunc(sets, func(s set) bool { return s.what == what })
			if has && (found < 0 || length(p.spans[i]) > length(p.spans[found])) {
				found = i
			}
		}
		return found
	}
	if p.main = best(video); p.main < 0 {
		p.main = max(best(audio), 0)
	}
}

// length is that of a period; one of which nobody knows it is the longest.
func length(s span) int64 {
	if s.length < 0 {
		return math.MaxInt64
	}
	return int64(s.length)
}

// of lists the sets of one kind in the period that counts, the usual ones before those of another role.
func (p *presenter) of(what kind) (list []*set) {
	for i := range p.periods[p.main] {
		if s := &p.periods[p.main][i]; s.what == what {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *set) int { return cmp.Compare(a.rank(), b.rank()) })
	if !slices.ContainsFunc(list, func(s *set) bool { return !s.old() }) {
		return list
	}
	return slices.DeleteFunc(list, func(s *set) bool {
		if s.old() {
			p.warn("%s is left alone, for what else there is fits in an mp4", s.options[0].Codecs)
		}
		return s.old()
	})
}

// old is true for codecs that only WebM has a place for: what they would be joined with may have none there.
func (s *set) old() bool {
	f := family(s.options[0].Codecs)
	return f == "vp8" || f == "vp08" || f == "vorbis"
}

// rank orders sets by what they are for.
func (s *set) rank() int {
	switch {
	case s.describes():
		return 2
	case s.role() == "" || s.role() == "main":
		return 0
	}
	return 1
}

// sounds makes a rendition of each set: its best representation.
func (p *presenter) sounds() {
	list := p.of(audio)
	for i, s := range list {
		m := slices.MaxFunc(s.options, func(a, b *media) int { return cmp.Compare(a.bandwidth, b.bandwidth) })
		r := manifest.Rendition{
			Type: manifest.Audio, Group: "audio", Language: s.language(), Name: s.name(i), Channels: m.channels(), Codecs: m.Codecs,
			Default: i == 0, Autoselect: s.rank() == 0, URL: p.name("audio", s, m), Lister: p.track(s, m),
		}
		if s.describes() {
			r.Characteristics = "public.accessibility.describes-video"
		}
		p.out.Renditions = append(p.out.Renditions, r)
	}
}

// pictures makes a variant of each representation; of sounds alone, of those of the first set.
func (p *presenter) pictures() {
	list := p.of(video)
	group, sound := "", int64(0)
	if len(p.out.Renditions) > 0 {
		group = "audio"
	}
	texts := ""
	if len(p.of(text)) > 0 {
		texts = "text"
	}
	switch {
	case len(list) == 0:
		list = p.of(audio)
		list, p.out.Renditions, group = list[:min(len(list), 1)], nil, ""
	case group != "":
		for _, m := range p.of(audio)[0].options {
			sound = max(sound, m.bandwidth)
		}
	}
	for _, s := range list {
		if s.rank() != list[0].rank() {
			p.warn("another picture, of the role %.40q, is left alone", s.role())
			continue
		}
		for _, m := range s.options {
			v := manifest.Variant{
				URL: p.name("main", s, m), Lister: p.track(s, m), Bandwidth: m.bandwidth + sound, Width: m.Width, Height: m.Height,
				FrameRate: rate(m.FrameRate), Codecs: m.Codecs, Pathway: ".", Audio: group, Subtitles: texts,
			}
			if hasSound(m.Codecs) {
				v.Audio = ""
			}
			p.out.Variants = append(p.out.Variants, v)
		}
	}
}

// texts names the subtitles.
func (p *presenter) texts() {
	for i, s := range p.of(text) {
		m := s.readable()
		r := manifest.Rendition{
			Type: manifest.Subtitles, Group: "text", Language: s.language(), Name: s.name(i), Forced: s.hasRole("forced-subtitle") || s.hasRole("forced_subtitle"),
			URL: p.name("text", s, m), Lister: p.track(s, m),
		}
		if s.hasRole("caption") || s.hardOfHearing() {
			r.Characteristics = "public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound"
		}
		p.out.Renditions = append(p.out.Renditions, r)
	}
}

// name tells the streams of one manifest apart: its address with a fragment, of which no server hears.
func (p *presenter) name(what string, s *set, m *media) *url.URL {
	u := *p.base
	u.Fragment, u.RawFragment = what+"="+s.ID+"/"+m.id+"/"+strconv.FormatInt(m.bandwidth, 10), ""
	return &u
}

// name is for people.
func (s *set) name(i int) string {
	if len(s.Labels) > 0 {
		return cmp.Or(strings.TrimSpace(s.Labels[0]), s.Label)
	}
	return cmp.Or(s.Label, s.language(), fmt.Sprint(i+1))
}

// channels is how many a sound has, where that is a number.
func (m *media) channels() string {
	for _, c := range m.Channels {
		if n, err := strconv.Atoi(c.Value); err == nil && n > 0 && n < 100 && strings.HasPrefix(c.Scheme, "urn:mpeg:") {
			return c.Value
		}
	}
	return ""
}

// rate reads a frame rate: a number or a fraction.
func rate(s string) float64 {
	a, b, fraction := strings.Cut(s, "/")
	n, err := strconv.ParseFloat(a, 64)
	if err != nil || n < 0 || n > 1e6 {
		return 0
	}
	if d, err := strconv.ParseFloat(b, 64); fraction && err == nil && d > 0 {
		return n / d
	}
	return n
}

// track follows a representation through all periods.
func (p *presenter) track(s *set, m *media) *track {
	t := &track{url: p.name(fmt.Sprint(s.what), s, m), air: p.air, spans: p.spans, periods: make([]*media, len(p.periods))}
	for i := range p.periods {
		if t.periods[i] = m; i != p.main {
			t.periods[i] = like(p.periods[i], s, m)
		}
	}
	return t
}

// like finds, among the sets of another period, what goes on with a representation: by role, language and codec; then the same id, the
// nearest height and bit rate. nil when the period has nothing of the kind.
func like(sets []set, s *set, m *media) (best *media) {
	var least [6]int64
	for i := range sets {
		o := &sets[i]
		if o.what != s.what {
			continue
		}
		for _, r := range o.options {
			d := [6]int64{
				differs(o.rank() != s.rank()), differs(o.language() != s.language()), differs(family(r.Codecs) != family(m.Codecs)),
				differs(r.id != m.id), abs(int64(r.Height - m.Height)), abs(r.bandwidth - m.bandwidth),
			}
			if best == nil || slices.Compare(d[:], least[:]) < 0 {
				best, least = r, d
			}
		}
	}
	return best
}

func differs(yes bool) int64 {
	if yes {
		return 1
	}
	return 0
}

func abs(n int64) int64 { return max(n, -n) }
