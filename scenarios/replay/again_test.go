package replay_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/scenarios"
	"seine/scenarios/replay"
	"seine/scenarios/replay/replaytest"
	"seine/testdata/sites"
)

// wearing has each token of the movie wear out after so many segments that we fetch; what the page's own player fetches is free. Over
// HTTP/1.1 only a browser still says that it would keep the connection.
func wearing(t *testing.T, segments int) served {
	t.Helper()
	s := sites.New(sites.Options{})
	var mu sync.Mutex
	used := map[string]int{}
	wears := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".ts") && r.Header.Get("Connection") != "keep-alive" {
			mu.Lock()
			used[r.URL.Query().Get("token")]++
			worn := used[r.URL.Query().Get("token")] > segments
			mu.Unlock()
			if worn {
				http.Error(w, "token expired", http.StatusGone)
				return
			}
		}
		s.ServeHTTP(w, r)
	})
	srv := httptest.NewServer(wears)
	t.Cleanup(srv.Close)
	return served{s, srv.URL, wears}
}

// TestPageVisitedAgain: the token dies every five segments; the page gives new ones, and the film is the same as with one that lives.
func TestPageVisitedAgain(t *testing.T) {
	t.Parallel()
	var films [2][]byte
	for i, life := range []int{100, 5} {
		s := wearing(t, life)
		output := filepath.Join(t.TempDir(), "film.mp4")
		res, err := run(t, scenarios.GrabFlow(s.url("/movie/42"), scenarios.Grab{Output: output}, scenarios.Capture{}))
		if err != nil {
			t.Fatal(err)
		}
		visits := 0
		for _, r := range s.byBrowser() {
			if strings.HasSuffix(r.URL, "/movie/42") {
				visits++
			}
		}
		if v := res.Film; !v.Finished || v.Renewals != visits-1 || v.Filled != 0 || (life == 5) != (visits >= 3) {
			t.Errorf("%d visits, %+v", visits, v)
		}
		if films[i], err = os.ReadFile(output); err != nil {
			t.Fatal(err)
		}
	}
	if string(films[0]) != string(films[1]) {
		t.Errorf("the films differ: %d and %d bytes", len(films[0]), len(films[1]))
	}
}

