package openapi

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"seine/capture/openapi/lexical"
	"seine/capture/openapi/schema"
)

// inference turns tries of paths into tries of templates.
type inference struct {
	shapes  *shapes
	origins *origins
	secret  func(string) bool // values that are known to be secrets
	hides   func(string) bool // texts with a secret in them, from which no name is made
}

// above is what is known of the way to a place.
type above struct {
	nouns []string   // constant segments, without those that name the API
	after *PathParam // the segment before is this parameter
	root  bool       // nothing but the API's name came yet
	names map[string]bool
}

// candidate is a child that may be a value.
type candidate struct {
	p *place
	segment
	kind    lexical.Kind
	sources []origin
	below   map[level]map[int]bool // see levels
	why     string
	sure    float64
}

// resolve makes parameters of the children that are values, from the root down.
func (f *inference) resolve(p *place, up above) {
	p.trim(f.shapes)
	groups := map[[2]string][]*candidate{}
	for _, k := range p.children() {
		c := f.candidate(k)
		key := [2]string{c.before, c.behind}
		groups[key] = append(groups[key], c)
	}
	for _, key := range slices.SortedFunc(maps.Keys(groups), func(a, b [2]string) int { return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1])) }) {
		f.parameter(p, groups[key], up)
	}
	for _, k := range p.children() {
		f.resolve(k, f.down(up, k))
	}
}

// trim joins what was asked with a slash at its end to what was asked without, where both were.
func (p *place) trim(s *shapes) {
	end := p.kids[""]
	if end == nil {
		return
	}
	for m, list := range end.calls {
		if len(p.calls[m]) > 0 {
			p.calls[m] = append(p.calls[m], list...)
			delete(end.calls, m)
		}
	}
	if len(end.calls) == 0 {
		delete(p.kids, "")
	}
}

func (f *inference) candidate(k *place) *candidate {
	c := &candidate{p: k, segment: split(k.segment)}
	c.kind = lexical.Of(c.value)
	if first := k.first(); first != nil {
		c.sources = f.origins.before(c.value, first)
	}
	return c
}

// parameter merges those of the candidates that are values into one place.
func (f *inference) parameter(p *place, list []*candidate, up above) {
	var values, weak []*candidate
	for _, c := range list {
		if f.onSight(c, list, up) {
			values = append(values, c)
		} else if !c.fixed(up) {
			weak = append(weak, c)
		}
	}
	strong := len(values)
	for _, c := range weak {
		if f.seenBefore(c, weak, up) {
			values = append(values, c)
		}
	}
	values = append(values, f.varied(weak, up)...)
	if len(values) > 0 {
		values = append(values, f.joined(values, weak, strong)...)
	}
	if len(values) > 0 {
		f.merge(p, values, up)
	}
}

// fixed: a name that says by itself that it is no value.
func (c *candidate) fixed(up above) bool {
	if c.kind == lexical.Empty || reserved[strings.ToLower(c.value)] || strings.HasPrefix(c.value, "by-") || strings.HasPrefix(c.value, "$") {
		return true
	}
	return up.root && (apiVersion.MatchString(c.value) || apiRoot[strings.ToLower(c.value)])
}

// onSight: the value is of a kind that no name has.
func (f *inference) onSight(c *candidate, list []*candidate, up above) bool {
	switch {
	case c.kind != lexical.Empty && f.secret(c.value):
		c.why, c.sure = "a secret", 0.99
		return true
	case c.fixed(up) && (c.kind != lexical.Integer || !several(list, lexical.Integer)):
		return false
	case c.before != "":
		c.why, c.sure = "a key in parentheses", 0.97
		return true
	case c.kind == lexical.Encoded:
		c.why, c.sure = "characters that no name has", 0.9
		return true
	case !c.kind.Strong():
		return false
	}
	c.why, c.sure = string(c.kind), 0.97
	if c.kind == lexical.Coded || c.kind == lexical.Random || c.kind == lexical.Decimal {
		c.sure = 0.85
	}
	return true
}

// several: more than one value of that kind was seen.
func several(list []*candidate, k lexical.Kind) bool {
	n := 0
	for _, c := range list {
		if c.kind == k {
			n++
		}
	}
	return n > 1
}

// seenBefore: an earlier answer had the value. Words are in many answers by chance, so of these the member must be one that identifies, and
// the answer that of the collection, or the member named after it, or several siblings must come from there.
func (f *inference) seenBefore(c *candidate, all []*candidate, up above) bool {
	for _, o := range c.sources {
		plain := c.kind == lexical.Slug && strings.Count(c.value, "-") >= 1 || c.kind == lexical.Version
		switch {
		case up.root && !plain:
			continue
		case plain, identifying.MatchString(o.field) && (f.belongs(c, o, up) || common(all, o.field) >= 2):
			c.why, c.sure = "seen before as "+o.field, 0.95
			return true
		}
	}
	return false
}

// belongs: the answer is of the place above, or the member has the noun of it in its name, or is of an object that has it.
func (f *inference) belongs(c *candidate, o origin, up above) bool {
	if len(up.nouns) == 0 {
		return false
	}
	noun := nounOf(up)
	first := c.p.first()
	parent := strings.Join(first.path[:max(0, slices.Index(first.path, c.p.segment))], "/")
	owner := schema.Camel(schema.Singular(o.owner), false)
	return noun != "" && (owner == noun || strings.Contains(strings.ToLower(o.field), strings.ToLower(noun))) || o.path == parent || o.path == parent+"/"
}

// common counts the candidates that were seen in a member of that name.
func common(list []*candidate, field string) (n int) {
	for _, c := range list {
		if slices.ContainsFunc(c.sources, func(o origin) bool { return o.field == field }) {
			n++
		}
	}
	return n
}

