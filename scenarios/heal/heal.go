// Package heal keeps scenarios working while their sites change: it counts which of a step's selectors find its element, says which ones
// no longer hold, and writes files in which the one that does stands first.
package heal

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
	"sync"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/internal/shape"
)

// Votes counts what found the elements of steps. It is safe for concurrent use; the zero value is empty.
type Votes struct {
	mu  sync.Mutex
	all map[list]*tally
}

// list is where alternatives stand.
type list struct {
	step  scenarios.Position
	field string
}

type tally struct {
	kind      string
	selectors []scenarios.Selector // as they were when one of them was found last
	votes     []int
}

// Found counts that a step, with its values in place, found its element by an alternative of a list of its selectors.
func (v *Votes) Found(step scenarios.Step, selectors []scenarios.Selector, alternative int) {
	at := list{step.Common().Pos, fieldOf(step, selectors)}
	if at.step.Line == 0 || at.field == "" || alternative < 0 || alternative >= len(selectors) {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.all == nil {
		v.all = map[list]*tally{}
	}
	t := v.all[at]
	if t == nil {
		t = &tally{kind: step.Type(), votes: make([]int, len(selectors))}
		v.all[at] = t
	}
	if len(t.votes) == len(selectors) {
		t.selectors = selectors
		t.votes[alternative]++
	}
}

// fieldOf is the field of the step that the list is from.
func fieldOf(step scenarios.Step, selectors []scenarios.Selector) string {
	v := reflect.ValueOf(step)
	for _, f := range shape.Of(v.Type()).Fields {
		if f.Type == shape.Selectors && reflect.DeepEqual(v.FieldByIndex(f.Index).Interface(), selectors) {
			return f.Name
		}
	}
	return ""
}

// Stale is a list whose first selector no longer holds, while another one does.
type Stale struct {
	file.Move
	Type     string // of the step
	Old, New scenarios.Selector
	Votes    int // for the new one
	All      int
}

// Stale gives the lists in which something else than the first was found more often than all others together, in the order of files.
func (v *Votes) Stale() (out []Stale) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for at, t := range v.all {
		all := 0
		for _, n := range t.votes {
			all += n
		}
		best := slices.Index(t.votes, slices.Max(t.votes))
		if best > 0 && 2*t.votes[best] > all {
			out = append(out, Stale{file.Move{Step: at.step, Field: at.field, Alternative: best}, t.kind, t.selectors[0], t.selectors[best], t.votes[best], all})
		}
	}
	slices.SortFunc(out, func(a, b Stale) int {
		x, y := a.Step, b.Step
		return cmp.Or(strings.Compare(x.File, y.File), x.Line-y.Line, x.Column-y.Column, strings.Compare(a.Field, b.Field))
	})
	return out
}

// Written is a selector as a person writes it.
func Written(s scenarios.Selector) string { return strings.Join(s, " › ") }
