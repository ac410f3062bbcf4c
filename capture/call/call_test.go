package call

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"seine/capture"
	"seine/capture/openapi"
	"seine/testdata/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// watched counts what a server is asked.
type watched struct {
	http.Handler
	mu    sync.Mutex
	asked []*http.Request
}

func (w *watched) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.asked = append(w.asked, r.Clone(context.Background()))
	w.mu.Unlock()
	w.Handler.ServeHTTP(rw, r)
}

func (w *watched) list() []*http.Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

// live is a case with its server, which is still there, and the document that was made of it.
func live(t *testing.T, name string) (*capture.Capture, *Spec, *watched, string) {
	t.Helper()
	heard, srv := api.Named(t, name).Live(t)
	t.Cleanup(srv.Close)
	w := &watched{Handler: srv.Config.Handler}
	srv.Config.Handler = w
	var b bytes.Buffer
	if err := openapi.Infer(heard, openapi.Options{}).WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	spec, err := ReadSpec(&b)
	if err != nil {
		t.Fatal(err)
	}
	return heard, spec, w, srv.URL
}

func find(t *testing.T, s *Spec, name string) *Operation {
	t.Helper()
	o, err := s.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func client(t *testing.T, conf Config, o *Operation) *Client {
	t.Helper()
	c, err := NewClient(conf, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// all are the rows of all pages.
func all(t *testing.T, c *Client, o *Operation, args ...Argument) (rows []any, pages int) {
	t.Helper()
	b, err := o.Bind(args)
	if err != nil {
		t.Fatal(err)
	}
	for p := (&Place{}); p != nil; pages++ {
		var more []any
		_, more, p, err = c.Page(t.Context(), o, b, *p)
		if err != nil {
			t.Fatal(err)
		}
		if rows = append(rows, more...); pages > 100 {
			t.Fatal("it does not end")
		}
	}
	return rows, pages
}

// TestPages: in each of the ways in which servers give pages all items come, once and in order; of the capture, and of the document alone where
// that is enough.
func TestPages(t *testing.T) {
	heard, spec, _, _ := live(t, "lists")
	for _, tc := range []struct {
		name  string
		args  []Argument
		first int
		alone bool // the document is enough
	}{
		{"GET /api/by-page", nil, 0, true},
		{"GET /api/by-page", []Argument{{"page", "3"}}, 20, true},
		{"GET /api/by-offset", nil, 0, true},
		{"GET /api/by-offset", []Argument{{"limit", "20"}}, 0, true},
		{"GET /api/by-offset", []Argument{{"limit", "1000"}}, 0, true}, // the server gives 20 all the same
		{"GET /api/by-cursor", nil, 0, true},
		{"GET /api/by-token", nil, 0, true},
		{"GET /api/by-last", nil, 0, true},
		{"GET /api/by-link", nil, 0, true},
		{"GET /api/by-next", nil, 0, true},
		{"GET /api/archive/page/{n}", []Argument{{"pageId", "1"}}, 0, true},
		{"POST /api/search", []Argument{{"paging.size", "7"}, {"text", "x"}}, 0, true},
		{"POST /api/search", nil, 0, false},
		{"POST /graphql#Feed", []Argument{{"first", "20"}}, 0, true},
		{"POST /graphql#Feed", nil, 0, false},
	} {
		for _, from := range []*capture.Capture{heard, nil} {
			if from == nil && !tc.alone {
				continue
			}
			t.Run(fmt.Sprintf("%s %v %t", tc.name, tc.args, from != nil), func(t *testing.T) {
				o := find(t, spec, tc.name)
				rows, pages := all(t, client(t, Config{Spec: spec, Capture: from}, o), o, tc.args...)
				if len(rows) != api.Items-tc.first || pages < 2 {
					t.Fatalf("%d rows in %d pages", len(rows), pages)
				}
				for i, r := range rows {
					if id := textOf(r.(map[string]any)["id"]); id != fmt.Sprint(1000+tc.first+i) {
						t.Fatalf("row %d is %s", i, id)
					}
				}
			})
		}
	}
}

// TestChain: tokens that are good are used; where they have gone stale, the page and the call that gave them are asked again; of a document
// alone, they are fetched first. The header that the server wants is kept, those that it does not look at are left out.
func TestChain(t *testing.T) {
	heard, spec, w, base := live(t, "shield")
	thing, note := find(t, spec, "GET /api/things/{id}"), find(t, spec, "POST /api/notes")
	expire := func() {
		t.Helper()
		resp, err := http.Post(base+"/expire", "", nil) //nolint:noctx // a test's own server
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	c := client(t, Config{Spec: spec, Capture: heard}, thing)
	do := func(c *Client, o *Operation, args ...Argument) {
		t.Helper()
		b, err := o.Bind(args)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Do(t.Context(), o, b, Place{}); err != nil {
			t.Fatal(err)
		}
	}
	do(c, thing, Argument{"thingId", "7"})
	if s := c.Stats(); s.Chains != 0 || s.Trials == 0 {
		t.Errorf("good tokens: %+v", s)
	}
	before := len(w.list())
	do(c, thing, Argument{"thingId", "8"})
	asked := w.list()[before:]
	if len(asked) != 1 || asked[0].Header.Get("X-Client") == "" || asked[0].Header.Get("X-Trace") != "" || asked[0].Header.Get("Sec-Fetch-Mode") != "" || asked[0].Header.Get("Referer") != "" {
		t.Errorf("asked with %v", asked[0].Header)
	}
	for range 2 {
		expire()
		do(c, thing, Argument{"thingId", "9"})
		do(c, note, Argument{"text", "new"})
	}
	if s := c.Stats(); s.Chains < 2 || s.Chains > 4 {
		t.Errorf("stale tokens: %+v", s)
	}
	alone := client(t, Config{Spec: spec, Header: http.Header{"X-Client": {"cli"}}}, thing)
	do(alone, thing, Argument{"thingId", "10"})
	do(alone, note, Argument{"text", "alone"})
	// Many at once fetch tokens once.
	expire()
	many := client(t, Config{Spec: spec, Capture: heard, All: true}, thing)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			b, err := thing.Bind([]Argument{{"thingId", fmt.Sprint(i)}})
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := many.Do(t.Context(), thing, b, Place{}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if s := many.Stats(); s.Chains != 1 {
		t.Errorf("many at once: %+v", s)
	}
}

// TestMemory: what matters is found out once, also by another client; and anew where it has changed.
func TestMemory(t *testing.T) {
	want := "X-One"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get(want) == "" {
			w.WriteHeader(http.StatusForbidden)
		}
		fmt.Fprint(w, `{"a":1}`)
	}))
	defer srv.Close()
	header := http.Header{"X-One": {"1"}, "X-Two": {"2"}, "Accept": {"*/*"}, "Sec-Ch-Ua": {"x"}}
	heard := &capture.Capture{Exchanges: []*capture.Exchange{{
		ID: "1", Type: "Fetch", Request: capture.Request{Method: "GET", URL: srv.URL + "/v", Header: header, WireHeader: true},
		Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}}, Body: capture.BodyOf([]byte(`{"a":1}`)),
	}}}
	var doc bytes.Buffer
	if err := openapi.Infer(heard, openapi.Options{}).WriteJSON(&doc); err != nil {
		t.Fatal(err)
	}
	spec, err := ReadSpec(&doc)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ask := func() Stats {
		t.Helper()
		o := spec.Operations[0]
		c := client(t, Config{Spec: spec, Capture: heard, Memory: NewMemory(dir)}, o)
		b, err := o.Bind(nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if _, err := c.Do(t.Context(), o, b, Place{}); err != nil {
				t.Fatal(err)
			}
		}
		return c.Stats()
	}
	if s := ask(); s.Trials == 0 {
		t.Errorf("at first: %+v", s)
	}
	if s := ask(); s.Requests != 3 {
		t.Errorf("remembered: %+v", s)
	}
	want = "X-Two"
	if s := ask(); s.Trials == 0 {
		t.Errorf("changed: %+v", s)
	}
	if s := ask(); s.Requests != 3 {
		t.Errorf("remembered again: %+v", s)
	}
}

