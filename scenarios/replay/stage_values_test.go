package replay_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture/har/hartest"
	"seine/scenarios"
	"seine/scenarios/engine"
	"seine/scenarios/library"
	"seine/scenarios/program"
	"seine/scenarios/replay"
	"seine/scenarios/replay/replaytest"
	"seine/testdata/sites"
)

// items are all entries of the lists that have several pages.
func items() (list []any) {
	for i := range sites.StepPages * sites.StepPerPage {
		list = append(list, sites.StepItem(i))
	}
	return list
}

// TestPagesOfAList: by a link, by a button within one document, and by address; each entry once, in order.
func TestPagesOfAList(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	const collect = "      steps:\n        - extract: {rows: li, columns: {item: {all: false}}, as: rows}\n      collect: ${[.rows[].item]}\n      as: all"
	for name, steps := range map[string]string{
		"link":    on("list", "") + "  - paginate:\n      next: ['aria/Next page', '#next']\n" + collect,
		"button":  on("spa.html", "  - click: aria/Items\n  - waitForElement: li\n") + "  - paginate:\n      next: '#next'\n" + collect,
		"address": "  - paginate:\n      url: ${.base}/steps/list?page=${.page}\n      pages: 5\n" + collect,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range rounds(t) {
				got, err := perform(t, st).value(t, steps, "{list: .all}")
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(items(), got.(map[string]any)["list"]); d != "" {
					t.Fatal(d)
				}
			}
		})
	}
}

// TestAVirtualList: all rows of a list that has only those that can be seen.
func TestAVirtualList(t *testing.T) {
	t.Parallel()
	got, err := perform(t, replaytest.Stage(t)).value(t, on("virtual.html", `  - paginate:
      scroll: true
      steps:
        - extract: {rows: .row, columns: {row: {all: false}}, as: rows}
      collect: ${[.rows[].row]}
      as: all`), "{list: .all}")
	if err != nil {
		t.Fatal(err)
	}
	var want []any
	for i := range sites.StepRows {
		want = append(want, fmt.Sprintf("row %d", i))
	}
	if d := cmp.Diff(want, got.(map[string]any)["list"]); d != "" {
		t.Error(d)
	}
}

// TestAListThatBeginsEmpty: what a page loads by and by is all there, though there is nothing when it is first looked at.
func TestAListThatBeginsEmpty(t *testing.T) {
	t.Parallel()
	got, err := perform(t, replaytest.Stage(t)).value(t, on("index.html", `  - paginate:
      scroll: true
      steps:
        - extract: {rows: '#list li', columns: {entry: {all: false}}, as: rows}
      collect: ${[.rows[].entry]}
      as: all`), "{list: .all}")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]any{"Entry 1", "Entry 2", "Entry 3"}, got.(map[string]any)["list"]); d != "" {
		t.Error(d)
	}
}

// TestWhatPagesGive: values that steps on a page name.
func TestWhatPagesGive(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	for name, f := range map[string]struct {
		steps, expression string
		want              any
	}{
		"an answer": {
			on("index.html", "  - click: '#ask'\n  - waitForRequest: {url: '*/api/answer?n=*', as: a}"), "{url: .a.url | split(\"/\") | last, status: .a.status, n: .a.json.n, big: (.a.json.big | tostring), type: .a.headers[\"content-type\"]}",
			map[string]any{"url": "answer?n=7", "status": 200.0, "n": 7.0, "big": "9007199254740993", "type": "application/json"},
		},
		"only answers since the last action": {
			on("index.html", "  - click: '#ask'\n  - waitForRequest: {url: api/answer, as: a}\n  - click: '#plain'\n  - waitForRequest: {url: api/answer, as: b, timeout: 1s, optional: true}"), "{first: .a.status, second: (.b == null)}",
			map[string]any{"first": 200.0, "second": true},
		},
		"shadow roots in the document":    {on("index.html", "  - extract: {columns: {deep: '#here #deep'}, as: rows}"), ".rows[0]", map[string]any{"deep": "Deep down"}},
		"a frame of another site":         {on("frames.html", "  - waitForElement: {selectors: '#b', frame: [1]}\n  - extract: {columns: {b: '#b'}, frame: [1], as: rows}"), ".rows[0]", map[string]any{"b": "Button of the frame"}},
		"the next document after a click": {on("index.html", "  - click: '#leave'\n  - extract: {columns: {title: title}, as: rows}"), ".rows[0]", map[string]any{"title": "Left behind"}},
		"the next document after a form":  {on("form.html", "  - press: {selectors: aria/Name, keys: [Enter]}\n  - extract: {columns: {title: title}, as: rows}"), ".rows[0]", map[string]any{"title": "Sent"}},
		"what is there now": {
			on("index.html", "  - if: {selectors: '#hidden', then: [{extract: {jq: '1', from: [1], as: a}}], else: [{extract: {jq: '2', from: [1], as: a}}]}\n  - if: {selectors: ['#none', aria/Plain], then: [{extract: {jq: '1', from: [1], as: b}}], else: [{extract: {jq: '2', from: [1], as: b}}]}"), "{a: .a[0], b: .b[0]}",
			map[string]any{"a": 2.0, "b": 1.0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for range rounds(t) {
				got, err := perform(t, st).value(t, f.steps, f.expression)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(f.want, got); d != "" {
					t.Fatal(d)
				}
			}
		})
	}
}

