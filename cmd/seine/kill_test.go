package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"seine/assemble/journal"
	"seine/testdata/sites"
)

// kills is how often the program is killed, over as many films as that takes.
const kills = 200

// TestKillLoop kills `seine get` at random moments until its film is finished, again and again: each file has the very same
// bytes, and no segment that was in the journal is asked for again.
func TestKillLoop(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED, NOT PROVED: with -short, for 200 processes take half a minute")
	}
	exe := build(t)
	site := sites.New(sites.Options{SegmentDelay: 25 * time.Millisecond})
	srv := httptest.NewServer(site)
	defer srv.Close()
	want := sum(t, film(t, exe, srv.URL))
	killed, films := 0, 0
	for ; killed < kills; films++ {
		dir := t.TempDir()
		for run := 0; ; run++ {
			had, name := segmentsKept(t, dir), fmt.Sprintf("%d.%d", films, run)
			// A slow machine gets more time with each run, or no film would ever be finished.
			patience := 200 * time.Millisecond << (run / 10)
			done := getAndKill(t, exe, srv.URL, dir, name, rand.N(patience))
			if n := segmentsAsked(site.Log(), name); n > 12-had {
				t.Fatalf("film %d, run %d: %d segments were kept, and %d asked for again", films, run, had, n)
			}
			if done {
				break
			}
			killed++
			if run > 100 {
				t.Fatal("100 runs and no film")
			}
		}
		if got := sum(t, filepath.Join(dir, "film.mp4")); got != want {
			t.Fatalf("film %d is another one: %x, not %x", films, got, want)
		}
		if left, err := filepath.Glob(filepath.Join(dir, "film.mp4.*")); err != nil || len(left) > 0 {
			t.Fatalf("film %d left %q (%v)", films, left, err)
		}
	}
	t.Logf("%d kills over %d films", killed, films)
}

func build(t *testing.T) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "seine")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", exe, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return exe
}

func command(ctx context.Context, exe, base, dir string, more ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, exe, append([]string{"get", base + "/movie-open/master.m3u8", "-o", "film.mp4", "-q"}, more...)...)
	cmd.Dir = dir
	return cmd
}

func film(t *testing.T, exe, base string) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := command(t.Context(), exe, base, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return filepath.Join(dir, "film.mp4")
}

// getAndKill says whether the film was finished before its time was up.
func getAndKill(t *testing.T, exe, base, dir, name string, after time.Duration) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	cmd := command(ctx, exe, base, dir, "-H", "X-Run: "+name)
	var out bytes.Buffer
	cmd.Stderr = &out
	err := cmd.Run() // the end of ctx is a SIGKILL
	if cmd.ProcessState == nil {
		return false // its time was up before it began
	}
	if cmd.ProcessState.Success() || cmd.ProcessState.ExitCode() == codeOutput && exists(filepath.Join(dir, "film.mp4")) {
		return true // or the last kill came between the film's end and the process's
	}
	if s, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && !s.Signaled() {
		t.Fatalf("it failed by itself: %v\n%s", err, out.String())
	}
	return false
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// segmentsKept counts the journal's records.
func segmentsKept(t *testing.T, dir string) int {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "film.mp4.part.journal"))
	if err != nil {
		return 0
	}
	defer f.Close()
	_, records, err := journal.Read(f)
	if err != nil {
		return 0 // killed while the header was written
	}
	return len(records)
}

var segmentURL = regexp.MustCompile(`/360p/seg_\d+\.ts`)

// segmentsAsked counts the requests of one run: those of the one before may be heard after its death.
func segmentsAsked(log []sites.Request, run string) int {
	n := 0
	for _, r := range log {
		if segmentURL.MatchString(r.URL) && r.Header.Get("X-Run") == run {
			n++
		}
	}
	return n
}

func sum(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))
}
