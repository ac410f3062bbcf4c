package assemble

import (
	"net/http"
	"strings"
	"testing"

	"seine/capture/session"
)

// A film behind a cookie, a referer and a redirect to another host, fetched as the program does it.
func TestRunWithSession(t *testing.T) {
	o, cdn := newOrigin(t), newOrigin(t)
	o.crypt = func(uint64) (string, *[16]byte) { return "key", nil }
	cdn.crypt = o.crypt
	home := strings.Replace(o.URL, "127.0.0.1", "localhost", 1)
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if c, err := r.Cookie("sid"); err != nil || c.Value != "1" || r.Referer() != home+"/watch" {
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		if strings.HasSuffix(r.URL.Path, ".ts") {
			http.Redirect(w, r, cdn.URL+r.URL.Path, http.StatusFound)
			return true
		}
		return false
	}
	cdn.hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Header.Get("Cookie") != "" || r.Referer() != home+"/" {
			t.Errorf("the other host heard %v", r.Header)
		}
		return false
	}
	c, err := session.New(session.Config{
		Start: home + "/watch", UserAgent: "test", DefaultHeaders: http.Header{"Referer": {home + "/watch"}},
		Cookies: []session.Cookie{{Name: "sid", Value: "1", Domain: "localhost", HostOnly: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseIdleConnections()
	job := o.job(t)
	job.Client, job.URL = c, home+"/"+film+"/index.m3u8"
	v, err := Run(t.Context(), job)
	if err != nil || v.Retries != 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	wantGolden(t, job.Output)
}
