package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture/session"
	"seine/scenarios/engine"
	"seine/scenarios/program"
	"seine/scenarios/record"
	"seine/scenarios/replay"
	"seine/scenarios/replay/replaytest"
)

// frameworks whose builds of TodoMVC are recorded.
var frameworks = []string{"react", "angularjs", "emberjs", "knockoutjs", "vanillajs", "backbone", "mithril"}

const todoFolder = "../../testdata/todomvc/node_modules/todomvc/examples"

// todos is what the page has in the end: what is shown, and what is kept in its storage, by title.
const todos = `(() => {
  const kept = {}, walk = (v) => { if (Array.isArray(v)) v.forEach(walk); else if (v && typeof v === "object") { if (typeof v.title === "string") kept[v.title] = Boolean(v.completed ?? v.isCompleted); Object.values(v).forEach(walk); } };
  for (const k of Object.keys(localStorage)) { try { walk(JSON.parse(localStorage[k])); } catch { } }
  return { shown: [...document.querySelectorAll("#todo-list > li")].filter((l) => l.checkVisibility()).map((l) => l.querySelector("label").textContent.trim() + (l.classList.contains("completed") ? " (done)" : "")), kept };
})()`

type todoState struct {
	Shown []string        `json:"shown"`
	Kept  map[string]bool `json:"kept"`
}

var wanted = todoState{Shown: []string{"Walk the dog"}, Kept: map[string]bool{"Walk the dog": false, "Read two books": true}}

func (p *person) todos(want todoState) {
	p.t.Helper()
	var last string
	p.until(p.on, fmt.Sprintf("(() => { const s = %s; return s.shown.join() === %q && Object.keys(s.kept).sort().join() === %q; })()", todos, strings.Join(want.Shown, ","), strings.Join(slices.Sorted(maps.Keys(want.Kept)), ",")))
	last = p.eval(p.on, todos)
	var got todoState
	if err := json.Unmarshal([]byte(last), &got); err != nil {
		p.t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		p.t.Error(d)
	}
}

// keepTodos adds three, completes, edits, filters and deletes.
func keepTodos(p *person) {
	item := func(n int, part string) string { return fmt.Sprintf("#todo-list > li:nth-of-type(%d) %s", n, part) }
	p.click("#new-todo")
	for i, title := range []string{"Buy milk", "Walk the dog", "Read a book"} {
		p.typing(title)
		p.key("Enter", 0)
		p.until(p.on, fmt.Sprintf("document.querySelectorAll('#todo-list > li').length === %d && document.querySelector('#new-todo').value === ''", i+1))
	}
	p.click(item(3, ".toggle"))
	p.until(p.on, "document.querySelector('#todo-list > li:nth-of-type(3)').classList.contains('completed')")
	at := p.at(p.on, css(item(3, "label")))
	p.move(at)
	p.press(at, "left", 1)
	p.press(at, "left", 2)
	p.until(p.on, "document.activeElement?.closest('#todo-list > li:nth-of-type(3)') && document.activeElement.tagName === 'INPUT'")
	p.key("a", 2)
	// What Control+A does to a person's field, once the application has drawn what the key has led to: some move the caret then.
	p.eval(p.on, "new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))).then(() => document.activeElement.select())")
	p.typing("Read two books")
	p.key("Enter", 0)
	p.until(p.on, "document.querySelector('#todo-list > li:nth-of-type(3) label').textContent.trim() === 'Read two books'")
	p.move(p.at(p.on, css(item(1, "label"))))
	p.click(item(1, ".destroy"))
	p.until(p.on, "document.querySelectorAll('#todo-list > li').length === 2")
	p.click("#filters li:nth-of-type(2) a")
}

// holding is a stage whose page stays open when its run has ended.
type holding struct {
	*replay.Stage
	page *replay.Page
}

type heldPage struct{ *replay.Page }

func (heldPage) Close() error { return nil }

func (s *holding) Open(ctx context.Context, dir string, cookies []session.Cookie, storage []session.Storage) (heldPage, error) {
	p, err := s.Stage.Open(ctx, dir, cookies, storage)
	s.page = p
	return heldPage{p}, err
}

// TestTodoMVC: the same application by each framework, recorded once and played to the same list and storage.
func TestTodoMVC(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(todoFolder); err != nil {
		t.Fatal("npm's todomvc is not there; `make test` installs it")
	}
	st := replaytest.Stage(t)
	list := frameworks
	if rounds() == 1 {
		list = list[:5] // the others where there is time
	}
	for _, name := range list {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(todoFolder, name))))
			defer srv.Close()
			c := tapeAt(t, srv.URL, record.Options{URL: srv.URL + "/"})
			c.until(c.on, "document.readyState === 'complete' && document.querySelector('#new-todo')")
			keepTodos(c.person)
			c.todos(wanted)
			c.settled()
			text := c.yaml(record.FlowOptions{})
			for range rounds() {
				playTodos(t, st, strings.ReplaceAll(text, "http://site.test", srv.URL))
			}
		})
	}
}

func playTodos(t *testing.T, st *replay.Stage, text string) {
	t.Helper()
	p, err := program.Load("recorded.yaml", program.Options{Read: func(string) ([]byte, error) { return []byte("timeout: 10s\npool: {retries: 0}\n" + text), nil }})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	h := &holding{Stage: st}
	report, err := engine.Run(t.Context(), p, engine.Options{Dir: t.TempDir(), Stage: engine.StageOf[heldPage](h), Fresh: true, Session: session.Config{}})
	if err == nil && len(report.Failed) > 0 {
		err = report.Failed[0].Err
	}
	if h.page != nil {
		defer func() { _ = h.page.Close() }()
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	(&person{t, h.page.Tab(), h.page.Tab().Session()}).todos(wanted)
	if t.Failed() {
		t.Log(text)
	}
}
