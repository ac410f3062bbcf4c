package har_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/capture"
	"seine/capture/har"
)

var start = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

// visit is a capture with what HAR finds hard: redirects, binary bodies, no answer, a body over the limit, phases that did not happen.
func visit() *capture.Capture {
	none := capture.Timing{DNS: -1, Connect: -1, TLS: -1, Send: -1, Wait: -1, Blocked: -1}
	ms := time.Millisecond
	full := capture.Timing{DNS: ms, Connect: 3 * ms, TLS: 2 * ms, Send: ms / 2, Wait: 10 * ms, Blocked: ms}
	x := &capture.Exchange{
		Type: "Fetch", Target: capture.Target{Kind: "worker"}, Started: start, Ended: start.Add(100 * ms), Done: true,
		Redirects: []capture.Hop{{
			Request: capture.Request{
				Method: "POST", URL: "https://a.example/login?b=2&a=1&a=%zz&=x", Body: capture.BodyOf([]byte("\x00\xff binary")),
				Header: http.Header{"Content-Type": {"application/octet-stream"}, "Cookie": {"k=v; odd=\"q\""}},
			},
			Response: capture.Response{
				Status: 302, StatusText: "Found", Protocol: "h2", RemoteAddr: "[2001:db8::1]:443", Timing: full,
				Header: http.Header{"Location": {"/home"}, "Set-Cookie": {"s=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Secure; HttpOnly", "t=2"}},
			},
			Started: start, Ended: start.Add(40 * ms),
		}},
		Request:  capture.Request{Method: "GET", URL: "https://a.example/home", Header: http.Header{}},
		Response: &capture.Response{Status: 200, Protocol: "h3", Header: http.Header{"Content-Type": {"video/mp2t"}}, Timing: full},
		Body:     capture.BodyOf([]byte("\x47\x00\xff\xfe")),
	}
	silent := &capture.Exchange{
		Type: "Script", Started: start, Failure: "net::ERR_NAME_NOT_RESOLVED", Body: capture.Body{Reason: capture.ReasonFailed},
		Request: capture.Request{Method: "PUT", URL: "https://b.example/", Body: capture.Body{Reason: capture.ReasonGone}},
	}
	large := &capture.Exchange{
		Started: start, Ended: start.Add(ms), Request: capture.Request{Method: "POST", URL: "data:,x", Body: capture.BodyOf(make([]byte, 2000))},
		Response: &capture.Response{Status: 200, Protocol: "http/1.1", Header: http.Header{}, Timing: none}, Body: capture.BodyOf([]byte(strings.Repeat("é<&>\u2028", 300))),
	}
	text := &capture.Exchange{
		Started: start, Ended: start.Add(-ms), Request: capture.Request{Method: "GET", URL: "https://a.example/t"},
		Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}, Timing: full}, Body: capture.BodyOf([]byte("é<&>\u2028\x00")),
	}
	return &capture.Capture{Page: "https://a.example/login", Exchanges: []*capture.Exchange{x, silent, large, text}}
}

func write(t testing.TB, c *capture.Capture, o har.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := har.Write(&b, c, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// need says which fields HAR 1.2 requires of an object; a trailing ? means that the field may be missing.
type need map[string]any

var (
	pair   = need{"name": "", "value": ""}
	cookie = need{"name": "", "value": "", "path?": "", "domain?": "", "expires?": "", "httpOnly?": true, "secure?": true, "sameSite?": ""}
	schema = need{"log": need{
		"version": "", "creator": need{"name": "", "version": ""}, "browser?": need{"name": "", "version": ""}, "comment?": "",
		"pages": []any{need{"startedDateTime": "", "id": "", "title": "", "pageTimings": need{"onContentLoad": 1.0, "onLoad": 1.0}}},
		"entries": []any{need{
			"pageref?": "", "startedDateTime": "", "time": 1.0, "serverIPAddress?": "", "connection?": "", "cache": need{},
			"request": need{
				"method": "", "url": "", "httpVersion": "", "cookies": []any{cookie}, "headers": []any{pair}, "queryString": []any{pair},
				"headersSize": 1.0, "bodySize": 1.0, "postData?": need{"mimeType": "", "text": "", "comment?": ""},
			},
			"response": need{
				"status": 1.0, "statusText": "", "httpVersion": "", "cookies": []any{cookie}, "headers": []any{pair}, "redirectURL": "",
				"headersSize": 1.0, "bodySize": 1.0, "content": need{"size": 1.0, "mimeType": "", "text?": "", "encoding?": "", "comment?": ""},
			},
			"timings": need{"blocked": 1.0, "dns": 1.0, "connect": 1.0, "ssl": 1.0, "send": 1.0, "wait": 1.0, "receive": 1.0},
		}},
	}}
)

// check holds v against what is needed; fields that begin with an underscore are our own.
func check(want, v any, path string) error {
	var errs []error
	switch want := want.(type) {
	case need:
		fields, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%s: %T is no object", path, v)
		}
		known := map[string]bool{}
		for name, w := range want {
			bare := strings.TrimSuffix(name, "?")
			known[bare] = true
			if child, ok := fields[bare]; ok {
				errs = append(errs, check(w, child, path+"."+bare))
			} else if bare == name {
				errs = append(errs, fmt.Errorf("%s.%s is missing", path, name))
			}
		}
		for name := range fields {
			if !known[name] && !strings.HasPrefix(name, "_") {
				errs = append(errs, fmt.Errorf("%s.%s is not in HAR 1.2", path, name))
			}
		}
	case []any:
		list, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%s: %T is no list", path, v)
		}
		for i, child := range list {
			errs = append(errs, check(want[0], child, fmt.Sprintf("%s[%d]", path, i)))
		}
	default:
		if fmt.Sprintf("%T", want) != fmt.Sprintf("%T", v) {
			return fmt.Errorf("%s: %T, want %T", path, v, want)
		}
	}
	return errors.Join(errs...)
}

