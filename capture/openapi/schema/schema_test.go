package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"seine/capture/openapi/document"
)

// infer is a document with the schema of all texts, and its components.
func infer(t interface{ Fatal(...any) }, texts ...string) string {
	n, set := &Node{Hint: "thing"}, &Set{}
	for _, text := range texts {
		v, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(text, err)
		}
		n.Observe(&v)
	}
	set.Add(n)
	set.Resolve()
	doc := document.Object{{Key: "root", Value: set.Schema(n)}}.With("components", document.Object{}.With("schemas", set.Components()))
	var b bytes.Buffer
	if err := document.WriteJSON(&b, doc); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func accepts(t interface{ Fatal(...any) }, doc, text string) error {
	d, err := jsonschema.UnmarshalJSON(strings.NewReader(doc))
	if err != nil {
		t.Fatal(doc, err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:doc", d); err != nil {
		t.Fatal(err)
	}
	sch, err := c.Compile("mem:doc#/root")
	if err != nil {
		t.Fatal(doc, err)
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(text, err)
	}
	return sch.Validate(v)
}

// squeeze leaves out what is only there to be read.
func squeeze(t *testing.T, doc string) string {
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(doc)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSchemas(t *testing.T) {
	for name, c := range map[string]struct {
		texts []string
		has   []string
		not   []string
		takes []string
		no    []string
	}{
		"required":   {[]string{`{"a":1,"b":2}`, `{"a":1}`}, []string{`"required":["a"]`}, nil, []string{`{"a":3,"c":1}`}, []string{`{"b":1}`}},
		"one sample": {[]string{`{"a":1}`}, nil, []string{"required"}, nil, nil},
		"null":       {[]string{`{"a":"x"}`, `{"a":null}`}, []string{`"type":["string","null"]`}, nil, nil, []string{`{"a":1}`}},
		"only null":  {[]string{`{"a":null}`, `{"a":null}`}, []string{`"a":{}`}, nil, []string{`{"a":{"b":1}}`}, nil},
		"null object": {
			[]string{`{"a":{"id":1,"x":"a","y":"b"},"b":{"id":1,"x":"a","y":"b"}}`, `{"a":null,"b":{"id":2,"x":"a","y":"c"}}`},
			[]string{`"a":{"anyOf":[{"$ref":"#/components/schemas/A"},{"type":"null"}]}`, `"b":{"$ref":"#/components/schemas/A"}`},
			nil, nil,
			[]string{`{"a":{"id":1,"x":"a","y":"c"},"b":null}`},
		},
		"integers":       {[]string{`1`, `-7`}, []string{`"type":"integer"`}, nil, nil, []string{`1.5`}},
		"numbers":        {[]string{`1`, `1.5`}, []string{`"type":"number"`}, nil, nil, nil},
		"beyond 64 bit":  {[]string{`123456789012345678901234567890`}, []string{`"examples":[123456789012345678901234567890]`}, []string{"int64"}, nil, nil},
		"64 bit":         {[]string{`4611686018427387905`}, []string{`"format":"int64"`, `4611686018427387905`}, nil, nil, nil},
		"formats":        {[]string{`["2024-01-02T03:04:05Z"]`}, []string{`"format":"date-time"`}, nil, nil, nil},
		"mixed formats":  {[]string{`["2024-01-02","later"]`}, nil, []string{"format"}, nil, nil},
		"empty strings":  {[]string{`["a@b.example",""]`}, nil, []string{"format"}, nil, nil},
		"all elements":   {[]string{`[{"a":1},{"b":"x"}]`}, []string{`"a":{"type":"integer"`, `"b":{"type":"string"`}, nil, nil, nil},
		"empty and one":  {[]string{`[]`, `[1]`}, []string{`"items":{"type":"integer"`}, nil, nil, nil},
		"mixed types":    {[]string{`"a"`, `1`, `{"a":1}`}, []string{`"anyOf"`}, nil, nil, []string{`true`}},
		"data keys":      {[]string{`{"17":{"a":1},"42":{"a":2}}`}, []string{`"additionalProperties":{"type":"object"`}, []string{"17", "42"}, []string{`{"3":{"a":1}}`}, []string{`{"x":{"a":"b"}}`}},
		"languages":      {[]string{`{"en":"a","de":"b"}`}, []string{`"additionalProperties":{"type":"string"`}, []string{`"en":`}, nil, nil},
		"enum":           {[]string{`["open","closed","open","closed","open","closed","open","closed","open","closed","open","closed"]`}, []string{`"enum":["closed","open"]`}, nil, nil, []string{`["ajar"]`}},
		"towns":          {[]string{`["Berlin","Paris","Berlin","Paris","Berlin","Paris","Berlin","Paris","Berlin","Paris","Berlin","Paris"]`}, nil, []string{"enum"}, nil, nil},
		"too few":        {[]string{`["open","closed","open"]`}, nil, []string{"enum"}, nil, nil},
		"secret":         {[]string{`{"access_token":"hunter2hunter2"}`}, nil, []string{"hunter2"}, nil, nil},
		"duplicate keys": {[]string{`{"a":1,"a":"x"}`}, []string{`"a":{"type":"string"`}, nil, nil, nil},
		"recursive": {
			[]string{`{"id":1,"text":"a","replies":[{"id":2,"text":"b","replies":[{"id":3,"text":"c","replies":[]}]}]}`},
			[]string{`"root":{"$ref":"#/components/schemas/Thing"}`, `"replies":{"type":"array","items":{"$ref":"#/components/schemas/Thing"}}`},
			nil,
			[]string{`{"id":1,"text":"a","replies":[{"id":2,"text":"b","replies":[{"id":3,"text":"c","replies":[{"id":4,"text":"d","replies":[]}]}]}]}`},
			[]string{`{"id":1,"text":"a","replies":[{"id":2,"text":"b","replies":[{"id":3,"text":4,"replies":[]}]}]}`},
		},
		"discriminator": {
			[]string{`[{"type":"cat","lives":9},{"type":"dog","barks":true},{"type":"cat","lives":8}]`},
			[]string{`"discriminator":{"propertyName":"type","mapping":{"cat":"#/components/schemas/Cat"`, `"const":"dog"`},
			nil, nil,
			[]string{`[{"type":"cat","barks":true,"lives":"x"}]`, `[{"type":"cow"}]`},
		},
		"types alike": {[]string{`[{"type":"cat","age":9},{"type":"dog","age":2}]`}, nil, []string{"oneOf"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			doc := infer(t, c.texts...)
			flat := squeeze(t, doc)
			for _, want := range c.has {
				if !strings.Contains(flat, want) {
					t.Errorf("lacks %s:\n%s", want, doc)
				}
			}
			for _, no := range c.not {
				if strings.Contains(flat, no) {
					t.Errorf("has %s:\n%s", no, doc)
				}
			}
			for _, text := range slices.Concat(c.texts, c.takes) {
				if err := accepts(t, doc, text); err != nil {
					t.Errorf("%s: %v\n%s", text, err, doc)
				}
			}
			for _, text := range c.no {
				if accepts(t, doc, text) == nil {
					t.Errorf("accepted: %s\n%s", text, doc)
				}
			}
			slices.Reverse(c.texts)
			if again := infer(t, c.texts...); again != doc {
				t.Errorf("in another order:\n%s\n%s", doc, again)
			}
		})
	}
}

// jsonText draws JSON with few names, so that shapes meet.
func jsonText(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		kinds := 9
		if depth == 0 {
			kinds = 6
		}
		switch rapid.IntRange(0, kinds).Draw(t, "kind") {
		case 0:
			return "null"
		case 1:
			return "true"
		case 2:
			return fmt.Sprint(rapid.Int64().Draw(t, "n"))
		case 3:
			return rapid.SampledFrom([]string{"1.5", "1e3", "-0.0", "99999999999999999999999"}).Draw(t, "x")
		case 4, 5:
			return rapid.SampledFrom([]string{`""`, `"a"`, `"open"`, `"2024-01-02"`, `"a@b.example"`, `"https://a.example/"`, `"6ba7b810-9dad-11d1-80b4-00c04fd430c8"`, `"1.2.3.4"`, `"\u0000"`}).Draw(t, "s")
		case 6:
			return "[]"
		case 7:
			return "[" + strings.Join(rapid.SliceOfN(jsonText(depth-1), 0, 4).Draw(t, "items"), ",") + "]"
		}
		names := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"id", "type", "name", "kids", "17", "42", "en", "de", "kind", "a b", "data"}), 0, 6, rapid.ID[string]).Draw(t, "names")
		var members []string
		for _, name := range names {
			v := jsonText(depth-1).Draw(t, name)
			if name == "type" {
				v = rapid.SampledFrom([]string{`"cat"`, `"dog"`, `"cow"`, `7`}).Draw(t, "tag")
			}
			members = append(members, fmt.Sprintf("%q:%s", name, v))
		}
		return "{" + strings.Join(members, ",") + "}"
	})
}

