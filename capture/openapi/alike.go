package openapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// level is a place below another, whatever the names on the way.
type level struct {
	depth  int
	method string
}

// levels are the shapes of the answers at each level at and below the candidate.
func (c *candidate) levels() map[level]map[int]bool {
	if c.below == nil {
		c.below = map[level]map[int]bool{}
		c.p.collect(0, c.below)
	}
	return c.below
}

func (p *place) collect(depth int, list map[level]map[int]bool) {
	const deepest, most = 8, 32
	for m, calls := range p.calls {
		for _, c := range calls {
			if c.shape == 0 || c.status >= http.StatusBadRequest {
				continue
			}
			l := level{depth, m}
			if list[l] == nil {
				list[l] = map[int]bool{}
			}
			if len(list[l]) < most || list[l][c.shape] {
				list[l][c.shape] = true
			}
		}
	}
	if depth < deepest {
		for _, k := range p.children() {
			k.collect(depth+1, list)
		}
	}
}

// agree says whether all that can be compared is alike, and something can.
func (f *inference) agree(a, b map[level]map[int]bool) bool {
	compared := false
	for l, x := range a {
		y := b[l]
		if y == nil {
			continue
		}
		if !f.anyAlike(x, y) {
			return false
		}
		compared = true
	}
	return compared
}

func (f *inference) anyAlike(a, b map[int]bool) bool {
	for x := range a {
		for y := range b {
			if f.shapes.alike(x, y) {
				return true
			}
		}
	}
	return false
}

// telling: the answers are more than a word.
func (f *inference) telling(c *candidate) bool {
	for _, shapes := range c.levels() {
		for s := range shapes {
			if f.shapes.telling(s) {
				return true
			}
		}
	}
	return false
}

// alike groups candidates below which all is alike, each with at least one other of its group. Those that are alike to the letter are compared
// once.
func (f *inference) alike(list []*candidate) [][]*candidate {
	const most = 300 // different ones that are compared with each other
	byLevels := map[string][]*candidate{}
	levels := map[string]map[level]map[int]bool{}
	for _, c := range list {
		l := c.levels()
		key := levelsKey(l)
		byLevels[key], levels[key] = append(byLevels[key], c), l
	}
	keys := slices.Sorted(maps.Keys(byLevels))
	group := make([]int, len(keys))
	for i := range keys {
		group[i] = i
	}
	find := func(i int) int {
		for group[i] != i {
			i = group[i]
		}
		return i
	}
	for i := range keys[:min(len(keys), most)] {
		for j := range keys[:i] {
			if f.agree(levels[keys[i]], levels[keys[j]]) {
				group[find(i)] = find(j)
			}
		}
	}
	groups := map[int][]*candidate{}
	for i, k := range keys {
		if k != "" {
			groups[find(i)] = append(groups[find(i)], byLevels[k]...)
		}
	}
	var all [][]*candidate
	for _, i := range slices.Sorted(maps.Keys(groups)) {
		all = append(all, groups[i])
	}
	return all
}

func levelsKey(l map[level]map[int]bool) string {
	var parts []string
	for at, shapes := range l {
		parts = append(parts, fmt.Sprint(at, slices.Sorted(maps.Keys(shapes))))
	}
	slices.Sort(parts)
	return strings.Join(parts, ";")
}
