package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"seine/capture/folder"
	"seine/testdata/sites"
)

func asRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() == 0 {
		t.Setenv("SEINE_NO_SANDBOX", "1")
	}
}

// TestLiveTable: while a page runs, a terminal shows what was found; it never reaches the last column, and nothing of it is left behind.
func TestLiveTable(t *testing.T) {
	asRoot(t)
	exe := build(t)
	srv := httptest.NewServer(sites.New(sites.Options{}))
	defer srv.Close()
	const columns = 60
	for name, args := range map[string][]string{"one": {srv.URL + "/movie/harbour"}, "three": {srv.URL + "/movie/harbour", srv.URL + "/movie/a", srv.URL + "/movie/b"}} {
		text := onTerminal(t, columns, "NO_COLOR=1", exe, append([]string{"sniff"}, args...)...)
		drawn := 0
		for line := range strings.SplitSeq(text, "\n") {
			states := strings.Split(strings.TrimSuffix(line, "\r"), "\x1b[K")
			for _, s := range states[:len(states)-1] {
				s = strings.ReplaceAll(strings.Trim(s, "\r"), "\x1b[A", "")
				if drawn++; len([]rune(s)) >= columns {
					t.Errorf("%s: %q", name, s)
				}
			}
		}
		if drawn < 4 || !strings.Contains(text, " media, ") {
			t.Errorf("%s: nothing was shown: %q", name, text)
		}
		if got := strings.Count(onScreen(text), "plays, AES-128 "); got != len(args) {
			t.Errorf("%s: %d films are left on the screen:\n%s", name, got, onScreen(text))
		}
		if strings.Contains(onScreen(text), " media, ") || strings.Contains(onScreen(text), "found HLS") {
			t.Errorf("%s: left behind:\n%s", name, onScreen(text))
		}
	}
}

// onScreen does what a terminal does with \r, \n, cursor up and erase line.
func onScreen(text string) string {
	lines, at := []string{""}, 0
	for len(text) > 0 {
		switch {
		case strings.HasPrefix(text, "\x1b[K"):
			lines[at], text = "", text[3:]
		case strings.HasPrefix(text, "\x1b[A"):
			at, text = max(at-1, 0), text[3:]
		case text[0] == '\n':
			if at++; at == len(lines) {
				lines = append(lines, "")
			}
			text = text[1:]
		case text[0] == '\r':
			text = text[1:]
		default:
			lines[at] += text[:1]
			text = text[1:]
		}
	}
	return strings.Join(lines, "\n")
}

// TestTheBrowserIsKilled in the middle of twelve pages: all of them are shown.
func TestTheBrowserIsKilled(t *testing.T) {
	asRoot(t)
	exe, site := build(t), sites.New(sites.Options{})
	pid := make(chan int, 1)
	var once sync.Once
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "5" {
			once.Do(func() { killChildren(t, <-pid) })
		}
		site.ServeHTTP(w, r)
	}))
	defer srv.Close()
	args := []string{"sniff", "--json", "--until", "api", "--tabs", "3"}
	for i := range 12 {
		args = append(args, fmt.Sprintf("%s/play/nothing.html?page=%d", srv.URL, i))
	}
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid <- cmd.Process.Pid
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out.String(), errs.String())
	}
	for i := range 12 {
		page := fmt.Sprintf("page=%d\"", i)
		summaries := 0
		for line := range strings.Lines(out.String()) {
			if strings.Contains(line, `"event":"summary"`) && strings.Contains(line, page) {
				summaries++
			}
		}
		if summaries != 1 {
			t.Errorf("page %d has %d summaries", i, summaries)
		}
	}
	if !strings.Contains(out.String(), `"event":"again"`) {
		t.Error("nothing was tried again: the test proves nothing")
	}
}

func killChildren(t *testing.T, parent int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	killed := 0
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		var pid, ppid int
		var state string
		_, rest, _ := strings.Cut(string(text), ") ")
		_, err = fmt.Sscan(string(text), &pid)
		if _, e := fmt.Sscan(rest, &state, &ppid); err == nil && e == nil && ppid == parent {
			killed++
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Error(err)
			}
		}
	}
	if killed == 0 {
		t.Error("there is no browser to be killed")
	}
}

// TestInterruptedSniff keeps what came until Ctrl-C, and says so.
func TestInterruptedSniff(t *testing.T) {
	asRoot(t)
	exe := build(t)
	srv := httptest.NewServer(sites.New(sites.Options{}))
	defer srv.Close()
	dir := filepath.Join(t.TempDir(), "kept")
	cmd := exec.CommandContext(t.Context(), exe, "sniff", srv.URL+"/movie/harbour", "--wait", "1h", "--save", dir)
	var out bytes.Buffer
	cmd.Stdout = &out
	errs, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	said := ""
	for lines := bufio.NewScanner(errs); lines.Scan(); {
		said += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "found HLS") {
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != codeInterrupted {
		t.Fatalf("%v\n%s", err, said)
	}
	o, err := folder.Open(dir)
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	defer o.Close()
	if m := o.Manifest; m.Complete || !strings.Contains(m.Ended, "interrupted") || m.Title != "The Harbour" || len(o.Capture.Streams()) != 1 {
		t.Errorf("%+v", m)
	}
	if !strings.Contains(out.String(), "HLS") {
		t.Errorf("what was found is not shown:\n%s%s", out.String(), said)
	}
}
