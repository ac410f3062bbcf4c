package capture_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seine/capture"
)

// TestLargeBodiesAreReadLater: a body is asked for when that takes no time from the page that loads.
func TestLargeBodiesAreReadLater(t *testing.T) {
	page := func(r *capture.Recorder, s *session, id string, bytes int, end bool) {
		tell(t, r, event{s, sent, numbered(id)}, event{s, came, strings.Replace(answer(""), `"1"`, `"`+id+`"`, 1)},
			event{s, "dataReceived", fmt.Sprintf(`{"requestId":%q,"dataLength":%d}`, id, bytes)})
		if end {
			tell(t, r, event{s, finished, strings.Replace(done, `"1"`, `"`+id+`"`, 1)})
		}
	}
	begun := func(r *capture.Recorder, s *session) { page(r, s, "other", 1, false) }
	for name, c := range map[string]struct {
		kind string
		busy func(*capture.Recorder, *session)
		now  bool // it is asked for at once
		then func(*testing.T, *capture.Recorder, *session)
	}{
		"nothing else is under way": {"page", nil, true, nil},
		"when the page has loaded": {"page", begun, false, func(t *testing.T, r *capture.Recorder, s *session) {
			tell(t, r, event{s, finished, strings.Replace(done, `"1"`, `"other"`, 1)})
		}},
		"when what it waits for has failed": {"iframe", begun, false, func(t *testing.T, r *capture.Recorder, s *session) {
			tell(t, r, event{s, "loadingFailed", `{"requestId":"other","errorText":"net::ERR_FAILED"}`})
		}},
		"after a time": {"page", begun, false, func(*testing.T, *capture.Recorder, *session) {
			time.Sleep(3 * time.Second)
		}},
		"what goes with its worker": {"worker", begun, true, nil},
		"when Chrome holds too much": {"page", func(r *capture.Recorder, s *session) {
			page(r, s, "other", 1, false)
			for i := range 12 {
				page(r, s, fmt.Sprint("held", i), 16<<20, true)
			}
		}, true, nil},
		"at the end of the visit": {"page", begun, false, func(t *testing.T, r *capture.Recorder, _ *session) {
			_ = settled(t, r)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &session{id: "one", kind: c.kind, asked: make(chan string, 100), bodies: map[string][]byte{"large": make([]byte, 300<<10)}}
				r := recorder(t, capture.Options{Dir: t.TempDir()})
				r.Attached(s)
				if c.busy != nil {
					c.busy(r, s)
				}
				page(r, s, "large", 300<<10, true)
				synctest.Wait()
				if got := wasAsked(s.asked, "large"); got != c.now {
					t.Errorf("asked for at once: %v", got)
				}
				if c.then != nil {
					c.then(t, r, s)
					synctest.Wait()
					if !wasAsked(s.asked, "large") {
						t.Error("never asked for")
					}
				}
				for _, x := range settled(t, r) {
					if strings.HasSuffix(x.URL(), "large") && (x.Body.Reason != "" || x.Body.Size != 300<<10) {
						t.Errorf("%+v", x.Body)
					}
				}
			})
		})
	}
}

// wasAsked reports whether id is among what has been asked for since.
func wasAsked(asked <-chan string, id string) (yes bool) {
	for {
		select {
		case got := <-asked:
			yes = yes || got == id
		default:
			return yes
		}
	}
}
