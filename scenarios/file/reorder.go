package file

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"seine/scenarios"
	"seine/scenarios/internal/tree"
)

// Move has one of a step's selectors stand first.
type Move struct {
	Step        scenarios.Position // see scenarios.Base
	Field       string             // selectors, to or next
	Alternative int                // from 0
}

// ErrLayout: a list of selectors is written in a way that cannot be changed without writing it anew.
var ErrLayout = errors.New("this list is not written in a way that can be changed in place")

// Reordered is the file's text with the moves made: everything else, comments and layout too, stays as it is, byte for byte. Comments that
// stand above an item of a list, or behind it, go with it. Whoever uses it reads it again, and holds it against d with Same.
func (d *Document) Reordered(moves []Move) ([]byte, error) {
	var edits []edit
	for _, m := range moves {
		list := d.nodes[Join(d.steps[m.Step], m.Field)]
		if _, ok := d.steps[m.Step]; !ok || list == nil || !d.selectors[list] || m.Alternative < 0 || m.Alternative >= len(list.Items) {
			return nil, fmt.Errorf("%s: there are no such %s", m.Step, m.Field)
		}
		order := []int{m.Alternative}
		for i := range list.Items {
			if i != m.Alternative {
				order = append(order, i)
			}
		}
		one, err := d.reorder(list, func([]span) []int { return order })
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Step, err)
		}
		edits = append(edits, one...)
	}
	return d.edited(edits), nil
}

// Stable is the file's text with each list of selectors in an order of its own: it stays the same where only that is changed.
func (d *Document) Stable() []byte {
	var edits []edit
	for list := range d.selectors {
		one, err := d.reorder(list, func(parts []span) []int {
			order := make([]int, len(parts))
			for i := range order {
				order[i] = i
			}
			slices.SortStableFunc(order, func(a, b int) int { return bytes.Compare(d.text(parts[a]), d.text(parts[b])) })
			return order
		})
		if err == nil {
			edits = append(edits, one...)
		}
	}
	return d.edited(edits)
}

// Same reports whether both say the same but for the order of their selectors.
func (d *Document) Same(other *Document) bool {
	return reflect.DeepEqual(d.loose(d.nodes[""]), other.loose(other.nodes[""]))
}

// Selectors are those of a step's field, as they are written.
func (d *Document) Selectors(step scenarios.Position, field string) []any {
	list := d.nodes[Join(d.steps[step], field)]
	if list == nil || !d.selectors[list] {
		return nil
	}
	return list.Plain().([]any)
}

// loose is a value in which lists of selectors have no order.
func (d *Document) loose(n *tree.Node) any {
	switch {
	case n == nil:
		return nil
	case d.selectors[n]:
		texts := map[string]int{}
		for _, e := range n.Items {
			texts[fmt.Sprintf("%q", e.Plain())]++
		}
		return texts
	case n.Kind == tree.List:
		list := make([]any, len(n.Items))
		for i, e := range n.Items {
			list[i] = d.loose(e)
		}
		return list
	case n.Kind == tree.Map:
		list := make([]any, 0, 2*len(n.Pairs))
		for _, p := range n.Pairs {
			list = append(list, p.Key.Text(), d.loose(p.Value))
		}
		return list
	}
	return n.Value
}

// span is a part of the text, in bytes.
type span struct{ from, to int }

func (d *Document) text(s span) []byte { return d.source.Data[s.from:s.to] }

// edit puts something in the place of a part.
type edit struct {
	span
	text []byte
}

// reorder puts the items of a list into the places of each other: order[i] is the item that comes i-th.
func (d *Document) reorder(list *tree.Node, by func([]span) []int) ([]edit, error) {
	parts, err := d.parts(list)
	if err != nil {
		return nil, err
	}
	var edits []edit
	for i, from := range by(parts) {
		if i != from {
			edits = append(edits, edit{parts[i], d.text(parts[from])})
		}
	}
	return edits, nil
}

// edited is the text with the edits made, which do not overlap.
func (d *Document) edited(edits []edit) []byte {
	slices.SortFunc(edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var out []byte
	at := 0
	for _, e := range edits {
		out = append(append(out, d.source.Data[at:e.from]...), e.text...)
		at = e.to
	}
	return append(out, d.source.Data[at:]...)
}
