package main

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture"
	"seine/capture/media"
)

// asked is a stream whose playlist was asked for with headers.
func asked(kind media.Kind, url string, headers ...string) *capture.Stream {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &capture.Stream{
		Kind: kind, URL: url, Page: "https://a.example/watch?v=1&x='", Exchange: &capture.Exchange{Request: capture.Request{Method: http.MethodGet, URL: url, Header: h}},
	}
}

// TestCommands has a shell take the commands apart: what it makes of them are the words that were meant.
func TestCommands(t *testing.T) {
	const list = "https://c.example/x.m3u8"
	changed := func(s *capture.Stream, change func(*capture.Stream)) *capture.Stream { change(s); return s }
	for name, c := range map[string]struct {
		stream  *capture.Stream
		secrets bool
		want    []string
	}{
		"plain":                              {asked(media.HLS, list), false, []string{"get", list}},
		"referer":                            {asked(media.HLS, list, "Referer", "https://a.example/", "User-Agent", "x", "Accept", "*/*", "Sec-Fetch-Mode", "cors"), false, []string{"get", list, "--referer", "https://a.example/"}},
		"an address that a shell would obey": {asked(media.HLS, list+"?a=1&b='$(reboot)`x`;\"!"), false, []string{"get", list + "?a=1&b='$(reboot)`x`;\"!"}},
		"what cannot be seen":                {asked(media.HLS, list+"?a=\u202e\x1b[2J"), false, []string{"get", list + "?a=%E2%80%AE%1B[2J"}},
		"headers of its own": {
			asked(media.HLS, list, "X-Film", "it's 42", "Origin", "https://a.example", "Cookie", "a=b", "Authorization", "Bearer z", "X-Access-Token", "t"), false,
			[]string{"get", list, "-H", "Origin: https://a.example", "-H", "X-Film: it's 42"},
		},
		"with secrets":               {asked(media.HLS, list, "Cookie", "a=b; c=d"), true, []string{"get", list, "-H", "Cookie: a=b; c=d"}},
		"a header that would be two": {asked(media.HLS, list, "X-A", "b\nX-C: d"), false, []string{"get", list}},
		"by POST":                    {changed(asked(media.HLS, list), func(s *capture.Stream) { s.Exchange.Request.Method = "POST" }), false, []string{"grab", "https://a.example/watch?v=1&x='"}},
		"in JSON":                    {changed(asked(media.HLS, list), func(s *capture.Stream) { s.Inside = "JSON" }), false, []string{"grab", "https://a.example/watch?v=1&x='"}},
		"a Blob":                     {asked(media.HLS, "blob:https://a.example/1"), false, []string{"grab", "https://a.example/watch?v=1&x='"}},
		"with a key of a script":     {changed(asked(media.HLS, list), func(s *capture.Stream) { s.Keys = []capture.Key{{}} }), false, []string{"grab", "https://a.example/watch?v=1&x='"}},
		"only mentioned": {changed(asked(media.HLS, list), func(s *capture.Stream) {
			s.Evidence, s.Inside, s.Exchange.Document = media.ByMention, "HTML", "https://a.example/f"
		}), false, []string{"get", list, "--referer", "https://a.example/f"}},
		"fed by a script": {asked(media.MSE, "blob:https://a.example/1"), false, []string{"grab", "https://a.example/watch?v=1&x='", "--from-player"}},
		"protected":       {changed(asked(media.HLS, list), func(s *capture.Stream) { s.DRM = "Widevine" }), false, nil},
		"not to be had":   {asked(media.Smooth, "https://c.example/x.ism/Manifest"), false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			line := commandFor(c.stream, c.secrets)
			if !printable(line) {
				t.Errorf("%q", line)
			}
			if line == "" {
				if c.want != nil {
					t.Error("no command")
				}
				return
			}
			out, err := exec.CommandContext(t.Context(), "sh", "-c", `seine() { printf '%s\n' "$@"; }; `+line).Output()
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			if diff := cmp.Diff(c.want, strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")); diff != "" {
				t.Errorf("%s: %s", line, diff)
			}
		})
	}
}
