package schema

// fold makes one of an object and of those inside of it that have its shape: comments with replies, folders in folders.
func fold(n *Node) {
	for changed := true; changed; {
		f := folding{seen: map[*object]bool{}}
		f.walk(n, "", nil)
		changed = f.changed
	}
}

type folding struct {
	seen    map[*object]bool
	changed bool
}

type ancestor struct {
	o  *object
	by string // name of the member through which the way went on
}

func (f *folding) walk(n *Node, by string, above []ancestor) {
	for n != nil {
		if n.Object != nil && !f.seen[n.Object] {
			f.object(n, above)
		}
		n = n.Array.Items
	}
}

func (f *folding) object(n *Node, above []ancestor) {
	o := n.Object
	for i := len(above) - 1; i >= 0; i-- {
		if a := above[i]; recursive(a.o, o, a.by) {
			n.Object, f.changed = a.o, true
			a.o.merge(o, n.Hint)
			return
		}
	}
	f.seen[o] = true
	f.members(o, o, above)
	for _, t := range o.tags() {
		f.members(o.Variants[t], o, above)
	}
}

// members goes on in part, which is o or one of its variants.
func (f *folding) members(part, o *object, above []ancestor) {
	for _, name := range sortedKeys(part.Props) {
		if p := part.Props[name]; p != nil {
			f.walk(p, name, append(above[:len(above):len(above)], ancestor{o, name}))
		}
	}
	if part.Data != nil {
		f.walk(part.Data, "", append(above[:len(above):len(above)], ancestor{o, ""}))
	}
}

// recursive says whether o, inside of a, is one more of the same.
func recursive(a, o *object, by string) bool {
	if a.Crowded || o.Crowded {
		return false
	}
	an, on := a.all(), o.all()
	common := 0
	for name := range on {
		if an[name] != nil {
			common++
		}
	}
	share := overlap(an, on)
	_, again := on[by]
	if !(common >= 2 && again && share >= 0.6 || common >= 3 && share >= 0.75) {
		return false
	}
	for name, n := range on {
		if m := an[name]; m != nil && !compatible(n.class(), m.class()) {
			return false
		}
	}
	return true
}

// all are the members of all variants; of one name any.
func (o *object) all() map[string]*Node {
	if o.Variants == nil {
		return o.Props
	}
	list := map[string]*Node{}
	for _, t := range o.tags() {
		for name, n := range o.Variants[t].Props {
			if list[name] == nil {
				list[name] = n
			}
		}
	}
	return list
}
