package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func open(t *testing.T, name string) *Archive {
	t.Helper()
	a, err := OpenArchive(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// TestArchive: what is in it is asked for no more, though the file is gone; force asks on condition.
func TestArchive(t *testing.T) {
	s := newShelf(t)
	f := newFetching(t)
	name := filepath.Join(t.TempDir(), "archive.jsonl")
	s.put("/a.bin", noise(100, 1), "ETag", `"a"`)
	s.put("/b.bin", noise(largeBytes+1, 2))
	list := s.list("/a.bin", "/b.bin", "/missing.bin")
	f.o.Key = func(a string) string { key, _, _ := strings.Cut(a, "?"); return key }
	f.o.Archive = open(t, name)
	results, _ := f.run(list)
	f.says(results, Fetched, Fetched, Failed)
	s.asked()
	for range 2 {
		f.o.Archive = open(t, name)
		list[0].URL = s.URL + "/a.bin?token=another"
		results, sum := f.run(list)
		f.says(results, Archived, Archived, Failed)
		if sum.Archived != 2 || results[0].File != "a.bin" || results[0].Size != 100 {
			t.Errorf("%+v %+v", sum, results[0])
		}
		if err := os.Remove(filepath.Join(f.dir, "b.bin")); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	s.put("/missing.bin", noise(10, 3))
	s.asked()
	f.o.Force = true
	results, _ = f.run(list)
	f.says(results, Unchanged, Fetched, Fetched)
	if log := s.asked(); log[0] != "/a.bin If-Modified-Since If-None-Match" {
		t.Errorf("%q", log)
	}
	text, err := os.ReadFile(name)
	if err != nil || strings.Contains(string(text), "token") {
		t.Errorf("%s %v", text, err)
	}
}

// TestArchiveAlike: two addresses of one list that differ only in what a key leaves out are two files.
func TestArchiveAlike(t *testing.T) {
	s := newShelf(t)
	f := newFetching(t)
	s.put("/get", noise(100, 1))
	f.o.Key = func(a string) string { key, _, _ := strings.Cut(a, "?"); return key }
	f.o.Archive = open(t, filepath.Join(t.TempDir(), "a"))
	list := s.list("/get?token=1", "/get?token=2")
	for _, want := range []Status{Fetched, Archived} {
		results, _ := f.run(list)
		f.says(results, want, want)
	}
}

// TestArchiveTorn: a line that was cut off is passed over, and does not spoil the next one.
func TestArchiveTorn(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	a := open(t, name)
	if err := a.Add(Record{URL: "http://a/1", File: "1"}); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) {
		if err := os.WriteFile(name, append(whole, whole[:cut]...), 0o600); err != nil {
			t.Fatal(err)
		}
		b := open(t, name)
		if err := b.Add(Record{URL: "http://a/2", File: "2"}); err != nil {
			t.Fatal(err)
		}
		c := open(t, name)
		for _, url := range []string{"http://a/1", "http://a/2"} {
			if _, ok := c.Find(url); !ok {
				t.Fatalf("cut at %d: %s is lost", cut, url)
			}
		}
	}
}

// TestArchiveTogether: many add at the same time, and no line is lost.
func TestArchiveTogether(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	var wg sync.WaitGroup
	for i := range 8 {
		a := open(t, name)
		wg.Go(func() {
			for k := range 50 {
				if err := a.Add(Record{URL: fmt.Sprintf("http://a/%d/%d", i, k)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(open(t, name).known); n != 400 {
		t.Errorf("%d records", n)
	}
}

func TestArchiveForeign(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	for _, text := range []string{"youtube abc\nyoutube def\n", "hello\n", strings.Repeat("x", maxRecordLine+1)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenArchive(name); !errors.Is(err, ErrArchive) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestReadList(t *testing.T) {
	const text = "\ufeff# films\n\nhttp://a/1\r\n  out=deep/..x/one.mp4\n\treferer=http://a/\n  header=X-Token: a:b\nhttp://a/2\n" +
		`{"url":"http://a/3","out":"three.bin","headers":{"x-y":"z"}}` + "\n  # no option\nhttp://a/4"
	got, err := ReadList(strings.NewReader(text), func(a string) (string, error) { return a, nil })
	if err != nil {
		t.Fatal(err)
	}
	want := []Entry{
		{Line: 3, URL: "http://a/1", Out: "deep/x/one.mp4", Header: map[string][]string{"Referer": {"http://a/"}, "X-Token": {"a:b"}}},
		{Line: 7, URL: "http://a/2"},
		{Line: 8, URL: "http://a/3", Out: "three.bin", Header: map[string][]string{"X-Y": {"z"}}},
		{Line: 10, URL: "http://a/4"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadListBad(t *testing.T) {
	for name, text := range map[string]string{
		"an option of nothing": "  out=x\n",
		"unknown":              "http://a/\n  split=5\n",
		"out of the folder":    "http://a/\n  out=../../etc/passwd\n",
		"no name":              "http://a/\n  out=///\n",
		"a cookie":             "http://a/\n  header=Cookie: a=b\n",
		"a range":              "http://a/\n  header=range: bytes=0-\n",
		"two headers in one":   "http://a/\n  header=X: a\x00b\n",
		"no header":            "http://a/\n  header=X\n",
		"a bad digest":         "http://a/\n  checksum=sha-256=12\n",
		"bad JSON":             "{\"url\":\n",
		"unknown member":       `{"url":"http://a/","outt":"x"}`,
		"no address":           "nonsense\n",
		"too long":             strings.Repeat("x", maxLine+1),
	} {
		check := func(a string) (string, error) {
			if !strings.HasPrefix(a, "http") {
				return "", errors.New("it is no address")
			}
			return a, nil
		}
		if _, err := ReadList(strings.NewReader(text), check); !errors.Is(err, ErrList) || !strings.Contains(err.Error(), "line ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadList(f *testing.F) {
	f.Add("http://a/1\n  out=x\n  header=A: b\n")
	f.Add(`{"url":"http://a/3","out":"../x","headers":{"x":"z"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ReadList(strings.NewReader(text), func(a string) (string, error) { return a, nil })
		if err != nil {
			return
		}
		for _, e := range list {
			if e.Out != "" && !filepath.IsLocal(e.Out) {
				t.Errorf("%q leads out", e.Out)
			}
		}
	})
}
