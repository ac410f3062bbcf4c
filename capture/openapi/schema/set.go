package schema

import (
	"cmp"
	"strconv"
	"strings"

	"seine/capture/openapi/document"
)

// Set is all places of a document: what repeats among them gets a name. Add all, then Resolve once, then ask for schemas.
type Set struct {
	// Clean takes secrets out of what is shown; nil: nothing is taken out.
	Clean func(string) string

	roots []*Node
	names map[*object]string
	users map[*object][]*Node
	order []*object
}

// Add takes a place.
func (s *Set) Add(n *Node) { s.roots = append(s.roots, n) }

// Resolve decides what is a map, what is recursive, and what repeats. The order in which places were added counts.
func (s *Set) Resolve() {
	seen := map[*Node]bool{}
	for _, n := range s.roots {
		settle(n, seen)
	}
	for _, n := range s.roots {
		fold(n)
	}
	s.share()
	s.gather()
	s.name()
}

// gather lists all objects and the nodes that have them, in order.
func (s *Set) gather() {
	s.users, s.order = map[*object][]*Node{}, nil
	seen := map[*Node]bool{}
	var walk func(n *Node)
	walk = func(n *Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		walk(n.Array.Items)
		if o := n.Object; o != nil {
			if s.users[o] == nil {
				s.order = append(s.order, o)
			}
			s.users[o] = append(s.users[o], n)
			o.each(walk)
		}
	}
	for _, n := range s.roots {
		walk(n)
	}
}

// share makes one of all objects with the same members of the same types, again and again: what is made one inside may make the outer one.
func (s *Set) share() {
	const rounds = 8 // a bound on levels of objects in objects that become the same one by one
	for range rounds {
		s.gather()
		groups := map[string][]*object{}
		for _, o := range s.order {
			if k := o.key(s.users[o]); k != "" {
				groups[k] = append(groups[k], o)
			}
		}
		changed := false
		for _, k := range sortedKeys(groups) {
			list := groups[k]
			for _, o := range list[1:] {
				changed = true
				for _, n := range s.users[o] {
					n.Object = list[0]
				}
				list[0].merge(o, s.users[list[0]][0].Hint)
			}
		}
		if !changed {
			return
		}
	}
}

// key is equal for objects that are to be one; "" for those that are to stay by themselves. Two members are too few for a shape unless the
// name is the same too.
func (o *object) key(users []*Node) string {
	if o.Crowded || len(o.all()) < 2 {
		return ""
	}
	var b strings.Builder
	if len(o.all()) < 3 {
		b.WriteString(users[0].Hint + "|")
	}
	o.outline(&b, 4)
	return b.String()
}

// outline writes the shape, to a depth.
func (o *object) outline(b *strings.Builder, depth int) {
	for _, t := range o.tags() {
		b.WriteString(t.name + "=" + t.value)
		o.Variants[t].outline(b, depth)
	}
	b.WriteByte('{')
	for _, name := range sortedKeys(o.Props) {
		b.WriteString(strconv.Quote(name))
		o.Props[name].outline(b, depth-1)
	}
	if o.Data != nil {
		b.WriteByte('*')
		o.Data.outline(b, depth-1)
	}
	b.WriteByte('}')
}

func (n *Node) outline(b *strings.Builder, depth int) {
	b.WriteString(n.class())
	if depth == 0 {
		return
	}
	if n.Object != nil {
		n.Object.outline(b, depth)
	}
	if n.Array.Items != nil {
		b.WriteByte('[')
		n.Array.Items.outline(b, depth)
		b.WriteByte(']')
	}
}

// name names what stands in several places, and the kinds of objects that a member tells apart.
func (s *Set) name() {
	s.names = map[*object]string{}
	used := map[string]bool{}
	for _, o := range s.order {
		if len(s.users[o]) > 1 || o.inItself() {
			s.names[o] = unique(hintOfAll(s.users[o]), used)
		}
		for _, t := range o.tags() {
			s.names[o.Variants[t]] = unique(cmp.Or(Camel(t.value, true), "Variant"), used)
		}
	}
}

func unique(name string, used map[string]bool) string {
	if name[0] >= '0' && name[0] <= '9' {
		name = "N" + name
	}
	one := name
	for i := 2; used[one]; i++ {
		one = name + strconv.Itoa(i)
	}
	used[one] = true
	return one
}

// hintOfAll is the name that most have, of several the first.
func hintOfAll(users []*Node) string {
	count, best := map[string]int{}, ""
	for _, n := range users {
		count[Camel(n.Hint, true)]++
	}
	for _, n := range users {
		if h := Camel(n.Hint, true); h != "" && (best == "" || count[h] > count[best]) {
			best = h
		}
	}
	return cmp.Or(best, "Object")
}

// inItself says whether a way leads from o to o.
func (o *object) inItself() bool {
	seen, found := map[*Node]bool{}, false
	o.each(func(n *Node) { found = found || n.leads(o, seen) })
	return found
}

// leads says whether a way leads from n to o.
func (n *Node) leads(o *object, seen map[*Node]bool) bool {
	if n == nil || seen[n] {
		return false
	}
	seen[n] = true
	if n.Object == o || n.Array.Items.leads(o, seen) {
		return true
	}
	found := false
	if n.Object != nil {
		n.Object.each(func(m *Node) { found = found || m.leads(o, seen) })
	}
	return found
}

// Components are the schemas that have names, in order.
func (s *Set) Components() document.Object {
	named := map[string]*object{}
	for o, name := range s.names {
		named[name] = o
	}
	var list document.Object
	for _, name := range sortedKeys(named) {
		list = append(list, document.Member{Key: name, Value: s.object(named[name], s.tagIn(named[name]))})
	}
	return list
}

// tagIn is the member that makes o a variant of another object.
func (s *Set) tagIn(o *object) string {
	for _, p := range s.order {
		for _, t := range p.tags() {
			if p.Variants[t] == o {
				return t.name
			}
		}
	}
	return ""
}
