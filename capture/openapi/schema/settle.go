package schema

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"seine/capture/openapi/lexical"
)

// each visits the nodes below o, in order.
func (o *object) each(visit func(*Node)) {
	for _, name := range sortedKeys(o.Props) {
		visit(o.Props[name])
	}
	if o.Data != nil {
		visit(o.Data)
	}
	for _, t := range o.tags() {
		o.Variants[t].each(visit)
	}
}

func (o *object) tags() []tag {
	return slices.SortedFunc(maps.Keys(o.Variants), func(a, b tag) int {
		if c := strings.Compare(a.name, b.name); c != 0 {
			return c
		}
		return strings.Compare(a.value, b.value)
	})
}

// settle decides, from the leaves up, which kinds of objects stay apart and which objects are maps.
func settle(n *Node, seen map[*Node]bool) {
	if n == nil || seen[n] {
		return
	}
	seen[n] = true
	settle(n.Array.Items, seen)
	if n.Object == nil {
		return
	}
	n.Object.each(func(m *Node) { settle(m, seen) })
	n.Object.settle(n.Hint)
}

func (o *object) settle(hint string) {
	if o.Variants != nil && !o.differ() {
		o.mix(hint)
	}
	for _, t := range o.tags() {
		o.Variants[t].settle(hint)
	}
	if len(o.Props) > 0 && o.isMap() {
		o.crowd(hint)
	}
}

// differ says whether the kinds of objects have members of their own: two of which each has one always that the other never has, or one
// that is of another type.
func (o *object) differ() bool {
	tags := o.tags()
	if o.Seen > 0 || len(tags) < 2 || tags[0].name != tags[len(tags)-1].name {
		return false
	}
	for i, a := range tags {
		for _, b := range tags[i+1:] {
			if apart(o.Variants[a], o.Variants[b]) {
				return true
			}
		}
	}
	return false
}

func apart(a, b *object) bool {
	return a.hasOwn(b) && b.hasOwn(a) || conflict(a, b)
}

func (o *object) hasOwn(p *object) bool {
	for name, n := range o.Props {
		if n.Seen == o.Seen && p.Props[name] == nil {
			return true
		}
	}
	return false
}

// conflict: a member that is of one type in one and of another in the other.
func conflict(a, b *object) bool {
	for name, n := range a.Props {
		if m := b.Props[name]; m != nil && !compatible(n.class(), m.class()) {
			return true
		}
	}
	return false
}

func compatible(a, b string) bool { return a == b || a == "" || b == "" }

// class is the type of a node in short, "" where it is not known.
func (n *Node) class() string {
	var s string
	for _, c := range []struct {
		letter string
		there  bool
	}{{"b", n.Bool > 0}, {"n", n.Number.Integers+n.Number.Decimals > 0}, {"s", n.String.Seen > 0}, {"a", n.Array.Seen > 0}, {"o", n.Object != nil}} {
		if c.there {
			s += c.letter
		}
	}
	return s
}

var currency = regexp.MustCompile(`^[A-Z]{3}$`)

// isMap says whether the names are data, though each could be a name: languages, currencies, many names before values of one shape.
func (o *object) isMap() bool {
	class, ok := o.oneClass()
	if !ok {
		return false
	}
	if len(o.Props) >= 2 && o.names(func(s string) bool { return lexical.Of(s) == lexical.Locale }) || len(o.Props) >= 3 && o.names(currency.MatchString) {
		return true
	}
	always := 0
	for _, n := range o.Props {
		if n.Seen >= o.Seen {
			always++
		}
	}
	if strings.Contains(class, "o") && o.oneShape() {
		return len(o.Props) >= 8 || o.Seen >= 2 && always == 0 && len(o.Props) >= 3
	}
	return always == 0 && o.Seen >= 4 && len(o.Props) >= 12 && len(o.Props) > o.Seen
}

func (o *object) names(are func(string) bool) bool {
	for name := range o.Props {
		if !are(name) {
			return false
		}
	}
	return true
}

// oneClass is the type that all members have.
func (o *object) oneClass() (class string, ok bool) {
	for _, n := range o.Props {
		c := n.class()
		if !compatible(c, class) {
			return "", false
		}
		if c != "" {
			class = c
		}
	}
	return class, class != ""
}

// oneShape: the objects in the members have the same members, two at least.
func (o *object) oneShape() bool {
	var first map[string]bool
	for _, name := range sortedKeys(o.Props) {
		p := o.Props[name].Object
		if p == nil {
			continue
		}
		if first == nil {
			first = map[string]bool{}
			for m := range p.Props {
				first[m] = true
			}
			continue
		}
		if overlap(first, p.Props) < 0.75 {
			return false
		}
	}
	return len(first) >= 2
}

// overlap is how many of the names in either are in both.
func overlap[A, B any](a map[string]A, b map[string]B) float64 {
	both := 0
	for name := range a {
		if _, ok := b[name]; ok {
			both++
		}
	}
	if all := len(a) + len(b) - both; all > 0 {
		return float64(both) / float64(all)
	}
	return 1
}
