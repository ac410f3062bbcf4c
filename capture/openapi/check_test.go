package openapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"seine/capture"
	"seine/capture/openapi/document"
)

// checker holds samples against the schemas of a document.
type checker struct {
	c     *jsonschema.Compiler
	doc   map[string]any
	known map[string]*jsonschema.Schema
}

func newChecker(t testing.TB, api *API) *checker { return checkerOf(t, api.Document()) }

func checkerOf(t testing.TB, doc document.Object) *checker {
	var b bytes.Buffer
	if err := document.WriteJSON(&b, doc); err != nil {
		t.Fatal(err)
	}
	d, err := jsonschema.UnmarshalJSON(&b)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("mem:doc", d); err != nil {
		t.Fatal(err)
	}
	return &checker{c, d.(map[string]any), map[string]*jsonschema.Schema{}}
}

// accepts validates JSON against the schema at a path of keys; there must be one.
func (k *checker) accepts(text string, path ...string) error {
	at, pointer := any(k.doc), ""
	for _, p := range path {
		m, _ := at.(map[string]any)
		if at = m[p]; at == nil {
			return fmt.Errorf("the document has no %q in %q", p, path)
		}
		pointer += "/" + url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(p))
	}
	s := k.known[pointer]
	if s == nil {
		var err error
		if s, err = k.c.Compile("mem:doc#" + pointer); err != nil {
			return err
		}
		k.known[pointer] = s
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// checkSamples holds every sample of an API against its own schemas: what was answered and what was sent.
func checkSamples(t testing.TB, api *API) (checked int) {
	t.Helper()
	return newChecker(t, api).samples(t, api, func(o *Operation) string { return o.Key() })
}

// samples holds every sample of an API against the document; key is where that has an operation.
func (k *checker) samples(t testing.TB, api *API, key func(o *Operation) string) (checked int) {
	t.Helper()
	for _, o := range api.Operations {
		at := []string{"paths", key(o), strings.ToLower(o.Method)}
		for _, one := range o.calls {
			s := one.subOf(o)
			if v, f := one.sent(); v != nil && f == formatJSON {
				text := jsonOf(t, &one.req.Body, s.batch)
				if err := k.accepts(text, append(at, "requestBody", "content", mediaType(one.req.Header.Get("Content-Type")), "schema")...); err != nil {
					t.Errorf("%s %s: %s: %v", o.Method, o.Key(), text, err)
				}
				checked++
			}
			values, f := one.got()
			if len(values) == 0 || f != formatJSON || len(s.pick(values)) == 0 {
				continue
			}
			text := jsonOf(t, one.body, s.batch)
			if err := k.accepts(text, append(at, "responses", strconv.Itoa(one.status), "content", mediaType(one.resType), "schema")...); err != nil {
				t.Errorf("%s %s: %s: %v", o.Method, o.Key(), text, err)
			}
			checked++
		}
	}
	return checked
}

// subOf is the part of the call that asks for o.
func (c *call) subOf(o *Operation) sub {
	for _, s := range c.subs {
		if s.key == o.Name {
			return s
		}
	}
	return c.subs[0]
}

// jsonOf is the text of a body, or of one element of it, read by another reader than that which the schema was made with.
func jsonOf(t testing.TB, b *capture.Body, batch int) string {
	text, err := b.Bytes(maxBody)
	if err != nil {
		t.Fatal(err)
	}
	text = unwrapJSON(text)
	if batch < 0 {
		return string(text)
	}
	var list []json.RawMessage
	if err := json.Unmarshal(text, &list); err != nil || batch >= len(list) {
		return string(text)
	}
	return string(list[batch])
}

// checkDocument holds the document against the schema of OpenAPI 3.1, as libopenapi has it.
func checkDocument(t testing.TB, api *API) {
	t.Helper()
	for name, write := range map[string]func(*bytes.Buffer) error{"JSON": func(b *bytes.Buffer) error { return api.WriteJSON(b) }, "YAML": func(b *bytes.Buffer) error { return api.WriteYAML(b) }} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		doc, err := libopenapi.NewDocument(b.Bytes())
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, b.String())
			return
		}
		if _, err := doc.BuildV3Model(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, b.String())
			return
		}
		v, errs := validator.NewValidator(doc)
		if len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
			return
		}
		if ok, problems := v.ValidateDocument(); !ok {
			for _, p := range problems {
				t.Errorf("%s: %s: %s\n%s", name, p.Message, p.Reason, b.String())
			}
		}
	}
}
