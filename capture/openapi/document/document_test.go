package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// tree draws a tree of strings that are hard to write.
func tree(depth int) *rapid.Generator[any] {
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"", "yes", "No", "null", "~", "1e5", "0x1F", "1_000", "2024-01-02", "12:30", "a: b", "a #b", "- a", "{a}", "[a", "*a", "&a", "!a", "%a", "@a", "`", "'a'", `"`, " a", "a ", "a\nb", "\t",
		"/users/{userId}", "/graphql#Get", "$ref", "---", "...", "\u0085", "\u2028", "\x7f", "\xff", "😀", "=", "<<", ".inf", "?", "a:", "key: value", "#", "/a b", "/#x", "-", "..",
	}))
	return rapid.Custom(func(t *rapid.T) any {
		switch k := rapid.IntRange(0, 7).Draw(t, "kind"); {
		case k == 0:
			return nil
		case k == 1:
			return rapid.Bool().Draw(t, "b")
		case k == 2:
			return Number(rapid.SampledFrom([]string{"1", "-2.5", "1e3", "12345678901234567890"}).Draw(t, "n"))
		case k < 5 || depth == 0:
			return text.Draw(t, "s")
		case k == 5:
			return Array(rapid.SliceOfN(tree(depth-1), 0, 4).Draw(t, "items"))
		}
		o := Object{}
		for _, key := range rapid.SliceOfNDistinct(text, 0, 4, rapid.ID[string]).Draw(t, "keys") {
			if key != "\xff" && key != "<<" { // nobody writes these two; the second is YAML 1.1's merge key
				o = append(o, Member{key, tree(depth-1).Draw(t, "value")})
			}
		}
		return o
	})
}

// TestYAML: a reader of YAML finds in the YAML what one of JSON finds in the JSON.
func TestYAML(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := Object{{"root", tree(4).Draw(t, "tree")}}
		var a, b bytes.Buffer
		if err := WriteJSON(&a, v); err != nil {
			t.Fatal(err)
		}
		if err := WriteYAML(&b, v); err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := json.Unmarshal(a.Bytes(), &want); err != nil {
			t.Fatal(err, a.String())
		}
		if err := yaml.Unmarshal(b.Bytes(), &got); err != nil {
			t.Fatal(err, b.String())
		}
		raw, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err, b.String())
		}
		got = nil
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s\n%s\n%s", diff, a.String(), b.String())
		}
	})
}

func TestLayout(t *testing.T) {
	v := Object{{"openapi", "3.1.0"}, {"paths", Object{{"/a/{id}", Object{{"get", Object{{"tags", Array{"x", "no"}}, {"list", Array{Object{{"a", 1}, {"b", Array{}}}, Array{"q"}}}}}}}}}}
	const want = `openapi: "3.1.0"
paths:
  /a/{id}:
    get:
      tags:
        - x
        - "no"
      list:
        - a: 1
          b: []
        - - q
`
	var b bytes.Buffer
	if err := WriteYAML(&b, v); err != nil {
		t.Fatal(err)
	}
	if b.String() != want {
		t.Error(b.String())
	}
}

// TestParse: what was written is read again, from either, and places are those of the text.
func TestParse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := Object{{"root", tree(4).Draw(t, "tree")}, {"big", Number("123456789012345678901234567890")}}
		var want bytes.Buffer
		if err := WriteJSON(&want, v); err != nil {
			t.Fatal(err)
		}
		for name, write := range map[string]func(*bytes.Buffer) error{"JSON": func(b *bytes.Buffer) error { return WriteJSON(b, v) }, "YAML": func(b *bytes.Buffer) error { return WriteYAML(b, v) }} {
			var b, again bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			n, err := ParseNode(b.Bytes())
			if err != nil {
				t.Fatalf("%s: %v\n%s", name, err, b.String())
			}
			if err := WriteJSON(&again, n.Value()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(loose(want.String()), loose(again.String())); diff != "" {
				t.Fatalf("%s: %s\n%s", name, diff, b.String())
			}
		}
	})
}

// loose forgets how numbers with exponents are written: 1e3 is 1.0e+3 in YAML.
func loose(s string) string { return strings.ReplaceAll(s, "1.0e+3", "1e3") }

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "a word": "hello", "a list": "- a", "half": `{"a":`, "alias": "a: &x 1\nb: *x", "merge": "a:\n  <<: {b: 1}", "deep": "a: " + strings.Repeat("[", 2000) + strings.Repeat("]", 2000),
		"deep JSON": strings.Repeat(`{"a":`, 2000) + "1" + strings.Repeat("}", 2000), "tabs": "a:\n\t- b",
	} {
		if o, err := Parse([]byte(text)); !errors.Is(err, ErrNotDocument) {
			t.Errorf("%s: %v, %v", name, o, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("a: {b: [1, 'x']}\nc:\n  - d: |\n      text\n  - 0x1F\n200: ok # comment\n"))
	f.Add([]byte(`{"a":[1e400,{"a":null,"a":true}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		o, err := Parse(text)
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteYAML(&b, o); err != nil {
			t.Fatal(err)
		}
	})
}
