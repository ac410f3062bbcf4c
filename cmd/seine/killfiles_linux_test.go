package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seine/testdata/sites"
)

// TestKillFiles kills `seine get -i` at random moments until its 300 files of all sizes are there: each has the very same bytes, none that was there is
// fetched again, and nothing else is left.
func TestKillFiles(t *testing.T) {
	const most = 40
	exe := build(t)
	site := sites.New(sites.Options{SegmentDelay: 5 * time.Millisecond})
	srv := httptest.NewServer(site)
	defer srv.Close()
	dir, sizes := t.TempDir(), []int{0, 1, 700, 30_000, 100_000, 1 << 20, 1<<20 + 1}
	names, list := map[string]int{}, strings.Builder{}
	for i := range 300 {
		size := sizes[i%len(sizes)]
		switch i {
		case 50, 150:
			size = 5 << 20
		case 100:
			size = 33 << 20
		}
		name := fmt.Sprintf("%03d.bin", i)
		names[name] = size
		fmt.Fprintf(&list, "%s/files/n/%d/%s\n", srv.URL, size, name)
	}
	file := filepath.Join(t.TempDir(), "list.txt")
	if err := os.WriteFile(file, []byte(list.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	run := 0
	for done := false; !done && run < most; run++ {
		had, seen := finished(t, dir), len(site.Log())
		patience := 250 * time.Millisecond << (run / 8) // a slow machine gets more time with each run
		ctx, cancel := context.WithTimeout(t.Context(), rand.N(patience))
		cmd := exec.CommandContext(ctx, exe, "get", "-q", "-i", file, "-d", dir)
		out, err := cmd.CombinedOutput()
		cancel()
		if done = err == nil; !done && cmd.ProcessState != nil && cmd.ProcessState.Exited() {
			t.Fatalf("it failed by itself: %v\n%s", err, out)
		}
		for _, r := range site.Log()[seen:] {
			name := filepath.Base(r.URL)
			if had[name] && r.Header.Get("If-Modified-Since") == "" {
				t.Errorf("run %d: %s was there, and fetched again", run, name)
			}
		}
	}
	t.Logf("%d runs", run)
	left := finished(t, dir)
	for name, size := range names {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !bytes.Equal(got, sites.PlainBytes(size, name)) {
			t.Errorf("%s: %d bytes of %d: %v", name, len(got), size, err)
		}
		delete(left, name)
	}
	if len(left) > 0 {
		t.Errorf("there is something else: %v", left)
	}
}

// finished are the files in a folder, but for those that are not whole.
func finished(t *testing.T, dir string) map[string]bool {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]bool{}
	for _, e := range list {
		set[e.Name()] = true
	}
	return set
}
