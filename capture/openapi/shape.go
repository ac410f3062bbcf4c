package openapi

import (
	"slices"
	"strings"

	"seine/capture/openapi/lexical"
	"seine/capture/openapi/schema"
)

// shape is what members an answer has and of which types, as hashes in order.
type shape []uint64

// shapes numbers each shape once, from 1.
type shapes struct {
	known map[string]int
	list  []shape

	set map[uint64]bool // scratch
	one shape
	key []byte
}

// shapeDepth is how many levels of objects make the shape.
const shapeDepth = 4

// of is the number of an answer's shape; 0 for one that says nothing.
func (s *shapes) of(values []schema.Value) int {
	if s.set == nil {
		s.set = map[uint64]bool{}
	}
	set := s.set
	clear(set)
	for i := range values {
		outline(&values[i], 14695981039346656037, shapeDepth, set)
	}
	if len(set) == 0 {
		return 0
	}
	one, key := s.one[:0], s.key[:0]
	for h := range set {
		one = append(one, h)
	}
	slices.Sort(one)
	for _, h := range one {
		for i := range 8 {
			key = append(key, byte(h>>(8*i)))
		}
	}
	s.one, s.key = one, key
	if n, ok := s.known[string(key)]; ok {
		return n
	}
	if s.known == nil {
		s.known = map[string]int{}
	}
	s.list = append(s.list, slices.Clone(one))
	s.known[string(key)] = len(s.list)
	return len(s.list)
}

func outline(v *schema.Value, at uint64, depth int, set map[uint64]bool) {
	switch v.Kind {
	case schema.Null, schema.Cut:
		return // it may be anything
	case schema.Array:
		at = hash(at, "[]")
		set[at] = true
		for i := range v.Items {
			outline(&v.Items[i], at, depth, set)
		}
	case schema.Object:
		set[hash(at, "{}")] = true
		if depth == 0 {
			return
		}
		for i := range v.Fields {
			name := v.Fields[i].Name
			if strings.ContainsAny(name, "0123456789@") && lexical.Of(name).Strong() {
				name = "*" // a key of a map
			}
			outline(&v.Fields[i].Value, hash(at, name), depth-1, set)
		}
	case schema.Integer, schema.Number:
		set[hash(at, "n")] = true
	case schema.Bool:
		set[hash(at, "b")] = true
	default:
		set[hash(at, "s")] = true
	}
}

// hash goes on from at (FNV-1a).
func hash(at uint64, s string) uint64 {
	const prime = 1099511628211
	h := uint64(14695981039346656037)
	for i := range 8 {
		h = (h ^ uint64(byte(at>>(8*i)))) * prime
	}
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * prime
	}
	return h
}

// alike says whether two shapes may be of one kind of thing: most of what is in either is in both.
func (s *shapes) alike(a, b int) bool {
	if a == b {
		return true
	}
	if a == 0 || b == 0 {
		return false
	}
	x, y := s.list[a-1], s.list[b-1]
	both := 0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			both++
			i++
			j++
		case x[i] < y[j]:
			i++
		default:
			j++
		}
	}
	return both*10 >= (len(x)+len(y)-both)*6
}

// telling: the shape has enough members to be told from others by chance.
func (s *shapes) telling(n int) bool { return n > 0 && len(s.list[n-1]) >= 4 }
