package recorder

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/file"
	"seine/scenarios/internal/rewrite"
	"seine/scenarios/internal/shape"
	"seine/scenarios/internal/tree"
)

// Marshal writes a flow as a recording. Texts with expressions are written as they come out with the given values, so that
// other programs can run them; where that fails, as they are. The expressions themselves stand beside.
func Marshal(f scenarios.UserFlow, values map[string]any) ([]byte, error) {
	w := &writer{values: values}
	n, err := w.flow(f)
	if err != nil {
		return nil, err
	}
	return tree.JSON(n), nil
}

type writer struct{ values map[string]any }

// Text is a text as other programs see it.
func (w *writer) Text(_, source string) (string, error) {
	t, err := expr.Compile(source)
	if err != nil {
		return source, nil //nolint:nilerr // what cannot be read stays what it is
	}
	if s, err := t.Text(context.Background(), w.values); err == nil {
		return s, nil
	}
	return source, nil
}

// Value is a value as other programs see it.
func (w *writer) Value(_, source string) (any, error) {
	t, err := expr.Compile(source)
	if err != nil {
		return source, nil //nolint:nilerr // what cannot be read stays what it is
	}
	if v, err := t.Eval(context.Background(), w.values); err == nil && v != nil {
		return v, nil
	}
	return source, nil
}

// Query leaves programs alone.
func (w *writer) Query(string, scenarios.Query) error { return nil }

func (w *writer) flow(f scenarios.UserFlow) (*tree.Node, error) {
	out := &tree.Node{Kind: tree.Map}
	out.Set("title", tree.Scalar(f.Title))
	if f.Timeout != 0 {
		out.Set("timeout", timeout(f.Timeout))
	}
	if f.SelectorAttribute != "" {
		out.Set("selectorAttribute", tree.Scalar(f.SelectorAttribute))
	}
	if err := unknown(out, f.Recorder); err != nil {
		return nil, err
	}
	if err := flowBeside(out, f); err != nil {
		return nil, err
	}
	steps := &tree.Node{Kind: tree.List}
	for i, s := range f.Steps {
		e, err := w.step(s)
		if err != nil {
			return nil, fmt.Errorf("step %d, %s: %w", i+1, s.Type(), err)
		}
		steps.Items = append(steps.Items, e)
	}
	out.Set("steps", steps)
	return out, nil
}

// flowBeside adds what a recording cannot say of the flow.
func flowBeside(out *tree.Node, f scenarios.UserFlow) error {
	f.Steps = []scenarios.Step{scenarios.Play{}}
	own, err := file.Tree(f)
	if err != nil {
		return err
	}
	play, err := (&writer{}).step(scenarios.Play{})
	if err != nil {
		return err
	}
	bare := &tree.Node{Kind: tree.Map, Pairs: append(slices.Clone(out.Pairs), tree.Entry("steps", &tree.Node{Kind: tree.List, Items: []*tree.Node{play}}))}
	read := &tree.Node{Kind: tree.Map}
	if doc, err := FromTree(tree.NewSource("", nil), bare); err == nil {
		if read, err = file.Tree(doc.Flow); err != nil {
			return err
		}
	}
	addBeside(out, own, read)
	return nil
}

// addBeside adds where what would be read differs from what it should be.
func addBeside(out, own, read *tree.Node) {
	diff := &tree.Node{Kind: tree.Map}
	for _, p := range own.Pairs {
		if r := read.Get(p.Key.Text()); r == nil || !tree.Equal(p.Value, r) {
			diff.Pairs = append(diff.Pairs, p)
		}
	}
	for _, p := range read.Pairs {
		if own.Get(p.Key.Text()) == nil {
			diff.Pairs = append(diff.Pairs, tree.Pair{Key: p.Key, Value: tree.Scalar(nil)})
		}
	}
	if len(diff.Pairs) > 0 {
		out.Set(beside, diff)
	}
}

func unknown(out *tree.Node, more map[string]any) error {
	n, err := tree.Of(map[string]any(more))
	if err != nil || more == nil {
		return err
	}
	for _, p := range n.Pairs {
		if out.Get(p.Key.Text()) == nil {
			out.Pairs = append(out.Pairs, p)
		}
	}
	return nil
}

