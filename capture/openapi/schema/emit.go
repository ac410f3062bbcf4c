package schema

import (
	"regexp"
	"strconv"
	"strings"

	"seine/capture/openapi/document"
)

// refTo is where the components are.
const refTo = "#/components/schemas/"

// Schema is a JSON Schema (2020-12) of the place, which accepts all that was seen there.
func (s *Set) Schema(n *Node) document.Object {
	if n == nil || n.XML == (XML{}) {
		return s.plain(n)
	}
	if n.XML.List && !n.Repeats {
		return s.plain(n.Array.Items)
	}
	hint := document.Object{}.With("name", s.clean(n.XML.Element)).With("namespace", s.clean(n.XML.Namespace))
	if n.XML.Attribute {
		hint = append(hint, document.Member{Key: "attribute", Value: true})
	}
	return s.plain(n).With("xml", hint)
}

func (s *Set) plain(n *Node) document.Object {
	if n == nil || n.Seen == n.Null || n.Cut > 0 && n.Seen == n.Cut {
		return document.Object{} // null alone says nothing of what else there may be
	}
	parts := s.parts(n)
	switch {
	case n.Cut > 0:
		return document.Object{}
	case len(parts) == 1 && n.Null == 0:
		return parts[0]
	case len(parts) == 1 && parts[0].Get("$ref") == nil && parts[0].Get("oneOf") == nil:
		return nullable(parts[0])
	}
	var list document.Array
	for _, p := range parts {
		list = append(list, p)
	}
	if n.Null > 0 {
		list = append(list, document.Object{{Key: "type", Value: "null"}})
	}
	return document.Object{{Key: "anyOf", Value: list}}
}

// nullable adds null to the type, and to the enumeration if there is one.
func nullable(p document.Object) document.Object {
	for i := range p {
		switch p[i].Key {
		case "type":
			p[i].Value = document.Array{p[i].Value, "null"}
		case "enum":
			p[i].Value = append(p[i].Value.(document.Array), nil)
		}
	}
	return p
}

// parts are the schemas of each type that was seen.
func (s *Set) parts(n *Node) []document.Object {
	var list []document.Object
	if n.Object != nil {
		list = append(list, s.ref(n.Object))
	}
	if n.Array.Seen > 0 {
		list = append(list, document.Object{{Key: "type", Value: "array"}, {Key: "items", Value: s.Schema(n.Array.Items)}})
	}
	if n.String.Seen > 0 {
		list = append(list, s.text(n))
	}
	if n.Number.texts.Seen > 0 {
		list = append(list, s.number(&n.Number, n.Secret))
	}
	if n.Bool > 0 {
		list = append(list, document.Object{{Key: "type", Value: "boolean"}})
	}
	return list
}

func (s *Set) ref(o *object) document.Object {
	if name := s.names[o]; name != "" {
		return document.Object{{Key: "$ref", Value: refTo + name}}
	}
	return s.object(o, "")
}

// object is the schema of an object; the member called tag has one value only.
func (s *Set) object(o *object, tag string) document.Object {
	if o.Variants != nil {
		return s.oneOf(o)
	}
	schema := document.Object{{Key: "type", Value: "object"}}
	var props document.Object
	var required document.Array
	for _, name := range sortedKeys(o.Props) {
		n := o.Props[name]
		p := s.Schema(n)
		if name == tag && s.clean(n.String.Least) == n.String.Least {
			p = document.Object{{Key: "type", Value: "string"}, {Key: "const", Value: n.String.Least}}
		}
		props = append(props, document.Member{Key: s.clean(name), Value: p})
		// A member that leads back here could be required where it is an array, but many readers take that for a circle without an end.
		if n.Seen >= o.Seen && (o.Seen >= enough || name == tag) && (o.Seen >= sure || !passing.MatchString(name)) && (s.names[o] == "" || !n.leads(o, map[*Node]bool{})) {
			required = append(required, s.clean(name))
		}
	}
	schema = schema.With("properties", props).With("required", required)
	if o.Data != nil {
		schema = append(schema, document.Member{Key: "additionalProperties", Value: s.Schema(o.Data)})
	}
	return schema
}

