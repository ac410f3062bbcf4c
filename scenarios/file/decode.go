package file

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"seine/scenarios"
	"seine/scenarios/internal/shape"
	"seine/scenarios/internal/tree"
)

// decoder fills the model from a tree. It goes on after a mistake, to tell all at once.
type decoder struct {
	source *tree.Source
	nodes  map[string]*tree.Node
	paths  map[scenarios.Position]string
	lists  map[*tree.Node]bool // of selectors
	errors tree.Errors
}

func (d *decoder) wrong(n *tree.Node, format string, args ...any) tree.Advice {
	return d.errors.Note(d.source.Errorf(n.Pos, n.Width, format, args...))
}

// structure fills a struct from a map, or its short field from what is none.
func (d *decoder) structure(n *tree.Node, v reflect.Value, path, what string) {
	s := shape.Of(v.Type())
	d.nodes[path] = n
	switch {
	case s.Bare():
		d.field(n, v, s.Short, path, what)
		return
	case n.Kind == tree.Map:
	case n.Kind == tree.Null:
		d.missing(n, s, nil, what)
		return
	case s.Short != nil:
		d.field(n, v, s.Short, under(path, s.Short), what)
		d.missing(n, s, map[string]bool{s.Short.Name: true}, what)
		return
	default:
		d.wrong(n, "%s must be a map with %s, and is %s", what, listed(s), n.Kind)
		return
	}
	seen := map[string]bool{}
	for _, p := range n.Pairs {
		name := p.Key.Text()
		if path == "" && name == "$schema" {
			continue // for editors
		}
		f := s.Named(name)
		if f == nil || f.Key {
			d.unknown(p.Key, s, what)
			continue
		}
		seen[name] = true
		d.field(p.Value, v, f, under(path, f), what)
	}
	d.missing(n, s, seen, what)
}

func under(path string, f *shape.Field) string { return Join(path, f.Name) }

func (d *decoder) unknown(key *tree.Node, s *shape.Struct, what string) {
	var names []string
	for _, f := range s.Fields {
		if !f.Key {
			names = append(names, f.Name)
		}
	}
	otherwise := "it may have " + listed(s)
	if _, isStep := shape.Step(key.Text()); isStep {
		otherwise = fmt.Sprintf("%q is a step: each step begins with a - of its own", key.Text())
	}
	d.wrong(key, "%s has no field %q", what, key.Text()).Near(key.Text(), names, otherwise)
}

// listed are the names of the fields that are the struct's own.
func listed(s *shape.Struct) string {
	var names []string
	for _, f := range s.Fields {
		if f.Owner == s.Type && !f.Key {
			names = append(names, f.Name)
		}
	}
	if len(names) == 0 {
		return "timeout, retries, optional"
	}
	return strings.Join(names, ", ")
}

func (d *decoder) missing(n *tree.Node, s *shape.Struct, seen map[string]bool, what string) {
	for _, f := range s.Fields {
		if f.Required && !seen[f.Name] {
			d.wrong(n, "%s needs %q", what, f.Name)
		}
	}
}

// field fills one field, and holds it against its tags.
func (d *decoder) field(n *tree.Node, v reflect.Value, f *shape.Field, path, what string) {
	d.nodes[path] = n
	target := v.FieldByIndex(f.Index)
	before := len(d.errors)
	d.value(n, target, path, f.Name)
	if len(d.errors) > before || n.Kind == tree.Null {
		return
	}
	for target.Kind() == reflect.Pointer {
		target = target.Elem()
	}
	if len(f.Enum) > 0 && target.Kind() == reflect.String {
		if !slices.Contains(f.Enum, target.String()) {
			d.wrong(n, "%s cannot be %q: it is one of %s", f.Name, target.String(), strings.Join(f.Enum, ", ")).Near(target.String(), f.Enum, "")
		}
	}
	d.bounds(n, target, f)
	if f.Required && target.Kind() == reflect.String && target.Len() == 0 && f.Short {
		d.wrong(n, "%s of %s is empty", f.Name, what)
	}
}

func (d *decoder) bounds(n *tree.Node, v reflect.Value, f *shape.Field) {
	if v.Kind() == reflect.Slice && f.Min != nil && v.Type().Elem().Kind() == reflect.Int {
		for i := range v.Len() {
			d.bounds(n, v.Index(i), f)
		}
		return
	}
	var number float64
	switch {
	case v.CanInt():
		number = float64(v.Int())
	case v.CanFloat():
		number = v.Float()
	default:
		return
	}
	switch {
	case f.Min != nil && number < *f.Min:
		d.wrong(n, "%s must be at least %v", f.Name, *f.Min)
	case f.Max != nil && number > *f.Max:
		d.wrong(n, "%s must be at most %v", f.Name, *f.Max)
	}
}

// step reads a map of one key, or the name of a step that needs nothing.
func (d *decoder) step(n *tree.Node, path string) scenarios.Step {
	d.nodes[path] = n
	key, body := n, &tree.Node{Kind: tree.Null, Pos: n.Pos, Width: n.Width}
	switch {
	case n.Kind == tree.String:
	case n.Kind == tree.Map && len(n.Pairs) == 1:
		key, body = n.Pairs[0].Key, n.Pairs[0].Value
	case n.Kind == tree.Map && len(n.Pairs) > 1:
		d.wrong(n.Pairs[1].Key, "a step is one name with what belongs to it: %q is too much here", n.Pairs[1].Key.Text()).Hinted("begin another step with -, or indent it so that it belongs to %q", n.Pairs[0].Key.Text())
		return nil
	default:
		d.wrong(n, "a step must be a name, or a map of one name with what belongs to it, and is %s", n.Kind)
		return nil
	}
	t, ok := shape.Step(key.Text())
	if !ok {
		var names []string
		for _, s := range scenarios.Steps() {
			names = append(names, s.Type())
		}
		d.wrong(key, "there is no step %q", key.Text()).Near(key.Text(), names, "there are "+strings.Join(names, ", "))
		return nil
	}
	v := reflect.New(t).Elem()
	d.paths[key.Pos] = Join(path, key.Text())
	d.structure(body, v, Join(path, key.Text()), key.Text())
	v.FieldByName("Pos").Set(reflect.ValueOf(key.Pos))
	return v.Interface().(scenarios.Step)
}
