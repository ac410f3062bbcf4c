package plan

import (
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// Island is a stretch of the film that looks spliced in, an advert as a rule.
type Island struct {
	// Start is its place in the film that it is part of.
	Start, Duration time.Duration
	// Clips counts the runs between discontinuities that it consists of.
	Clips int
	// Why says in a few words what gives it away.
	Why []string
}

// End is where the film goes on.
func (i *Island) End() time.Duration { return i.Start + i.Duration }

const (
	// mainShare is the least part of the film that must be of one family before anything is an island in it, in percent.
	mainShare = 60
	// maxIsland bounds one: longer ones are more likely part of the film.
	maxIsland = 10 * time.Minute
	// maxRuns bounds the work: a list of more has a discontinuity at every other segment.
	maxRuns = 10_000
)

// Islands finds what looks spliced in. The runs between the discontinuities of the first stream are sorted into families by
// folder and by whether they are encrypted; the film is the largest family, and an island is a run of another one, or one that
// differs in at least two lesser ways: initialization section, pattern of durations, pattern of names, parameter sets. A short one that
// is coded in another format is an island as well, as far as Plan.Codings tells: codec, size of the picture, sample rate. What the playlist
// itself calls a break (SCTE-35 and its kin, date ranges) is one as well. A film that has no clear main family has no islands.
func Islands(p *Plan) []Island {
	runs := runsOf(p)
	main := mainFamily(runs)
	if main == nil {
		return nil
	}
	var list []Island
	var total, foreign time.Duration
	for i := range runs {
		r := &runs[i]
		total += r.duration
		why := r.foreign(main)
		if len(why) == 0 || r.duration > maxIsland {
			continue
		}
		foreign += r.duration
		list = joinIsland(list, r, why)
	}
	if foreign*100 > total*(100-mainShare) {
		return nil
	}
	return list
}

// run is a stretch of the first stream between discontinuities or marks. What differs within it counts by its duration.
type run struct {
	start, duration              time.Duration
	period                       int
	marked                       bool // by the playlist
	keys                         map[bool]time.Duration
	folders, hosts, inits, names map[string]time.Duration
	segments                     []time.Duration
	coding                       coding
}

// runsOf is nil for a film of one run, which has nothing to be compared with.
func runsOf(p *Plan) (runs []run) {
	if n := countRuns(p); n < 2 || n > maxRuns {
		return nil
	}
	for i := range p.Parts {
		t := &p.Parts[i]
		if t.Stream != 0 {
			continue
		}
		if n := len(runs); n == 0 || runs[n-1].period != t.Period || runs[n-1].marked != t.Advert {
			runs = append(runs, run{
				start: t.Start, period: t.Period, marked: t.Advert, keys: map[bool]time.Duration{}, folders: map[string]time.Duration{},
				hosts: map[string]time.Duration{}, inits: map[string]time.Duration{}, names: map[string]time.Duration{}, coding: p.Codings[t.Period],
			})
		}
		runs[len(runs)-1].add(t)
	}
	return runs
}

func countRuns(p *Plan) (n int) {
	var last *Part
	for i := range p.Parts {
		t := &p.Parts[i]
		if t.Stream != 0 {
			continue
		}
		if last == nil || last.Period != t.Period || last.Advert != t.Advert {
			n++
		}
		last = t
	}
	return n
}

func (r *run) add(t *Part) {
	r.duration += t.Duration
	r.segments = append(r.segments, t.Duration)
	r.keys[t.Key != nil] += t.Duration
	r.names[pattern(t.URL)] += t.Duration
	host, folder := t.Host(), path.Dir(pathOf(t.URL))
	if folder == "/" || folder == "." {
		folder = host // else the folder says enough: a film may come from several hosts at once
	}
	r.hosts[host] += t.Duration
	r.folders[folder] += t.Duration
	init := ""
	if t.Init != nil {
		init = pathOf(t.Init.URL)
	}
	r.inits[init] += t.Duration
}

func (r *run) folder() string { return most(r.folders) }
func (r *run) keyed() bool    { return r.keys[true] > r.keys[false] }

// pattern is the name of a file with the numbers, and what may be hexadecimal ones, left out.
func pattern(address string) string {
	var b strings.Builder
	name := lastElement(address)
	stem, ext := strings.TrimSuffix(name, path.Ext(name)), path.Ext(name)
	for _, word := range strings.FieldsFunc(stem, func(c rune) bool { return c == '-' || c == '_' || c == '.' }) {
		word = strings.TrimRight(word, "0123456789")
		if len(word) >= 6 && strings.Trim(word, "0123456789abcdefABCDEF") == "" {
			word = ""
		}
		b.WriteString(word + "#")
	}
	return b.String() + ext
}

// family is what runs of one origin share.
type family struct {
	folder, init, name string
	hosts              map[string]time.Duration
	keyed              bool
	usual              time.Duration // the median segment
	coding             coding        // of most of it, or nil
	sets               bool          // its parameter sets are usual as well
}

// mainFamily is the one that most of the film is of, or nil.
func mainFamily(runs []run) *family {
	type key struct {
		folder string
		keyed  bool
	}
	var total time.Duration
	sums := map[key]time.Duration{}
	for i := range runs {
		total += runs[i].duration
		sums[key{runs[i].folder(), runs[i].keyed()}] += runs[i].duration
	}
	for k, sum := range sums {
		if sum*100 < total*mainShare || sum == 0 {
			continue
		}
		f := &family{folder: k.folder, keyed: k.keyed}
		f.learn(slices.DeleteFunc(slices.Clone(runs), func(r run) bool { return r.folder() != k.folder || r.keyed() != k.keyed }))
		return f
	}
	return nil
}

// learn finds what is usual for the runs.
func (f *family) learn(runs []run) {
	inits, names, hosts := map[string]time.Duration{}, map[string]time.Duration{}, map[string]time.Duration{}
	var segments []time.Duration
	for i := range runs {
		addAll(inits, runs[i].inits)
		addAll(names, runs[i].names)
		addAll(hosts, runs[i].hosts)
		segments = append(segments, runs[i].segments...)
	}
	f.init, f.name, f.hosts = most(inits), most(names), hosts
	f.usual = median(segments)
	f.coding, f.sets = usualCoding(runs)
}

func addAll(sums, more map[string]time.Duration) {
	for k, d := range more {
		sums[k] += d
	}
}

func most(sums map[string]time.Duration) (best string) {
	for i, k := range slices.Sorted(maps.Keys(sums)) {
		if i == 0 || sums[k] > sums[best] {
			best = k
		}
	}
	return best
}

func median(list []time.Duration) time.Duration {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

// foreign says what sets a run apart from the film; nothing when that is not enough.
func (r *run) foreign(f *family) (why []string) {
	if r.marked {
		why = append(why, "the playlist marks it as a break")
	}
	if r.folder() != f.folder {
		if f.hosts[most(r.hosts)] == 0 {
			why = append(why, "another host")
		} else {
			why = append(why, "another folder")
		}
	}
	if r.keyed() != f.keyed {
		why = append(why, map[bool]string{true: "encrypted, unlike the rest", false: "not encrypted, unlike the rest"}[r.keyed()])
	}
	format, sets := r.coding.differs(f.coding)
	lesser := r.lesser(f)
	switch {
	case format != "" && r.duration <= maxClip:
		why = append(why, format)
	case format != "":
		lesser = append(lesser, format)
	case sets != "" && f.sets:
		lesser = append(lesser, sets)
	}
	if len(why) == 0 && len(lesser) < 2 {
		return nil
	}
	return append(why, lesser...)
}

// lesser are differences that a film may have within itself.
func (r *run) lesser(f *family) (why []string) {
	if most(r.inits) != f.init {
		why = append(why, "another initialization section")
	}
	if most(r.names) != f.name {
		why = append(why, "other names")
	}
	if d := median(r.segments); len(r.segments) > 1 && (d*4 < f.usual*3 || d*4 > f.usual*5) {
		why = append(why, "segments of other lengths")
	}
	return why
}

// joinIsland appends a run, or makes it part of the island that it follows at once.
func joinIsland(list []Island, r *run, why []string) []Island {
	if n := len(list); n > 0 && list[n-1].End() == r.start {
		last := &list[n-1]
		last.Duration += r.duration
		last.Clips++
		for _, w := range why {
			if !slices.Contains(last.Why, w) {
				last.Why = append(last.Why, w)
			}
		}
		return list
	}
	return append(list, Island{Start: r.start, Duration: r.duration, Clips: 1, Why: why})
}