// enough is how many samples make "always"; sure, how many it takes of members that come and go with where one is in a list, or with what went wrong.
const enough, sure = 2, 12

// passing are such members.
var passing = regexp.MustCompile(`(?i)(?:^|[._-])(?:next|prev|previous|first|last|errors?|warnings?)$|^(?:next|prev|previous)[_-]?(?:page|link|url|cursor|token|href)?$|nextLink$|deltaLink$|next_?page_?(?:token|url)$`)

func (s *Set) oneOf(o *object) document.Object {
	var refs document.Array
	var mapping document.Object
	tags := o.tags()
	for _, t := range tags {
		to := refTo + s.names[o.Variants[t]]
		refs = append(refs, document.Object{{Key: "$ref", Value: to}})
		mapping = append(mapping, document.Member{Key: s.clean(t.value), Value: to})
	}
	return document.Object{
		{Key: "oneOf", Value: refs},
		{Key: "discriminator", Value: document.Object{{Key: "propertyName", Value: tags[0].name}, {Key: "mapping", Value: mapping}}},
	}
}

func (s *Set) text(n *Node) document.Object {
	t := &n.String
	schema := document.Object{{Key: "type", Value: "string"}}
	if len(t.Formats) == 1 && t.Formats[""] == 0 {
		for f := range t.Formats {
			schema = schema.With("format", f)
		}
	}
	if n.Secret {
		return schema
	}
	if values := t.enum(); values != nil && !identity.MatchString(n.Hint) {
		var list document.Array
		for _, v := range values {
			if s.clean(v) != v {
				return schema
			}
			list = append(list, v)
		}
		return schema.With("enum", list)
	}
	return schema.With("examples", s.example(t.Least))
}

func (s *Set) example(v string) document.Array {
	if v == "" || len(v) > longest || s.clean(v) != v {
		return nil
	}
	return document.Array{v}
}

func (s *Set) clean(v string) string {
	if s.Clean == nil {
		return v
	}
	return s.Clean(v)
}

func (s *Set) number(n *numbers, secret bool) document.Object {
	schema := document.Object{{Key: "type", Value: "integer"}}
	switch {
	case n.Decimals > 0:
		schema[0].Value = "number"
	case n.Wide && !n.Huge:
		schema = schema.With("format", "int64")
	}
	if _, err := strconv.ParseFloat(n.texts.Least, 64); err != nil { // beyond what a float holds, which many readers cannot read
		return schema
	}
	if secret || len(n.texts.Least) > longest || s.clean(n.texts.Least) != n.texts.Least {
		return schema
	}
	return schema.With("examples", document.Array{document.Number(n.texts.Least)})
}

// constant is how names of an enumeration are written: not as names of people and places.
var constant = regexp.MustCompile(`^(?:[a-z][a-z0-9]*(?:[_.:/-]?[a-z0-9]+)*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*|[a-z]+(?:[A-Z][a-z0-9]*)+)$`)

// identity are members that name one thing among others: those that were seen are never all.
var identity = regexp.MustCompile(`(?:^|[_-])(?i:_?id|ids|slug|name|key|title|username|login|handle|label|text|code|url|href|path|email|sku|token|description|q|query)$|(?:Id|Ids|ID|Slug|Name|Key|Title|Code|Url|URL|Path)$`)

// enum are the values if they are few and often: 12 of them seen at least, no more different ones than the root of that, each twice.
func (t *texts) enum() []string {
	const least = 12
	if t.More || t.Seen < least || len(t.Values)*len(t.Values) > t.Seen || t.Formats[""] < t.Seen {
		return nil
	}
	for v, times := range t.Values {
		if times < 2 || !constant.MatchString(v) || len(v) > 40 || strings.Trim(v, "0123456789abcdef") == "" {
			return nil
		}
	}
	return sortedKeys(t.Values)
}