// TestArguments: mistakes are one sentence that says what would be right.
func TestArguments(t *testing.T) {
	_, spec, _, _ := live(t, "shop")
	for _, tc := range []struct{ operation, name, value, want string }{
		{"getApiV1UsersByUserI", "", "", `there is no operation "getApiV1UsersByUserI"; did you mean getApiV1UsersByUserId, `},
		{"GET /api/v1/user/{id}", "", "", "did you mean getApiV1UsersByUserId"},
		{"nonsense", "", "", "it has "},
		{"getApiV1UsersByUserId", "", "", "getApiV1UsersByUserId needs userId; give it as userId=…"},
		{"getApiV1UsersByUserId", "userId", "ada", `userId of getApiV1UsersByUserId must be an integer, and "ada" is not`},
		{"getApiV1UsersByUserId", "userid", "3", "did you mean userId?"},
		{"getApiV1UsersMe", "x", "3", "it has none"},
		{"getApiV1Users", "page", "x", "page of getApiV1Users must be an integer"},
	} {
		err := func() error {
			o, err := spec.Find(tc.operation)
			if err != nil {
				return err
			}
			var args []Argument
			if tc.name != "" {
				args = append(args, Argument{tc.name, tc.value})
			}
			b, err := o.Bind(args)
			if err != nil {
				return err
			}
			return client(t, Config{Spec: spec}, o).Check(o, b)
		}()
		var wrong *ArgumentError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s %s=%s: %v, want %q", tc.operation, tc.name, tc.value, err, tc.want)
		}
	}
}