// TestAllSamplesAreAccepted, whatever they are; and their order makes no difference.
func TestAllSamplesAreAccepted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(jsonText(4), 1, 12).Draw(t, "texts")
		doc := infer(t, texts...)
		for _, text := range texts {
			if err := accepts(t, doc, text); err != nil {
				t.Fatalf("%s: %v\n%s", text, err, doc)
			}
		}
		rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)).Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
		if again := infer(t, texts...); again != doc {
			t.Fatalf("in another order:\n%s\n%s", doc, again)
		}
	})
}

// TestDepth: what is deeper than is looked into is accepted, and deeper than 10,000 it is no JSON.
func TestDepth(t *testing.T) {
	for _, depth := range []int{63, 64, 65, 9999} {
		text := strings.Repeat(`{"a":`, depth) + "1" + strings.Repeat("}", depth)
		doc := infer(t, text)
		if len(doc) > 200_000 {
			t.Errorf("%d levels make %d bytes", depth, len(doc))
		}
		if depth < 100 {
			if err := accepts(t, doc, text); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := Parse([]byte(strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001))); err == nil {
		t.Error("no error")
	}
	for _, bad := range []string{"", "{", `{"a"`, "1 2", "nul", `{"a":1,}`} {
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("%q is no JSON", bad)
		}
	}
}

func TestSingular(t *testing.T) {
	for many, one := range map[string]string{
		"users": "user", "categories": "category", "boxes": "box", "status": "status", "addresses": "address", "people": "person", "series": "series", "userOrders": "userOrder",
		"line_items": "line_item", "classes": "class", "news": "news", "is": "is", "analysis": "analysis", "movies": "movie", "Ids": "Ids", "shippingAddresses": "shippingAddress",
	} {
		if got := Singular(many); got != one {
			t.Errorf("%s: %s, want %s", many, got, one)
		}
	}
}
