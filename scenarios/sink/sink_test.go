package sink_test

import (
	"database/sql"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"seine/scenarios/sink"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type (
	row  = map[string]any
	list = []any
)

func folder(t *testing.T) (*os.Root, string) {
	t.Helper()
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return root, dir
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPut(t *testing.T) {
	huge, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	for name, x := range map[string]struct {
		value any
		hints []string
		want  string
	}{
		"a/rows.csv":   {list{row{"b": 1, "a": "x,\"y\""}, row{"b": nil, "c": row{"d": true, "e": list{1}}}}, []string{"b", "a"}, "b,a,c.d,c.e\n1,\"x,\"\"y\"\"\",,\n,,true,[1]\n"},
		"one.csv":      {list{"x", 1.5}, nil, "value\nx\n1.5\n"},
		"none.csv":     {list{}, nil, ""},
		"rows.jsonl":   {list{row{"b": huge, "a": "<"}, 1}, nil, "{\"a\":\"<\",\"b\":123456789012345678901234567890}\n1\n"},
		"value.json":   {row{"a": list{1, nil}}, nil, "{\"a\":[1,null]}\n"},
		"text.txt":     {"as it is", nil, "as it is"},
		"lines.txt":    {list{"one", "two\n", 3}, nil, "one\ntwo\n3\n"},
		"deep/er/a.md": {"x", nil, "x"},
	} {
		root, dir := folder(t)
		if err := sink.Put(root, name, x.value, x.hints, sink.Options{}); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(x.want, read(t, filepath.Join(dir, name))); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*", ".*.part")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
}

// A file that grows: a column that comes later is one of all rows, and what is gone on with stays.
func TestGrowing(t *testing.T) {
	for _, name := range []string{"rows.csv", "rows.sqlite", "rows.jsonl"} {
		root, dir := folder(t)
		for _, batch := range []list{{row{"a": "1"}}, {row{"a": "2"}, row{"b": "3"}}} {
			s, err := sink.Append(root, name, sink.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(s.Add(batch, nil), s.Close()); err != nil {
				t.Fatal(err)
			}
		}
		got := ""
		if name == "rows.sqlite" {
			got = table(t, filepath.Join(dir, name))
		} else {
			got = read(t, filepath.Join(dir, name))
		}
		want := map[string]string{"rows.csv": "a,b\n1,\n2,\n,3\n", "rows.sqlite": "1,-\n2,-\n-,3\n", "rows.jsonl": "{\"a\":\"1\"}\n{\"a\":\"2\"}\n{\"b\":\"3\"}\n"}
		if got != want[name] {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func table(t *testing.T, name string) string {
	t.Helper()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "SELECT ifnull(a,'-') || ',' || ifnull(b,'-') FROM rows ORDER BY rowid")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

// What fails, or leads out of the folder, leaves what was there as it was.
func TestNothingHalf(t *testing.T) {
	root, dir := folder(t)
	for _, name := range []string{"rows.csv", "rows.json", "rows.sqlite"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("before"), 0o600); err != nil {
			t.Fatal(err)
		}
		s, abandon, err := sink.Create(root, name, sink.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Add(row{"a": 1}, nil); err != nil {
			t.Fatal(err)
		}
		abandon()
		if got := read(t, filepath.Join(dir, name)); got != "before" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if err := sink.Put(root, "../out.txt", "x", nil, sink.Options{}); err == nil {
		t.Error("a file outside was written")
	}
	if err := os.Symlink("/", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link/tmp/seine-out.txt", "link/tmp/seine-out.sqlite"} {
		if err := sink.Put(root, name, list{row{"a": 1}}, nil, sink.Options{}); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 4 {
		t.Errorf("%v, %v", err, entries)
	}
	if err := sink.Put(root, "a.xyz", 1, nil, sink.Options{Format: "xyz"}); !errors.Is(err, sink.ErrFormat) {
		t.Error(err)
	}
}

func TestColumns(t *testing.T) {
	root, dir := folder(t)
	if err := sink.Put(root, "a.csv", list{row{"a": 1, "b": 2}, row{"c": 3}}, nil, sink.Options{Columns: []string{"b", "x"}}); err != nil {
		t.Fatal(err)
	}
	if got := read(t, filepath.Join(dir, "a.csv")); got != "b,x\n2,\n,\n" {
		t.Errorf("%q", got)
	}
}
