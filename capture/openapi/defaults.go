package openapi

import (
	"slices"
	"strings"

	"seine/capture/openapi/document"
	"seine/capture/openapi/schema"
)

// echo is what one call asked for, and which scalars its answer said beside its lists. A server that says of itself limit=20 where it was asked for
// limit=20, and where it was asked for none says 24 each time, has told its default.
type echo struct {
	asked map[string]string
	said  map[string]string // by name, in lower case without separators
}

// mostEchoes bounds how many calls of an operation are looked at, and mostSaid how many scalars of each.
const mostEchoes, mostSaid = 60, 30

func (o *Operation) hear(c *call, values []schema.Value) {
	if len(o.echoes) >= mostEchoes || len(values) != 1 || c.status < 200 || c.status > 299 {
		return
	}
	e := echo{map[string]string{}, map[string]string{}}
	for _, p := range pairs(c.query) {
		e.asked[p.name] = p.value
	}
	e.hear(&values[0], 0)
	o.echoes = append(o.echoes, e)
}

// hear goes into objects, as meta and pagination are, not into lists.
func (e *echo) hear(v *schema.Value, depth int) {
	for i := range v.Fields {
		f := &v.Fields[i]
		switch f.Value.Kind {
		case schema.Object:
			if depth < 2 {
				e.hear(&f.Value, depth+1)
			}
		case schema.Integer, schema.Bool, schema.String:
			if len(e.said) < mostSaid && len(f.Value.Text) <= mostLong {
				e.said[bareName(f.Name)] = f.Value.Text
			}
		}
	}
}

func bareName(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", "[", "", "]", "").Replace(s))
}

// defaultOf is what an operation takes where a parameter is not sent, "" where that is not proven: each answer to a call with it must say its value, those
// to calls without it all the same one, and there must be two values at least that were told apart so.
func (o *Operation) defaultOf(name string) (value string, ok bool) {
	key, without, values := bareName(name), 0, []string{}
	for _, e := range o.echoes {
		said, told := e.said[key]
		asked, sent := e.asked[name]
		switch {
		case !told || sent && asked != said:
			return "", false
		case sent:
			if !slices.Contains(values, asked) {
				values = append(values, asked)
			}
		case without > 0 && value != said:
			return "", false
		default:
			value = said
			without++
		}
	}
	distinct := len(values)
	if without > 0 && !slices.Contains(values, value) {
		distinct++
	}
	return value, without > 0 && len(values) > 0 && distinct >= 2
}

// withDefault puts a proven default into the schema of a parameter.
func (o *Operation) withDefault(p document.Object, name string, set *schema.Set) document.Object {
	value, ok := o.defaultOf(name)
	s, _ := p.Get("schema").(document.Object)
	if !ok || s == nil || set.Clean(value) != value {
		return p
	}
	var v any = value
	switch s.Get("type") {
	case "integer", "number":
		if !literal.MatchString(value) {
			return p
		}
		v = document.Number(value)
	case "boolean":
		if value != "true" && value != "false" {
			return p
		}
		v = value == "true"
	case "string":
	default:
		return p
	}
	if list, ok := s.Get("enum").(document.Array); ok && !slices.Contains(list, v) {
		return p
	}
	for i := range p {
		if p[i].Key == "schema" {
			p[i].Value = append(s[:len(s):len(s)], document.Member{Key: "default", Value: v})
		}
	}
	return p
}
