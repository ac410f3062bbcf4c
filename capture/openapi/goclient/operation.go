package goclient

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"seine/capture/openapi/document"
	"seine/capture/openapi/spec"
)

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// operation is a method, with the type of its parameters if it has some.
func (g *generator) operation(o *spec.Operation) string {
	name := g.name(o.ID)
	m := &method{g: g, o: o, name: name}
	m.parameters()
	m.body()
	m.answer()
	return m.String()
}

// method is what is put together for one operation.
type method struct {
	g    *generator
	o    *spec.Operation
	name string

	args    []string
	set     strings.Builder // statements that fill the request
	path    string          // expression
	send    string          // expression of the body
	kind    string          // of the body
	result  string          // type, "" for none
	decode  string          // how the answer is read: json, lines, bytes
	fields  strings.Builder // of the parameters
	anyUsed bool
}

func (m *method) parameters() {
	used, byName := map[string]bool{}, map[string]string{}
	for _, p := range m.o.Params {
		field := unique(spec.Identifier(p.Name), used)
		of := paramType(m.g, p)
		required := p.Required || p.In == "path"
		if !required {
			of = pointer(of)
		}
		fmt.Fprintf(&m.fields, "\t%s %s // %s\n", field, of, line(p.In+" "+p.Name+remark(p.Schema)))
		m.anyUsed = true
		value := "p." + field
		if p.In == "path" {
			byName[p.Name] = "segment(" + value + ")"
			continue
		}
		m.put(p, value, of, required)
	}
	m.pathOf(byName)
	if m.anyUsed {
		m.args = append(m.args, "p "+m.name+"Params")
		m.g.used[m.name+"Params"] = true
	}
}

// put fills in a parameter that is not of the path.
func (m *method) put(p *spec.Param, value, of string, required bool) {
	add := map[string]string{"query": "r.query.Add(%q, %s)", "header": "r.header.Add(%q, %s)", "cookie": "r.cookie(%q, %s)"}[p.In]
	if add == "" {
		return
	}
	switch {
	case strings.HasPrefix(of, "[]"):
		fmt.Fprintf(&m.set, "\tfor _, v := range %s {\n\t\t"+add+"\n\t}\n", value, p.Name, "text(v)")
	case required:
		fmt.Fprintf(&m.set, "\t"+add+"\n", p.Name, "text("+value+")")
	default:
		fmt.Fprintf(&m.set, "\tif %s != nil {\n\t\t"+add+"\n\t}\n", value, p.Name, "text(*"+value+")")
	}
}

// paramType is a scalar or a list of them.
func paramType(g *generator, p *spec.Param) string {
	schema := g.s.Schema(p.Schema)
	types, _ := spec.Types(schema)
	if len(types) != 1 {
		return "string"
	}
	switch types[0] {
	case "integer", "number", "boolean":
		return g.plain(types[0], schema, "")
	case "array":
		items, _ := schema.Get("items").(document.Object)
		if of := paramType(g, &spec.Param{Schema: without(g.s.Schema(items), "items")}); !strings.HasPrefix(of, "[") {
			return "[]" + of
		}
	}
	return "string"
}

// without keeps lists of lists, which no address has, from going on for ever.
func without(o document.Object, key string) document.Object {
	if o.Get(key) != nil {
		return nil
	}
	return o
}

// pathOf is the expression of the path.
func (m *method) pathOf(byName map[string]string) {
	var parts []string
	rest := m.o.Path
	for rest != "" {
		before, after, open := strings.Cut(rest, "{")
		name, behind, end := strings.Cut(after, "}")
		if !open || !end || byName[name] == "" {
			parts = append(parts, strconv.Quote(rest))
			break
		}
		if before != "" {
			parts = append(parts, strconv.Quote(before))
		}
		parts, rest = append(parts, byName[name]), behind
	}
	m.path = strings.Join(parts, " + ")
	if m.path == "" {
		m.path = `"/"`
	}
}

