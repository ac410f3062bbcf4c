package call

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"seine/capture/openapi"
)

// Spec is what a document says of an API, as far as it takes to call it.
type Spec struct {
	Title      string
	Operations []*Operation // in the order of paths and methods
	Inferred   bool         // seine wrote the document: enumerations are what was seen, no more
}

// Operation is one that can be called.
type Operation struct {
	ID      string
	Method  string
	Path    string // template
	Key     string // path as it stands in the document
	Server  string // URL before the path
	Style   openapi.Style
	Name    string // of GraphQL, JSON-RPC and actions
	Summary string
	Params  []Param
	Body    *Body
	Samples []string // ids of exchanges
	JSON    bool     // it answers with JSON

	Pagination *openapi.Pagination
	Needs      []Need

	graph  graph
	action action
	inside bool // seine wrote the document
}

// Param is a parameter beside the body.
type Param struct {
	In, Name string
	Required bool
	Kind     kind
	Constant string // all calls had it so
	Default  string
	Example  string
	secret   bool // a security scheme's
}

// Need is an openapi.Need that names operations by their ids.
type Need struct {
	In, Name, Prefix string
	Token            bool
	From             Source
}

// Source is an openapi.Source of a Need.
type Source struct {
	Kind                          openapi.SourceKind
	Operation                     string
	Method, URL, Sample, At, Attr string
}

type graph struct{ kind, query, hash string }

type action struct{ in, name, value string }

// Bounds of a document.
const (
	maxSpec  = 64 << 20
	maxDepth = 100
)

// ReadSpec reads OpenAPI 3.0 or 3.1 as JSON or YAML. Aliases are refused. Errors wrap ErrSpec.
func ReadSpec(r io.Reader) (*Spec, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSpec+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > maxSpec:
		return nil, fmt.Errorf("%w: it is larger than %d MiB", ErrSpec, maxSpec>>20)
	}
	if text, err = toJSON(text); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSpec, err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var root map[string]any
	if err := d.Decode(&root); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSpec, err)
	}
	s := &reader{root: root, spec: &Spec{}}
	return s.read()
}

var errAlias = errors.New("aliases and anchors of YAML are not allowed")

// toJSON makes JSON of YAML. Deep nesting is refused before anything recurses.
func toJSON(text []byte) (out []byte, err error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if head := bytes.TrimLeft(text, " \t\r\n"); len(head) > 0 && head[0] == '{' {
		return text, nil
	}
	defer func() {
		if bug := recover(); bug != nil {
			out, err = nil, fmt.Errorf("no valid YAML: %v", bug)
		}
	}()
	depth := 0
	for line := range bytes.Lines(text) {
		rest := bytes.TrimLeft(line, " -?\t")
		if len(line)-len(rest) > 8*maxDepth {
			return nil, errors.New("it is nested too deep")
		}
		depth = max(depth, bytes.Count(rest, []byte("["))+bytes.Count(rest, []byte("{")))
	}
	if depth > 1000 {
		return nil, errors.New("it is nested too deep")
	}
	for _, t := range lexer.Tokenize(string(text)) {
		if t.Type == token.AnchorType || t.Type == token.AliasType || t.Type == token.MergeKeyType {
			return nil, fmt.Errorf("line %d: %w", t.Position.Line, errAlias)
		}
	}
	return yaml.YAMLToJSON(text)
}

// reader takes a document apart.
type reader struct {
	root map[string]any
	spec *Spec
}

func (s *reader) read() (*Spec, error) {
	version := str(s.root, "openapi")
	switch {
	case str(s.root, "swagger") != "":
		return nil, fmt.Errorf("%w: it is Swagger %s; OpenAPI 3 can be called", ErrSpec, str(s.root, "swagger"))
	case !strings.HasPrefix(version, "3."):
		return nil, fmt.Errorf("%w: it has no line such as openapi: 3.1.0", ErrSpec)
	}
	info := obj(s.root, "info")
	s.spec.Title, s.spec.Inferred = str(info, "title"), str(info, "x-seine-generator") != ""
	paths := obj(s.root, "paths")
	for _, key := range slices.Sorted(maps.Keys(paths)) {
		item := s.deref(paths[key])
		for _, method := range slices.Sorted(maps.Keys(item)) {
			if verb := verbOf(method); verb != "" {
				if o := s.operation(key, verb, item, s.deref(item[method])); o != nil {
					s.spec.Operations = append(s.spec.Operations, o)
				}
			}
		}
	}
	if len(s.spec.Operations) == 0 {
		return nil, fmt.Errorf("%w: it has no operations", ErrSpec)
	}
	return s.spec, nil
}

func verbOf(key string) string {
	switch v := strings.ToUpper(key); v {
	case http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete, http.MethodOptions, http.MethodHead, http.MethodPatch, http.MethodTrace:
		return v
	}
	if v, ok := strings.CutPrefix(key, "x-seine-method-"); ok {
		return strings.ToUpper(v)
	}
	return ""
}

