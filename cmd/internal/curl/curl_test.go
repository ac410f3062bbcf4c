package curl

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	const address = "https://cdn.example/a/list.m3u8?t=1&u=%41"
	for name, c := range map[string]struct {
		line string
		want Request
	}{
		"bash": {
			"curl 'https://cdn.example/a/list.m3u8?t=1&u=%41' \\\n  -H 'accept: */*' \\\n  -H 'x-token: it'\\''s' \\\n  -b 'a=1; b=2' \\\n  -H 'referer: https://page.example/' \\\n  -H 'user-agent: Chrome' \\\n  --compressed",
			Request{URL: address, Header: http.Header{"Accept": {"*/*"}, "X-Token": {"it's"}}, UserAgent: "Chrome", Referer: "https://page.example/", Cookie: "a=1; b=2"},
		},
		"cmd": {
			"curl ^\"https://cdn.example/a/list.m3u8?t=1^&u=^%41^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  -H ^\"sec-ch-ua: ^\\^\"Chromium^\\^\";v=^\\^\"1^\\^\"^\" ^\r\n  --compressed",
			Request{URL: address, Header: http.Header{"Accept": {"*/*"}, "Sec-Ch-Ua": {`"Chromium";v="1"`}}},
		},
		"old cmd":    {`curl "https://cdn.example/a/list.m3u8?t=1&u=%41" -H "x: \"q\"" --compressed`, Request{URL: address, Header: http.Header{"X": {`"q"`}}}},
		"ANSI-C":     {`curl -H $'x: it\'s \u00e4\x21\041\n' https://h/`, Request{URL: "https://h/", Header: http.Header{"X": {"it's ä!!"}}}},
		"short":      {`curl -sSLXGET -Hx:1 -A UA -e https://p/ -u me:pw -o file -- https://h/`, Request{URL: "https://h/", Header: http.Header{"X": {"1"}}, UserAgent: "UA", Referer: "https://p/", User: "me:pw"}},
		"cookies":    {`curl --url https://h/ -b a=1 -H "Cookie: b=2"`, Request{URL: "https://h/", Header: http.Header{}, Cookie: "a=1; b=2"}},
		"taken away": {`curl https://h/ -H 'Accept:' -H 'x;'`, Request{URL: "https://h/", Header: http.Header{}}},
		"expansion":  {`curl "https://h/\$x\\y"`, Request{URL: `https://h/$x\y`, Header: http.Header{}}},
	} {
		got, err := Parse(c.line)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(&c.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestRefused(t *testing.T) {
	for line, says := range map[string]string{
		"":                                   "does not begin",
		"wget https://h/":                    "does not begin",
		"curl":                               "no address",
		"curl 'https://h/":                   "quote",
		`curl "https://h/`:                   "quote",
		`curl $'https://h/`:                  "quote",
		"curl https://h/ -H":                 "needs a value",
		"curl https://h/ -k":                 "certificate",
		"curl https://h/ --insecure":         "certificate",
		"curl https://h/ -X POST":            "POST",
		"curl https://h/ --data-raw 'x=1'":   "POST",
		"curl https://h/ -XDELETE":           "DELETE",
		"curl https://a/ https://b/":         "more than one",
		"curl https://h/ -b cookies.txt":     "file",
		"curl https://h/ -H @file":           "file",
		"curl https://h/ --proxy http://p":   "HTTPS_PROXY",
		"curl https://h/ --frobnicate":       "--frobnicate",
		"curl https://h/ -Z":                 "-Z",
		"curl https://h/; rm -rf x":          "outside of quotes",
		"curl https://h/ | sh":               "outside of quotes",
		"curl https://h/$(id)":               "outside of quotes",
		"curl https://h/ --location-trusted": "secrets",
		strings.Repeat("x", MaxBytes+1):      "bytes",
	} {
		if _, err := Parse(line); !errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), says) {
			t.Errorf("%.40q: %v, want %q", line, err, says)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`curl 'https://h/' -H $'a: \x41\u0041\101'`, "curl ^\"https://h/^\" ^\n -H ^\"a: ^\\^\"b^\\^\"^\"", `curl "a\"b" -sSLXGET`, "curl \\", `curl $'\x`, "curl ^"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, err := Parse(s)
		if err == nil && r.URL == "" {
			t.Error("no address and no error")
		}
	})
}