// varied: several siblings below which all is alike.
func (f *inference) varied(weak []*candidate, up above) []*candidate {
	var values []*candidate
	for _, group := range f.alike(weak) {
		score, telling, locales := 0.0, false, true
		for _, c := range group {
			switch c.kind {
			case lexical.Slug, lexical.Locale, lexical.Version:
				score += 1.5
			default:
				score++
			}
			if f.tellsItself(c) {
				score++
			}
			telling, locales = telling || f.telling(c), locales && c.kind == lexical.Locale
		}
		enough := 3.0
		if !telling {
			enough = 6
		}
		if up.root && !locales {
			enough = 8
		}
		if score < enough {
			continue
		}
		for _, c := range group {
			if c.why == "" {
				c.why, c.sure = "one of several with answers of one shape", 0.8
				values = append(values, c)
			}
		}
	}
	return values
}

// tellsItself: what is asked for by a name says that name in its answer, as a member that identifies.
func (f *inference) tellsItself(c *candidate) bool {
	path := ""
	if first := c.p.first(); first != nil {
		path = strings.Join(first.path[:max(0, slices.Index(first.path, c.p.segment)+1)], "/")
	}
	return slices.ContainsFunc(f.origins.seen[c.value], func(o origin) bool { return o.path == path && identifying.MatchString(o.field) })
}

// joined: siblings of values that answer as these do. Words do not join numbers: there they are names of something else. They join names that
// were written with characters of no word: towns, files.
func (f *inference) joined(values, weak []*candidate, strong int) []*candidate {
	if !slices.ContainsFunc(weak, func(c *candidate) bool { return c.why == "" }) {
		return nil
	}
	sight, found := different(values[:strong]), different(values[strong:])
	for _, v := range sight {
		if v.kind == lexical.Encoded {
			found = append(found, v)
		}
	}
	var more []*candidate
	for _, c := range weak {
		if c.why != "" || !f.telling(c) {
			continue
		}
		others := found
		if c.kind == lexical.Slug {
			others = slices.Concat(found, sight)
		}
		if i := slices.IndexFunc(others, func(v *candidate) bool { return c.asked() == v.asked() && f.agree(c.levels(), v.levels()) }); i >= 0 {
			c.why, c.sure = "answers as "+others[i].value+" does", 0.75
			more = append(more, c)
		}
	}
	return more
}

// asked: something is at the place itself, not only below it, as with /users/by-name/….
func (c *candidate) asked() bool {
	for l := range c.levels() {
		if l.depth == 0 {
			return true
		}
	}
	return false
}

// different are some of the candidates, no two of which are alike to the letter.
func different(list []*candidate) (some []*candidate) {
	const most = 32
	known := map[string]bool{}
	for _, c := range list {
		if key := levelsKey(c.levels()); !known[key] && len(some) < most {
			known[key] = true
			some = append(some, c)
		}
	}
	return some
}

// mostSources bounds how many places are kept of the values of one parameter: enough to name it.
const mostSources = 500

// merge makes one place of the values.
func (f *inference) merge(p *place, values []*candidate, up above) {
	param := &PathParam{kinds: map[lexical.Kind]int{}, integer: true, Sure: 1}
	one := newPlace("")
	one.param, one.prefix, one.suffix = param, values[0].before, values[0].behind
	slices.SortFunc(values, func(a, b *candidate) int { return strings.Compare(a.value, b.value) })
	why := map[string]bool{}
	for _, c := range values {
		delete(p.kids, c.p.segment)
		one.merge(c.p)
		param.kinds[c.kind]++
		param.Values = append(param.Values, c.value)
		if len(param.Sources) < mostSources {
			param.Sources = append(param.Sources, c.sources...)
		}
		param.integer = param.integer && c.kind == lexical.Integer
		if param.Sure = min(param.Sure, c.sure); len(why) < 3 {
			why[c.why] = true
		}
	}
	if len(values) > 1 {
		param.Sure = min(0.99, param.Sure+0.05)
	}
	param.Evidence = strings.Join(slices.Sorted(maps.Keys(why)), ", ")
	param.Name = nameOf(param, up)
	one.further(values, up)
	p.kids["{}"+one.prefix+"{}"+one.suffix] = one
}

// further makes the parameters behind the first.
func (p *place) further(values []*candidate, up above) {
	for i := range values[0].more {
		key := &PathParam{Name: values[0].more[i].name, Evidence: p.param.Evidence, Sure: p.param.Sure, kinds: map[lexical.Kind]int{}, integer: true}
		for n := 2; up.names[key.Name] || key.Name == p.param.Name; n++ {
			key.Name = values[0].more[i].name + strconv.Itoa(n)
		}
		for _, c := range values {
			v := c.more[i].value
			kind := lexical.Of(v)
			key.kinds[kind]++
			key.integer = key.integer && kind == lexical.Integer
			if !slices.Contains(key.Values, v) {
				key.Values = append(key.Values, v)
			}
		}
		p.more = append(p.more, key)
	}
}

// down is what is known at a child.
func (f *inference) down(up above, k *place) above {
	next := above{nouns: up.nouns, root: up.root, names: up.names}
	switch {
	case k.param != nil:
		next.after, next.root = k.param, false
		next.names = maps.Clone(up.names)
		if next.names == nil {
			next.names = map[string]bool{}
		}
		for _, p := range append([]*PathParam{k.param}, k.more...) {
			next.names[p.Name] = true
		}
	case up.root && (apiRoot[strings.ToLower(k.segment)] || apiVersion.MatchString(k.segment)):
	case f.hides(decodeSegment(k.segment)):
		next.root = false
	default:
		next.nouns = append(up.nouns[:len(up.nouns):len(up.nouns)], decodeSegment(k.segment))
		next.root = false
	}
	return next
}
