package file

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"seine/scenarios"
	"seine/scenarios/internal/shape"
	"seine/scenarios/internal/tree"
)

// value fills v, which belongs to a field of that name.
func (d *decoder) value(n *tree.Node, v reflect.Value, path, name string) {
	t := v.Type()
	switch {
	case t == shape.Any:
		if p := n.Plain(); p != nil {
			v.Set(reflect.ValueOf(p))
		}
		d.record(n, path)
	case n.Kind == tree.Null && t.Kind() != reflect.Struct:
		d.wrong(n, "%s has no value", name)
	case t == shape.Duration:
		d.duration(n, v, name)
	case t == shape.Rate:
		d.rate(n, v, name)
	case t == shape.Selectors:
		d.selectors(n, v, path, name)
	case t == shape.Steps:
		d.steps(n, v, path, name)
	case shape.Keyed(t):
		d.keyed(n, v, path, name)
	default:
		d.kind(n, v, path, name)
	}
}

// kind goes by the Go kind.
func (d *decoder) kind(n *tree.Node, v reflect.Value, path, name string) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), path, name)
	case reflect.Struct:
		d.structure(n, v, path, name)
	case reflect.Slice:
		d.list(n, v, path, name)
	case reflect.Map:
		d.mapping(n, v, path, name)
	case reflect.String:
		if n.Kind != tree.String {
			if e := d.mismatch(n, name, "text"); n.Kind == tree.Number || n.Kind == tree.Bool {
				e.Hinted("put it in quotes")
			}
			return
		}
		v.SetString(n.Text())
	case reflect.Bool:
		b, ok := n.Value.(bool)
		if !ok {
			d.mismatch(n, name, "true or false")
		}
		v.SetBool(b)
	case reflect.Int:
		i, ok := n.Value.(int)
		if !ok {
			d.mismatch(n, name, "a whole number")
		}
		v.SetInt(int64(i))
	case reflect.Float64:
		switch x := n.Value.(type) {
		case int:
			v.SetFloat(float64(x))
		case float64:
			v.SetFloat(x)
		default:
			d.mismatch(n, name, "a number")
		}
	}
}

func (d *decoder) mismatch(n *tree.Node, name, want string) tree.Advice {
	e := d.wrong(n, "%s must be %s, and is %s", name, want, n.Kind)
	if strings.HasPrefix(n.Text(), "${") {
		e.Hinted("an expression cannot stand here")
	}
	return e
}

// record remembers where the texts in a free value stand.
func (d *decoder) record(n *tree.Node, path string) {
	d.nodes[path] = n
	for i, e := range n.Items {
		d.record(e, Item(path, i))
	}
	for _, p := range n.Pairs {
		d.record(p.Value, Join(path, p.Key.Text()))
	}
}

// list takes a single value for a list of one.
func (d *decoder) list(n *tree.Node, v reflect.Value, path, name string) {
	items := []*tree.Node{n}
	switch {
	case n.Kind == tree.List:
		items = n.Items
	case n.Kind != tree.String || v.Type().Elem().Kind() != reflect.String:
		d.mismatch(n, name, "a list")
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, e := range items {
		at := Item(path, i)
		d.nodes[at] = e
		d.value(e, v.Index(i), at, name)
	}
}

func (d *decoder) mapping(n *tree.Node, v reflect.Value, path, name string) {
	if n.Kind != tree.Map {
		d.mismatch(n, name, "a map")
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Pairs)))
	for _, p := range n.Pairs {
		at := Join(path, p.Key.Text())
		d.nodes[at] = p.Value
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(p.Value, e, at, p.Key.Text())
		v.SetMapIndex(reflect.ValueOf(p.Key.Text()), e)
	}
}

// keyed reads a map as a list in its order; the key is a field of the element.
func (d *decoder) keyed(n *tree.Node, v reflect.Value, path, name string) {
	if n.Kind != tree.Map {
		d.mismatch(n, name, "a map")
		return
	}
	s := shape.Of(v.Type().Elem())
	v.Set(reflect.MakeSlice(v.Type(), len(n.Pairs), len(n.Pairs)))
	for i, p := range n.Pairs {
		e := v.Index(i)
		d.structure(p.Value, e, Join(path, p.Key.Text()), strings.TrimSuffix(name, "s")+" "+p.Key.Text())
		e.FieldByIndex(s.Key.Index).SetString(p.Key.Text())
		if p.Key.Text() == "" {
			d.wrong(p.Key, "the name is empty")
		}
	}
}

// selectors are alternatives: one text, or a list of texts and of lists of texts, which descend into shadow roots.
func (d *decoder) selectors(n *tree.Node, v reflect.Value, path, name string) {
	items := []*tree.Node{n}
	if n.Kind == tree.List {
		items, d.lists[n] = n.Items, true
	}
	if len(items) == 0 {
		d.wrong(n, "%s is empty", name)
	}
	var list []scenarios.Selector
	for i, e := range items {
		parts := []*tree.Node{e}
		if e.Kind == tree.List {
			parts = e.Items
		}
		var s scenarios.Selector
		for _, p := range parts {
			if p.Kind != tree.String {
				d.mismatch(p, name, "text or a list of texts")
				continue
			}
			if p.Text() == "" {
				d.wrong(p, "the selector is empty")
			}
			s = append(s, p.Text())
		}
		if len(parts) == 0 {
			d.wrong(e, "the selector is empty")
		}
		at := Item(path, i)
		d.record(e, at)
		list = append(list, s)
	}
	v.Set(reflect.ValueOf(list))
}

func (d *decoder) steps(n *tree.Node, v reflect.Value, path, name string) {
	if n.Kind != tree.List {
		d.mismatch(n, name, "a list of steps").Hinted("each step begins with -")
		return
	}
	list := make([]scenarios.Step, 0, len(n.Items))
	for i, e := range n.Items {
		if s := d.step(e, Item(path, i)); s != nil {
			list = append(list, s)
		}
	}
	v.Set(reflect.ValueOf(list))
}

// Patterns of durations and rates; the JSON Schema has them too.
const (
	DurationPattern = `^([0-9]{1,9}(\.[0-9]{1,9})?(ms|s|m|h))+$`
	RatePattern     = `^[0-9]{1,9}(\.[0-9]{1,9})?/(s|m|h)$`
)

var (
	durations = regexp.MustCompile(DurationPattern)
	rates     = regexp.MustCompile(RatePattern)
)

func (d *decoder) duration(n *tree.Node, v reflect.Value, name string) {
	t, err := time.ParseDuration(n.Text())
	if n.Kind != tree.String || !durations.MatchString(n.Text()) || err != nil {
		d.wrong(n, "%s must be a time with its unit", name).Hinted("write it as 500ms, 30s, 2m or 1h30m")
		return
	}
	v.SetInt(int64(t))
}

func (d *decoder) rate(n *tree.Node, v reflect.Value, name string) {
	count, unit, _ := strings.Cut(n.Text(), "/")
	f, err := strconv.ParseFloat(count, 64)
	if n.Kind != tree.String || !rates.MatchString(n.Text()) || err != nil || f <= 0 {
		d.wrong(n, "%s must be a number per time", name).Hinted("write it as 10/s, 100/m or 1000/h")
		return
	}
	per := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	v.Set(reflect.ValueOf(scenarios.Rate{Count: f, Per: per}))
}