func (w *writer) step(s scenarios.Step) (*tree.Node, error) {
	own, err := file.StepTree(s)
	if err != nil {
		return nil, err
	}
	out := &tree.Node{Kind: tree.Map}
	if !slices.Contains(native, s.Type()) {
		out.Set("type", tree.Scalar("customStep"))
		out.Set("name", tree.Scalar(prefix+s.Type()))
		out.Set("parameters", own)
		return out, nil
	}
	plain, err := rewrite.Struct(reflect.ValueOf(s), "", w)
	if err != nil {
		return nil, err
	}
	out.Set("type", tree.Scalar(s.Type()))
	if err := properties(out, plain); err != nil {
		return nil, err
	}
	if err := unknown(out, s.Common().Recorder); err != nil {
		return nil, err
	}
	read := &tree.Node{Kind: tree.Map}
	flow := &tree.Node{Kind: tree.Map, Pairs: []tree.Pair{tree.Entry("title", tree.Scalar("")), tree.Entry("steps", &tree.Node{Kind: tree.List, Items: []*tree.Node{out}})}}
	if doc, err := FromTree(tree.NewSource("", nil), flow); err == nil {
		if read, err = file.StepTree(doc.Flow.Steps[0]); err != nil {
			return nil, err
		}
	}
	addBeside(out, own, read)
	return out, nil
}

// always are the properties that a recording must have, with what they are where the flow does not say.
var always = map[string]map[string]any{
	"click":       {"offsetX": 1, "offsetY": 1},
	"doubleClick": {"offsetX": 1, "offsetY": 1},
	"setViewport": {"deviceScaleFactor": 1, "isMobile": false, "hasTouch": false, "isLandscape": false},
}

// properties writes a step's fields: those that all recordings have first.
func properties(out *tree.Node, v reflect.Value) error {
	kind := out.Get("type").Text()
	full, err := file.StepTree(v.Interface().(scenarios.Step))
	if err != nil {
		return err
	}
	for _, f := range shape.Of(v.Type()).Fields {
		fv := v.FieldByIndex(f.Index)
		n := full.Get(f.Name)
		switch {
		case f.Name == "retries" || f.Name == "optional" || f.Name == "recorder":
			continue
		case n == nil:
			if standard, ok := always[kind][f.Name]; ok {
				out.Set(f.Name, tree.Scalar(standard))
			}
			continue
		case f.Name == "timeout":
			n = timeout(time.Duration(fv.Int()))
		case f.Type == shape.Duration:
			n = tree.Scalar(ms(time.Duration(fv.Int())))
		case f.Type == shape.Selectors:
			n = alternatives(fv.Interface().([]scenarios.Selector))
		case f.Name == "assertedEvents":
			if n = plainEvents(n); len(n.Items) == 0 {
				continue
			}
		}
		out.Set(f.Name, n)
	}
	return nil
}

// alternatives are lists of parts, as Chrome writes them; where it means the same as text alone too.
func alternatives(all []scenarios.Selector) *tree.Node {
	n := &tree.Node{Kind: tree.List}
	for _, s := range all {
		parts := &tree.Node{Kind: tree.List}
		for _, p := range s {
			parts.Items = append(parts.Items, tree.Scalar(p))
		}
		n.Items = append(n.Items, parts)
	}
	return n
}

// plainEvents puts the unknown properties of events back where they were. Recordings know no downloads: those stand beside.
func plainEvents(n *tree.Node) *tree.Node {
	n.Items = slices.DeleteFunc(n.Items, func(e *tree.Node) bool { return e.Get("type").Text() != "navigation" })
	for _, e := range n.Items {
		if more := e.Get("recorder"); more != nil {
			e.Delete("recorder")
			for _, p := range more.Pairs {
				if e.Get(p.Key.Text()) == nil {
					e.Pairs = append(e.Pairs, p)
				}
			}
		}
	}
	return n
}

// timeout is one that a recording may have, the nearest to d.
func timeout(d time.Duration) *tree.Node { return tree.Scalar(ms(min(max(d, shortest), longest))) }

// ms is a whole number where it can be one.
func ms(d time.Duration) any {
	if d%time.Millisecond == 0 {
		return int(d / time.Millisecond)
	}
	return float64(d) / float64(time.Millisecond)
}