func TestHARIsValid(t *testing.T) {
	for _, c := range []*capture.Capture{visit(), {}} {
		for _, o := range []har.Options{{}, {Secrets: true, MaxBody: 1000, Version: "1.0"}} {
			text := write(t, c, o)
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				t.Fatal(err)
			}
			if err := check(schema, v, "har"); err != nil {
				t.Error(err)
			}
			var h har.HAR
			if err := json.Unmarshal(text, &h); err != nil {
				t.Fatal(err)
			}
			if h.Log.Version != "1.2" {
				t.Errorf("version %q", h.Log.Version)
			}
			for _, e := range h.Log.Entries {
				checkTimes(t, e)
			}
		}
	}
}

func checkTimes(t *testing.T, e har.Entry) {
	t.Helper()
	sum := 0.0
	for name, v := range map[string]float64{"blocked": e.Timings.Blocked, "dns": e.Timings.DNS, "connect": e.Timings.Connect, "ssl": e.Timings.SSL} {
		if v < 0 && v != -1 {
			t.Errorf("%s: %s = %f", e.Request.URL, name, v)
		}
		if v > 0 && name != "ssl" { // which connect contains
			sum += v
		}
	}
	for name, v := range map[string]float64{"send": e.Timings.Send, "wait": e.Timings.Wait, "receive": e.Timings.Receive} {
		if v < 0 {
			t.Errorf("%s: %s = %f", e.Request.URL, name, v)
		}
		sum += v
	}
	if math.Abs(sum-e.Time) > 1e-9 {
		t.Errorf("%s: time %f, sum %f", e.Request.URL, e.Time, sum)
	}
	if e.Request.URL != "" && !e.Started.Equal(start) && !e.Started.Equal(start.Add(40*time.Millisecond)) {
		t.Errorf("%s: started %v", e.Request.URL, e.Started)
	}
}

func TestBodiesRoundTrip(t *testing.T) {
	c := visit()
	var h har.HAR
	if err := json.Unmarshal(write(t, c, har.Options{Secrets: true, MaxBody: 1500}), &h); err != nil {
		t.Fatal(err)
	}
	hop, last, silent, large, text := h.Log.Entries[0], h.Log.Entries[1], h.Log.Entries[2], h.Log.Entries[3], h.Log.Entries[4]
	for _, c := range []struct{ name, text, encoding, want string }{
		{"request", hop.Request.PostData.Text, hop.Request.PostData.Encoding, "\x00\xff binary"},
		{"response", last.Response.Content.Text, last.Response.Content.Encoding, "\x47\x00\xff\xfe"},
		{"text", text.Response.Content.Text, text.Response.Content.Encoding, "é<&>\u2028\x00"},
	} {
		got := c.text
		if c.encoding == "base64" {
			raw, err := base64.StdEncoding.DecodeString(c.text)
			if err != nil {
				t.Error(err)
			}
			got = string(raw)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if large.BodyMissing == "" || large.Response.Content.Text != "" || large.Request.PostData.Comment == "" || large.Request.BodySize != 2000 {
		t.Errorf("over the limit: %+v %+v", large, large.Request.PostData)
	}
	if silent.Response.Error == "" || silent.Request.BodySize != -1 || silent.BodyMissing != string(capture.ReasonFailed) {
		t.Errorf("no answer: %+v", silent)
	}
}

func TestRedirectsAreEntriesOfTheirOwn(t *testing.T) {
	var h har.HAR
	if err := json.Unmarshal(write(t, visit(), har.Options{Secrets: true}), &h); err != nil {
		t.Fatal(err)
	}
	hop, last := h.Log.Entries[0], h.Log.Entries[1]
	if hop.Response.RedirectURL != "/home" || hop.Response.HTTPVersion != "HTTP/2" || hop.ServerIP != "2001:db8::1" || hop.Time != 40 {
		t.Errorf("%+v", hop)
	}
	if last.Time != 60 || last.Response.HTTPVersion != "HTTP/3" || last.Target != "worker" {
		t.Errorf("%+v", last)
	}
	want := []har.Pair{{Name: "b", Value: "2"}, {Name: "a", Value: "1"}, {Name: "a", Value: "%zz"}, {Name: "", Value: "x"}}
	if diff := cmp.Diff(want, hop.Request.QueryString); diff != "" {
		t.Error(diff)
	}
	cookies := []har.Cookie{{Name: "s", Value: "1", Path: "/", Expires: "2026-10-21T07:28:00Z", HTTPOnly: true, Secure: true}, {Name: "t", Value: "2"}}
	if diff := cmp.Diff(cookies, hop.Response.Cookies); diff != "" {
		t.Error(diff)
	}
}
