// Package recorder reads and writes recordings of Chrome's Recorder, as @puppeteer/replay defines them, without loss:
// properties that nobody here knows are kept, and steps of ours travel as customStep with the name seine.<step>. What a
// recording cannot say of its own steps (templates, retries) stands beside it in a property named seine, which other
// readers pass over.
package recorder

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"seine/scenarios/expr"
	"seine/scenarios/file"
	"seine/scenarios/internal/shape"
	"seine/scenarios/internal/tree"
)

// beside is the property that holds what a recording cannot say.
const beside = "seine"

// prefix of the names of our steps.
const prefix = "seine."

// native are the steps that a recording has of its own.
var native = []string{
	"setViewport", "emulateNetworkConditions", "navigate", "click", "doubleClick", "hover", "change", "keyDown", "keyUp",
	"scroll", "waitForElement", "waitForExpression", "close", "customStep",
}

// Parse reads a recording. Its errors are those of file.Parse.
func Parse(name string, data []byte) (*file.Document, error) {
	source := tree.NewSource(name, data)
	root, err := tree.Parse(source)
	if err != nil {
		return nil, err
	}
	return FromTree(source, root)
}

// Is tells a recording from a scenario: it has a title, and its steps have a type.
func Is(root *tree.Node) bool {
	steps := root.Get("steps")
	if root.Get("title") == nil || steps == nil || root.Get("name") != nil {
		return false
	}
	return !slices.ContainsFunc(steps.Items, func(s *tree.Node) bool { return s.Get("type") == nil })
}

// FromTree reads a recording's tree.
func FromTree(source *tree.Source, root *tree.Node) (*file.Document, error) {
	c := &conversion{source: source}
	flow := c.flow(root)
	if err := c.errors.Err(); err != nil {
		return nil, err
	}
	return file.FromTree(source, flow)
}

// conversion makes the tree of a scenario from that of a recording; what is wrong in it the scenario's decoder finds.
type conversion struct {
	source *tree.Source
	errors tree.Errors
}

func (c *conversion) wrong(n *tree.Node, format string, args ...any) {
	c.errors = append(c.errors, c.source.Errorf(n.Pos, n.Width, format, args...))
}

func like(n *tree.Node, kind tree.Kind) *tree.Node {
	return &tree.Node{Kind: kind, Pos: n.Pos, Width: n.Width}
}

func (c *conversion) flow(root *tree.Node) *tree.Node {
	out, unknown := like(root, tree.Map), like(root, tree.Map)
	if root.Kind != tree.Map {
		c.wrong(root, "a recording must be a map, and is %s", root.Kind)
		return out
	}
	for _, p := range root.Pairs {
		switch key := p.Key.Text(); key {
		case "title":
			out.Set("name", p.Value)
		case "timeout":
			out.Set("timeout", milliseconds(p.Value))
		case "selectorAttribute":
			out.Set(key, p.Value)
		case "steps":
			out.Set("steps", c.steps(p.Value))
		case beside:
		default:
			unknown.Pairs = append(unknown.Pairs, p)
		}
	}
	keep(out, unknown)
	override(out, root.Get(beside))
	return out
}

// keep adds what is not known.
func keep(out, unknown *tree.Node) {
	if len(unknown.Pairs) > 0 {
		out.Set("recorder", unknown)
	}
}

// override puts in what stood beside; null takes away.
func override(out, own *tree.Node) {
	if own == nil || own.Kind != tree.Map {
		return
	}
	for _, p := range own.Pairs {
		if p.Value.Kind == tree.Null {
			out.Delete(p.Key.Text())
		} else {
			out.Set(p.Key.Text(), p.Value)
		}
	}
}

func (c *conversion) steps(n *tree.Node) *tree.Node {
	out := like(n, n.Kind)
	for _, s := range n.Items {
		out.Items = append(out.Items, c.step(s))
	}
	return out
}

