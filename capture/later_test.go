package capture_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	cdppage "github.com/chromedp/cdproto/page"

	"seine/browser/browsertest"
	"seine/capture"
)

// TestLargeBodiesWaitForThePage: while the page loads, nothing is asked of Chrome that would hold it up.
func TestLargeBodiesWaitForThePage(t *testing.T) {
	const large = 2 << 20
	end := func(id int) string { return `{"requestId":"` + strconv.Itoa(id) + `"}` }
	came := func(id, size int) string {
		return `{"requestId":"` + strconv.Itoa(id) + `","dataLength":` + strconv.Itoa(size) + `}`
	}
	for name, test := range map[string]struct {
		size  int
		frame bool // it is not the page's own
		many  int  // large ones
		then  func(t *testing.T, r *capture.Recorder, s *session)
		after time.Duration // they are asked for; 0: at once
	}{
		"until it has loaded":        {large, false, 1, func(t *testing.T, r *capture.Recorder, s *session) { tell(t, r, event{s, finished, end(0)}) }, 100 * time.Millisecond},
		"and no longer than so":      {large, false, 1, nil, 4 * time.Second},
		"until the visit ends":       {large, false, 1, func(t *testing.T, r *capture.Recorder, _ *session) { settled(t, r) }, 0},
		"as many as Chrome may hold": {15 << 20, false, 18, nil, 0},
		"not small ones":             {large / 2, false, 1, nil, 0},
		"not those of a frame's own": {large, true, 1, nil, 0},
		"until the rest has failed": {large, false, 3, func(t *testing.T, r *capture.Recorder, s *session) {
			tell(t, r, event{s, failed, `{"requestId":"0","errorText":"net::ERR_FAILED"}`})
		}, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &session{id: "page", kind: "page", bodies: map[string][]byte{}, asked: make(chan string, 100)}
				if test.frame {
					s = &session{id: "frame", kind: "iframe", bodies: s.bodies, asked: s.asked}
				}
				r := capture.NewRecorder(capture.Options{Dir: t.TempDir()})
				r.Attached(s)
				tell(t, r, event{s, sent, numbered("0")})
				body := make([]byte, test.size) // the same for all: other tests measure memory
				for i := 1; i <= test.many; i++ {
					id := strconv.Itoa(i)
					s.bodies[id] = body
					tell(t, r, event{s, sent, numbered(id)}, event{s, more, came(i, test.size)}, event{s, finished, end(i)})
				}
				synctest.Wait()
				if held := len(s.asked) == 0; held != (test.after > 0 || test.then != nil) {
					t.Errorf("%d were asked for at once", len(s.asked))
				}
				time.Sleep(time.Second)
				if test.then != nil && len(s.asked) > 0 {
					t.Errorf("%d were asked for while it loaded", len(s.asked))
				}
				if test.then != nil {
					began := time.Now()
					test.then(t, r, s)
					if took := time.Since(began); took > 0 {
						t.Errorf("it was waited for: %s", took)
					}
				}
				time.Sleep(test.after)
				synctest.Wait()
				if n := len(s.asked); n < test.many {
					t.Errorf("%d of %d were asked for", n, test.many)
				}
				for _, x := range settled(t, r) {
					if x.ID != "0" && (x.Body.Reason != "" || x.Body.Size != int64(test.size)) {
						t.Errorf("%s: %d bytes, %q", x.ID, x.Body.Size, x.Body.Reason)
					}
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestWhatIsTakenAsItComes: large bodies of frames, and what media elements load, whose end is far.
func TestWhatIsTakenAsItComes(t *testing.T) {
	body := make([]byte, 2<<20)
	for name, test := range map[string]struct {
		kind, of string
		want     capture.Reason
	}{
		"a script's own page": {"page", "Fetch", capture.ReasonGone},
		"a frame":             {"iframe", "Fetch", ""},
		"a media element":     {"page", "Media", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &session{id: "1", kind: test.kind, begun: map[string][]byte{"1": body}} // and nobody has the whole of it at its end
				r := capture.NewRecorder(capture.Options{Dir: t.TempDir()})
				r.Attached(s)
				response := strings.Replace(answer(""), `"type":"Fetch"`, `"type":"`+test.of+`"`, 1)
				tell(t, r, event{s, sent, ask("https://a.example/1")}, event{s, came, response}, event{s, more, counted(len(body))})
				synctest.Wait() // what is to be streamed was asked for, and answered
				tell(t, r, event{s, finished, done})
				if b := settled(t, r)[0].Body; b.Reason != test.want {
					t.Errorf("%d bytes, %q", b.Size, b.Reason)
				}
				if err := r.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestBodiesThatThePageLetsGo: a script lets go of what it has read to the last byte, and the page goes elsewhere. Chrome has held it.
func TestBodiesThatThePageLetsGo(t *testing.T) {
	const size, many = 3 << 20, 8
	body := bytes.Repeat([]byte("0123456789abcdef"), size/16)
	gone := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /large/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/octet-stream")
		w.Header().Set("Content-Length", strconv.Itoa(size))
		_, _ = w.Write(body)
	})
	mux.HandleFunc("GET /next", func(w http.ResponseWriter, _ *http.Request) { close(gone) })
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<link rel="icon" href="data:,"><script>(async () => {
			for (let i = 0; i < %d; i++) {
				const reader = (await fetch("/large/" + i)).body.getReader();
				for (let left = %d; left > 0; left -= (await reader.read()).value.length);
				await reader.cancel();
			}
			location.href = "/next";
		})()</script>`, many, size)
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	r := recorder(t, capture.Options{Dir: t.TempDir()})
	tab := browsertest.New(t, ear{r})
	if err := tab.Session().Call(t.Context(), cdppage.CommandNavigate, cdppage.NavigateParams{URL: srv.URL}, nil); err != nil {
		t.Fatal(err)
	}
	select {
	case <-gone:
	case <-time.After(visitLimit):
		t.Fatal("the page did not go on")
	}
	found := 0
	for _, x := range settled(t, r) {
		if !strings.Contains(x.URL(), "/large/") {
			continue
		}
		found++
		if b, err := x.Body.Bytes(size); err != nil || !bytes.Equal(b, body) {
			t.Errorf("%s: %d bytes, %v, failure %q", x.URL(), x.Body.Size, err, x.Failure)
		}
	}
	if found != many {
		t.Errorf("%d of %d", found, many)
	}
}