func (s *reader) operation(key, verb string, item, op map[string]any) *Operation {
	path, _, _ := strings.Cut(key, "#")
	o := &Operation{
		ID: str(op, "operationId"), Method: verb, Path: path, Key: key, Summary: str(op, "summary"), inside: s.spec.Inferred,
		Style: openapi.Style(str(op, "x-seine-style")), Samples: texts(op["x-seine-samples"]),
	}
	if o.Style == "" {
		o.Style = openapi.StyleHTTP
	}
	for _, from := range []map[string]any{op, item, s.root} {
		if list, _ := from["servers"].([]any); len(list) > 0 && o.Server == "" {
			o.Server = serverOf(s.deref(list[0]))
		}
	}
	s.parameters(o, item, op)
	s.body(o, s.deref(op["requestBody"]))
	for _, r := range obj(op, "responses") {
		for t := range obj(s.deref(r), "content") {
			o.JSON = o.JSON || strings.Contains(t, "json")
		}
	}
	s.extensions(o, op)
	return o
}

// serverOf fills in the defaults of the URL's variables (OpenAPI 3.1 §4.8.5).
func serverOf(server map[string]any) string {
	address := str(server, "url")
	for name, v := range obj(server, "variables") {
		m, _ := v.(map[string]any)
		address = strings.ReplaceAll(address, "{"+name+"}", str(m, "default"))
	}
	return strings.TrimSuffix(address, "/")
}

func (s *reader) parameters(o *Operation, item, op map[string]any) {
	for _, from := range []map[string]any{op, item} {
		list, _ := from["parameters"].([]any)
		for _, v := range list {
			p := s.deref(v)
			one := Param{In: str(p, "in"), Name: str(p, "name"), Constant: str(p, "x-seine-constant")}
			if one.Name == "" || slices.ContainsFunc(o.Params, func(x Param) bool { return x.In == one.In && x.Name == one.Name }) {
				continue
			}
			one.Required, _ = p["required"].(bool)
			one.Kind = s.kind(p["schema"], 0)
			one.Default, one.Example = scalarText(s.deref(p["schema"])["default"]), s.example(p)
			o.Params = append(o.Params, one)
		}
	}
	schemes := obj(obj(s.root, "components"), "securitySchemes")
	wanted, has := op["security"].([]any)
	if !has {
		wanted, _ = s.root["security"].([]any)
	}
	for _, w := range wanted {
		m, _ := w.(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(m)) {
			scheme := s.deref(schemes[name])
			if in := str(scheme, "in"); str(scheme, "type") == "apiKey" && in != "cookie" {
				o.Params = append(o.Params, Param{In: in, Name: str(scheme, "name"), secret: true})
			}
		}
	}
}

func (s *reader) example(p map[string]any) string {
	if t := scalarText(p["example"]); t != "" {
		return t
	}
	schema := s.deref(p["schema"])
	if list, _ := schema["examples"].([]any); len(list) > 0 {
		return scalarText(list[0])
	}
	return scalarText(schema["example"])
}

// extensions are what seine has found out.
func (s *reader) extensions(o *Operation, op map[string]any) {
	if g := obj(op, "x-seine-graphql"); g != nil {
		o.Name, o.graph = str(g, "name"), graph{str(g, "operation"), str(g, "query"), str(g, "sha256Hash")}
	}
	if a := obj(op, "x-seine-action"); a != nil {
		o.Name, o.action = str(a, "value"), action{str(a, "in"), str(a, "name"), str(a, "value")}
	}
	if o.Style == openapi.StyleJSONRPC {
		_, o.Name, _ = strings.Cut(o.Key, "#")
	}
	if p := obj(op, "x-seine-pagination"); p != nil {
		size := obj(p, "size")
		o.Pagination = &openapi.Pagination{
			Kind: openapi.PageKind(str(p, "kind")), In: str(p, "in"), Name: str(p, "name"), First: whole(p, "first"), Step: whole(p, "step"), SizeIn: str(size, "in"), Size: str(size, "name"),
			Next: str(p, "next"), Last: str(p, "last"), Rows: str(p, "rows"), More: str(p, "more"), Pages: str(p, "pages"), Total: str(p, "total"),
			Evidence: openapi.Evidence(str(p, "evidence")), Verified: p["verified"] == true,
		}
	}
	needs, _ := op["x-seine-needs"].([]any)
	for _, v := range needs {
		n, from := s.deref(v), obj(s.deref(v), "from")
		o.Needs = append(o.Needs, Need{
			In: str(n, "in"), Name: str(n, "name"), Prefix: str(n, "prefix"), Token: n["token"] == true,
			From: Source{openapi.SourceKind(str(from, "kind")), str(from, "operation"), str(from, "method"), str(from, "url"), str(from, "sample"), str(from, "at"), str(from, "attribute")},
		})
	}
}

// deref follows references within the document; what leads nowhere is an empty object.
func (s *reader) deref(v any) map[string]any {
	for range 16 {
		m, _ := v.(map[string]any)
		ref, ok := m["$ref"].(string)
		if !ok {
			return m
		}
		path, ok := strings.CutPrefix(ref, "#/")
		if !ok {
			return nil
		}
		v = any(s.root)
		for part := range strings.SplitSeq(path, "/") {
			if plain, err := url.PathUnescape(part); err == nil {
				part = plain
			}
			m, _ := v.(map[string]any)
			v = m[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]
		}
	}
	return nil
}

func obj(m map[string]any, key string) map[string]any { o, _ := m[key].(map[string]any); return o }

func str(m map[string]any, key string) string { s, _ := m[key].(string); return s }

func whole(m map[string]any, key string) int {
	n, _ := m[key].(json.Number)
	i, err := n.Int64()
	if err != nil {
		return 0
	}
	return int(i)
}

func texts(v any) (list []string) {
	all, _ := v.([]any)
	for _, e := range all {
		if s, ok := e.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

func scalarText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return fmt.Sprint(v)
	}
	return ""
}
