package main

import (
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"seine/testdata/sites"
)

// onTerminal runs the program on a terminal of so many columns, and returns all that it wrote there.
func onTerminal(t *testing.T, columns uint16, env string, exe string, args ...string) string {
	t.Helper()
	m, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("SKIPPED, NOT PROVED: there are no terminals here: ", err)
	}
	defer m.Close()
	fd := int(m.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = errors.Join(unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0), unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}))
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = t.TempDir(), s, s, s
	cmd.Env = append(os.Environ(), "TERM=xterm", env)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	text, _ := io.ReadAll(m) // ends with EIO when the last one has closed its side
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return string(text)
}

var painting = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// TestNarrowTerminal: progress is one line, which never reaches the last column, and leaves nothing behind.
func TestNarrowTerminal(t *testing.T) {
	exe := build(t)
	srv := httptest.NewServer(sites.New(sites.Options{SegmentDelay: 250 * time.Millisecond}))
	defer srv.Close()
	for _, columns := range []uint16{60, 40, 20} {
		text := onTerminal(t, columns, "NO_COLOR=", exe, "get", srv.URL+"/movie-open/master.m3u8", "-o", "film.mp4", "--workers", "2")
		redrawn := 0
		for line := range strings.SplitSeq(text, "\n") {
			states := strings.Split(strings.TrimSuffix(line, "\r"), "\r\x1b[K")
			for _, s := range states[:len(states)-1] { // what is redrawn; the last one stays
				if redrawn++; len([]rune(painting.ReplaceAllString(s, ""))) >= int(columns) {
					t.Errorf("%d columns: %q", columns, s)
				}
			}
			if strings.Contains(line, "━") && strings.Contains(states[len(states)-1], "━") {
				t.Errorf("%d columns: progress was left behind: %q", columns, line)
			}
		}
		if redrawn < 4 {
			t.Errorf("%d columns: there was no progress: %q", columns, text)
		}
	}
}

// TestColour: there is some on a terminal, and none where NO_COLOR is set (https://no-color.org), whatever is shown.
func TestColour(t *testing.T) {
	exe := build(t)
	srv := httptest.NewServer(sites.New(sites.Options{}))
	defer srv.Close()
	film := []string{"get", srv.URL + "/media/film/master.m3u8"}
	for name, args := range map[string][]string{
		"film": append(film, "-o", "film.mp4", "--quality", "999p"), "list": append(film, "--list"), "dry run": append(film, "--dry-run"),
		"verbose": append(film, "--list", "-v"), "browsers": {"browser", "doctor", "--help"}, "help": {"--help"},
	} {
		plain := onTerminal(t, 100, "NO_COLOR=1", exe, args...)
		if found := painting.FindString(plain); found != "" {
			t.Errorf("%s: NO_COLOR, and %q", name, found)
		}
		if coloured := onTerminal(t, 100, "NO_COLOR=", exe, args...); name != "help" && name != "browsers" && !painting.MatchString(coloured) {
			t.Errorf("%s has no colour: the test proves nothing: %q", name, coloured)
		}
	}
	out, err := exec.CommandContext(t.Context(), exe, append(film, "--list")...).Output()
	if err != nil || painting.Match(out) {
		t.Errorf("colour in a pipe: %q, %v", out, err)
	}
}
