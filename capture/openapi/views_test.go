package openapi

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"

	"seine/capture/openapi/curl"
	"seine/capture/openapi/document"
	"seine/capture/openapi/goclient"
	"seine/capture/openapi/httpfile"
	"seine/capture/openapi/page"
	"seine/capture/openapi/postman"
	"seine/capture/openapi/spec"
)

// nasty has in each place that a person or a server names what would mean something where it is written.
const nasty = `openapi: 3.1.0
info: {title: "</title><script>alert(1)</script>\n*/ package x", version: "1", x-seine-generator: "seine\n// +build x"}
servers: [{url: "https://a.example/$(touch pwned)'"}]
paths:
  "/a/{b c}/'; touch pwned; '/{{TOKEN}}":
    get:
      operationId: "x\nfunc init() { panic(1) }"
      summary: "</summary><img src=x onerror=alert(1)>\n### GET https://evil.example"
      parameters:
        - {name: "b c", in: path, required: true, schema: {type: string, examples: ["$(touch pwned)'\n"]}}
        - {name: "q'\"&\n", in: query, required: true, schema: {type: [string, integer]}}
        - {name: "X-A\nEvil: 1", in: header, required: true, schema: {type: string, const: "v\nEvil: 2"}}
        - {name: "range", in: query, schema: {type: array, items: {$ref: "#/components/schemas/List"}}}
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}
      responses:
        "200": {description: "*/", content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}}
        "404": {description: no}
      security: [{"a b": [], basic: []}]
  /same: {get: {operationId: type, responses: {"200": {content: {application/json: {schema: {type: object, properties: {a: {type: integer, examples: [123456789012345678901234567890]}, A: {type: string}, "a b": {}, "-": {}, "x,y": {}, "": {}, "ü": {}}}}}}}}}
  /form: {post: {requestBody: {content: {application/x-www-form-urlencoded: {schema: {type: object, properties: {"a&b": {const: "1=2"}}}}}}}}
  /none: {delete: {}}
components:
  schemas:
    User: {type: object, required: [me], properties: {me: {$ref: "#/components/schemas/User"}, list: {$ref: "#/components/schemas/List"}, loop: {$ref: "#/components/schemas/Loop"}, "` + "`json:x`" + `": {type: string}}}
    List: {type: array, items: {$ref: "#/components/schemas/List"}}
    Loop: {$ref: "#/components/schemas/Loop"}
    Client: {type: object, properties: {x: {type: string}}}
    string: {type: [string, "null"]}
    func: {oneOf: [{type: string}, {$ref: "#/components/schemas/User"}]}
    "1": {type: object, additionalProperties: {$ref: "#/components/schemas/1"}}
  securitySchemes: {"a b": {type: apiKey, in: header, name: "X\nY"}, basic: {type: http, scheme: basic}}
`

func views(t testing.TB, doc document.Object) map[string]string {
	s := spec.Of(doc)
	out := map[string]string{}
	for name, write := range map[string]func(io.Writer) error{
		"page": func(w io.Writer) error { return page.Write(w, s) }, "curl": func(w io.Writer) error { return curl.Write(w, s) }, "http": func(w io.Writer) error { return httpfile.Write(w, s) },
		"go": func(w io.Writer) error { return goclient.Write(w, s, s.Title) }, "postman": func(w io.Writer) error { return postman.Write(w, s) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out[name] = b.String()
	}
	return out
}

// TestNasty: what a document says stays text, wherever it is written.
func TestNasty(t *testing.T) {
	doc, err := document.Parse([]byte(nasty))
	must(t, err)
	out := views(t, doc)
	for _, bad := range []string{"<img", "<script>alert"} {
		if strings.Contains(out["page"], bad) {
			t.Errorf("%s is in the page", bad)
		}
	}
	for name, bad := range map[string]string{"http": "\nEvil", "curl": "\nEvil: 1", "go": "\nfunc init"} {
		if strings.Contains(out[name], bad) {
			t.Errorf("%q is in %s:\n%s", bad, name, out[name])
		}
	}
	if n := strings.Count(out["http"], "\n### "); n != 4 {
		t.Errorf("%d requests:\n%s", n, out["http"])
	}
	dir := t.TempDir()
	sh := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(out["curl"], "curl --fail", "true --fail"))
	sh.Dir, sh.Env = dir, []string{"PATH=/usr/bin:/bin", "USER_AND_PASSWORD=$(touch pwned)", "X_Y=`touch pwned`", "Q=;touch pwned", "B_C=1", "TOKEN=1"}
	if text, err := sh.CombinedOutput(); err != nil {
		t.Errorf("%v %s\n%s", err, text, out["curl"])
	}
	if list, err := exec.CommandContext(t.Context(), "ls", "-A", dir).Output(); err != nil || len(list) > 0 {
		t.Errorf("the commands did something else: %s %v\n%s", list, err, out["curl"])
	}
}

// FuzzViews: whatever a document says, it can be written in each way, and the client in Go is Go.
func FuzzViews(f *testing.F) {
	f.Add(nasty)
	f.Add("openapi: 3.1.0\npaths: {/a: {get: {parameters: [{name: x, in: query, schema: {anyOf: [{type: 'null'}, {}]}}]}}}")
	f.Fuzz(func(t *testing.T, text string) {
		if doc, err := document.Parse([]byte(text)); err == nil {
			views(t, doc)
		}
	})
}
