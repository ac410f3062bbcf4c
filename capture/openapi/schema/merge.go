package schema

import (
	"maps"
	"slices"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Merge adds what another node has seen; that one is not to be used any more.
func (n *Node) Merge(m *Node) {
	if m == nil || m == n {
		return
	}
	n.Seen += m.Seen
	n.Null += m.Null
	n.Bool += m.Bool
	n.Cut += m.Cut
	n.Secret = n.Secret || m.Secret
	n.Repeats = n.Repeats || m.Repeats
	if n.XML == (XML{}) {
		n.XML = m.XML
	}
	if n.Hint == "" || m.Hint != "" && m.Hint < n.Hint {
		n.Hint = m.Hint
	}
	n.Number.merge(&m.Number)
	n.String.merge(&m.String)
	n.Array.Seen += m.Array.Seen
	n.Array.Items = merged(n.Array.Items, m.Array.Items)
	if n.Object == nil {
		n.Object = m.Object
	} else if m.Object != nil {
		n.Object.merge(m.Object, n.Hint)
	}
}

// merged is one node for both; either may be nil.
func merged(a, b *Node) *Node {
	if a == nil {
		return b
	}
	a.Merge(b)
	return a
}

func (n *numbers) merge(m *numbers) {
	n.Integers += m.Integers
	n.Decimals += m.Decimals
	n.Wide, n.Huge = n.Wide || m.Wide, n.Huge || m.Huge
	n.texts.merge(&m.texts)
}

func (t *texts) merge(u *texts) {
	if u.Seen == 0 {
		return
	}
	if t.Seen == 0 || shorter(u.Least, t.Least) {
		t.Least = u.Least
	}
	t.Seen += u.Seen
	for f, n := range u.Formats {
		if t.Formats == nil {
			t.Formats = map[string]int{}
		}
		t.Formats[f] += n
	}
	if u.More {
		t.Values, t.More = nil, true
	}
	for s, n := range u.Values {
		t.count(s, n)
	}
}

func (o *object) merge(p *object, hint string) {
	if o == p {
		return
	}
	o.Seen += p.Seen
	o.Data = merged(o.Data, p.Data)
	o.Keys.merge(&p.Keys)
	for _, name := range sortedKeys(p.Props) {
		if o.Crowded {
			o.Keys.observe(name, true)
			o.Data = merged(o.Data, p.Props[name])
			continue
		}
		if o.Props == nil {
			o.Props = map[string]*Node{}
		}
		// A recursive shape may have been crowded by its own members meanwhile.
		if m := merged(o.Props[name], p.Props[name]); o.Crowded {
			o.Data = merged(o.Data, m)
		} else {
			o.Props[name] = m
		}
	}
	if p.Crowded && !o.Crowded || len(o.Props) > mostProps {
		o.crowd(hint)
	}
	if p.Mixed && !o.Mixed {
		o.mix(hint)
	}
	for t, v := range p.Variants {
		switch {
		case o.Mixed:
			o.merge(v, hint)
		case o.Variants[t] != nil:
			o.Variants[t].merge(v, hint)
		default:
			o.add(t, v, hint)
		}
	}
}
