package openapi

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"seine/capture"
	"seine/capture/har"
)

// tools are HARs in the shapes in which programs write them: what each leaves out, adds, and writes otherwise.
var tools = map[string]string{
	"Chrome":     `{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"pages":[{"startedDateTime":"2026-01-02T03:04:05.000Z","id":"page_1","title":"https://a.example/","pageTimings":{"onContentLoad":100.5,"onLoad":null}}],"entries":[%s]}}`,
	"Firefox":    `{"log":{"version":"1.2","creator":{"name":"Firefox","version":"140.0"},"browser":{"name":"Firefox","version":"140.0"},"pages":[{"id":"page_1","pageTimings":{"onContentLoad":-50,"onLoad":null},"startedDateTime":"2026-01-02T03:04:05.000+02:00","title":"A"}],"entries":[%s]}}`,
	"Charles":    "\ufeff" + `{"log": {"version": "1.2", "creator": {"name": "Charles Proxy", "version": "4.6.4"}, "entries": [%s]}}`,
	"Playwright": `{"log":{"version":"1.2","creator":{"name":"Playwright","version":"1.50.0"},"browser":{"name":"chromium","version":"130"},"entries":[%s]}}`,
}

var entries = map[string]string{
	"Chrome":     `{"_connectionId":"1","_initiator":{"type":"script","stack":{"callFrames":[]}},"_priority":"High","_resourceType":"fetch","cache":{},"connection":"443","pageref":"page_1","request":{"method":"GET","url":"https://a.example/api/users/%[1]d","httpVersion":"http/2.0","headers":[{"name":":method","value":"GET"}],"queryString":[],"cookies":[],"headersSize":-1,"bodySize":0},"response":{"status":200,"statusText":"","httpVersion":"http/2.0","headers":[{"name":"content-type","value":"application/json"}],"cookies":[],"content":{"size":9,"mimeType":"application/json","text":"{\"id\":%[1]d}"},"redirectURL":"","headersSize":-1,"bodySize":-1,"_transferSize":100,"_error":null},"serverIPAddress":"[::1]","startedDateTime":"2026-01-02T03:04:05.678Z","time":10.1,"timings":{"blocked":1.1,"dns":-1,"ssl":-1,"connect":-1,"send":0.1,"wait":8,"receive":1,"_blocked_queueing":0.9}}`,
	"Firefox":    `{"startedDateTime":"2026-01-02T03:04:05.678+02:00","request":{"bodySize":0,"method":"GET","url":"https://a.example/api/users/%[1]d","httpVersion":"HTTP/2","headers":[{"name":"Host","value":"a.example"}],"cookies":[],"queryString":[],"headersSize":300},"response":{"status":200,"statusText":"","httpVersion":"HTTP/2","headers":[{"name":"content-type","value":"application/json; charset=utf-8"}],"cookies":[],"content":{"mimeType":"application/json; charset=utf-8","size":9,"text":"{\"id\":%[1]d}"},"redirectURL":"","headersSize":100,"bodySize":109},"cache":{},"timings":{"blocked":0,"dns":0,"connect":0,"ssl":0,"send":0,"wait":12,"receive":0},"time":12,"_securityState":"secure","serverIPAddress":"192.0.2.1","connection":"443"}`,
	"Charles":    `{"startedDateTime": "2026-01-02T03:04:05.678+02:00", "time": 12, "request": {"method": "GET", "url": "https://a.example:443/api/users/%[1]d", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [{"name": "Host", "value": "a.example"}], "queryString": [], "headersSize": 20, "bodySize": 0}, "response": {"_charlesStatus": "COMPLETE", "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [{"name": "Content-Type", "value": "application/json"}], "content": {"size": 9, "compression": 0, "mimeType": "application/json", "text": "eyJpZCI6%[2]s", "encoding": "base64"}, "redirectURL": null, "headersSize": 0, "bodySize": 9}, "serverIPAddress": "192.0.2.1", "cache": {}, "timings": {"dns": 1, "connect": 2, "ssl": 3, "send": 4, "wait": 5, "receive": 6}}`,
	"Playwright": `{"startedDateTime":"2026-01-02T03:04:05.678Z","time":1.5,"request":{"method":"GET","url":"https://a.example/api/users/%[1]d","httpVersion":"HTTP/2.0","cookies":[],"headers":[{"name":"accept","value":"*/*"}],"queryString":[],"headersSize":-1,"bodySize":0},"response":{"status":200,"statusText":"","httpVersion":"HTTP/2.0","cookies":[],"headers":[{"name":"content-type","value":"application/json"}],"content":{"size":-1,"mimeType":"application/json","_sha1":"x.json","text":"{\"id\":%[1]d}"},"headersSize":-1,"bodySize":-1,"redirectURL":"","_transferSize":-1},"cache":{},"timings":{"send":-1,"wait":-1,"receive":1.5},"_frameref":"frame@1","_monotonicTime":1}`,
}

