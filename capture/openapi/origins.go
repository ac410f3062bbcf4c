package openapi

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"seine/capture/openapi/schema"
)

// origin is where a value was seen before it was asked for: the member of an answer.
type origin struct {
	field   string
	owner   string // the member that the object with the field is in
	id      string // of the call that was answered
	path    string // of that call
	started time.Time
}

// origins are the places of values that stand in paths, the earliest first.
type origins struct {
	wanted map[string]bool
	seen   map[string][]origin
}

// mostOrigins of one value are kept.
const mostOrigins = 6

// want asks for the places of the values in a call's path.
func (o *origins) want(c *call) {
	for _, s := range c.path {
		if v := decodeSegment(s); v != "" {
			o.wanted[v] = true
			if m := affixed.FindStringSubmatch(v); m != nil {
				o.wanted[m[1]] = true
			}
		}
	}
}

// note looks for wanted values in an answer. Calls are noted in their order.
func (o *origins) note(c *call, values []schema.Value) {
	path := strings.Join(c.path, "/")
	for i := range values {
		values[i].Walk(func(owner, field string, v *schema.Value) {
			if v.Kind == schema.Bool || len(v.Text) > 200 || field == "" || !o.wanted[v.Text] {
				return
			}
			list := o.seen[v.Text]
			same := func(x origin) bool { return x.field == field && x.owner == owner }
			if len(list) < mostOrigins && !slices.ContainsFunc(list, same) {
				o.seen[v.Text] = append(list, origin{field, owner, c.id, path, c.started})
			}
		})
	}
}

// before are the places where a value was seen before it was asked for: in answers to other addresses.
func (o *origins) before(value string, first *call) []origin {
	var list []origin
	path := strings.Join(first.path, "/")
	for _, x := range o.seen[value] {
		if x.path != path && (x.started.Before(first.started) || x.started.IsZero() || x.started.Equal(first.started)) {
			list = append(list, x)
		}
	}
	return list
}

// identifying are members whose values are made to be asked with.
var identifying = regexp.MustCompile(`(?i)^(?:_?id|.*_id|.*Id|uuid|guid|.*slug|.*key|.*code|.*handle|.*login|.*user_?name|name|.*Name|.*_name|sku|.*symbol|ticker|ref|.*reference|path|locale|lang|language|iso|.*number|tag|.*hash|sha|.*version)$`)
