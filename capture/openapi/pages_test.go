package openapi

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/capture"
	"seine/testdata/api"
)

// TestPagination: each of the ways in which servers give pages is recognised, with where it says so.
func TestPagination(t *testing.T) {
	want := map[string]Pagination{
		"GET /api/archive/page/{pageId}": {Kind: PageNumber, In: "path", Name: "pageId", First: 1, Rows: "/entries", Evidence: EvidenceSeen},
		"GET /api/by-cursor":             {Kind: PageCursor, In: "query", Name: "cursor", Next: "/meta/next_cursor", Rows: "/data", Evidence: EvidenceSeen},
		"GET /api/by-last":               {Kind: PageCursor, In: "query", Name: "since_id", Last: "/id", Evidence: EvidenceSeen},
		"GET /api/by-link":               {Kind: PageLink, Evidence: EvidenceSeen},
		"GET /api/by-next":               {Kind: PageNext, Next: "/next", Rows: "/results", Total: "/count", Evidence: EvidenceSeen},
		"GET /api/by-offset":             {Kind: PageOffset, In: "query", Name: "offset", SizeIn: "query", Size: "limit", Rows: "/rows", Total: "/total", Evidence: EvidenceSeen},
		"GET /api/by-page":               {Kind: PageNumber, In: "query", Name: "page", First: 1, Rows: "/items", Evidence: EvidenceSeen},
		"GET /api/by-token":              {Kind: PageCursor, In: "query", Name: "pageToken", Next: "/nextPageToken", Rows: "/files", Evidence: EvidenceGuessed},
		"POST /api/search":               {Kind: PageNumber, In: "body", Name: "/paging/page", SizeIn: "body", Size: "/paging/size", Rows: "/hits", More: "/hasMore", Evidence: EvidenceSeen},
		"POST /graphql#Feed":             {Kind: PageCursor, In: "body", Name: "/variables/after", SizeIn: "body", Size: "/variables/first", Next: "/data/feed/pageInfo/endCursor", Rows: "/data/feed/nodes", More: "/data/feed/pageInfo/hasNextPage", Evidence: EvidenceSeen},
	}
	got := map[string]Pagination{}
	for _, o := range Infer(api.Named(t, "lists").Capture(t), Options{}).Operations {
		if o.Pagination != nil {
			got[o.Method+" "+o.Key()] = *o.Pagination
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// asked is an exchange that a script made.
func asked(n int, address, body string, header http.Header) *capture.Exchange {
	return &capture.Exchange{
		ID: fmt.Sprint(n), Type: "Fetch", Started: time.Unix(int64(n), 0), Request: capture.Request{Method: "GET", URL: address, Header: header},
		Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}}, Body: capture.BodyOf([]byte(body)),
	}
}

// TestNotPaginated: parameters that are called so, but of which the answers are no lists; and lists that are whole.
func TestNotPaginated(t *testing.T) {
	for name, list := range map[string][]*capture.Exchange{
		"no list":      {asked(1, "https://a.example/v?page=1", `{"a":1}`, nil), asked(2, "https://a.example/v?page=2", `{"a":1}`, nil)},
		"no parameter": {asked(1, "https://a.example/v", `[{"a":1}]`, nil), asked(2, "https://a.example/v", `[{"a":1}]`, nil)},
		"a range":      {asked(1, "https://a.example/v?from=5", `[{"a":1}]`, nil)},
		"words":        {asked(1, "https://a.example/v?page=about", `[{"a":1}]`, nil)},
		"empty":        {asked(1, "https://a.example/v?page=9", `[]`, nil)},
		"next is text": {asked(1, "https://a.example/v", `{"next":"Chapter two","list":[1,2]}`, nil)},
	} {
		for _, o := range Infer(&capture.Capture{Exchanges: list}, Options{}).Operations {
			if o.Pagination != nil {
				t.Errorf("%s: %+v", name, *o.Pagination)
			}
		}
	}
}

// TestNextLink: the relation next of header fields as RFC 8288 writes them, and as servers do.
func TestNextLink(t *testing.T) {
	for field, want := range map[string]string{
		`</a?page=2>; rel="next"`:                       "/a?page=2",
		`<a>; rel=prev, <b?x=1,2>; rel=next`:            "b?x=1,2",
		`<a>; title="x, <y>; rel=next"; rel="prev"`:     "",
		`<a>;rel="last prefetch next";type="text/html"`: "a",
		`<a>; REL="Next"`:                               "a",
		`<a>; rel=nextish`:                              "",
		`garbage`:                                       "",
		`<a; rel=next`:                                  "",
		`<a>`:                                           "",
		strings.Repeat(`<a>; rel=x, `, 60) + `<b>; rel="next"`: "",
	} {
		if got := NextLink([]string{field}); got != want {
			t.Errorf("%.60s: %q, want %q", field, got, want)
		}
	}
}

// need is a Need in short.
func need(found *API, n *Need) string {
	_, from, _ := strings.Cut(n.From.URL, "://")
	if _, path, ok := strings.Cut(from, "/"); ok {
		from = n.From.Method + " /" + path
	}
	if n.From.Operation != nil {
		from = found.ID(n.From.Operation)
	}
	kind := "id"
	if n.Token {
		kind = "token"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s%s < %s %s %s %s", kind, n.In, n.Prefix, n.Name, n.From.Kind, from, n.From.At, n.From.Attribute))
}

// TestProvenance: where tokens and ids come from is found, with the chain that must run first; and no value of it is in the document.
func TestProvenance(t *testing.T) {
	heard := api.Named(t, "shield").Capture(t)
	found := Infer(heard, Options{})
	sid := "token cookie sid < cookie GET /app sid"
	bearer := "token header Bearer Authorization < answer postApiToken /access_token"
	want := map[string][]string{
		"postApiToken":            {sid, `token header X-Api-Key < script GET /app apiKey: "`},
		"getApiThings":            {sid, bearer},
		"getApiThingsByThingId":   {sid, bearer, "id path thingId < answer getApiThings /things/*/id"},
		"postApiNotes":            {sid, `token header X-Csrf-Token < html GET /app meta[name="csrf-token"] content`},
		"getApiThingsByThingId +": {"GET /app", "postApiToken"},
	}
	got := map[string][]string{}
	for _, o := range found.Operations {
		id := found.ID(o)
		for _, n := range o.Needs {
			got[id] = append(got[id], need(found, n))
		}
		if id == "getApiThingsByThingId" {
			for _, s := range o.Chain() {
				name := s.Method + " /app"
				if s.Operation != nil {
					name = found.ID(s.Operation)
				}
				got[id+" +"] = append(got[id+" +"], name)
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	text := written(t, found)
	if !strings.Contains(text, "x-seine-needs:") {
		t.Error("the document does not say so")
	}
	for _, c := range heard.Cookies {
		if strings.Contains(text, c.Value) {
			t.Error("a cookie is in the document")
		}
	}
	for _, e := range heard.Exchanges {
		for _, name := range []string{"Authorization", "X-Csrf-Token", "X-Api-Key"} {
			if v := e.Request.Header.Get(name); v != "" && strings.Contains(text, v[max(0, len(v)-16):]) {
				t.Errorf("%s is in the document", name)
			}
		}
	}
}

// TestProvenanceOfValues: what is said in other words, and what is no source.
func TestProvenanceOfValues(t *testing.T) {
	const token = "Zm9vYmFyYmF6cXV4+/x=="
	page := &capture.Exchange{
		ID: "0", Type: "Document", Request: capture.Request{Method: "GET", URL: "https://a.example/start?session=sess-0a1b2c3d4e5f"},
		Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"text/html"}, "Set-Cookie": {"XSRF-TOKEN=Zm9vYmFyYmF6cXV4%2B%2Fx%3D%3D; Path=/"}, "X-Build": {"b-77aa88bb99cc"}}},
		Body:     capture.BodyOf([]byte(`<form><input type=hidden name='_token' value='in-0f1e2d3c4b5a'></form><div data-user="018f3a7e-5c1e-7b6a-9c55-000000000007">`)),
	}
	later := asked(9, "https://a.example/late", `{"seen":"q7Zk31WmT0pLx2"}`, nil)
	list := []*capture.Exchange{
		page,
		asked(1, "https://a.example/one?build=b-77aa88bb99cc&_token=in-0f1e2d3c4b5a&key=q7Zk31WmT0pLx2", `{"a":1}`, http.Header{"X-Xsrf-Token": {token}, "Cookie": {"XSRF-TOKEN=Zm9vYmFyYmF6cXV4%2B%2Fx%3D%3D"}}),
		asked(2, "https://a.example/users/018f3a7e-5c1e-7b6a-9c55-000000000007", `{"a":1}`, nil),
		later,
	}
	found := Infer(&capture.Capture{Exchanges: list}, Options{})
	var got []string
	for _, o := range found.Operations {
		for _, n := range o.Needs {
			got = append(got, o.Path+" "+need(found, n))
		}
	}
	want := []string{
		"/one token cookie XSRF-TOKEN < cookie GET /start?session=sess-0a1b2c3d4e5f XSRF-TOKEN",
		"/one token header X-Xsrf-Token < cookie GET /start?session=sess-0a1b2c3d4e5f XSRF-TOKEN",
		`/one token query _token < html GET /start?session=sess-0a1b2c3d4e5f input[name="_token"] value`,
		"/users/{userId} id path userId < html GET /start?session=sess-0a1b2c3d4e5f div[data-user] data-user",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if text := written(t, found); strings.Contains(text, "0a1b2c3d") || strings.Contains(text, "0f1e2d3c") || strings.Contains(text, "Zm9vYmFy") {
		t.Errorf("a secret is in the document:\n%s", text)
	}
}

// FuzzText: whatever a page holds, looking for values in it ends, and what is said to be the place of one is text of the page.
func FuzzText(f *testing.F) {
	f.Add(`<meta name="csrf" content="abcdef123456"><script>key = 'abcdef123456'</script>`, "abcdef123456")
	f.Add(`<input value=abcdef123456 name=x`, "abcdef123456")
	f.Add("\x00<a \xff=\"abcdef123456", "abcdef123456")
	f.Fuzz(func(t *testing.T, text, value string) {
		p := &provenance{map[string]bool{value: true}, map[string][]given{}, map[*capture.Exchange]*call{}}
		p.text(&capture.Exchange{}, text)
		for _, g := range p.seen[value] {
			if g.kind == SourceScript && !strings.Contains(text, g.at+value) || g.at == "" {
				t.Errorf("%q in %q: %+v", value, text, g)
			}
		}
		_ = NextLink([]string{text})
	})
}