// TestForeign: a document that somebody else wrote, with references and a server of variables.
func TestForeign(t *testing.T) {
	w := &watched{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"ok":true}`) })}
	srv := httptest.NewServer(w)
	defer srv.Close()
	text := `openapi: 3.0.3
info: {title: Pets, version: 1.0.0}
servers:
  - url: ` + srv.URL + `/{base}
    variables: {base: {default: v3}}
paths:
  /pets/{petId}:
    parameters:
      - $ref: '#/components/parameters/PetId'
    put:
      operationId: updatePet
      parameters:
        - {name: status, in: query, required: true, schema: {type: string, enum: [sold, free]}}
        - {name: tags, in: query, schema: {type: array, items: {type: string}}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Pet'}
      responses: {'200': {description: ok, content: {application/json: {}}}}
components:
  parameters:
    PetId: {name: petId, in: path, required: true, schema: {type: integer}}
  schemas:
    Pet:
      type: object
      required: [name]
      properties: {name: {type: string}, age: {type: integer}, owner: {type: object, properties: {mail: {type: string}}}}
`
	spec, err := ReadSpec(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	o := find(t, spec, "updatePet")
	c := client(t, Config{Spec: spec}, o)
	if _, err := o.Bind([]Argument{{"status", "lost"}}); err == nil || !strings.Contains(err.Error(), "one of sold, free") {
		t.Error(err)
	}
	b, err := o.Bind([]Argument{{"petId", "7"}, {"status", "sold"}, {"tags", "a,b c"}, {"age", "12345678901234567890"}, {"owner.mail", "a@b.c"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(o, b); err == nil || !strings.Contains(err.Error(), "needs name") {
		t.Error(err)
	}
	b, err = o.Bind([]Argument{{"petId", "7"}, {"status", "sold"}, {"tags", "a,b c"}, {"name", "<Tom>"}, {"age", "12345678901234567890"}, {"owner.mail", "a@b.c"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.request(o, b, &Place{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.url.RequestURI(), "/v3/pets/7?status=sold&tags=a&tags=b+c"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := string(r.body), `{"age":12345678901234567890,"name":"<Tom>","owner":{"mail":"a@b.c"}}`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if _, err := c.Do(t.Context(), o, b, Place{}); err != nil {
		t.Error(err)
	}
}

// TestNotSpecs: what is no document is said to be none, whatever it is.
func TestNotSpecs(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "swagger": `{"swagger":"2.0"}`, "list": "[1]", "no paths": "openapi: 3.1.0\n", "alias": "openapi: 3.1.0\npaths: &a {x: *a}\n", "deep": strings.Repeat("[", 100_000),
		"deep JSON": `{"a":` + strings.Repeat("[", 100_000), "binary": "\x00\x01\xff", "tabs": "\topenapi: 3\n\t- x", "half": `{"openapi":"3.1.0","paths":{"/a":{"get":`,
		"wrong types": `{"openapi":"3.1.0","paths":{"/a":{"get":{"parameters":{"a":1},"responses":[],"requestBody":7}}},"servers":"x"}`,
	} {
		s, err := ReadSpec(strings.NewReader(text))
		if name == "wrong types" {
			if err != nil || len(s.Operations) != 1 {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !errors.Is(err, ErrSpec) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadSpec(f *testing.F) {
	f.Add([]byte("openapi: 3.1.0\npaths:\n  /a/{b}:\n    get: {operationId: x, parameters: [{name: b, in: path, schema: {type: integer}}]}\n"))
	f.Add([]byte(`{"openapi":"3.1.0","paths":{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}}}},"components":{"schemas":{"A":{"properties":{"a":{"$ref":"#/components/schemas/A"}}}}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if len(text) > 1<<16 {
			return
		}
		s, err := ReadSpec(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, o := range s.Operations {
			_ = o.Keys()
			_, _ = s.Find(o.Label())
			_, _ = o.Bind([]Argument{{"a", "1"}, {"body", "{}"}})
		}
	})
}
