package schema

import (
	"bytes"
	"strings"
	"testing"

	"seine/capture/openapi/document"
)

func literalOf(s string) Value {
	if s == "true" || s == "false" {
		return Value{Kind: Bool, Text: s}
	}
	if v, err := Parse([]byte(s)); err == nil && (v.Kind == Integer || v.Kind == Number) {
		return v
	}
	return Value{Kind: String, Text: s}
}

func xmlSchema(t *testing.T, texts ...string) string {
	t.Helper()
	n := &Node{}
	for _, text := range texts {
		v, err := ParseXML([]byte(text), literalOf)
		if err != nil {
			t.Fatal(err)
		}
		n.Observe(&v)
	}
	s := &Set{}
	s.Add(n)
	s.Resolve()
	var b bytes.Buffer
	if err := document.WriteYAML(&b, s.Schema(n)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestXML(t *testing.T) {
	got := xmlSchema(t,
		`<?xml version="1.0"?><opening xmlns="urn:museum" xmlns:x="urn:x" floor="1"><day name="mon" open="9.5">late</day><x:day name="tue" open="10"/><note/><hall><big>true</big></hall></opening>`,
		`<opening xmlns="urn:museum"><day name="wed" open="8"/><note>closed</note></opening>`)
	const want = `type: object
properties:
  day:
    type: array
    items:
      type: object
      properties:
        "#text":
          type: string
          examples:
            - late
        name:
          type: string
          examples:
            - mon
          xml:
            attribute: true
        open:
          type: number
          examples:
            - 8
          xml:
            attribute: true
      required:
        - name
        - open
  floor:
    type: integer
    examples:
      - 1
    xml:
      attribute: true
  hall:
    type: object
    properties:
      big:
        type: boolean
  note:
    type:
      - string
      - "null"
    examples:
      - closed
required:
  - day
  - note
xml:
  name: opening
  namespace: "urn:museum"
`
	if got != want {
		t.Error(got)
	}
}

func TestXMLRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "text": "hello", "half": "<a><b>", "crossed": "<a><b></a></b>", "bomb": `<!DOCTYPE a [<!ENTITY x "yyyy"><!ENTITY y "&x;&x;">]><a>&y;</a>`,
		"charset": `<?xml version="1.0" encoding="nonsense"?><a/>`,
	} {
		if v, err := ParseXML([]byte(text), literalOf); err == nil {
			t.Errorf("%s: %+v", name, v)
		}
	}
	deep := strings.Repeat("<a>", 10_000) + strings.Repeat("</a>", 10_000)
	if _, err := ParseXML([]byte(deep), literalOf); err != nil {
		t.Error(err)
	}
	v, err := ParseXML([]byte("<?xml version='1.0' encoding='iso-8859-1'?><a>Z\xfcrich</a>"), literalOf)
	if err != nil || v.Text != "Zürich" {
		t.Errorf("%+v, %v", v, err)
	}
}

func FuzzXML(f *testing.F) {
	f.Add("<a b='1'><c/><c>2</c>x</a>")
	f.Add("<?xml version='1.0' encoding='utf-16'?><a/>")
	f.Fuzz(func(t *testing.T, text string) {
		v, err := ParseXML([]byte(text), literalOf)
		if err != nil {
			return
		}
		n := &Node{}
		n.Observe(&v)
		s := &Set{}
		s.Add(n)
		s.Resolve()
		if err := document.WriteJSON(&bytes.Buffer{}, s.Schema(n)); err != nil {
			t.Fatal(err)
		}
	})
}

// TestReader: what a Reader gives is what the package gives, whatever it read before.
func TestReader(t *testing.T) {
	var r Reader
	for _, text := range []string{`[1,[2,{"a":[]}],{"b":{"c":"d\u00e9","c":2}}]`, `{}`, `[]`, `{"a":[{"x":1},{"x":2},{"y":[1,2,3]}]}`, "1\n2\n", `{"a":`, `["` + strings.Repeat("x", 100) + `"]`} {
		want, wrong := ParseAll([]byte(text))
		got, err := r.ParseAll([]byte(text))
		if (err == nil) != (wrong == nil) || len(got) != len(want) {
			t.Fatalf("%s: %v, %v", text, err, wrong)
		}
		for i := range got {
			a, b := &Node{}, &Node{}
			a.Observe(&got[i])
			b.Observe(&want[i])
			if x, y := show(a), show(b); x != y {
				t.Errorf("%s: %s\n%s", text, x, y)
			}
		}
	}
}

func show(n *Node) string {
	s := &Set{}
	s.Add(n)
	s.Resolve()
	var b bytes.Buffer
	_ = document.WriteYAML(&b, s.Schema(n))
	return b.String()
}
