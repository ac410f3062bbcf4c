package file

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"seine/scenarios"
	"seine/scenarios/internal/shape"
	"seine/scenarios/internal/tree"
)

// Marshal writes a flow as YAML, in the way a person would: short forms where they say it all, and nothing that is the default.
func Marshal(f scenarios.UserFlow) ([]byte, error) {
	n, err := Tree(f)
	if err != nil {
		return nil, err
	}
	return tree.YAML(n), nil
}

// MarshalNoted is Marshal with comments above the flow's steps, by their index from 0. They hold no line ends but those of their lines.
func MarshalNoted(f scenarios.UserFlow, comments map[int]string) ([]byte, error) {
	n, err := Tree(f)
	if err != nil {
		return nil, err
	}
	if steps := n.Get("steps"); steps != nil {
		for i, text := range comments {
			if i >= 0 && i < len(steps.Items) {
				steps.Items[i].Comment = clean(text)
			}
		}
	}
	return tree.YAML(n), nil
}

// clean leaves out what would end a comment, or what a terminal would obey.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, text)
}

// MarshalJSON writes a flow as JSON of the same form.
func MarshalJSON(f scenarios.UserFlow) ([]byte, error) {
	n, err := Tree(f)
	if err != nil {
		return nil, err
	}
	return tree.JSON(n), nil
}

// Tree is a flow as it stands in a file.
func Tree(f scenarios.UserFlow) (*tree.Node, error) {
	return structTree(reflect.ValueOf(f), nil)
}

// StepTree is the inside of a step as it stands in a file, never in short form.
func StepTree(s scenarios.Step) (*tree.Node, error) {
	return structTree(reflect.ValueOf(s), nil)
}

// structTree has those fields that are not zero, and those that must be there.
func structTree(v reflect.Value, skip *shape.Field) (*tree.Node, error) {
	n := &tree.Node{Kind: tree.Map}
	for _, f := range shape.Of(v.Type()).Fields {
		fv := v.FieldByIndex(f.Index)
		if fv.IsZero() && !f.Required || skip != nil && f.Name == skip.Name {
			continue
		}
		e, err := valueTree(fv)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if e != nil {
			n.Pairs = append(n.Pairs, tree.Entry(f.Name, e))
		}
	}
	return n, nil
}

// shortTree is the short form of a struct if that says it all, else nil.
func shortTree(v reflect.Value) (*tree.Node, error) {
	s := shape.Of(v.Type())
	if s.Short == nil {
		return nil, nil
	}
	for _, f := range s.Fields {
		if !f.Short && !f.Key && !v.FieldByIndex(f.Index).IsZero() {
			return nil, nil
		}
	}
	fv := v.FieldByIndex(s.Short.Index)
	if fv.IsZero() {
		return nil, nil
	}
	n, err := valueTree(fv)
	if n != nil && n.Kind == tree.Map && !s.Bare() {
		return nil, err
	}
	return n, err
}

func elementTree(v reflect.Value) (*tree.Node, error) {
	if s := shape.Of(v.Type()); s.Bare() {
		return valueTree(v.FieldByIndex(s.Short.Index))
	}
	if n, err := shortTree(v); n != nil || err != nil {
		return n, err
	}
	return structTree(v, shape.Of(v.Type()).Key)
}

// valueTree is nil for what is not there.
func valueTree(v reflect.Value) (*tree.Node, error) {
	switch t := v.Type(); {
	case t == shape.Any:
		return tree.Of(v.Interface())
	case t == shape.Duration:
		return tree.Scalar(duration(time.Duration(v.Int()))), nil
	case t == shape.Rate:
		return tree.Scalar(v.Interface().(scenarios.Rate).String()), nil
	case t == shape.Selectors:
		return selectorsTree(v.Interface().([]scenarios.Selector)), nil
	case t == shape.Steps:
		return stepsTree(v.Interface().([]scenarios.Step))
	case shape.Keyed(t):
		return keyedTree(v)
	}
	return kindTree(v)
}

func kindTree(v reflect.Value) (*tree.Node, error) {
	switch v.Kind() {
	case reflect.Pointer:
		return valueTree(v.Elem())
	case reflect.Struct:
		return structTree(v, nil)
	case reflect.Slice:
		return listTree(v)
	case reflect.Map:
		return mapTree(v)
	case reflect.String:
		return tree.Scalar(v.String()), nil
	case reflect.Int:
		return tree.Scalar(int(v.Int())), nil
	case reflect.Float64:
		if f := v.Float(); f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			return tree.Scalar(int(f)), nil
		}
	}
	return tree.Of(v.Interface())
}

func listTree(v reflect.Value) (*tree.Node, error) {
	n := &tree.Node{Kind: tree.List}
	for i := range v.Len() {
		e, err := valueTree(v.Index(i))
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, e)
	}
	if v.Type().Elem().Kind() == reflect.String && len(n.Items) == 1 {
		return n.Items[0], nil
	}
	return n, nil
}

func mapTree(v reflect.Value) (*tree.Node, error) {
	n := &tree.Node{Kind: tree.Map}
	keys := map[string]bool{}
	for _, k := range v.MapKeys() {
		keys[k.String()] = true
	}
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		e, err := valueTree(v.MapIndex(reflect.ValueOf(k)))
		if err != nil {
			return nil, err
		}
		n.Pairs = append(n.Pairs, tree.Entry(k, e))
	}
	return n, nil
}

func keyedTree(v reflect.Value) (*tree.Node, error) {
	n := &tree.Node{Kind: tree.Map}
	s := shape.Of(v.Type().Elem())
	for i := range v.Len() {
		e, err := elementTree(v.Index(i))
		if err != nil {
			return nil, err
		}
		n.Pairs = append(n.Pairs, tree.Entry(v.Index(i).FieldByIndex(s.Key.Index).String(), e))
	}
	return n, nil
}

// selectorsTree writes a single selector as text.
func selectorsTree(list []scenarios.Selector) *tree.Node {
	n := &tree.Node{Kind: tree.List}
	for _, s := range list {
		parts := &tree.Node{Kind: tree.List}
		for _, p := range s {
			parts.Items = append(parts.Items, tree.Scalar(p))
		}
		if len(s) == 1 {
			parts = parts.Items[0]
		}
		n.Items = append(n.Items, parts)
	}
	if len(n.Items) == 1 && n.Items[0].Kind == tree.String {
		return n.Items[0]
	}
	return n
}

func stepsTree(list []scenarios.Step) (*tree.Node, error) {
	n := &tree.Node{Kind: tree.List}
	for _, s := range list {
		body, err := shortTree(reflect.ValueOf(s))
		if err == nil && body == nil {
			body, err = structTree(reflect.ValueOf(s), nil)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.Type(), err)
		}
		e := &tree.Node{Kind: tree.Map, Pairs: []tree.Pair{tree.Entry(s.Type(), body)}}
		if body.Kind == tree.Map && len(body.Pairs) == 0 {
			e = tree.Scalar(s.Type())
		}
		n.Items = append(n.Items, e)
	}
	return n, nil
}

// duration is without the zeros at the end of Go's form: 1m0s is 1m.
func duration(d time.Duration) string {
	if d < time.Second {
		return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', -1, 64) + "ms"
	}
	s := d.String()
	s = strings.TrimSuffix(s, "m0s") + map[bool]string{true: "m"}[strings.HasSuffix(s, "m0s")]
	return strings.TrimSuffix(s, "h0m") + map[bool]string{true: "h"}[strings.HasSuffix(s, "h0m")]
}