// gate is a form in front of the film, with a token that is good once. Sent, it shows the film itself, under an address that only a form can
// ask, or goes on to it; who was let in is known by a cookie, and gets no form any more.
type gate struct {
	site http.Handler

	mu     sync.Mutex
	once   map[string]bool
	passed int
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	known := false
	if _, err := r.Cookie("passed"); err == nil {
		known = true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case r.URL.Path == "/gate/42" && r.Method == http.MethodGet && known:
		http.Redirect(w, r, "/known", http.StatusSeeOther)
	case r.URL.Path == "/gate/42" && r.Method == http.MethodGet:
		token := rand.Text()
		g.once[token] = true
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>Gate</title><form method="post"><input type="hidden" name="once" value="%s"><label>Age <input name="age"></label>
<button name="go" value="here">Here</button><button name="go" value="on">On</button></form>`, token)
	case r.URL.Path == "/gate/42":
		if r.ParseForm() != nil || r.PostFormValue("age") != "42" || !g.once[r.PostFormValue("once")] {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		delete(g.once, r.PostFormValue("once"))
		g.passed++
		http.SetCookie(w, &http.Cookie{Name: "passed", Value: "yes", Path: "/"})
		if r.PostFormValue("go") == "on" {
			http.Redirect(w, r, "/movie/42", http.StatusSeeOther)
			return
		}
		r = r.Clone(r.Context())
		r.Method, r.URL.Path, r.Body = http.MethodGet, "/movie/42", http.NoBody
		g.site.ServeHTTP(w, r)
	case r.URL.Path == "/movie/42" && !known:
		http.Error(w, "by the gate", http.StatusForbidden)
	default:
		g.site.ServeHTTP(w, r)
	}
}

// TestAFilmBehindAFormIsFoundAgain: the token dies every five segments; the steps before are done again, the form too, and the film is the same as
// with a token that lives. What the steps write, they write once.
func TestAFilmBehindAFormIsFoundAgain(t *testing.T) {
	t.Parallel()
	want := ""
	for name, steps := range map[string]string{
		"the film is the form's answer":     "  - navigate: ${.base}/gate/42\n  - change: {selectors: aria/Age, value: '42'}\n  - click: text/Here",
		"the form goes on to the film":      "  - navigate: ${.base}/gate/42\n  - change: {selectors: aria/Age, value: '42'}\n  - click: text/On",
		"an address in a profile":           "  - navigate: ${.base}/gate/42\n  - change: {selectors: aria/Age, value: '42'}\n  - click: text/Here\n  - navigate: ${.base}/movie/42",
		"the film has an address behind it": "  - navigate: ${.base}/gate/42\n  - change: {selectors: aria/Age, value: '42'}\n  - click: text/Here\n  - navigate: ${.base}/movie/42",
	} {
		t.Run(name, func(t *testing.T) {
			for _, life := range []int{100, 5} {
				s := wearing(t, life)
				g := &gate{site: s.handler, once: map[string]bool{}}
				srv := httptest.NewServer(g)
				t.Cleanup(srv.Close)
				c := perform(t, replaytest.Stage(t))
				if strings.Contains(name, "profile") {
					o := browsertest.Options(t.TempDir())
					o.Profile = filepath.Join(t.TempDir(), "me")
					k := browser.NewKeeper(t.Context(), o, replay.SalvageLimit)
					defer k.Close()
					c.stage, c.tabs = &replay.Stage{Keeper: k, Profile: true}, 1
				}
				c.s.base = srv.URL
				got, err := c.value(t, steps+"\n  - play\n  - capture: {har: visit.har}\n  - grab: {output: film.mp4, as: film}\n  - extract: {columns: {title: title}, as: page}", "{film, title: .page[0].title}")
				if err != nil {
					t.Fatal(err)
				}
				if film := got.(map[string]any)["film"].(map[string]any); film["complete"] != true {
					t.Errorf("%v", film)
				}
				film := readFile(t, filepath.Join(c.dir, "film.mp4"))
				if want == "" {
					want = film
				}
				if film != want {
					t.Errorf("a token for %d segments: the film differs: %d and %d bytes", life, len(film), len(want))
				}
				if once := life == 100 || !strings.Contains(name, "form"); once != (g.passed == 1) {
					t.Errorf("%d passed the gate", g.passed)
				}
			}
		})
	}
}

// TestFilmThatDoesNotPlayYet: the page's own player gets none of its first segment before the film is fetched.
func TestFilmThatDoesNotPlayYet(t *testing.T) {
	t.Parallel()
	s := sites.New(sites.Options{Players: "../../testdata/players"})
	ours, held := make(chan struct{}), make(chan struct{})
	var first, second sync.Once
	holds := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/long.m3u8":
			fmt.Fprint(w, "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"+strings.Repeat("#EXT-X-DISCONTINUITY\n#EXTINF:2,\n/media/film/360p/seg_000.ts\n", 40)+"#EXT-X-ENDLIST\n")
			return
		case !strings.HasSuffix(r.URL.Path, ".ts"):
		case r.Header.Get("Connection") != "keep-alive":
			first.Do(func() { close(ours) })
		default:
			second.Do(func() { close(held) })
			w.Header().Set("Content-Type", "video/mp2t")
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			select {
			case <-ours:
			case <-r.Context().Done():
			}
			return
		}
		s.ServeHTTP(w, r)
	})
	srv := httptest.NewServer(holds)
	t.Cleanup(srv.Close)
	res, err := run(t, scenarios.GrabFlow(srv.URL+"/players/player.html?player=hls.js&src=/long.m3u8", scenarios.Grab{Output: filepath.Join(t.TempDir(), "film.mp4")}, scenarios.Capture{}))
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-held:
	default:
		t.Error("the page's player asked for nothing")
	}
	if p := res.Streams[0].Player; p != nil && p.Playing || !res.Streams[0].Sure() {
		t.Errorf("it plays, or nothing was known of it: %+v", res.Streams[0])
	}
}
