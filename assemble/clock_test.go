package assemble

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/manifest"
)

// TestClock: how far the clock of a broadcast is ahead of ours, by each way to tell (ISO/IEC 23009-1 §5.8.4.11).
func TestClock(t *testing.T) {
	const ahead = time.Hour
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := time.Now().Add(ahead).UTC()
		switch r.URL.Path {
		case "/live/time":
			fmt.Fprint(w, now.Format(time.RFC3339Nano), "\n")
		case "/live/head":
			w.Header().Set("Date", now.Format(http.TimeFormat))
			fmt.Fprint(w, "<html>")
		case "/live/nonsense":
			fmt.Fprint(w, "half past nine")
		default:
			http.NotFound(w, r)
		}
	}))
	defer srv.Close()
	base, err := url.Parse(srv.URL + "/live/film.mpd")
	if err != nil {
		t.Fatal(err)
	}
	pool := fetch.NewPool(http.DefaultClient, fetch.Options{})
	clock := func(scheme, value string) manifest.Clock {
		return manifest.Clock{Scheme: "urn:mpeg:dash:utc:" + scheme, Value: value}
	}
	for name, c := range map[string]struct {
		clocks []manifest.Clock
		want   time.Duration
	}{
		"none":            {nil, 0},
		"direct":          {[]manifest.Clock{clock("direct:2014", time.Now().Add(ahead).UTC().Format(time.RFC3339Nano))}, ahead},
		"xsdate":          {[]manifest.Clock{clock("http-xsdate:2014", "time")}, ahead},
		"iso":             {[]manifest.Clock{clock("http-iso:2014", srv.URL+"/live/time")}, ahead},
		"head":            {[]manifest.Clock{clock("http-head:2014", "head")}, ahead},
		"the second one":  {[]manifest.Clock{clock("ntp:2014", "ntp.example"), clock("http-xsdate:2014", "gone nonsense time")}, ahead},
		"none that works": {[]manifest.Clock{clock("direct:2014", "soon"), clock("http-xsdate:2014", "nonsense"), clock("http-head:2014", "ftp://h/"), {Scheme: "urn:x", Value: "time"}}, 0},
	} {
		got := readClock(t.Context(), &manifest.Broadcast{Clocks: c.clocks}, base, pool)
		if (got - c.want).Abs() > 5*time.Second {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
