// Package api is a corpus of APIs whose truth is known: small servers, each hard in its own way, a visitor that calls them as a page would,
// and an OpenAPI document of each, written by hand (truth/*.yaml), with examples of answers that the visitor never got.
package api

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"seine/capture"
)

//go:embed truth
var truth embed.FS

// Case is one API.
type Case struct {
	Name  string
	Serve func(mux *http.ServeMux)
	Visit func(v *Visitor)
}

// Truth is the published document, as YAML.
func (c Case) Truth() []byte {
	text, err := truth.ReadFile("truth/" + c.Name + ".yaml")
	if err != nil {
		panic(err) // it is embedded
	}
	return text
}

// Cases are the corpus.
func Cases() []Case {
	return []Case{shop(), blog(), code(), graph(), rpc(), pages(), forms(), zoo(), streams(), odd(), catalog(), forge(), jsonAPI(), odata(), tenants(), museum(), lists(), shield()}
}

// Capture runs the visitor against the server. What it heard is the same each time, but for the server's port, and secrets.
func (c Case) Capture(t testing.TB) *capture.Capture {
	heard, srv := c.Live(t)
	srv.Close()
	return heard
}

// Named is the case of a name.
func Named(t testing.TB, name string) Case {
	t.Helper()
	for _, c := range Cases() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no such case: %s", name)
	return Case{}
}

// Live is Capture with the server, which the caller closes. The cookies are those that the visitor has at the end.
func (c Case) Live(t testing.TB) (*capture.Capture, *httptest.Server) {
	mux := http.NewServeMux()
	c.Serve(mux)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<title>A page</title><script src="/static/app.js"></script>`)
	})
	mux.HandleFunc("GET /static/{file}", func(w http.ResponseWriter, r *http.Request) {
		switch r.PathValue("file") {
		case "app.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = io.WriteString(w, `fetch("/")`)
		default:
			reply(w, 200, `{"hello":"Hallo"}`)
		}
	})
	mux.HandleFunc("POST /api/telemetry", func(w http.ResponseWriter, _ *http.Request) { reply(w, 202, `{}`) })
	srv := httptest.NewServer(mux)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	// Every name leads to the one server: that of a tenant, too.
	transport := &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, srv.Listener.Addr().String())
	}}
	defer transport.CloseIdleConnections()
	v := &Visitor{t: t, base: srv.URL, header: http.Header{}, client: &http.Client{Transport: transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	v.as("Document", "GET", "/", "")
	v.as("Script", "GET", "/static/app.js", "")
	v.as("Fetch", "GET", "/static/de.json", "")
	v.send("/api/telemetry", `{"event":"load"}`)
	c.Visit(v)
	heard := &capture.Capture{Page: srv.URL, Exchanges: v.heard}
	at, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range jar.Cookies(at) {
		heard.Cookies = append(heard.Cookies, capture.Cookie{Name: k.Name, Value: k.Value, Domain: at.Hostname(), Path: "/", HostOnly: true})
	}
	return heard, srv
}

// Visitor calls an API and writes down what it hears.
type Visitor struct {
	t      testing.TB
	base   string
	header http.Header // of each request
	client *http.Client
	heard  []*capture.Exchange
}

// on goes to the server of a tenant.
func (v *Visitor) on(tenant string) { v.base = "https://" + tenant + ".tenants.example" }

func (v *Visitor) get(paths ...string) {
	for _, p := range paths {
		v.as("Fetch", "GET", p, "")
	}
}

func (v *Visitor) send(path, body string) string { return v.as("Fetch", "POST", path, body) }

// as asks as a kind of resource. A body that begins as JSON is sent as that, any other as a form. It gives the answer's body.
func (v *Visitor) as(kind capture.ResourceType, method, path, body string) string {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.base+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	r.Header = v.header.Clone()
	if r.Header.Get("Content-Type") == "" && body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if strings.HasPrefix(body, "{") || strings.HasPrefix(body, "[") {
			r.Header.Set("Content-Type", "application/json")
		}
	}
	sent := r.Header.Clone()
	r.URL.Scheme = "http" // that the visitor says https is all that is secure here
	for _, k := range v.client.Jar.Cookies(r.URL) {
		sent.Add("Cookie", k.Name+"="+k.Value)
	}
	res, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	n := len(v.heard) + 1
	v.heard = append(v.heard, &capture.Exchange{
		ID: fmt.Sprintf("%d", n), Type: kind, Started: time.Date(2026, 1, 2, 3, 4, n, 0, time.UTC), Done: true,
		Request:  capture.Request{Method: method, URL: v.base + path, Header: sent, WireHeader: true, Body: capture.BodyOf([]byte(body))},
		Response: &capture.Response{Status: res.StatusCode, URL: v.base + path, Header: res.Header},
		Body:     capture.BodyOf(text),
	})
	return string(text)
}

// reply answers with JSON, as it stands or as it is written by encoding/json.
func reply(w http.ResponseWriter, status int, v any) {
	text, ok := v.(string)
	if !ok {
		raw, err := json.Marshal(v)
		if err != nil {
			panic(err) // only this package's own values
		}
		text = string(raw)
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

type object = map[string]any
