package har_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seine/capture"
	"seine/capture/har"
	"seine/capture/redact/canary"
)

// readable is all text of a HAR: its strings, and what is base64 in them.
func readable(t *testing.T, raw []byte) string {
	t.Helper()
	var h har.HAR
	if err := json.Unmarshal(raw, &h); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.Write(raw)
	for _, e := range h.Log.Entries {
		for _, s := range strings.FieldsFunc(e.Response.Content.Text+" "+e.Request.URL, func(r rune) bool { return strings.ContainsRune(" \n<>/\"", r) }) {
			if raw, err := base64.StdEncoding.DecodeString(s); err == nil {
				b.Write(raw)
			}
		}
		if p := e.Request.PostData; p != nil && p.Encoding == "base64" {
			raw, _ := base64.StdEncoding.DecodeString(p.Text)
			b.Write(raw)
		}
		for _, m := range e.Messages {
			raw, _ := base64.StdEncoding.DecodeString(m.Data)
			b.WriteString(m.Data)
			b.Write(raw)
		}
		var v any
		if json.Unmarshal([]byte(e.Response.Content.Text), &v) == nil {
			fmt.Fprintln(&b, v)
		}
	}
	return b.String()
}

func TestSecretsAreRedacted(t *testing.T) {
	c, secrets := canary.Plant()
	if len(secrets) < 100 {
		t.Fatalf("%d canaries", len(secrets))
	}
	text := readable(t, write(t, c, har.Options{}))
	for _, v := range secrets {
		for _, form := range canary.Forms(v) {
			if at := strings.Index(text, form); at >= 0 {
				t.Errorf("%s is there as %q: …%.160q", v, form, text[max(at-60, 0):])
				break
			}
		}
	}
	for _, still := range []string{"https://a.example/x?a=1", "bob", "#EXTM3U", "Location", "visitor"} {
		if !strings.Contains(text, still) {
			t.Errorf("%q went too", still)
		}
	}
}

func TestSecretsAreKeptWhenAskedFor(t *testing.T) {
	c, secrets := canary.Plant()
	text := readable(t, write(t, c, har.Options{Secrets: true}))
	for _, v := range secrets {
		if !strings.Contains(text, v) && !strings.Contains(text, url.QueryEscape(v)) {
			t.Errorf("%s is gone", v)
		}
	}
}

func TestShortSecretsAreRedactedInTheirPlaces(t *testing.T) {
	c := &capture.Capture{Page: "https://a.example/", Exchanges: []*capture.Exchange{{
		Request: capture.Request{
			Method: "POST", URL: "https://a.example/?pin=7341&n=7341", Body: capture.BodyOf([]byte("pwd=7342&n=1")),
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Referer": {"https://a.example/?otp=7343"}},
		},
		Response: &capture.Response{Header: http.Header{"Location": {"/#token=7344"}}}, Body: capture.BodyOf([]byte(`{"pin": 7345, "password":"7346","n":1.5}`)),
	}}}
	text := string(write(t, c, har.Options{}))
	for _, v := range []string{"pin=7341", "7342", "7343", "7344", "7345", "7346"} {
		if strings.Contains(text, v) {
			t.Errorf("%s is there", v)
		}
	}
	var h har.HAR
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		t.Fatal(err)
	}
	if body := h.Log.Entries[0].Response.Content.Text; !json.Valid([]byte(body)) {
		t.Errorf("no JSON any more: %s", body)
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	const body = `{"author":"Jane Austen","token_type":"Bearer","expires_in":3600,"footprint":"largest","code_name":"seagull","hotpink":"colour","keyboard":"german"}`
	c := &capture.Capture{Exchanges: []*capture.Exchange{{
		Request:  capture.Request{Method: "GET", URL: "https://a.example/?author=Jane+Austen&page=second", Header: http.Header{"Accept": {"text/html; q=0.9"}}},
		Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}}, Body: capture.BodyOf([]byte(body)),
	}}}
	var h har.HAR
	if err := json.Unmarshal(write(t, c, har.Options{}), &h); err != nil {
		t.Fatal(err)
	}
	e := h.Log.Entries[0]
	if e.Response.Content.Text != body || e.Request.URL != c.Exchanges[0].URL() || e.Request.Headers[0].Value != "text/html; q=0.9" {
		t.Errorf("%s\n%s\n%+v", e.Response.Content.Text, e.Request.URL, e.Request.Headers)
	}
}

func BenchmarkWrite(b *testing.B) {
	c, _ := canary.Plant()
	size := int64(0)
	for _, x := range c.Exchanges {
		size += x.Body.Size
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		write(b, c, har.Options{})
	}
}

func FuzzRedact(f *testing.F) {
	c, _ := canary.Plant()
	for i, x := range c.Exchanges {
		if body, err := x.Body.Bytes(1 << 20); err == nil && i%7 == 0 {
			f.Add(x.URL(), string(body), x.Request.Header.Get("Content-Type"))
		}
	}
	f.Add("http://u:p@h/?token=%", `{"a":"{\"token\":\"x\\\\\"}","pin":-`, "application/x-www-form-urlencoded")
	f.Fuzz(func(t *testing.T, address, body, contentType string) {
		const canary = "C000naryx1991f"
		x := &capture.Exchange{
			Request:  capture.Request{Method: "POST", URL: address, Body: capture.BodyOf([]byte(body)), Header: http.Header{"Content-Type": {contentType}}},
			Response: &capture.Response{Header: http.Header{"Location": {address}}}, Body: capture.BodyOf([]byte(body + canary)),
		}
		raw := write(t, &capture.Capture{Cookies: []capture.Cookie{{Name: "k", Value: canary}}, Exchanges: []*capture.Exchange{x}}, har.Options{})
		if !json.Valid(raw) || strings.Contains(string(raw), canary) {
			t.Errorf("%s", raw)
		}
	})
}