func (m *method) body() {
	if len(m.o.Bodies) == 0 {
		return
	}
	for _, b := range m.o.Bodies {
		if strings.Contains(b.Type, "json") && b.Schema != nil {
			m.args, m.send, m.kind = append(m.args, "body "+m.g.typeOf(b.Schema, m.name+"Body")), "body", b.Type
			return
		}
		if spec.IsForm(b.Type) {
			m.args, m.send, m.kind = append(m.args, "form url.Values"), "form", b.Type
			return
		}
	}
	m.args, m.send, m.kind = append(m.args, "contentType string", "body io.Reader"), "body", ""
}

// answer takes the first that is what was wanted.
func (m *method) answer() {
	for _, a := range m.o.Answers {
		if !a.OK() {
			continue
		}
		for _, b := range a.Bodies {
			switch {
			case b.Stream == "events" || m.o.Style == "events":
				m.result, m.decode = "io.ReadCloser", "open"
			case strings.Contains(b.Type, "json") && b.Stream == "lines":
				m.result, m.decode = "[]"+m.g.typeOf(b.Schema, m.name+"Line"), "lines"
			case strings.Contains(b.Type, "json") && b.Schema != nil:
				m.result, m.decode = m.g.typeOf(b.Schema, m.name+"Result"), "json"
			default:
				m.result, m.decode = "[]byte", "bytes"
			}
			return
		}
	}
}

func (m *method) String() string {
	var b strings.Builder
	if m.anyUsed {
		fmt.Fprintf(&b, "// %sParams are those of %s.\ntype %sParams struct {\n%s}\n\n", m.name, m.name, m.name, m.fields.String())
	}
	if q := m.o.GraphQL.Query; q != "" {
		name := m.g.name(m.name + "Query")
		fmt.Fprintf(&b, "// %s is what %s asks: the query of its body.\nconst %s = %s\n\n", name, m.name, name, strconv.Quote(q))
	}
	args := strings.Join(append([]string{"ctx context.Context"}, m.args...), ", ")
	returns, zero := "error", ""
	if m.result != "" {
		returns, zero = "("+m.result+", error)", "var out "+m.result+"\n"
	}
	ends := ""
	if m.decode == "open" {
		ends = " Its events come as long as nobody closes what it gives."
	}
	fmt.Fprintf(&b, "// %s asks %s.%s\nfunc (c *Client) %s(%s) %s {\n", m.name, line(m.o.Method+" "+m.o.Key), ends, m.name, args, returns)
	kind := strconv.Quote(m.kind)
	if m.send != "" && m.kind == "" {
		kind = "contentType"
	}
	fmt.Fprintf(&b, "r := c.request(%q, %s)\n%s", m.o.Method, m.path, m.set.String())
	if m.send != "" {
		fmt.Fprintf(&b, "r.body, r.kind = %s, %s\n", m.send, kind)
	}
	if names := m.credentials(); names != "" {
		fmt.Fprintf(&b, "r.credentials = []string{%s}\n", names)
	}
	switch m.decode {
	case "":
		b.WriteString("return c.do(ctx, r, nil)\n")
	case "open":
		b.WriteString("return c.open(ctx, r)\n")
	default:
		fmt.Fprintf(&b, "%serr := c.do(ctx, r, %s)\nreturn out, err\n", zero, map[string]string{"json": "readJSON(&out)", "lines": "readLines(&out)", "bytes": "readBytes(&out)"}[m.decode])
	}
	b.WriteString("}\n\n")
	return b.String()
}

// credentials are all that may let in: those that are not given are not sent.
func (m *method) credentials() string {
	var names []string
	known := map[string]bool{}
	for _, all := range m.o.Security {
		for _, x := range all {
			if !known[x.ID] {
				known[x.ID], names = true, append(names, strconv.Quote(x.ID))
			}
		}
	}
	return strings.Join(names, ", ")
}