func TestTools(t *testing.T) {
	for tool, log := range tools {
		var list []string
		for _, id := range []struct {
			n    int
			rest string
		}{{7, "N30="}, {8, "OH0="}} {
			list = append(list, strings.ReplaceAll(fmt.Sprintf(entries[tool], id.n, id.rest), "%!(EXTRA string="+id.rest+")", ""))
		}
		text := fmt.Sprintf(log, strings.Join(list, ","))
		c, err := har.Read(strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", tool, err)
			continue
		}
		found := Infer(c, Options{})
		if len(found.Operations) != 1 || found.Operations[0].Path != "/api/users/{userId}" || found.Operations[0].Origin != "https://a.example" || found.Operations[0].Count != 2 {
			t.Errorf("%s: %+v", tool, found.Operations)
			continue
		}
		checkDocument(t, found)
		if n := checkSamples(t, found); n != 2 {
			t.Errorf("%s: %d samples", tool, n)
		}
		for cut := range 50 { // a file that ends in the middle is an error that says so, wherever that is
			if _, err := har.Read(strings.NewReader(text[:len(text)*cut/50])); err == nil {
				t.Errorf("%s: a part of %d/50 is a HAR", tool, cut)
			}
		}
	}
}

func yamlOf(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	found := Infer(heardIn(text), Options{})
	if err := found.WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	checkDocument(t, found)
	return b.String()
}

// TestOddJSON: what JSON allows, and few readers agree on.
func TestOddJSON(t *testing.T) {
	call := func(body string) string {
		return "GET\thttps://a.example/api/x\t200\tapplication/json\t" + body
	}
	for name, c := range map[string]struct {
		body string
		has  []string
	}{
		"the last of two":  {`{"a":"x","a":1}`, []string{"type: integer"}},
		"beyond 64 bit":    {`{"n":123456789012345678901234567890}`, []string{"- 123456789012345678901234567890\n"}},
		"beyond 32 bit":    {`{"n":9007199254740993}`, []string{"format: int64", "- 9007199254740993\n"}},
		"many digits":      {`{"n":0.1000000000000000055511151231257827}`, []string{"- 0.1000000000000000055511151231257827\n"}},
		"a large exponent": {`{"n":1e400}`, []string{"type: number"}},
		"deep":             {`{"a":` + strings.Repeat("[", 9999) + strings.Repeat("]", 9999) + "}", []string{"type: array"}},
		"too deep":         {`{"a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + "}", []string{"application/json: {}"}},
		"no UTF-8":         {"{\"a\":\"\xff\"}", []string{"type: string"}},
		"half":             {`{"a":`, []string{"application/json: {}"}},
		"a lone surrogate": {`{"a":"\ud800"}`, []string{"type: string"}},
		"an empty name":    {`{"":1}`, []string{`"":`}},
		"a mark":           {"\ufeff{\"a\":1}", []string{"type: integer"}},
	} {
		got := yamlOf(t, call(c.body))
		for _, want := range c.has {
			if !strings.Contains(got, want) {
				t.Errorf("%s: no %q:\n%.3000s", name, want, got)
			}
		}
	}
}

// TestCharsets: the charset that is declared, or told by the first bytes, is that which is read; a wrong one changes nothing of what is UTF-8.
func TestCharsets(t *testing.T) {
	utf16 := func(s string, little bool) string {
		var b strings.Builder
		for _, r := range s {
			hi, lo := byte(r>>8), byte(r)
			if little {
				hi, lo = lo, hi
			}
			b.WriteByte(hi)
			b.WriteByte(lo)
		}
		return b.String()
	}
	for name, c := range map[string]struct{ kind, body string }{
		"latin 1":             {"application/json; charset=iso-8859-1", "{\"city\":\"Z\xfcrich\"}"},
		"windows":             {"application/json; charset=windows-1252", "{\"city\":\"Z\xfcrich\"}"},
		"UTF-16 with a mark":  {"application/json", "\xff\xfe" + utf16(`{"city":"Zürich"}`, true)},
		"UTF-16, big":         {"application/json", "\xfe\xff" + utf16(`{"city":"Zürich"}`, false)},
		"UTF-16 unannounced":  {"application/json", utf16(`{"city":"Zürich"}`, true)},
		"UTF-8 by false name": {"application/json; charset=iso-8859-1", `{"city":"Zürich"}`},
		"no such charset":     {"application/json; charset=nonsense", `{"city":"Zürich"}`},
	} {
		c2 := heardIn("GET\thttps://a.example/api/x\t200\tapplication/json\t")
		c2.Exchanges[0].Response.Header.Set("Content-Type", c.kind)
		c2.Exchanges[0].Body = capture.BodyOf([]byte(c.body))
		var b bytes.Buffer
		if err := Infer(c2, Options{}).WriteYAML(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), `"Zürich"`) {
			t.Errorf("%s:\n%s", name, b.String())
		}
	}
}