// TestPictures: of the window, of the whole page, of an element, and on paper.
func TestPictures(t *testing.T) {
	t.Parallel()
	c := perform(t, replaytest.Stage(t))
	steps := "  - setViewport: {width: 640, height: 400}\n" + on("index.html", `  - screenshot: shots/window.png
  - screenshot: {file: whole.png, fullPage: true}
  - screenshot: {file: element.png, selectors: '#area'}
  - pdf: {file: page.pdf, format: A5, landscape: true}`)
	if _, err := c.value(t, steps, "{}"); err != nil {
		t.Fatal(err)
	}
	for name, check := range map[string]func(w, h int) bool{
		"shots/window.png": func(w, h int) bool { return w == 640 && h == 400 },
		"whole.png":        func(w, h int) bool { return w > 600 && h > 2000 },
		"element.png":      func(w, h int) bool { return w == 140 && h == 30 },
	} {
		b, err := os.ReadFile(filepath.Join(c.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		shot, err := png.Decode(bytes.NewReader(b))
		if err != nil || !check(shot.Bounds().Dx(), shot.Bounds().Dy()) {
			t.Errorf("%s: %v, %v", name, err, shot.Bounds())
		}
	}
	if b, err := os.ReadFile(filepath.Join(c.dir, "page.pdf")); err != nil || !bytes.HasPrefix(b, []byte("%PDF-")) {
		t.Errorf("%v, %.20q", err, b)
	}
}

// TestWhatASelectorThatFailsSays: where, what was looked for, and what was missing.
func TestWhatASelectorThatFailsSays(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	st.UploadRoot = uploads(t)
	for name, f := range map[string]struct{ steps, want string }{
		"nothing there":       {"  - click: {selectors: [aria/Nobody, '#nobody'], timeout: 1500ms}", "test.yaml:9:5: click: not done after 1.5s: aria/Nobody | #nobody: it is not there"},
		"hidden":              {"  - click: {selectors: '#hidden', timeout: 1500ms}", "#hidden: it is not visible"},
		"disabled":            {"  - click: {selectors: '#never', timeout: 1500ms}", "#never: it is disabled"},
		"covered":             {"  - click: {selectors: '#buried', timeout: 1500ms}", "#buried: it is covered by <span#earth> “earth”"},
		"no such frame":       {"  - click: {selectors: '#b', frame: [3], timeout: 1500ms}", "#b: frame [3]: there is no such frame: there are 0"},
		"no such popup":       {"  - click: {selectors: '#b', target: 'https://example.com/', timeout: 1500ms}", "no popup is at https://example.com/"},
		"no selector":         {"  - click: 'p:nonsense(1)'", "not a valid selector"},
		"too few":             {"  - waitForElement: {selectors: li, count: 9, timeout: 1500ms}", "li: there are 3 visible elements, wanted >= 9"},
		"title":               {"  - assert: {title: Other, timeout: 1500ms}", `its title is "Steps", wanted "Other"`},
		"no navigation":       {"  - click: {selectors: '#plain', assertedEvents: [{type: navigation}], timeout: 1500ms}", "no navigation followed, though the step says so"},
		"no answer":           {"  - click: '#ask'\n  - waitForRequest: {url: api/other, timeout: 1500ms}", "api/other: no such answer came"},
		"no field":            {"  - change: {selectors: '#plain', value: x}", "it is no field of a form"},
		"no option":           {"  - navigate: ${.base}/steps/form.html\n  - select: {selectors: '[name=one]', options: [Nine], timeout: 1500ms}", "[name=one]: it has no option Nine"},
		"no date":             {"  - navigate: ${.base}/steps/form.html\n  - change: {selectors: '[name=date]', value: tomorrow}", `an <input type="date"> does not take it`},
		"a link out":          {"  - navigate: ${.base}/steps/form.html\n  - upload: {selectors: '#file', files: [link.txt]}", `the file cannot be uploaded: "link.txt"`},
		"no key":              {"  - press: Strg+A", `no key is called so: "Strg"`},
		"an expression":       {"  - waitForExpression: {expression: 'nobody.home', timeout: 1500ms}", "the expression: it throws ReferenceError: nobody is not defined"},
		"a page that is away": {"  - navigate: http://127.0.0.1:65001/", "nobody answers there"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := perform(t, st).value(t, on("index.html", f.steps), "{}")
			if err == nil || !strings.Contains(err.Error(), f.want) {
				t.Errorf("%v\nwant %s", err, f.want)
			}
		})
	}
}

// TestUploadsStayInTheirFolder: with expressions, names are known only when they are run.
func TestUploadsStayInTheirFolder(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	st.UploadRoot = uploads(t)
	for _, name := range []string{"../secret.txt", "link.txt", "sub", "none.txt"} {
		_, err := perform(t, st).value(t, on("form.html", "  - extract: {jq: '.[]', from: ['"+name+"'], as: n}\n  - upload: {selectors: '#file', files: ['${.n[0]}']}"), "{}")
		if err == nil || !strings.Contains(err.Error(), replay.ErrUpload.Error()) {
			t.Errorf("%s: %v", name, err)
		}
	}
	st.UploadRoot = ""
	if _, err := perform(t, st).value(t, on("form.html", "  - upload: {selectors: '#file', files: [a.txt]}"), "{}"); err == nil || !strings.Contains(err.Error(), "--upload-root") {
		t.Error(err)
	}
}

// TestWhatIsKeptOfAFailure: how the page was, without secrets.
func TestWhatIsKeptOfAFailure(t *testing.T) {
	t.Parallel()
	c := perform(t, replaytest.Stage(t))
	report, err := c.run(t, "steps:\n"+on("index.html?token=canary-7f3a9b1c5d", "  - waitForExpression: console.log('seen here') === undefined\n  - click: {selectors: '#nobody', timeout: 1500ms}"))
	if err != nil || len(report.Failed) != 1 {
		t.Fatal(err, report)
	}
	kept := report.Failed[0].Kept
	for name, want := range map[string]string{"screenshot.png": "PNG", "page.html": `id="plain"`, "visit.har": "/steps/index.html", "console.txt": "seen here", "step.txt": "test.yaml:10:5: click: not done after 1.5s: #nobody: it is not there"} {
		b, err := os.ReadFile(filepath.Join(kept, name))
		if err != nil || !bytes.Contains(b, []byte(want)) {
			t.Errorf("%s: %v, %.200q", name, err, b)
		}
		if bytes.Contains(b, []byte("canary-7f3a9b1c5d")) {
			t.Errorf("%s has the token", name)
		}
	}
	const line = "\n  10 │   - click: {selectors: '#nobody', timeout: 1500ms}\n     │     ^^^^^\n"
	if text := readFile(t, filepath.Join(kept, "step.txt")); !strings.HasSuffix(text, line) {
		t.Errorf("%s", text)
	}
	hartest.Valid(t, filepath.Join(kept, "visit.har"))
	shot, err := png.Decode(strings.NewReader(readFile(t, filepath.Join(kept, "screenshot.png"))))
	if err != nil || shot.Bounds().Dx() < 100 {
		t.Errorf("%v", err)
	}
}

// TestWhichSelectorWon: the events tell it.
func TestWhichSelectorWon(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	var won []int
	st.Runner.Observe = func(e replay.Event) {
		if m, ok := e.(replay.Matched); ok && len(m.Selectors) == 3 {
			won = append(won, m.Alternative)
		}
	}
	if _, err := perform(t, st).value(t, on("index.html", "  - click: ['#none', aria/Plain, '#plain']"), "{}"); err != nil || !cmp.Equal(won, []int{1}) {
		t.Error(err, won)
	}
}

// TestABrowserThatCrashes: the run is made again in another one.
func TestABrowserThatCrashes(t *testing.T) {
	st := replaytest.Stage(t)
	var killed atomic.Int64
	st.Runner.Observe = func(e replay.Event) {
		if _, ok := e.(replay.Matched); ok && killed.Add(1) == 1 {
			if b, err := st.Keeper.Browser(); err == nil {
				killBrowser(t, b.Session())
			}
		}
	}
	c := perform(t, st)
	text := "steps:\n" + on("index.html", "  - click: '#plain'\n  - assert: {selectors: '#state', text: plain}\n  - extract: {columns: {state: '#state'}, as: rows}") + "\noutputs: {end.json: '${.rows}'}\n"
	report, err := c.again(t, text, 2)
	if err != nil || report.Done != 1 {
		t.Errorf("%v, %+v", err, report)
	}
}

// ready runs a scenario of the library.
func ready(t *testing.T, name, dir string, st *replay.Stage, given map[string]string) engine.Report {
	t.Helper()
	p, err := program.Load(name+".yaml", program.Options{Read: library.Files.ReadFile})
	if err != nil {
		t.Fatal(err)
	}
	report, err := engine.Run(t.Context(), p, engine.Options{Given: given, Dir: dir, Stage: engine.StageOf[*replay.Page](st)})
	if err != nil || len(report.Failed) > 0 {
		t.Fatal(err, report.Failed)
	}
	return report
}

// TestLogin: the form is filled in once, and what lies behind it are rows.
func TestLogin(t *testing.T) {
	t.Parallel()
	s, dir := serve(t), t.TempDir()
	ready(t, "login", dir, replaytest.Stage(t), map[string]string{"base": s.base + "/shop", "password": sites.ShopPassword})
	b, err := os.ReadFile(filepath.Join(dir, "orders.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(rows) != 9 || !cmp.Equal(rows[0], []string{"number", "date", "total", "link"}) {
		t.Fatal(err, rows)
	}
	if want := []string{"103", "2026-04-11", "3333.5", s.base + "/shop/account/orders/103"}; !cmp.Equal(rows[4], want) {
		t.Errorf("%q, want %q", rows[4], want)
	}
	logins := 0
	for _, r := range s.Log() {
		if r.Method == "POST" {
			logins++
		}
	}
	if logins != 1 {
		t.Errorf("logged in %d times", logins)
	}
}

// TestGallery: every picture of a page that loads more while one scrolls, once.
func TestGallery(t *testing.T) {
	t.Parallel()
	s, dir := serve(t), t.TempDir()
	ready(t, "gallery", dir, replaytest.Stage(t), map[string]string{"base": s.base + "/gallery"})
	b, err := os.ReadFile(filepath.Join(dir, "gallery.json"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ Title, Seen, Lazy string }
	if err := json.Unmarshal(b, &list); err != nil {
		t.Fatal(err)
	}
	titles := map[string]bool{}
	for _, p := range list {
		titles[p.Title] = true
	}
	for i := range sites.GalleryImages {
		if !titles[fmt.Sprintf("Picture %d", i+1)] {
			t.Errorf("picture %d is not in the list", i+1)
		}
		name := fmt.Sprintf("view-%02d.png", i)
		if b, err := os.ReadFile(filepath.Join(dir, "gallery", name)); err != nil || !bytes.Equal(b, sites.ImageBytes(name)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMovie: the film of a page is the same as `seine grab` fetches.
func TestMovie(t *testing.T) {
	t.Parallel()
	s, dir := serve(t), t.TempDir()
	ready(t, "movie", dir, replaytest.Stage(t), map[string]string{"page": s.url("/movie/42")})
	other := filepath.Join(dir, "grabbed.mp4")
	res, err := run(t, scenarios.GrabFlow(s.url("/movie/42"), scenarios.Grab{Output: other}, scenarios.Capture{}))
	if err != nil {
		t.Fatal(err)
	}
	checkFilm(t, res, 12)
	var films [2][]byte
	for i, name := range []string{filepath.Join(dir, "movie.mp4"), other} {
		if films[i], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(films[0], films[1]) {
		t.Errorf("the films differ: %d and %d bytes", len(films[0]), len(films[1]))
	}
}

// TestAFilmAmongOtherSteps: what grab gives has a name, the page is there after it, and another page's film is another.
func TestAFilmAmongOtherSteps(t *testing.T) {
	t.Parallel()
	c := perform(t, replaytest.Stage(t))
	got, err := c.value(t, `  - navigate: ${.base}/movie/42
  - play
  - grab: {output: films/one.mp4, as: one}
  - extract: {columns: {title: title}, as: page}
  - navigate: ${.base}/movie/43
  - play
  - grab: {output: films/two.mp4, as: two}`, "{one, two, page: (.page | length)}")
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range got.(map[string]any) {
		film, ok := v.(map[string]any)
		if !ok {
			continue
		}
		if film["file"] != "films/"+name+".mp4" || film["complete"] != true || film["duration"].(float64) < 10 || film["size"].(float64) < 100_000 {
			t.Errorf("%s: %v", name, film)
		}
	}
	asked := map[string]bool{}
	for _, r := range c.s.byUs() {
		for _, film := range []string{"42", "43"} {
			if strings.Contains(r.URL, "/hls/"+film+"/") {
				asked[film] = true
			}
		}
	}
	if !asked["42"] || !asked["43"] {
		t.Errorf("asked for %v", asked)
	}
}

// TestPagesWithinAPage: items that need pages of their own get them, though there is one tab and the run has a page already.
func TestPagesWithinAPage(t *testing.T) {
	t.Parallel()
	c := perform(t, replaytest.Stage(t))
	c.tabs = 1
	got, err := c.value(t, on("list", `  - each:
      in: 1..3
      workers: 2
      steps:
        - navigate: ${.base}/steps/list?page=${.item}
        - extract: {columns: {title: title}, as: rows}
      collect: ${.rows[].title}
      as: titles
  - extract: {columns: {title: title}, as: own}`), "{titles: .titles, own: .own[0].title}")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"titles": []any{"Page 1", "Page 2", "Page 3"}, "own": "Page 1"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
