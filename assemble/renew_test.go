package assemble

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path"
	"strings"
	"sync"
	"testing"

	"seine/assemble/fetch"
)

// expiring serves a film of any length whose addresses carry a token, in the query or in the path, that is good for a few segments.
// The playlist gives a new one.
type expiring struct {
	*origin
	segments int
	life     int
	inPath   bool

	mu       sync.Mutex
	token    int
	left     int
	refused  int
	films    string // folder of the segments
	playlist int    // how often it was read
}

func newExpiring(t *testing.T, segments, life int) *expiring {
	e := &expiring{origin: newOrigin(t), segments: segments, life: life, films: film}
	e.hook = e.answer
	return e
}

func (e *expiring) job(t *testing.T) Job {
	job := e.origin.job(t)
	job.URL = e.URL + "/list.m3u8"
	return job
}

// renewToken makes the token in force invalid.
func (e *expiring) renewToken() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.token++
	e.left = e.life
	return e.token
}

// live has the tokens that are given from now on be good for so many segments.
func (e *expiring) live(life int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.life = life
}

// become serves another film.
func (e *expiring) become(folder string, inPath bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.films, e.inPath = folder, inPath
}

func (e *expiring) list(token int) string {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:2\n")
	for i := range e.segments {
		if i > 0 && i%segments == 0 {
			b.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		b.WriteString("#EXTINF:2.000,\n")
		if e.inPath {
			fmt.Fprintf(&b, "/t/%d/%d.ts\n", token, i)
		} else {
			fmt.Fprintf(&b, "/t/%d.ts?token=%d\n", i, token)
		}
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return b.String()
}

func (e *expiring) answer(w http.ResponseWriter, r *http.Request, _ int) bool {
	if r.URL.Path == "/list.m3u8" {
		e.mu.Lock()
		e.playlist++
		e.mu.Unlock()
		fmt.Fprint(w, e.list(e.renewToken()))
		return true
	}
	if !strings.HasPrefix(r.URL.Path, "/t/") {
		return false
	}
	token, i := 0, 0
	if strings.HasPrefix(r.URL.Path, "/t/") && r.URL.RawQuery == "" {
		_, _ = fmt.Sscanf(r.URL.Path, "/t/%d/%d.ts", &token, &i)
	} else {
		_, _ = fmt.Sscanf(r.URL.Query().Get("token"), "%d", &token)
		_, _ = fmt.Sscanf(path.Base(r.URL.Path), "%d.ts", &i)
	}
	e.mu.Lock()
	good := token == e.token && e.left > 0
	if good {
		e.left--
	} else {
		e.refused++
	}
	folder := e.films
	e.mu.Unlock()
	if !good {
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	e.origin.answer(w, r, fmt.Sprintf("%s/seg_%03d.ts", folder, i%segments))
	return true
}

// A token that dies every five segments, in the query or in the path, and a film of 200: the same bytes as with one that lives.
func TestTokenDiesEveryFiveSegments(t *testing.T) {
	immortal := newExpiring(t, 200, 1000)
	want := filmOf(t, immortal.job(t))
	for _, inPath := range []bool{false, true} {
		t.Run(fmt.Sprintf("in path %v", inPath), func(t *testing.T) {
			e := newExpiring(t, 200, 5)
			e.inPath = inPath
			job := e.job(t)
			v, err := Run(t.Context(), job)
			if err != nil || v.Segments != 200 || v.Filled != 0 {
				t.Fatalf("%+v, %v", v, err)
			}
			got, err := os.ReadFile(job.Output)
			if err != nil || string(got) != string(want) {
				t.Errorf("the film differs: %d bytes, want %d, %v", len(got), len(want), err)
			}
			// A token in the path costs one segment of its five for the proof that the film is the same.
			least := 200/5 - 1
			if v.Renewals < least || v.Renewals > 60 || e.playlist != v.Renewals+1 {
				t.Errorf("%d renewals, the playlist was read %d times", v.Renewals, e.playlist)
			}
			if e.refused > 14*v.Renewals {
				t.Errorf("%d requests were refused, in %d renewals", e.refused, v.Renewals)
			}
		})
	}
}

// However many ask at once, each part is refused once for a token that has died, but for the few that were refused before it was clear that it has.
func TestTokenDiesForMany(t *testing.T) {
	const workers = 16
	e := newExpiring(t, 100, 5)
	job := e.job(t)
	job.Workers = workers
	v, err := Run(t.Context(), job)
	if err != nil || v.Segments != 100 || v.Renewals == 0 {
		t.Fatalf("%+v, %v", v, err)
	}
	if e.refused > (workers+many-1)*(v.Renewals+1) {
		t.Errorf("%d requests were refused, in %d renewals", e.refused, v.Renewals)
	}
}

// What a page gives anew comes with a client of its own.
func TestRefresh(t *testing.T) {
	e := newExpiring(t, segments, 5)
	visits := 0
	with := func(cookie int) fetch.Doer {
		return doerFunc(func(r *http.Request) (*http.Response, error) {
			r.Header.Set("X-Visit", fmt.Sprint(cookie))
			return client().Do(r)
		})
	}
	last := "0"
	e.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		e.mu.Lock()
		last = max(last, r.Header.Get("X-Visit"))
		e.mu.Unlock()
		return e.answer(w, r, n)
	}
	job := e.job(t)
	job.Manifest, job.Client = []byte(e.list(e.renewToken())), with(0)
	job.Refresh = func(context.Context) (Source, error) {
		visits++
		return Source{URL: job.URL, Manifest: []byte(e.list(e.renewToken())), Client: with(visits)}, nil
	}
	v, err := Run(t.Context(), job)
	if err != nil || v.Renewals != visits || visits < 2 || last != fmt.Sprint(visits) || e.playlist != 0 {
		t.Fatalf("%+v, %v, %d visits, the last cookie was %s", v, err, visits, last)
	}
	wantGolden(t, job.Output)
}

type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

// A renewal that brings another film, fails, or brings nothing that works, ends the run with the reason; what came is kept.
func TestRefreshInVain(t *testing.T) {
	gone := errors.New("the page is gone")
	for name, c := range map[string]struct {
		refresh func(e *expiring, s Source) (Source, error)
		says    string
	}{
		"fails": {func(*expiring, Source) (Source, error) { return Source{}, gone }, "new addresses could not be had: the page is gone"},
		"another film": {func(e *expiring, s Source) (Source, error) {
			s.Manifest = []byte(strings.ReplaceAll(e.list(e.renewToken()), "2.000", "3.000"))
			return s, nil
		}, "has other segments now"},
		"another film of the same form": {func(e *expiring, s Source) (Source, error) {
			e.become("film/180p", true)
			s.Manifest = []byte(e.list(e.renewToken()))
			return s, nil
		}, "is another one now"},
		"refused again": {func(e *expiring, s Source) (Source, error) {
			s.Manifest = []byte(e.list(1000))
			return s, nil
		}, "new addresses are refused as well"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newExpiring(t, 3*segments, 5)
			job := e.job(t)
			calls := 0
			job.Refresh = func(context.Context) (Source, error) {
				calls++
				return c.refresh(e, Source{URL: job.URL, Client: job.Client})
			}
			v, err := Run(t.Context(), job)
			if !errors.Is(err, ErrIncomplete) || !strings.Contains(err.Error(), c.says) {
				t.Fatal(err)
			}
			if calls > maxVain || calls == 0 || v.Segments > 5 { // none when the first ones were refused
				t.Errorf("%d calls, %+v", calls, v)
			}
		})
	}
}

// A segment that is not there, wherever in the film, sends somebody for new addresses once: where nothing else tells whether those have died again, one
// that came is asked for.
func TestLoneRefusal(t *testing.T) {
	for _, gone := range [][]int{{3}, {0}, {segments - 1}, {segments - 2}, {1, 5, 10}} {
		for _, page := range []bool{false, true} {
			for _, workers := range []int{0, 1, 3} {
				t.Run(fmt.Sprintf("%v, page %v, %d workers", gone, page, workers), func(t *testing.T) {
					e := newExpiring(t, segments, 1000)
					e.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
						for _, i := range gone {
							if r.URL.Path == fmt.Sprintf("/t/%d.ts", i) {
								w.WriteHeader(http.StatusNotFound)
								return true
							}
						}
						return e.answer(w, r, n)
					}
					job := e.job(t)
					job.Workers = workers
					if page {
						job.Refresh = func(context.Context) (Source, error) {
							return Source{URL: job.URL, Manifest: []byte(e.list(e.renewToken())), Client: job.Client}, nil
						}
					}
					v, err := Run(t.Context(), job)
					if !errors.Is(err, ErrIncomplete) || v.Segments != segments-len(gone) || v.Renewals > len(gone) {
						t.Errorf("%d segments, %d renewals, %v", v.Segments, v.Renewals, err)
					}
				})
			}
		}
	}
}

// A run that goes on later finds a token in each path: the film is known by its bytes.
func TestResumeWithTokenInPath(t *testing.T) {
	e := newExpiring(t, segments, 5)
	e.inPath = true
	job := e.job(t)
	job.Refresh = func(context.Context) (Source, error) { return Source{}, errors.New("nobody there") }
	job.Workers = 1 // the token is good for the first parts, not for whichever are asked for first: nothing would be on record without those
	first, err := Run(t.Context(), job)
	if !errors.Is(err, ErrIncomplete) || first.Segments != 5 {
		t.Fatalf("%+v, %v", first, err)
	}
	job.Workers = 0
	e.become("film/180p", true)
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrChanged) {
		t.Fatalf("another film: %v", err)
	}
	e.become(film, true)
	e.live(100)
	v, err := Run(t.Context(), job)
	if err != nil || v.Resumed != first.Segments {
		t.Fatalf("%+v, %v", v, err)
	}
	wantFilm(t, job.Output)
	e.become("film/180p", true)
	job.Force = true
	if v, err := Run(t.Context(), job); err != nil || v.Resumed != 0 || v.Tracks[0].Width != 320 {
		t.Errorf("%+v, %v", v, err)
	}
}
