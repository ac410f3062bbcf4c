package spec

import (
	"encoding/xml"
	"net/url"
	"strings"

	"seine/capture/openapi/document"
)

// boundary parts the fields of a form with files (RFC 7578).
const boundary = "seine-boundary"

// Body is an example of what is sent, in the first media type that can be written as text.
func (s *Spec) Body(o *Operation) (kind, body string, ok bool) {
	for _, m := range o.Bodies {
		switch {
		case IsForm(m.Type):
			return m.Type, s.form(m.Schema), true
		case m.Type == "multipart/form-data":
			return m.Type + "; boundary=" + boundary, s.multipart(m.Schema), true
		case strings.Contains(m.Type, "json"):
			return m.Type, JSON(o.withQuery(s.Example(m.Schema))), true
		case strings.HasSuffix(m.Type, "xml") && m.Schema != nil:
			return m.Type, s.XML(m.Schema), true
		}
	}
	if len(o.Bodies) > 0 && o.Bodies[0].Schema != nil {
		return o.Bodies[0].Type, Text(s.Example(o.Bodies[0].Schema)), true
	}
	return "", "", false
}

// IsForm says whether a media type is that of forms.
func IsForm(t string) bool { return t == "application/x-www-form-urlencoded" }

func (s *Spec) form(schema document.Object) string {
	var parts []string
	for _, m := range object(s.Example(schema)) {
		parts = append(parts, url.QueryEscape(m.Key)+"="+url.QueryEscape(Text(m.Value)))
	}
	return strings.Join(parts, "&")
}

func (s *Spec) multipart(schema document.Object) string {
	var b strings.Builder
	for _, m := range object(s.Example(schema)) {
		name := strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(m.Key)
		b.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + Text(m.Value) + "\r\n")
	}
	return b.String() + "--" + boundary + "--\r\n"
}

// XML is an example of a schema as an XML document, by its hints (OpenAPI 3.1 §4.8.26).
func (s *Spec) XML(schema document.Object) string {
	var b strings.Builder
	s.element(&b, schema, "root", 0)
	return b.String()
}

func (s *Spec) element(b *strings.Builder, schema document.Object, name string, depth int) {
	if depth > deepestExample/2 {
		return
	}
	schema = s.deref(schema)
	hint := object(schema.Get("xml"))
	if n := text(hint, "name"); n != "" {
		name = n
	}
	if items := object(schema.Get("items")); items != nil {
		s.element(b, items, name, depth+1)
		return
	}
	b.WriteString("<" + tag(name))
	if space := text(hint, "namespace"); space != "" {
		b.WriteString(` xmlns="` + escaped(space) + `"`)
	}
	props := object(schema.Get("properties"))
	inside := ""
	for _, m := range props {
		if one := s.deref(m.Value); object(one.Get("xml")).Get("attribute") == true {
			b.WriteString(" " + tag(m.Key) + `="` + escaped(Text(s.Example(one))) + `"`)
		} else if m.Key == "#text" {
			inside += escaped(Text(s.Example(one)))
		}
	}
	b.WriteString(">" + inside)
	for _, m := range props {
		if one := s.deref(m.Value); object(one.Get("xml")).Get("attribute") != true && m.Key != "#text" {
			s.element(b, one, m.Key, depth+1)
		}
	}
	if props == nil {
		b.WriteString(escaped(Text(s.Example(schema))))
	}
	b.WriteString("</" + tag(name) + ">")
}

// tag keeps a name from being anything else.
func tag(name string) string {
	name = strings.Map(func(r rune) rune {
		if r > 127 || r == '_' || r == '-' || r == '.' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			return r
		}
		return '_'
	}, name)
	if name == "" || name[0] >= '0' && name[0] <= '9' || name[0] == '-' || name[0] == '.' {
		name = "_" + name
	}
	return name
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes all
	return b.String()
}
