package call

import (
	"fmt"
	"slices"
	"strings"
)

// Find is the operation with an id, or of a method and path such as "GET /users/{id}". The names of a template's parameters do not count. The
// error is an *ArgumentError.
func (s *Spec) Find(name string) (*Operation, error) {
	for _, o := range s.Operations {
		if o.ID == name || o.ID == "" && o.Label() == name {
			return o, nil
		}
	}
	var found []*Operation
	for _, o := range s.Operations {
		if sameTemplate(o.Method+" "+o.Key, name) || sameTemplate(o.Key, name) {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 0:
		return nil, s.unknown(name)
	case 1:
		return found[0], nil
	}
	return nil, &ArgumentError{What: fmt.Sprintf("several operations are called %q", name), Try: "say which: " + labels(found)}
}

// Label is what the operation is called where it must be told from others.
func (o *Operation) Label() string {
	if o.ID != "" {
		return o.ID
	}
	return o.Method + " " + o.Key
}

func labels(list []*Operation) string {
	var names []string
	for _, o := range list {
		names = append(names, o.Label())
	}
	return strings.Join(names, ", ")
}

// sameTemplate compares methods without regard to case, and templates without their names.
func sameTemplate(a, b string) bool { return plainTemplate(a) == plainTemplate(b) }

func plainTemplate(s string) string {
	method, path, ok := strings.Cut(strings.TrimSpace(s), " ")
	if !ok {
		method, path = "", s
	}
	var out strings.Builder
	for {
		before, rest, open := strings.Cut(path, "{")
		out.WriteString(before)
		_, behind, closed := strings.Cut(rest, "}")
		if !open || !closed {
			out.WriteString(rest)
			return strings.ToUpper(method) + " " + strings.TrimSuffix(strings.TrimSpace(out.String()), "/")
		}
		out.WriteString("{}")
		path = behind
	}
}

// unknown offers what is near.
func (s *Spec) unknown(name string) error {
	e := &ArgumentError{What: fmt.Sprintf("there is no operation %q", name)}
	if near := nearest(name, s.Operations, 3); len(near) > 0 {
		e.Try = "did you mean " + labels(near) + "?"
	} else {
		e.Try = "it has " + labels(s.Operations[:min(len(s.Operations), 5)])
		if more := len(s.Operations) - 5; more > 0 {
			e.Try += fmt.Sprintf(" and %d more", more)
		}
	}
	return e
}

// nearest are operations that are called nearly so, the nearest first.
func nearest(name string, list []*Operation, most int) []*Operation {
	type scored struct {
		o *Operation
		d int
	}
	var all []scored
	lower := strings.ToLower(name)
	for _, o := range list {
		best := 1 << 20
		for _, other := range []string{o.ID, o.Method + " " + o.Key, o.Key, o.Name} {
			if other == "" {
				continue
			}
			d := distance(strings.ToLower(plainTemplate(name)), strings.ToLower(plainTemplate(other)))
			if strings.Contains(strings.ToLower(other), lower) {
				d = min(d, len(lower)/4)
			}
			if d <= max(len(lower)/3, 1) {
				best = min(best, d)
			}
		}
		if best < 1<<20 {
			all = append(all, scored{o, best})
		}
	}
	slices.SortStableFunc(all, func(a, b scored) int { return a.d - b.d })
	var out []*Operation
	for _, x := range all[:min(len(all), most)] {
		out = append(out, x.o)
	}
	return out
}

// distance is Levenshtein's; of long names only the beginnings are compared.
func distance(a, b string) int {
	const most = 80
	a, b = a[:min(len(a), most)], b[:min(len(b), most)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal, row[j] = row[j], min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}

// nearWord is the word that is nearly so, "" for none.
func nearWord(wrong string, words []string) string {
	best, found := max(len(wrong)/3, 1)+1, ""
	for _, w := range words {
		if d := distance(strings.ToLower(wrong), strings.ToLower(w)); d < best {
			best, found = d, w
		}
	}
	return found
}
