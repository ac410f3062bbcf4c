package replay_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/scenarios/engine"
	"seine/scenarios/program"
	"seine/scenarios/replay"
	"seine/scenarios/replay/replaytest"
)

// club lets in who has its cookie, and whose pages find a token in localStorage and a number in sessionStorage before their first script.
type club struct {
	base   string
	logins atomic.Int32
}

func openClub(t *testing.T) *club {
	t.Helper()
	c := &club{}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	c.base = srv.URL
	return c
}

func (c *club) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	switch r.URL.Path {
	case "/login":
		fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,"><button onclick="localStorage.token = 't\u00f6ken'; sessionStorage.n = 7; location = '/enter'">In</button>`)
	case "/enter":
		c.logins.Add(1)
		http.SetCookie(w, &http.Cookie{Name: "member", Value: "yes", Path: "/", MaxAge: 3600})
		http.Redirect(w, r, "/inside", http.StatusSeeOther)
	case "/api":
		if k, err := r.Cookie("member"); err != nil || k.Value != "yes" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	default:
		member := "no cookie"
		if k, err := r.Cookie("member"); err == nil {
			member = k.Value
		}
		fmt.Fprintf(w, `<!doctype html><link rel="icon" href="data:,"><script>const seen = [%q, localStorage.token, sessionStorage.n, localStorage.length, location.hostname].join(" ");</script>
<p id="state"></p><button onclick="localStorage.clear(); sessionStorage.clear(); location = '/left'">Out</button><script>state.textContent = seen;</script>`, member)
	}
}

// perform runs a scenario of the club's, and gives its rows as one text.
func (c *club) perform(t *testing.T, st *replay.Stage, text string) string {
	t.Helper()
	p, err := program.Load("club.yaml", program.Options{Read: func(string) ([]byte, error) { return []byte(text), nil }})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	tabs := 0
	if st.Profile {
		tabs = 1
	}
	report, err := engine.Run(t.Context(), p, engine.Options{
		Given: map[string]string{"base": c.base, "other": strings.Replace(c.base, "127.0.0.1", "localhost", 1)}, Dir: dir, Stage: engine.StageOf[*replay.Page](st), Tabs: tabs,
	})
	if err == nil && len(report.Failed) > 0 {
		err = report.Failed[0].Err
	}
	if err != nil {
		t.Fatal(err)
	}
	return readFile(t, filepath.Join(dir, "end.txt"))
}

const clubLogin = `session:
  login:
    check:
      - navigate: ${.base}/inside
      - assert: {selectors: '#state', text: 'yes tök', timeout: 3s}
    steps:
      - navigate: ${.base}/login
      - click: text/In
      - waitForElement: '#state'
`

const clubInputs = `name: club
pool: {retries: 0}
inputs:
  base: {required: true}
  other: {required: true}
  n: {type: range, default: 1..3}
`

// TestLoginIsHandedOn: each run finds what the login has stored, before the first script of the page, and nobody else's origin does; what a
// page throws away stays away.
func TestLoginIsHandedOn(t *testing.T) {
	t.Parallel()
	c := openClub(t)
	got := c.perform(t, replaytest.Stage(t), clubInputs+clubLogin+`timeout: 5s
steps:
  - navigate: ${.other}/inside
  - extract: {columns: {state: '#state'}, as: elsewhere}
  - navigate: ${.base}/inside
  - extract: {columns: {state: '#state'}, as: first}
  - navigate: ${.base}/inside
  - extract: {columns: {state: '#state'}, as: second}
  - click: text/Out
  - assert: {url: '*/left'}
  - navigate: ${.base}/inside
  - extract: {columns: {state: '#state'}, as: gone}
outputs:
  end.txt: ${[.elsewhere, .first, .second, .gone] | map(.[0].state) | join(", ")}
`)
	want := "no cookie 0 localhost, yes töken 7 1 127.0.0.1, yes töken 7 1 127.0.0.1, yes 0 127.0.0.1\n"
	if d := cmp.Diff(strings.Repeat(want, 3), got); d != "" {
		t.Error(d)
	}
	if n := c.logins.Load(); n != 1 {
		t.Errorf("logged in %d times", n)
	}
}

// TestProfileStaysLoggedIn: what the browser has ended with, the next one begins with, and the login is not run again, whether a page or a
// request looks.
func TestProfileStaysLoggedIn(t *testing.T) {
	t.Parallel()
	c, dir := openClub(t), filepath.Join(t.TempDir(), "me")
	byRequest := strings.Replace(clubLogin, "      - navigate: ${.base}/inside\n      - assert: {selectors: '#state', text: 'yes tök', timeout: 3s}\n", "      - request: ${.base}/api\n", 1)
	if byRequest == clubLogin {
		t.Fatal("the check is another one")
	}
	for i, login := range []string{clubLogin, clubLogin, byRequest} {
		o := browsertest.Options(t.TempDir())
		o.Profile = dir
		k := browser.NewKeeper(t.Context(), o, replay.SalvageLimit)
		got := c.perform(t, &replay.Stage{Keeper: k, Profile: true}, clubInputs+login+`steps:
  - navigate: ${.base}/inside
  - extract: {columns: {state: '#state'}, as: now}
outputs:
  end.txt: ${.now[0].state | split(" ")[:2] | join(" ")}
`)
		if err := k.Close(); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(strings.Repeat("yes töken\n", 3), got); d != "" {
			t.Errorf("round %d: %s", i, d)
		}
		if n := c.logins.Load(); n != 1 {
			t.Errorf("round %d: logged in %d times", i, n)
		}
	}
}

func readFile(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
