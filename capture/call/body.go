package call

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime/multipart"
	"net/url"
	"slices"
	"strings"

	"seine/capture/openapi"
)

// Body is what an operation is sent.
type Body struct {
	Type     string // media type
	Required bool
	Fields   []Field // by pointer
}

// Field is a member of a body.
type Field struct {
	At       string // JSON pointer
	Required bool   // all samples had it
	Kind     kind
	Fixed    string // its only value
}

// mostFields bounds how many of a body are looked at.
const mostFields = 500

// body reads what is sent: JSON before forms, and these before the rest.
func (s *reader) body(o *Operation, b map[string]any) {
	content := obj(b, "content")
	if len(content) == 0 {
		return
	}
	kinds := slices.SortedFunc(maps.Keys(content), func(a, b string) int { return bodyRank(a) - bodyRank(b) + strings.Compare(a, b) })
	o.Body = &Body{Type: kinds[0]}
	o.Body.Required, _ = b["required"].(bool)
	s.fields(o.Body, obj(content, kinds[0])["schema"], "", true, 0)
}

func bodyRank(t string) int {
	switch {
	case strings.Contains(t, "json"):
		return 0
	case strings.Contains(t, "urlencoded"):
		return 10
	}
	return 20
}

func (s *reader) fields(b *Body, schema any, at string, required bool, depth int) {
	m := s.deref(schema)
	if depth > 6 || len(b.Fields) >= mostFields {
		return
	}
	for _, one := range list(m["allOf"]) {
		s.fields(b, one, at, required, depth+1)
	}
	must := texts(m["required"])
	props := obj(m, "properties")
	for _, name := range slices.Sorted(maps.Keys(props)) {
		f := Field{At: at + "/" + escapePointer(name), Kind: s.kind(props[name], 0), Required: required && slices.Contains(must, name)}
		if len(f.Kind.enum) == 1 {
			f.Fixed = f.Kind.enum[0]
		}
		b.Fields = append(b.Fields, f)
		s.fields(b, props[name], f.At, f.Required, depth+1)
	}
}

func escapePointer(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// pointerParts are the names in a JSON pointer.
func pointerParts(p string) []string {
	if p == "" {
		return nil
	}
	parts := strings.Split(strings.TrimPrefix(p, "/"), "/")
	for i := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(parts[i])
	}
	return parts
}

// at is what stands at a pointer; * is the first element that has the rest.
func at(v any, pointer string) (any, bool) { return within(v, pointerParts(pointer)) }

func within(v any, parts []string) (any, bool) {
	if len(parts) == 0 {
		return v, true
	}
	switch m := v.(type) {
	case map[string]any:
		inner, ok := m[parts[0]]
		if !ok {
			return nil, false
		}
		return within(inner, parts[1:])
	case []any:
		for i, e := range m {
			if parts[0] != "*" && parts[0] != fmt.Sprint(i) {
				continue
			}
			if found, ok := within(e, parts[1:]); ok {
				return found, true
			}
		}
	}
	return nil, false
}

// put sets what stands at a pointer, and makes the objects before it.
func put(root map[string]any, pointer string, value any) {
	parts := pointerParts(pointer)
	for _, p := range parts[:len(parts)-1] {
		inner, ok := root[p].(map[string]any)
		if !ok {
			inner = map[string]any{}
			root[p] = inner
		}
		root = inner
	}
	root[parts[len(parts)-1]] = value
}

// remove takes out what stands at a pointer.
func remove(root map[string]any, pointer string) {
	parts := pointerParts(pointer)
	if len(parts) == 0 {
		return
	}
	v, _ := within(root, parts[:len(parts)-1])
	if m, ok := v.(map[string]any); ok {
		delete(m, parts[len(parts)-1])
	}
}

