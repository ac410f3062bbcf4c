package openapi

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"seine/capture"
)

// heardIn makes exchanges of lines: METHOD URL STATUS TYPE BODY, separated by tabs; what is sent is behind another tab.
func heardIn(text string) *capture.Capture {
	c := &capture.Capture{}
	for line := range strings.SplitSeq(text, "\n") {
		f := append(strings.Split(line, "\t"), "", "", "", "", "", "")
		h := http.Header{"Content-Type": {f[3]}}
		sent := http.Header{"Content-Type": {f[3]}, "Authorization": {f[2]}, "X-Csrf-Token": {f[2]}, "Cookie": {f[5]}}
		status := 0
		for _, d := range f[2] {
			status = (status*10 + int(d-'0')) % 1000
		}
		c.Exchanges = append(c.Exchanges, &capture.Exchange{
			ID: f[1], Type: "Fetch", Started: time.Unix(int64(len(c.Exchanges)/3), 0),
			Request:  capture.Request{Method: f[0], URL: f[1], Header: sent, Body: capture.BodyOf([]byte(f[5]))},
			Response: &capture.Response{Status: status, Header: h}, Body: capture.BodyOf([]byte(f[4])),
		})
	}
	return c
}

// FuzzInfer: whatever was heard, there is a document, it is JSON, it accepts its samples, and another order makes no other.
func FuzzInfer(f *testing.F) {
	for _, seed := range []string{
		"GET\thttps://a.example/api/users/7\t200\tapplication/json\t{\"id\":7}\t\nGET\thttps://a.example/api/users/me\t200\tapplication/json\t{\"me\":[1,null]}",
		"POST\thttps://a.example/graphql\t200\tapplication/json\t{\"data\":null}\t{\"query\":\"query A{a}\"}\nPOST\thttps://a.example/graphql\t200\tapplication/json\t[{},{}]\t[{\"query\":\"{a}\"},{\"query\":\"{b}\"}]",
		"POST\thttps://a.example/rpc\t200\tapplication/json\t[1]\t[{\"jsonrpc\":\"2.0\",\"method\":\"a\"}]",
		"POST\thttps://a.example/x.php\t200\ttext/plain\t)]}'\n{\"a\":1}\taction=go&b[]=1&b[]=2",
		"GET\thttps://a.example//a%2Fb/{c}/;d=1/%zz?e=%zz&f\t200\tapplication/x-ndjson\t{}\n{}\tx=1; sid=abcdefgh12345678",
		"GET\thttps://a.example/a/x-1\t200\tapplication/json\t{\"slug\":\"x-1\"}\nGET\thttps://a.example/a/x-2\t200\tapplication/json\t{\"17\":{},\"type\":\"a\"}\nGET\thttps://a.example/a/\t404\ttext/event-stream\tdata: {}\n\n",
		"PROPFIND\thttp://[::1]/\t99\tapplication/json\t1e400\nget\thttps://a.example\t200\tapplication/json\t\"\"",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := heardIn(text)
		api := Infer(c, Options{})
		var first, again bytes.Buffer
		if err := api.WriteYAML(&first); err != nil {
			t.Fatal(err)
		}
		if err := api.WriteJSON(io.Discard); err != nil {
			t.Fatal(err)
		}
		slices.Reverse(c.Exchanges)
		if err := Infer(c, Options{}).WriteYAML(&again); err != nil {
			t.Fatal(err)
		}
		if u := uniqueIDs(c); u && first.String() != again.String() {
			t.Fatalf("in another order:\n%s\n%s", first.String(), again.String())
		}
	})
}

// uniqueIDs: only then the order of equal moments is told by what was asked.
func uniqueIDs(c *capture.Capture) bool {
	known := map[string]bool{}
	for _, e := range c.Exchanges {
		if _, err := url.Parse(e.ID); err != nil || e.ID == "" || known[e.ID] {
			return false
		}
		known[e.ID] = true
	}
	return true
}
