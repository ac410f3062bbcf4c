package engine_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios/engine"
	"seine/scenarios/program"
)

// compile takes files by name; the first one is the scenario.
func compile(t *testing.T, files ...string) *program.Program {
	t.Helper()
	all := map[string]string{"a.yaml": files[0]}
	for i := 1; i+1 < len(files); i += 2 {
		all[files[i]] = files[i+1]
	}
	p, err := program.Load("a.yaml", program.Options{Read: func(name string) ([]byte, error) {
		if text, ok := all[name]; ok {
			return []byte(text), nil
		}
		return nil, os.ErrNotExist
	}})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// echo answers with what it was sent; what is asked of it in its path, it does: /status/503/2 is 503 two times.
type echo struct {
	mu    sync.Mutex
	asked map[string]int
	most  atomic.Int32
	now   atomic.Int32
}

func (e *echo) count(path string) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.asked[path]
}

func (e *echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n := e.now.Add(1); n > e.most.Load() {
		e.most.Store(n)
	}
	defer e.now.Add(-1)
	e.mu.Lock()
	e.asked[r.URL.Path]++
	n := e.asked[r.URL.Path]
	e.mu.Unlock()
	if parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/"); parts[0] == "status" {
		code, _ := strconv.Atoi(parts[1])
		times, _ := strconv.Atoi(parts[2])
		if n <= times {
			if len(parts) > 3 {
				w.Header().Set("Retry-After", parts[3])
			}
			http.Error(w, "as you wish", code)
			return
		}
	}
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintf(w, `{"method":%q,"path":%q,"query":%q,"type":%q,"body":%q,"big":12345678901234567890123}`, r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Content-Type"), body)
}

func start(t *testing.T) (*echo, string) {
	t.Helper()
	e := &echo{asked: map[string]int{}}
	srv := httptest.NewServer(e)
	t.Cleanup(srv.Close)
	return e, srv.URL
}

