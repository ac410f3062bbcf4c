package diff

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture/openapi/document"
)

const shop = `openapi: 3.1.0
info: {title: shop, version: "1"}
servers: [{url: "https://a.example"}]
paths:
  /users/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer}}
        - {name: sort, in: query, schema: {type: string, enum: [name, age]}}
        - {name: page, in: query, required: true, schema: {type: integer}}
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema: {$ref: "#/components/schemas/User"}
        "404": {description: none}
      security: [{bearer: []}]
    put:
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, properties: {name: {type: string}, age: {type: integer}, kind: {type: string, enum: [a, b]}}, required: [name]}
      responses: {"204": {description: done}}
components:
  schemas:
    User: {type: object, properties: {id: {type: integer}, name: {type: string}, state: {type: string, enum: [open, done]}, mail: {type: string, format: email}, friends: {type: array, items: {$ref: "#/components/schemas/User"}}, pet: {oneOf: [{$ref: "#/components/schemas/Cat"}, {$ref: "#/components/schemas/Dog"}]}}, required: [id, name]}
    Cat: {type: object, properties: {kind: {const: cat}, lives: {type: integer}}}
    Dog: {type: object, properties: {kind: {const: dog}}}
  securitySchemes: {bearer: {type: http, scheme: bearer}, key: {type: apiKey, in: header, name: X-Key}}
`

func parse(t testing.TB, text string) document.Object {
	o, err := document.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return o
}

// TestRules: each rule has an edit of the document that it tells, and the edit backwards.
func TestRules(t *testing.T) {
	told := map[string]bool{}
	for _, c := range []struct{ from, to, want, back string }{
		{"    put:", "    post:", "operation-added operation-removed!", "operation-added operation-removed!"},
		{`[{url: "https://a.example"}]`, `[{url: "https://a.example"}, {url: "https://b.example"}]`, "server-added server-added", "server-removed! server-removed!"},
		{"[{bearer: []}]", "[{key: []}]", "security-added!", "security-added!"},
		{"[{bearer: []}]", "[{}]", "security-removed", "security-added!"},
		{"[{bearer: []}]", "[{bearer: []}, {key: []}]", "", "security-added!"},
		{"        - {name: sort, in: query, schema: {type: string, enum: [name, age]}}\n", "", "parameter-removed!", "parameter-added"},
		{"        - {name: page, in: query, required: true, schema: {type: integer}}\n", "", "parameter-removed!", "parameter-added-required!"},
		{"{name: page, in: query, required: true,", "{name: page, in: query,", "parameter-became-optional", "parameter-became-required!"},
		{"/users/{id}", "/users/{userId}", "", ""},
		{"[name, age]", "[name]", "request-enum-narrowed!", "request-enum-widened"},
		{"[open, done]", "[open]", "response-enum-narrowed", "response-enum-widened!"},
		{", enum: [open, done]", "", "response-enum-widened!", "response-enum-narrowed"},
		{"mail: {type: string, format: email}, ", "", "response-field-removed!", "response-field-added"},
		{"mail: {type: string, format: email}", "mail: {type: [string, 'null'], format: email}", "response-type-widened!", "response-type-narrowed"},
		{"mail: {type: string, format: email}", "mail: {type: string}", "response-format-dropped!", "response-format-added"},
		{"mail: {type: string, format: email}", "mail: {type: string, format: uri}", "response-format-changed!", "response-format-changed!"},
		{"id: {type: integer}, name", "id: {type: string}, name", "response-type-changed!", "response-type-changed!"},
		{"id: {type: integer}, name", "id: {type: number}, name", "response-type-widened!", "response-type-narrowed"},
		{"required: [id, name]", "required: [id]", "response-field-optional!", "response-field-required"},
		{", age: {type: integer}", "", "request-field-removed!", "request-field-added"},
		{", age: {type: integer}", ", age: {type: number}", "request-type-widened", "request-type-narrowed!"},
		{", age: {type: integer}", ", age: {type: string}", "request-type-changed!", "request-type-changed!"},
		{", age: {type: integer}", ", age: {type: integer, format: x}", "request-format-added!", "request-format-dropped"},
		{"{type: integer}}\n      responses:\n        \"200\"", "{type: integer, format: x}}\n      responses:\n        \"200\"", "request-format-added!", "request-format-dropped"},
		{"required: [name]", "required: [name, age]", "request-field-required!", "request-field-optional"},
		{"        required: true\n        content", "        content", "body-became-optional", "body-became-required!"},
		{shop[strings.Index(shop, "      requestBody"):strings.Index(shop, "      responses: {\"204\"")], "", "body-removed!", "body-added-required!"},
		{"          application/json:\n            schema: {type: object", "          application/xml:\n            schema: {type: object", "request-media-type-added request-media-type-removed!", "request-media-type-added request-media-type-removed!"},
		{"            application/json:\n              schema: {$ref", "            text/json:\n              schema: {$ref", "response-media-type-added response-media-type-removed!", "response-media-type-added response-media-type-removed!"},
		{"        \"404\": {description: none}\n", "", "error-status-removed", "error-status-added"},
		{`"204": {description: done}`, `"200": {description: done}`, "response-status-added response-status-removed!", "response-status-added response-status-removed!"},
		{`, {$ref: "#/components/schemas/Dog"}]`, "]", "response-variant-removed", "response-variant-added!"},
		{"kind: {type: string, enum: [a, b]}", "kind: {oneOf: [{type: string, enum: [a, b]}, {type: integer}]}", "request-variant-added", "request-variant-removed!"},
		{"{type: string, enum: [a, b]}", "{type: string, format: x, enum: [a, b]}", "request-format-added!", "request-format-dropped"},
		{"lives: {type: integer}", "lives: {}", "response-type-widened!", "response-type-narrowed"},
		{"title: shop", "title: other", "", ""},
		{"schema: {type: integer}}\n        - {name: sort", "schema: {type: integer, format: a}}\n        - {name: sort", "request-format-added!", "request-format-dropped"},
	} {
		changed := strings.Replace(shop, c.from, c.to, 1)
		if changed == shop && c.want != "" {
			t.Errorf("%q is not there", c.from)
		}
		for _, x := range []struct{ old, now, want string }{{shop, changed, c.want}, {changed, shop, c.back}} {
			var got []string
			for _, change := range Of(parse(t, x.old), parse(t, x.now)) {
				told[change.Rule] = true
				name := change.Rule
				if change.Breaking {
					name += "!"
				}
				got = append(got, name)
			}
			slices.Sort(got)
			if strings.Join(got, " ") != x.want {
				t.Errorf("%q to %q: %v, not %q", c.from, c.to, got, x.want)
			}
		}
	}
	dates := strings.Replace(shop, "enum: [a, b]", "format: date", 1)
	bodiless := strings.Replace(shop, shop[strings.Index(shop, "      requestBody"):strings.Index(shop, "      responses: {\"204\"")], "", 1)
	for _, c := range []struct{ old, now, rule string }{
		{dates, strings.Replace(dates, "format: date", "format: date-time", 1), "request-format-changed"},
		{bodiless, strings.Replace(shop, "        required: true\n        content", "        content", 1), "body-added"},
	} {
		list := Of(parse(t, c.old), parse(t, c.now))
		if len(list) != 1 || list[0].Rule != c.rule {
			t.Errorf("%s: %+v", c.rule, list)
		}
		told[c.rule] = true
	}
	for _, r := range everyRule(reflect.ValueOf(rules)) {
		if !told[r.name] {
			t.Errorf("no case for %s", r.name)
		}
	}
}