func (c *conversion) step(n *tree.Node) *tree.Node {
	kind := n.Get("type")
	out := like(n, tree.Map)
	switch {
	case kind == nil || kind.Kind != tree.String:
		c.wrong(n, "a step of a recording needs a type")
		return out
	case kind.Text() == "customStep" && ours(n) != "":
		body := n.Get("parameters")
		if body == nil {
			body = like(n, tree.Map)
		}
		key := *kind
		key.Value = ours(n)
		out.Pairs = []tree.Pair{{Key: &key, Value: body}}
		return out
	case !slices.Contains(native, kind.Text()):
		e := c.source.Errorf(kind.Pos, kind.Width, "a recording has no step %q", kind.Text()).Near(kind.Text(), native)
		c.errors = append(c.errors, e)
		return out
	}
	out.Pairs = []tree.Pair{{Key: kind, Value: c.body(n, kind.Text())}}
	return out
}

// ours is the name of our step that a customStep carries, "" if it is another's.
func ours(n *tree.Node) string {
	name := n.Get("name")
	if name == nil {
		return ""
	}
	step, ok := strings.CutPrefix(name.Text(), prefix)
	if _, known := shape.Step(step); ok && known {
		return step
	}
	return ""
}

// body is the inside of a recording's own step.
func (c *conversion) body(n *tree.Node, kind string) *tree.Node {
	t, _ := shape.Step(kind)
	s := shape.Of(t)
	out, unknown := like(n, tree.Map), like(n, tree.Map)
	for _, p := range n.Pairs {
		key := p.Key.Text()
		f := s.Named(key)
		switch {
		case key == "type" || key == beside:
		case f == nil || key == "retries" || key == "optional" || key == "recorder":
			unknown.Pairs = append(unknown.Pairs, p)
		case key == "assertedEvents":
			out.Pairs = append(out.Pairs, tree.Pair{Key: p.Key, Value: events(p.Value)})
		default:
			out.Pairs = append(out.Pairs, tree.Pair{Key: p.Key, Value: value(p.Value, f)})
		}
	}
	keep(out, unknown)
	override(out, n.Get(beside))
	return out
}

// value is a property in the scenario's form: times have units, and texts mean themselves.
func value(n *tree.Node, f *shape.Field) *tree.Node {
	switch {
	case f.Type == shape.Duration:
		return milliseconds(n)
	case f.Raw:
		return n
	}
	return literal(n)
}

func milliseconds(n *tree.Node) *tree.Node {
	var ms float64
	switch v := n.Value.(type) {
	case int:
		ms = float64(v)
	case float64:
		ms = v
	default:
		return n
	}
	out := *n
	out.Kind, out.Value = tree.String, strconv.FormatFloat(ms, 'f', -1, 64)+"ms"
	return &out
}

// literal makes texts mean themselves: a recording has no expressions.
func literal(n *tree.Node) *tree.Node {
	out := *n
	if n.Kind == tree.String {
		out.Value = expr.Literal(n.Text())
	}
	out.Items, out.Pairs = nil, nil
	for _, e := range n.Items {
		out.Items = append(out.Items, literal(e))
	}
	for _, p := range n.Pairs {
		out.Pairs = append(out.Pairs, tree.Pair{Key: p.Key, Value: literal(p.Value)})
	}
	return &out
}

// events keeps what is unknown in them.
func events(n *tree.Node) *tree.Node {
	out := like(n, n.Kind)
	s := shape.Of(shape.Event)
	for _, e := range n.Items {
		if e.Kind != tree.Map {
			out.Items = append(out.Items, e)
			continue
		}
		known, unknown := like(e, tree.Map), like(e, tree.Map)
		for _, p := range e.Pairs {
			if s.Named(p.Key.Text()) == nil || p.Key.Text() == "recorder" {
				unknown.Pairs = append(unknown.Pairs, p)
			} else {
				known.Pairs = append(known.Pairs, tree.Pair{Key: p.Key, Value: literal(p.Value)})
			}
		}
		keep(known, unknown)
		override(known, e.Get(beside))
		known.Delete(beside)
		out.Items = append(out.Items, known)
	}
	return out
}

// limits of a recording's time-outs (Schema.ts of @puppeteer/replay).
const (
	shortest = time.Millisecond
	longest  = 30 * time.Second
)
