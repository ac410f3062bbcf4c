package call

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// kind is what a value may be, by its schema.
type kind struct {
	types []string // of JSON Schema; none: anything
	enum  []string
	items []string // types of the elements of an array
}

// kind reads a schema as far as a value of the command line can be held against it.
func (s *reader) kind(schema any, depth int) kind {
	m := s.deref(schema)
	var k kind
	switch t := m["type"].(type) {
	case string:
		k.types = []string{t}
	case []any:
		k.types = texts(t)
	}
	for _, v := range list(m["enum"]) {
		k.enum = append(k.enum, scalarText(v))
	}
	if c := scalarText(m["const"]); c != "" {
		k.enum = []string{c}
	}
	if depth < 4 {
		k.items = s.kind(m["items"], depth+4).types
		for _, key := range []string{"oneOf", "anyOf", "allOf"} {
			for _, one := range list(m[key]) {
				k.types = append(k.types, s.kind(one, depth+1).types...)
			}
		}
	}
	return k
}

func list(v any) []any { l, _ := v.([]any); return l }

var (
	integerText = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)$`)
	numberText  = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$`)
)

// value makes what the schema wants of a text. Strings are tried last: what can be a number where one may stand is one.
func (k kind) value(text string, strict bool) (any, string) {
	if strict && len(k.enum) > 0 && !slices.Contains(k.enum, text) {
		return nil, "one of " + strings.Join(k.enum, ", ")
	}
	has := func(t string) bool { return slices.Contains(k.types, t) }
	switch {
	case len(k.types) == 0:
		return text, ""
	case text == "null" && has("null"):
		return nil, ""
	case has("integer") && integerText.MatchString(text), has("number") && numberText.MatchString(text):
		return json.Number(text), ""
	case has("boolean") && (text == "true" || text == "false"):
		return text == "true", ""
	case has("object") && strings.HasPrefix(strings.TrimSpace(text), "{"), has("array") && strings.HasPrefix(strings.TrimSpace(text), "["):
		if v, err := parseJSON([]byte(text)); err == nil {
			return v, ""
		}
	case has("array"):
		return k.elements(text)
	case has("string"):
		return text, ""
	}
	return nil, k.words()
}

func (k kind) elements(text string) (any, string) {
	var out []any
	for part := range strings.SplitSeq(text, ",") {
		v, want := kind{types: k.items}.value(strings.TrimSpace(part), false)
		if want != "" {
			return nil, "a list of which each is " + want
		}
		out = append(out, v)
	}
	return out, ""
}

// words say what is wanted.
func (k kind) words() string {
	names := map[string]string{"integer": "an integer", "number": "a number", "boolean": "true or false", "object": "an object in JSON", "array": "a list such as a,b", "string": "a text", "null": "null"}
	var out []string
	for _, t := range k.types {
		if w := names[t]; w != "" && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, " or ")
}

// textOf is a value in an address, a header or a form.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case *big.Int:
		return v.String()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