// TestOrder: changes are told in one order, with where they are.
func TestOrder(t *testing.T) {
	now := strings.NewReplacer("lives: {type: integer}", "lives: {type: string}", "[name, age]", "[name]").Replace(shop)
	var got []string
	for _, c := range Of(parse(t, shop), parse(t, now)) {
		got = append(got, fmt.Sprintf("%s %s: %s", c.Operation, c.Where, c.Text))
	}
	want := []string{"GET /users/{id} 200.pet|Cat.lives: was integer, is string", "GET /users/{id} query sort: no longer age"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzOf(f *testing.F) {
	f.Add(shop, strings.ReplaceAll(shop, "string", "integer"))
	f.Fuzz(func(t *testing.T, a, b string) {
		x, err := document.Parse([]byte(a))
		if err != nil {
			return
		}
		y, err := document.Parse([]byte(b))
		if err != nil {
			return
		}
		Of(x, y)
		if list := Of(x, x); len(list) > 0 {
			t.Fatalf("nothing changed: %+v", list)
		}
	})
}

// everyRule finds all rules that there are in a value.
func everyRule(v reflect.Value) (list []rule) {
	if v.Type() == reflect.TypeFor[rule]() {
		return []rule{{v.Field(0).String(), v.Field(1).Bool()}}
	}
	if v.Kind() == reflect.Array {
		for i := range v.Len() {
			list = append(list, everyRule(v.Index(i))...)
		}
		return list
	}
	for _, f := range v.Fields() {
		list = append(list, everyRule(f)...)
	}
	return list
}