// do runs a scenario with the input base, and gives its output folder.
func do(t *testing.T, base, text string, more ...string) (string, engine.Report) {
	t.Helper()
	dir := t.TempDir()
	report, err := engine.Run(t.Context(), compile(t, append([]string{"inputs:\n  base: {required: true}\n" + text}, more...)...), engine.Options{Given: map[string]string{"base": base}, Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return dir, report
}

func TestSteps(t *testing.T) {
	_, base := start(t)
	for name, x := range map[string]struct{ text, want string }{
		"a request": {
			`
steps:
  - request: {url: "${.base}/x?a=1", query: {b: {c: [1, "ä&"]}, d: e f}, as: r}
  - write: {file: out.txt, value: "${.r.json.method} ${.r.json.query} ${.r.status} ${.r.headers[\"content-type\"]} ${.r.json.big}"}`,
			"GET a=1&b=%7B%22c%22%3A%5B1%2C%22%C3%A4%26%22%5D%7D&d=e+f 200 application/json 12345678901234567890123",
		},
		"a form": {`
steps:
  - request: {url: "${.base}/x", form: {a: 1, b: "x y"}, as: r}
  - write: {file: out.txt, value: "${.r.json.method} ${.r.json.type} ${.r.json.body}"}`, "POST application/x-www-form-urlencoded a=1&b=x+y"},
		"JSON": {`
steps:
  - request: {url: "${.base}/x", method: PUT, json: {a: [1, "${.base | length > 3}"]}, as: r}
  - write: {file: out.txt, value: "${.r.json.method} ${.r.json.body}"}`, `PUT {"a":[1,true]}`},
		"a status that is wanted": {`
steps:
  - request: {url: "${.base}/status/404/9", status: 404}
  - write: {file: out.txt, value: ok}`, "ok"},
		"tries": {`
steps:
  - request: {url: "${.base}/status/503/2", retries: 3, as: r}
  - write: {file: out.txt, value: "${.r.status}"}`, "200"},
		"if": {`
steps:
  - if: {that: "${.base == \"\"}", then: [{write: {file: out.txt, value: then}}], else: [{write: {file: out.txt, value: else}}]}`, "else"},
		"optional": {`
steps:
  - request: {url: "${.base}/status/404/9", optional: true}
  - write: {file: out.txt, value: on}`, "on"},
		"each in order": {`
steps:
  - each: {in: "1..30", item: n, workers: 8, steps: [{request: {url: "${.base}/${.n}", as: r}}], collect: "${.r.json.path}", as: all}
  - write: {file: out.txt, value: "${.all | join(\" \")}"}`, func() string {
			var list []string
			for i := range 30 {
				list = append(list, "/"+strconv.Itoa(i+1))
			}
			return strings.Join(list, " ")
		}()},
		"each in each": {`
steps:
  - each: {in: [a, b], item: x, workers: 2, steps: [{each: {in: "1..2", item: y, workers: 2, steps: [], collect: "${.x}${.y}", as: inner}}], collect: "${.inner}", as: all}
  - write: {file: out.txt, value: "${.all | join(\" \")}"}`, "a1 a2 b1 b2"},
		"until there is no more": {`
steps:
  - each: {in: "1..", item: n, workers: 4, steps: [], collect: "${if .n <= 10 then [.n] else [] end}", as: all}
  - write: {file: out.txt, value: "${.all | add}"}`, "55"},
		"until it is so": {`
steps:
  - each: {in: "5..", item: n, steps: [], collect: "${.n}", until: "${.n == 8}", as: all}
  - write: {file: out.txt, value: "${.all | tojson}"}`, "[5,6,7,8]"},
		"appending in order": {`
steps:
  - each:
      in: 1..20
      item: n
      workers: 7
      steps:
        - request: ${.base}/x
        - write: {file: out.txt, append: true, value: "${.n}"}`, func() string {
			s := ""
			for i := range 20 {
				s += strconv.Itoa(i+1) + "\n"
			}
			return s
		}()},
		"outputs of many runs": {`
  n: {type: list, default: [3, 1, 2]}
  m: {type: range, default: 1..2}
pool: {workers: 3}
steps:
  - request: {url: "${.base}/x", as: r}
outputs:
  out.txt: ${.n}${.m}`, "31\n32\n11\n12\n21\n22\n"},
		"another file": {`
steps:
  - call: {file: b.yaml, with: {who: you, n: 3}, as: r}
  - write: {file: out.txt, value: "${.r.text[0]} ${.r | keys | tojson}"}`, `hello you you you ["list","text"]`},
	} {
		t.Run(name, func(t *testing.T) {
			dir, report := do(t, base, x.text, "b.yaml", `
inputs:
  who: {required: true}
  n: {default: 1}
steps:
  - each: {in: "${[range(.n)]}", item: i, steps: [], collect: "${.who}", as: list}
  - each: {in: [x], steps: [], collect: "hello ${.list | join(\" \")}", as: text}`)
			if len(report.Failed) > 0 {
				t.Fatal(report.Failed[0].Err)
			}
			if d := cmp.Diff(x.want, read(t, filepath.Join(dir, "out.txt"))); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestFailures(t *testing.T) {
	e, base := start(t)
	for name, x := range map[string]struct {
		text string
		is   error
		has  string
	}{
		"status":     {`{request: "${.base}/status/404/9"}`, engine.ErrStatus, "404 Not Found"},
		"no page":    {`{click: "#a"}`, engine.ErrNoPage, "a.yaml:4"},
		"assert":     {`{assert: {that: "${.base == 1}", message: "it is another"}}`, engine.ErrAssert, "it is another"},
		"each":       {`{each: {in: "${.base}", steps: []}}`, engine.ErrType, "list"},
		"an address": {`{request: "nowhere"}`, engine.ErrType, "nowhere"},
		"javascript": {`{waitForExpression: "true"}`, engine.ErrJavaScript, "--allow-js"},
		"an item":    {`{each: {in: [1, 2, 3], item: n, workers: 2, steps: [{request: "${.base}/status/404/${if .n == 2 then 9 else 0 end}"}]}}`, engine.ErrStatus, "item 2"},
		"a download": {`{download: ["${.base}/a", "${.base}/status/410/9"]}`, engine.ErrStatus, "1 of 2 files"},
	} {
		t.Run(name, func(t *testing.T) {
			_, report := do(t, base, "steps:\n  - "+x.text)
			if len(report.Failed) != 1 || !errors.Is(report.Failed[0].Err, x.is) || !strings.Contains(report.Failed[0].Err.Error(), x.has) {
				t.Errorf("%+v", report.Failed)
			}
		})
	}
	if n := e.count("/status/404/9"); n > 2 { // one of this table, one of an item
		t.Errorf("what is not there was asked for %d times", n)
	}
}

// TestRetryAfter: one answer with Retry-After holds the whole pool.
func TestRetryAfter(t *testing.T) {
	e, base := start(t)
	began := time.Now()
	_, report := do(t, base, `
steps:
  - each: {in: "1..6", item: n, workers: 6, retries: 3, steps: [{request: "${.base}/status/429/1/1"}]}`)
	if len(report.Failed) > 0 {
		t.Fatal(report.Failed[0].Err)
	}
	if took := time.Since(began); took < time.Second {
		t.Errorf("asked again after %s", took)
	}
	if n := e.count("/status/429/1/1"); n != 7 {
		t.Errorf("asked %d times", n)
	}
}

// TestWorkers: no more than so many requests are under way, and the rate is held.
func TestWorkers(t *testing.T) {
	e, base := start(t)
	began := time.Now()
	do(t, base, `
pool: {rate: 20/s}
steps:
  - each: {in: "1..11", item: n, workers: 3, steps: [{request: "${.base}/${.n}"}]}`)
	if n := e.most.Load(); n > 3 {
		t.Errorf("%d at once", n)
	}
	if took := time.Since(began); took < 450*time.Millisecond {
		t.Errorf("11 requests at 20 a second took %s", took)
	}
}

// TestGoesOn: a run that was interrupted, or of which an item failed, goes on where it was, and no item is done again.
func TestGoesOn(t *testing.T) {
	const text = `
inputs:
  base: {required: true}
steps:
  - each:
      in: 1..40
      item: n
      workers: 4
      steps:
        - request: ${.base}/${if .n == 30 then "status/500/1" else .n end}
        - write: {file: all.csv, append: true, value: "${{n: .n}}"}
      collect: ${.n * 10}
      as: tens
  - write: {file: sum.txt, value: "${.tens | add}"}
`
	for name, cut := range map[string]bool{"failed": false, "interrupted": true} {
		t.Run(name, func(t *testing.T) {
			e, base := start(t)
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "all.csv"), []byte("n\n0\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			zero := 0
			times := "500/1"
			if cut {
				times = "500/0"
			}
			p := compile(t, strings.Replace(text, "500/1", times, 1))
			p.Flow.Pool.Retries = &zero
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := engine.Options{Given: map[string]string{"base": base}, Dir: dir, Observe: func(ev engine.Event) {
				if ev, ok := ev.(engine.Progressed); ok && cut && ev.Done == 20 {
					cancel()
				}
			}}
			report, err := engine.Run(ctx, p, o)
			if cut != (err != nil) || !cut && len(report.Failed) != 1 {
				t.Fatalf("%v, %+v", err, report)
			}
			if got := read(t, filepath.Join(dir, "all.csv")); got != "n\n0\n" {
				t.Fatalf("what others add to was changed by a run that is not done: %q", got)
			}
			o.Observe = nil
			report, err = engine.Run(t.Context(), p, o)
			if err != nil || len(report.Failed) > 0 {
				t.Fatal(err, report.Failed)
			}
			want := "n\n0\n"
			for i := range 40 {
				want += strconv.Itoa(i+1) + "\n"
			}
			if d := cmp.Diff(want, read(t, filepath.Join(dir, "all.csv"))); d != "" {
				t.Error(d)
			}
			if got := read(t, filepath.Join(dir, "sum.txt")); got != "8200" {
				t.Error(got)
			}
			for i := range 19 {
				if n := e.count("/" + strconv.Itoa(i+1)); n != 1 {
					t.Errorf("item %d was done %d times", i+1, n)
				}
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// TestOtherRunBeginsAnew: what is kept of one run is none of another's.
func TestOtherRunBeginsAnew(t *testing.T) {
	e, base := start(t)
	dir := t.TempDir()
	for i, text := range []string{"/status/404/9", "/b"} {
		p := compile(t, "inputs:\n  base: {required: true}\nsteps:\n  - each: {in: [1], steps: [{request: \"${.base}/a\"}]}\n  - request: ${.base}"+text)
		report, err := engine.Run(t.Context(), p, engine.Options{Given: map[string]string{"base": base}, Dir: dir})
		if err != nil || len(report.Failed) != 1-i {
			t.Fatal(err, report)
		}
	}
	if n := e.count("/a"); n != 2 {
		t.Errorf("asked %d times", n)
	}
}

// TestTwoRunsInOneFolder: the second says so and leaves.
func TestTwoRunsInOneFolder(t *testing.T) {
	_, base := start(t)
	dir := t.TempDir()
	p := compile(t, "inputs:\n  base: {required: true}\nsteps:\n  - request: ${.base}/a")
	o := engine.Options{Given: map[string]string{"base": base}, Dir: dir}
	var second error
	o.Observe = func(ev engine.Event) {
		if _, ok := ev.(engine.Stepped); ok && second == nil {
			_, second = engine.Run(t.Context(), p, engine.Options{Given: o.Given, Dir: dir})
		}
	}
	if _, err := engine.Run(t.Context(), p, o); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(second, engine.ErrBusy) {
		t.Error(second)
	}
}

// TestTable: a row is a run, its columns are inputs.
func TestTable(t *testing.T) {
	_, base := start(t)
	dir := t.TempDir()
	table := filepath.Join(dir, "rows.csv")
	if err := os.WriteFile(table, []byte("\ufeffname,n\nx,1\n\"y,z\",2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := compile(t, "inputs:\n  base: {required: true}\n  name: {required: true}\n  n: {type: number}\nsteps:\n  - assert: ${.n > 0}\noutputs:\n  out.jsonl: ${{name, n}}")
	report, err := engine.Run(t.Context(), p, engine.Options{Given: map[string]string{"base": base}, Table: table, Dir: dir})
	if err != nil || report.Done != 2 || report.Rows != 2 {
		t.Fatal(err, report)
	}
	if d := cmp.Diff("{\"n\":1,\"name\":\"x\"}\n{\"n\":2,\"name\":\"y,z\"}\n", read(t, filepath.Join(dir, "out.jsonl"))); d != "" {
		t.Error(d)
	}
	if err := os.WriteFile(table, []byte("nme\nx\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Run(t.Context(), p, engine.Options{Given: map[string]string{"base": base}, Table: table, Dir: dir}); err == nil || !strings.Contains(err.Error(), "row 1") || !strings.Contains(err.Error(), "name") {
		t.Error(err)
	}
}

// TestAPageCannotPointUsInside: what a server names may not be more private than what the user typed.
func TestAPageCannotPointUsInside(t *testing.T) {
	p := compile(t, `
inputs:
  base: https://public.example/
steps:
  - extract: {from: '{"next":"http://127.0.0.1:1/"}', jq: .next, as: next}
  - request: ${.next[0]}
`)
	report, err := engine.Run(t.Context(), p, engine.Options{Dir: t.TempDir()})
	if err != nil || len(report.Failed) != 1 || !strings.Contains(report.Failed[0].Err.Error(), "more private") {
		t.Errorf("%v, %+v", err, report.Failed)
	}
}

// TestEndsAreOrdered: a run that failed leaves its place empty, and the rows of the others keep theirs.
func TestEndsAreOrdered(t *testing.T) {
	_, base := start(t)
	dir, report := do(t, base, `
  n: {type: range, default: 1..9}
pool: {workers: 4, retries: 0}
steps:
  - request: ${.base}/status/404/${if .n % 4 == 0 then 9 else 0 end}
outputs:
  out.json: ${.n}
`)
	var failed []int
	for _, f := range report.Failed {
		failed = append(failed, f.Run+1)
	}
	if !slices.Equal(failed, []int{4, 8}) || report.Done != 7 || report.Failed[0].What != "n=4" {
		t.Errorf("%+v", report)
	}
	if d := cmp.Diff("[\n1,\n2,\n3,\n5,\n6,\n7,\n9\n]\n", read(t, filepath.Join(dir, "out.json"))); d != "" {
		t.Error(d)
	}
}
