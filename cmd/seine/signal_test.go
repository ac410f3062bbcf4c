package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"seine/testdata/sites"
)

// begun is `seine get` with two segments on record.
func begun(t *testing.T, exe, base, dir string, stderr *os.File) *exec.Cmd {
	t.Helper()
	cmd := command(t.Context(), exe, base, dir)
	cmd.Args = append(cmd.Args, "--workers", "1")
	cmd.Stderr = stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	poll(t, func() bool { return segmentsKept(t, dir) >= 2 })
	return cmd
}

// poll returns when done does.
func poll(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a minute has passed in vain")
		}
	}
}

func interrupt(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
}

// clogged is a pipe that nobody reads, and that is full: whoever writes to it waits for ever.
func clogged(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		r.Close()
		w.Close()
	})
	if err := w.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{4096, 1} {
		for err = nil; err == nil; {
			_, err = w.Write(make([]byte, n))
		}
	}
	return w
}

// TestInterrupts: the first Ctrl-C ends the work in order, a second one the process, whatever it still waits for. Either way the exit
// code says so, and the next run goes on with what was there.
func TestInterrupts(t *testing.T) {
	exe := build(t)
	site := sites.New(sites.Options{SegmentDelay: 250 * time.Millisecond})
	srv := httptest.NewServer(site)
	defer srv.Close()
	want := sum(t, film(t, exe, srv.URL))
	for name, strike := range map[string]func(*testing.T, *exec.Cmd, string){
		"once": func(t *testing.T, cmd *exec.Cmd, _ string) { interrupt(t, cmd) },
		"twice at once": func(t *testing.T, cmd *exec.Cmd, _ string) {
			interrupt(t, cmd)
			interrupt(t, cmd)
		},
		"twice, for the end is held up": func(t *testing.T, cmd *exec.Cmd, dir string) {
			interrupt(t, cmd)
			// All is in order, and nobody writes the film any more; but the last word finds no way out.
			poll(t, func() bool { return !exists(filepath.Join(dir, "film.mp4.part.lock")) })
			interrupt(t, cmd)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			stderr, err := os.Create(filepath.Join(dir, "stderr"))
			if err != nil {
				t.Fatal(err)
			}
			defer stderr.Close()
			if name == "twice, for the end is held up" {
				stderr = clogged(t)
			}
			cmd := begun(t, exe, srv.URL, dir, stderr)
			strike(t, cmd, dir)
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != codeInterrupted {
				t.Errorf("exit code %d", code)
			}
			kept := segmentsKept(t, dir)
			if kept < 2 || kept == 12 || exists(filepath.Join(dir, "film.mp4")) {
				t.Errorf("%d segments were kept", kept)
			}
			if out, err := command(t.Context(), exe, srv.URL, dir, "-H", "X-Run: "+name).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			if n := segmentsAsked(site.Log(), name); n > 12-kept {
				t.Errorf("%d segments were kept, and %d asked for again", kept, n)
			}
			if got := sum(t, filepath.Join(dir, "film.mp4")); got != want {
				t.Error("another film than without the interruption")
			}
			if b, _ := os.ReadFile(filepath.Join(dir, "stderr")); name == "once" && !bytes.Contains(b, []byte("interrupted")) {
				t.Errorf("stderr: %q", b)
			}
		})
	}
}

// TestInterruptsRecording: Ctrl-C is how a recording ends, which is no failure; what else there was to do is broken off, and the exit code says so.
func TestInterruptsRecording(t *testing.T) {
	exe := build(t)
	srv := httptest.NewServer(sites.New(sites.Options{}))
	defer srv.Close()
	held := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer held.Close()
	for name, c := range map[string]struct {
		more []string
		code int
	}{
		"alone": {nil, 0}, "and a file": {[]string{held.URL + "/file.bin"}, codeInterrupted},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			film := filepath.Join(dir, "film.mp4")
			if err := os.WriteFile(filepath.Join(dir, "list"), []byte(channel(t, srv.URL)+"\n  out=film.mp4\n"+strings.Join(c.more, "\n")+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), exe, "get", "-i", "list")
			cmd.Dir = dir
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = &said, &said
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			poll(t, func() bool { return segmentsKept(t, dir) >= 2 })
			interrupt(t, cmd)
			_ = cmd.Wait()
			if code := cmd.ProcessState.ExitCode(); code != c.code || !exists(film) || exists(film+".part") || bytes.Contains(said.Bytes(), []byte("interrupted")) != (c.code != 0) {
				t.Errorf("exit code %d, want %d\n%s", code, c.code, &said)
			}
		})
	}
}

// channel is the address of a site's channel, with the pass that its page gets.
func channel(t *testing.T, base string) string {
	t.Helper()
	res, err := http.Post(base+"/live/4/pass", "", nil) //nolint:noctx // of a server of this test
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var pass struct{ Src string }
	if err := json.NewDecoder(res.Body).Decode(&pass); err != nil {
		t.Fatal(err)
	}
	return base + "/live/4/" + pass.Src
}
