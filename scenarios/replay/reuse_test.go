package replay_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios/replay/replaytest"
)

// guestbook says what a page finds of those before it, and leaves what it is told to.
const guestbook = `<!doctype html><link rel="icon" href="data:,"><p id="state"></p><script>
const seen = () => [document.cookie, localStorage.length, sessionStorage.length, history.length, name, (document.referrer ? "came" : "")].join("|");
const before = seen();
state.textContent = before;
const leave = { cookie: () => document.cookie = "was=here", local: () => localStorage.was = "here", session: () => sessionStorage.was = "here", name: () => name = "here",
  push: () => history.pushState(1, "", "?pushed"), database: () => indexedDB.open("was"), popup: () => open("about:blank"), worker: () => new SharedWorker("data:text/javascript,") };
for (const what of new URLSearchParams(location.search).getAll("leave")) leave[what]();
</script>`

// TestPagesAreUsedAgain: items of an each get the page of the one before, and find nothing of it; where it has left what cannot be taken away, they get
// another one.
func TestPagesAreUsedAgain(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var cookies []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		cookies = append(cookies, r.Header.Get("Cookie"))
		http.SetCookie(w, &http.Cookie{Name: "visitor", Value: "yes", HttpOnly: true})
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, guestbook)
	}))
	t.Cleanup(func() { // when the items are done
		srv.Close()
		if sent := strings.Join(cookies, ""); sent != "" {
			t.Errorf("cookies of other items: %q", sent)
		}
	})
	for name, x := range map[string]struct {
		leave string
		pages int // that five items need
	}{
		"nothing":       {"", 1},
		"much":          {"leave=cookie&leave=local&leave=name&leave=push&leave=database", 1},
		"a session":     {"leave=session", 5},
		"a popup":       {"leave=popup", 5},
		"a live worker": {"leave=worker", 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := perform(t, replaytest.Stage(t))
			c.s.base, c.tabs = srv.URL, 1
			got, err := c.value(t, `  - each:
      in: 1..5
      workers: 2
      steps:
        - navigate: ${.base}/?n=${.item}&`+x.leave+`
        - waitForElement: '#state'
        - extract: {columns: {state: '#state'}, as: rows}
      collect: ${.rows[0].state}
      as: all`, "{all: .all}")
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]any{"all": []any{"|0|0|2||", "|0|0|2||", "|0|0|2||", "|0|0|2||", "|0|0|2||"}}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
			if n := c.stage.Opened(); n != x.pages {
				t.Errorf("%d pages were opened, want %d", n, x.pages)
			}
		})
	}
}

// TestAUsedPageIsEmpty: what works on a page without going anywhere sees an empty document, and a failure keeps nothing of the item before.
func TestAUsedPageIsEmpty(t *testing.T) {
	t.Parallel()
	c := perform(t, replaytest.Stage(t))
	c.tabs = 1
	steps := "steps:\n" + `  - each:
      in: 1..2
      workers: 2
      steps:
        - if: {that: '${.item == 1}', then: [{navigate: '${.base}/steps/index.html'}, {waitForElement: '#plain'}]}
        - if: {selectors: '#plain', then: [{extract: {jq: '1', from: [1], as: there}}], else: [{extract: {jq: '0', from: [0], as: there}}]}
        - if: {that: '${.item == 2}', then: [{click: {selectors: '#plain', timeout: 500ms}}]}
`
	report, err := c.run(t, steps)
	if err != nil || len(report.Failed) != 1 || !strings.Contains(report.Failed[0].Err.Error(), "#plain: it is not there") {
		t.Fatal(err, report)
	}
	kept := report.Failed[0].Kept
	if filepath.Base(kept) != "run 1 item 2" {
		t.Errorf("kept in %q", kept)
	}
	for name, wanted := range map[string]bool{"page.html": false, "visit.har": false, "step.txt": true} {
		b, err := os.ReadFile(filepath.Join(kept, name))
		if has := strings.Contains(string(b), "plain"); err != nil || has != wanted {
			t.Errorf("%s: %v, %.300s", name, err, b)
		}
	}
}
