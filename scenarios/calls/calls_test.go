package calls

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"seine/capture/call"
	"seine/capture/openapi"
	"seine/scenarios/engine"
	"seine/testdata/api"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func operation(t *testing.T, spec *call.Spec, name string) *call.Operation {
	t.Helper()
	o, err := spec.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func client(t *testing.T, conf call.Config, o *call.Operation) *call.Client {
	t.Helper()
	c, err := call.NewClient(conf, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// spec is the document of a corpus case whose server is there.
func spec(t *testing.T, name string) *call.Spec {
	t.Helper()
	heard, srv := api.Named(t, name).Live(t)
	t.Cleanup(srv.Close)
	var b bytes.Buffer
	if err := openapi.Infer(heard, openapi.Options{}).WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	s, err := call.ReadSpec(&b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestExpand: values of ranges, files, columns, members, and what is wrong with them.
func TestExpand(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range map[string]string{
		"ids.txt": "\ufeff7\n\n 8 \r\n\"nine 9\"\n", "users.csv": "\ufeffid,name\n1,Ada\n,none\n3,\"B, c\"\n", "one.csv": "id\n5\n6\n", "rows.jsonl": `{"id":1,"o":{"x":"a"}}` + "\n" + `{"id":12345678901234567890}` + "\n",
		"rows.json": `[{"id":1},{"id":2}]`, "deep.json": `{"items":[{"id":"a"},{"id":"b"}]}`, "bad.json": `{"id":`, "body.json": `{"a": 1}`, "empty.txt": "\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		args []string
		want any // []Values, or the text of an error
	}{
		{[]string{"id=5"}, []Values{{"id", []string{"5"}}}},
		{[]string{"id=3..1"}, []Values{{"id", []string{"3", "2", "1"}}}},
		{[]string{"id=-1..1", "q=a..b"}, []Values{{"id", []string{"-1", "0", "1"}}, {"q", []string{"a..b"}}}},
		{[]string{"id=1", "q=x=y", "id=2"}, []Values{{"id", []string{"1", "2"}}, {"q", []string{"x=y"}}}},
		{[]string{"id=@ids.txt"}, []Values{{"id", []string{"7", "8", "nine 9"}}}},
		{[]string{"id=@-"}, []Values{{"id", []string{"s1", "s2"}}}},
		{[]string{"id=@users.csv:id"}, []Values{{"id", []string{"1", "3"}}}},
		{[]string{"id=@one.csv"}, []Values{{"id", []string{"5", "6"}}}},
		{[]string{"id=@users.csv:name"}, []Values{{"id", []string{"Ada", "none", "B, c"}}}},
		{[]string{"id=@rows.jsonl:id"}, []Values{{"id", []string{"1", "12345678901234567890"}}}},
		{[]string{"id=@rows.jsonl:.o.x"}, []Values{{"id", []string{"a"}}}},
		{[]string{"id=@rows.json:id"}, []Values{{"id", []string{"1", "2"}}}},
		{[]string{"id=@deep.json:.items[].id"}, []Values{{"id", []string{"a", "b"}}}},
		{[]string{"id=@list:id"}, []Values{{"id", []string{"l .[\"id\"]"}}}},
		{[]string{"id=@@ids.txt"}, []Values{{"id", []string{"@ids.txt"}}}},
		{[]string{"body=@body.json"}, []Values{{"body", []string{`{"a": 1}`}}}},
		{[]string{"id"}, `"id" is no argument; write it as key=value`},
		{[]string{"id=@nothing.txt"}, "nothing.txt cannot be read: no such file"},
		{[]string{"id=@users.csv"}, "users.csv has several columns; it has id, name: name one as @users.csv:id"},
		{[]string{"id=@users.csv:mail"}, `users.csv has no column "mail"`},
		{[]string{"id=@bad.json:id"}, "bad.json: unexpected EOF"},
		{[]string{"id=@rows.json:.["}, "rows.json: "},
		{[]string{"id=@empty.txt"}, "@empty.txt gives no values for id"},
		{[]string{"id=1..9999999"}, "more than 1000000"},
	} {
		got, err := Expand(t.Context(), tc.args, Source{Stdin: strings.NewReader("s1\ns2\n"), Operation: func(_ context.Context, name, jq string, row func(any) error) (bool, error) {
			return name == "list", row("l " + jq)
		}})
		if text, ok := tc.want.(string); ok {
			var wrong *call.ArgumentError
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), text) {
				t.Errorf("%q: %v, want %s", tc.args, err, text)
			}
			continue
		}
		if d := cmp.Diff(tc.want, got); d != "" || err != nil {
			t.Errorf("%q: %v %s", tc.args, err, d)
		}
	}
}

// TestRows: lists in each form of file, of one call with all its pages, and with a program in jq.
func TestRows(t *testing.T) {
	s := spec(t, "lists")
	o := operation(t, s, "GET /api/by-page")
	run := func(j Job) engine.Report {
		t.Helper()
		j.Operation, j.Client = o, client(t, call.Config{Spec: s}, o)
		r, err := Run(t.Context(), j)
		if err != nil || len(r.Failed) > 0 {
			t.Fatalf("%v %v", err, r.Failed)
		}
		return r
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "rows.csv")
	if r := run(Job{Output: file}); r.Rows != api.Items {
		t.Errorf("%+v", r)
	}
	rows := readCSV(t, file)
	if d := cmp.Diff([][]string{{"id", "name", "size.height", "size.width"}, {"1000", "Item 0", "0", "0"}}, rows[:2]); d != "" || len(rows) != api.Items+1 {
		t.Errorf("%d rows %s", len(rows), d)
	}
	run(Job{Output: file, JQ: ".items[] | {name, w: .size.width}", Pages: 2})
	if d := cmp.Diff([][]string{{"name", "w"}, {"Item 0", "0"}}, readCSV(t, file)[:2]); d != "" {
		t.Error(d)
	}
	var lines []string
	run(Job{Row: func(b []byte) error { lines = append(lines, string(b)); return nil }, Values: []Values{{"page", []string{"2", "1"}}}, Pages: 1, JQ: ".items[0].id", Keys: true})
	if d := cmp.Diff([]string{`{"page":"2","value":1010}`, `{"page":"1","value":1000}`}, lines); d != "" {
		t.Error(d)
	}
	for _, name := range []string{"rows.json", "rows.jsonl", "rows.sqlite"} {
		run(Job{Output: filepath.Join(dir, name)})
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func readCSV(t *testing.T, name string) [][]string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// paged has lists of n pages, and remembers who asked for what; it breaks down where it is told to.
type paged struct {
	mu     sync.Mutex
	asked  map[string]int
	broken func(id, page int) bool
}

func (p *paged) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/lists/"))
	page := 1
	if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil {
		page = n
	}
	p.mu.Lock()
	p.asked[fmt.Sprint(id, "/", page)]++
	bad := p.broken(id, page)
	p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	if bad {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if page < 4 {
		w.Header().Set("Link", fmt.Sprintf(`<?page=%d>; rel="next"`, page+1))
	}
	fmt.Fprintf(w, `[{"list":%d,"page":%d,"half":1},{"list":%d,"page":%d,"half":2}]`, id, page, id, page)
}

const pagedSpec = `{"openapi":"3.1.0","info":{"title":"x","version":"1"},"servers":[{"url":"%s"}],"paths":{"/lists/{id}":{"get":{"operationId":"list",
"parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"integer"}}],"responses":{"200":{"description":"","content":{"application/json":{}}}},
"x-seine-pagination":{"kind":"link","rows":"","evidence":"seen"}}}}}`

// TestGoingOn: what some calls and pages gave is not asked for again; rows are all there, once, in the order of the values, whatever the order in which
// they came; of what failed the rest is there, and the journal stays.
func TestGoingOn(t *testing.T) {
	p := &paged{asked: map[string]int{}, broken: func(id, page int) bool { return id%7 == 3 && page == 3 || id == 20 }}
	srv := httptest.NewServer(p)
	defer srv.Close()
	s, err := call.ReadSpec(strings.NewReader(fmt.Sprintf(pagedSpec, srv.URL)))
	if err != nil {
		t.Fatal(err)
	}
	o := operation(t, s, "list")
	ids := Values{Name: "id"}
	for i := range 40 {
		ids.List = append(ids.List, strconv.Itoa(i))
	}
	out := filepath.Join(t.TempDir(), "rows.csv")
	run := func(ids Values) engine.Report {
		t.Helper()
		r, err := Run(t.Context(), Job{Client: client(t, call.Config{Spec: s}, o), Operation: o, Values: []Values{ids}, Output: out, Workers: 6})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := run(ids); r.Runs != 40 || len(r.Failed) != 7 || r.Done != 33 || r.Rows != 33*8+6*4 {
		t.Fatalf("%+v", r)
	}
	if _, err := os.Stat(Journal(out)); err != nil {
		t.Error(err)
	}
	p.mu.Lock()
	p.broken = func(int, int) bool { return false }
	p.asked = map[string]int{}
	p.mu.Unlock()
	if r := run(ids); len(r.Failed) != 0 || r.Done != 40 || r.Resumed != 33 || r.Rows != 40*8 {
		t.Fatalf("%+v", r)
	}
	if want := 6*2 + 4; len(p.asked) != want {
		t.Errorf("asked for %d pages, want %d: %v", len(p.asked), want, p.asked)
	}
	rows := readCSV(t, out)[1:]
	for i, row := range rows {
		if want := []string{strconv.Itoa(i%2 + 1), strconv.Itoa(i / 8), strconv.Itoa(i/2%4 + 1)}; !cmp.Equal(row, want) {
			t.Fatalf("row %d is %v, want %v", i, row, want)
		}
	}
	if _, err := os.Stat(Journal(out)); err == nil {
		t.Error("the journal of what is finished is there")
	}
	if r := run(Values{"id", []string{"1"}}); r.Resumed != 0 || r.Rows != 8 {
		t.Errorf("another job: %+v", r)
	}
}

// TestNothing: of a single call that fails no file is made.
func TestNothing(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	s, err := call.ReadSpec(strings.NewReader(fmt.Sprintf(pagedSpec, srv.URL)))
	if err != nil {
		t.Fatal(err)
	}
	o, out := operation(t, s, "list"), filepath.Join(t.TempDir(), "rows.csv")
	r, err := Run(t.Context(), Job{Client: client(t, call.Config{Spec: s}, o), Operation: o, Values: []Values{{"id", []string{"1"}}}, Output: out})
	if err != nil || len(r.Failed) != 1 || !errors.Is(r.Failed[0].Err, call.ErrStatus) {
		t.Fatalf("%v %+v", err, r)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), "*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(out), ".*")); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestMemory: what is held does not grow with the rows.
func TestMemory(t *testing.T) {
	const pages, size = 800, 100
	row := strings.Repeat(`,"`+strings.Repeat("x", 90)+`"`, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if w.Header().Set("Content-Type", "application/json"); page+1 < pages {
			w.Header().Set("Link", fmt.Sprintf(`<?page=%d>; rel="next"`, page+1))
		}
		var b strings.Builder
		for i := range size {
			fmt.Fprintf(&b, `,[%d%s]`, page*size+i, row)
		}
		fmt.Fprintf(w, "[%s]", b.String()[1:])
	}))
	defer srv.Close()
	s, err := call.ReadSpec(strings.NewReader(fmt.Sprintf(pagedSpec, srv.URL)))
	if err != nil {
		t.Fatal(err)
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var early, late uint64
	rows := 0
	o := operation(t, s, "list")
	_, err = Run(t.Context(), Job{Client: client(t, call.Config{Spec: s}, o), Operation: o, Values: []Values{{"id", []string{"1"}}}, Row: func([]byte) error {
		switch rows++; rows {
		case 10 * size:
			early = held()
		case pages*size - 10:
			late = held()
		}
		return nil
	}})
	if err != nil || rows != pages*size {
		t.Fatalf("%v, %d rows", err, rows)
	}
	if grown := int64(late) - int64(early); grown > 4<<20 { // of 8 MB of rows
		t.Errorf("%d bytes more are held", grown)
	}
}
