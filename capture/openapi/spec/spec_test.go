package spec

import (
	"strings"
	"testing"

	"seine/capture/openapi/document"
)

const doc = `openapi: 3.1.0
info: {title: t, version: "1", x-seine-generator: seine 1}
servers: [{url: "https://{tenant}.a.example/v1/", variables: {tenant: {default: acme}}}]
security: [{key: []}]
paths:
  /a/{id}/b:
    parameters: [{name: id, in: path, required: true, schema: {type: integer, examples: [7]}}, {name: lang, in: query, required: true, schema: {type: string}}]
    get:
      operationId: getA
      parameters: [{$ref: "#/components/parameters/Lang"}]
      responses: {"200": {$ref: "#/components/responses/OK"}, "404": {description: no}}
    post:
      requestBody: {required: true, content: {text/xml: {schema: {type: object, xml: {name: order, namespace: "urn:x"}, properties: {id: {type: integer, xml: {attribute: true}, examples: [3]}, line: {type: array, items: {type: object, properties: {"#text": {type: string, examples: ["a<b"]}, no: {type: integer, xml: {attribute: true}}}}}}}}}}
      security: []
    put:
      servers: [{url: "https://other.example"}]
      requestBody: {content: {multipart/form-data: {schema: {type: object, properties: {"a\"b": {type: string, examples: [x]}}}}}}
      security: [{basic: []}]
  "/rpc#action=go":
    post: {requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {x: {const: "1 2"}}}}}}, parameters: [{name: action, in: query, schema: {type: string}}]}
  /graphql#Cart:
    post: {x-seine-style: graphql, x-seine-graphql: {name: Cart, query: "query Cart { a }"}, requestBody: {content: {application/json: {schema: {type: object, properties: {query: {type: string}, variables: {$ref: "#/components/schemas/V"}}}}}}}
components:
  parameters: {Lang: {name: lang, in: query, required: true, schema: {type: string, enum: [de, en]}}}
  responses: {OK: {description: fine, content: {application/json: {schema: {$ref: "#/components/schemas/V"}}}}}
  schemas: {V: {type: object, properties: {v: {$ref: "#/components/schemas/V"}, when: {type: [string, "null"], format: date}}}}
  securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key, x-seine-source: cookie k}, basic: {type: http, scheme: Basic}}
`

func read(t *testing.T) *Spec {
	t.Helper()
	o, err := document.Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return Of(o)
}

func TestOf(t *testing.T) {
	s := read(t)
	if len(s.Operations) != 5 {
		t.Fatal(len(s.Operations))
	}
	get := s.Operations[0]
	if get.Servers[0] != "https://acme.a.example/v1" || len(get.Params) != 2 || get.Security[0][0].Source != "cookie k" || get.Answers[0].Description != "fine" || !get.Answers[0].OK() || get.Answers[1].OK() {
		t.Errorf("%+v", get)
	}
	if post := s.Operations[1]; post.Security != nil || !post.BodyRequired || s.Operations[2].Servers[0] != "https://other.example" {
		t.Errorf("%+v", post)
	}
}

func TestRequest(t *testing.T) {
	s := read(t)
	show := func(o *Operation) string {
		r := s.Request(o)
		var b strings.Builder
		b.WriteString(r.Method + " " + r.Server)
		part := func(p Part) {
			if p.Value != nil {
				b.WriteString("$" + p.Value.Name)
				return
			}
			b.WriteString(p.Fixed)
		}
		for _, p := range r.Path {
			part(p)
		}
		for _, q := range r.Query {
			b.WriteString(" ?" + q.Name + "=")
			part(q.Part)
		}
		for _, h := range r.Headers {
			b.WriteString(" " + h.Name + ": ")
			part(h.Part)
		}
		if r.Basic != nil {
			b.WriteString(" $" + r.Basic.Name)
		}
		return b.String() + " " + r.Type + " " + strings.Join(strings.Fields(r.Body), " ")
	}
	for i, want := range []string{
		"GET https://acme.a.example/v1/a/7/b ?lang=de X-Api-Key: $X_API_KEY  ",
		`POST https://acme.a.example/v1/a/7/b ?lang=$LANG text/xml <order xmlns="urn:x" id="3"><line no="1">a&lt;b</line></order>`,
		`PUT https://other.example/a/7/b ?lang=$LANG $USER_AND_PASSWORD multipart/form-data; boundary=seine-boundary --seine-boundary Content-Disposition: form-data; name="a%22b" x --seine-boundary--`,
		"POST https://acme.a.example/v1/rpc ?action=go X-Api-Key: $X_API_KEY application/x-www-form-urlencoded x=1+2",
		`POST https://acme.a.example/v1/graphql X-Api-Key: $X_API_KEY application/json { "query": "query Cart { a }", "variables": { "v": { "v": { "v": { "v": { "v": {}, "when": "2026-01-02" }, "when": "2026-01-02" }, "when": "2026-01-02" }, "when": "2026-01-02" }, "when": "2026-01-02" } }`,
	} {
		if got := show(s.Operations[i]); got != want {
			t.Errorf("%s\n%s", got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for in, want := range map[string]string{"userId": "USER_ID", "X-Api-Key": "X_API_KEY", "7": "V_7", "": "VALUE", "ü": "VALUE", "page[number]": "PAGE_NUMBER", "URL": "URL", "a__b": "A_B"} {
		if got := VariableName(in); got != want {
			t.Errorf("%s: %s, not %s", in, got, want)
		}
	}
	for in, want := range map[string]string{"get-users": "GetUsers", "7": "X7", "": "X", "type": "Type"} {
		if got := Identifier(in); got != want {
			t.Errorf("%s: %s, not %s", in, got, want)
		}
	}
}
