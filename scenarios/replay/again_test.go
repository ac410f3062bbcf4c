package replay_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"seine/scenarios"
	"seine/testdata/sites"
)

// wearing has each token of the movie wear out after so many segments that we fetch; what the page's own player fetches is free. Over
// HTTP/1.1 only a browser still says that it would keep the connection.
func wearing(t *testing.T, segments int) served {
	t.Helper()
	s := sites.New(sites.Options{})
	var mu sync.Mutex
	used := map[string]int{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
	}))
	t.Cleanup(srv.Close)
	return served{s, srv.URL}
}

// TestPageVisitedAgain: the token dies every five segments; the page gives new ones, and the film is the same as with one that lives.
func TestPageVisitedAgain(t *testing.T) {
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