// template is the body before the values of a call are put in: what a sample sent, or what the document knows to be fixed.
func (o *Operation) template(sample []byte) (map[string]any, error) {
	root := map[string]any{}
	if len(sample) > 0 {
		switch o.bodyForm() {
		case formJSON:
			v, err := parseJSON(sample)
			if m, ok := v.(map[string]any); err == nil && ok {
				root = m
			}
		case formEncoded:
			for _, p := range queryOf(string(sample)) {
				root[p.name] = p.value
			}
		}
	}
	for _, f := range o.Body.fieldsOrNone() {
		if _, has := at(root, f.At); f.Fixed != "" && f.Required && !has {
			v, _ := f.Kind.value(f.Fixed, false)
			put(root, f.At, v)
		}
	}
	return root, o.known(root)
}

// known puts in what the style of the operation says.
func (o *Operation) known(root map[string]any) error {
	missing := func(name string) bool { return root[name] == nil || root[name] == "" }
	switch o.Style {
	case openapi.StyleGraphQL:
		if missing("query") && o.graph.query != "" {
			root["query"] = o.graph.query
		}
		if missing("extensions") && missing("query") && o.graph.hash != "" {
			root["extensions"] = map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": o.graph.hash}}
		}
		if missing("query") && missing("extensions") {
			return &ArgumentError{What: fmt.Sprintf("the text of the GraphQL operation %s is not in the document", o.Label()), Try: "name the capture in which it was heard, with --session"}
		}
		if missing("operationName") && !strings.HasPrefix(o.Name, "sha256:") && strings.Contains(textOf(root["query"]), o.Name) {
			root["operationName"] = o.Name
		}
	case openapi.StyleJSONRPC:
		root["jsonrpc"], root["method"] = "2.0", o.Name
		if missing("id") {
			root["id"] = 1
		}
	}
	if o.action.in == "body" {
		root[o.action.name] = o.action.value
	}
	return nil
}

func (b *Body) fieldsOrNone() []Field {
	if b == nil {
		return nil
	}
	return b.Fields
}

// The forms of bodies.
const (
	formNone = iota
	formJSON
	formEncoded
	formMultipart
	formOther
)

func (o *Operation) bodyForm() int {
	switch {
	case o.Body == nil && (o.Style == openapi.StyleGraphQL || o.Style == openapi.StyleJSONRPC) && o.Method != "GET":
		return formJSON
	case o.Body == nil:
		return formNone
	case strings.Contains(o.Body.Type, "json"):
		return formJSON
	case strings.Contains(o.Body.Type, "urlencoded"):
		return formEncoded
	case strings.HasPrefix(o.Body.Type, "multipart/form-data"):
		return formMultipart
	}
	return formOther
}

// encode writes the body.
func (o *Operation) encode(root map[string]any) (body []byte, contentType string, err error) {
	switch o.bodyForm() {
	case formJSON:
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		err := e.Encode(root)
		contentType = "application/json"
		if o.Body != nil {
			contentType = o.Body.Type
		}
		return bytes.TrimSuffix(b.Bytes(), []byte("\n")), contentType, err
	case formEncoded:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(root)) {
			parts = append(parts, encoded(name, root[name])...)
		}
		return []byte(strings.Join(parts, "&")), "application/x-www-form-urlencoded", nil
	case formMultipart:
		return multiparted(root)
	}
	return nil, "", errors.New("a body of type " + o.Body.Type + " can only be given as it is, as body=@FILE")
}

// encoded is a parameter in a form or query; a list is one for each element.
func encoded(name string, v any) []string {
	list, ok := v.([]any)
	if !ok {
		return []string{url.QueryEscape(name) + "=" + url.QueryEscape(textOf(v))}
	}
	var parts []string
	for _, e := range list {
		parts = append(parts, url.QueryEscape(name)+"="+url.QueryEscape(textOf(e)))
	}
	return parts
}

func multiparted(root map[string]any) ([]byte, string, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(root)) {
		if err := w.WriteField(name, textOf(root[name])); err != nil {
			return nil, "", err
		}
	}
	err := w.Close()
	return b.Bytes(), w.FormDataContentType(), err
}
