package browser_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"seine/browser"
	"seine/browser/browsertest"
)

// loops is how often each end is met: SEINE_ROUNDS, or 20 times.
func loops() int {
	if n, err := strconv.Atoi(os.Getenv("SEINE_ROUNDS")); err == nil && n > 0 {
		return n
	}
	if testing.Short() {
		return 2
	}
	return 20
}

// sometime is a moment in the start of a browser.
func sometime() time.Duration { return time.Duration(rand.IntN(700)) * time.Millisecond }

func launch(t *testing.T, ctx context.Context, state string) (*browser.Browser, *browser.Tab) {
	t.Helper()
	b, err := browser.Launch(ctx, browsertest.Options(state))
	if err != nil {
		t.Fatal(err)
	}
	tab, err := b.NewTab(ctx, nil)
	if err != nil {
		_ = b.Close()
		t.Fatal(err)
	}
	return b, tab
}

// processes lists the live processes that name state in their command line; the main one of each Chrome has no --type. A process that
// has forked and not yet executed has its parent's command line: it is no main one.
func processes(t testing.TB, state string) (all, mains []int) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil || !bytes.Contains(text, []byte("="+state)) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		all = append(all, pid)
		if !bytes.Contains(text, []byte("--type=")) {
			mains = append(mains, pid)
		}
	}
	return all, slices.DeleteFunc(slices.Clone(mains), func(pid int) bool { return slices.Contains(mains, parent(pid)) })
}

// parent reads field 4 of /proc/PID/stat, behind the command's closing parenthesis; 0 when the process is gone.
func parent(pid int) int {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 2 {
		return 0
	}
	ppid, _ := strconv.Atoi(fields[1])
	return ppid
}

// checkNothingLeft: no process, no folder, no temporary file.
func checkNothingLeft(t testing.TB, state string) {
	t.Helper()
	if all, _ := processes(t, state); len(all) > 0 {
		t.Errorf("processes left: %v", all)
	}
	entries, err := os.ReadDir(state)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "door.lock" && e.Name() != "versions.json" {
			t.Errorf("left in the state folder: %s", e.Name())
		}
		if temp := filepath.Join("/tmp", "seine-run-"+e.Name()); e.IsDir() {
			if _, err := os.Stat(temp); err == nil {
				t.Errorf("left: %s", temp)
			}
		}
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	state := t.TempDir()
	for range loops() {
		b, tab := launch(t, t.Context(), state)
		if all, mains := processes(t, state); (len(all) < 3 && !usesShell(t)) || len(mains) != 1 {
			t.Fatalf("processes %v, main %v: the test cannot see them", all, mains)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Errorf("closed again: %v", err)
		}
		checkNothingLeft(t, state)
		if !errors.Is(b.Err(), browser.ErrClosed) || !errors.Is(tab.Err(), browser.ErrClosed) {
			t.Errorf("Err of browser: %v, of tab: %v", b.Err(), tab.Err())
		}
		if _, err := b.NewTab(t.Context(), nil); !errors.Is(err, browser.ErrClosed) {
			t.Errorf("NewTab after Close: %v", err)
		}
	}
}

func TestCancelLeavesNothing(t *testing.T) {
	state := t.TempDir()
	for range loops() {
		ctx, cancel := context.WithCancelCause(t.Context())
		b, tab := launch(t, ctx, state)
		why := errors.New("enough")
		go cancel(why)
		if err := chromedp.Do(tab.Context(), chromedp.WaitVisible(chromedp.CSS("#never"))); err == nil {
			t.Error("an endless action ended well")
		}
		receive(t, b.Done())
		if !errors.Is(b.Err(), why) {
			t.Errorf("Err: %v", b.Err())
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		checkNothingLeft(t, state)
	}
}

func TestCancelDuringStartLeavesNothing(t *testing.T) {
	state := t.TempDir()
	for range loops() {
		ctx, cancel := context.WithTimeout(t.Context(), sometime())
		b, err := browser.Launch(ctx, browsertest.Options(state))
		if err == nil {
			_, _ = b.NewTab(ctx, nil)
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		} else if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Launch: %v", err)
		}
		cancel()
		if all, _ := processes(t, state); len(all) > 0 {
			t.Errorf("processes left: %v", all)
		}
	}
	b, _ := launch(t, t.Context(), state)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	checkNothingLeft(t, state)
}

func TestKilledChrome(t *testing.T) {
	state := t.TempDir()
	for range loops() {
		b, tab := launch(t, t.Context(), state)
		_, mains := processes(t, state)
		ended := make(chan error, 1)
		go func() {
			ended <- tab.Session().Call(t.Context(), "Runtime.evaluate", runtime.EvaluateParams{Expression: "new Promise(() => 0)", AwaitPromise: new(true)}, nil)
		}()
		if err := syscall.Kill(mains[0], syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		receive(t, b.Done())
		receive(t, tab.Done())
		if err := receive(t, ended); !errors.Is(err, browser.ErrBrowserGone) {
			t.Errorf("a call under way: %v", err)
		}
		if err := b.Err(); !errors.Is(err, browser.ErrBrowserGone) || !strings.Contains(err.Error(), "killed") {
			t.Errorf("Err: %v", err)
		}
		if err, cause := tab.Err(), context.Cause(tab.Life()); !errors.Is(err, browser.ErrBrowserGone) || !errors.Is(cause, browser.ErrBrowserGone) {
			t.Errorf("Err of the tab: %v, the cause of its end: %v", err, cause)
		}
		if err := tab.Session().Call(t.Context(), "Runtime.enable", nil, nil); !errors.Is(err, browser.ErrBrowserGone) {
			t.Errorf("a call after the end: %v", err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		checkNothingLeft(t, state)
	}
}

// TestKilledChromeDuringStart: whether Chrome had answered already or not.
func TestKilledChromeDuringStart(t *testing.T) {
	state := t.TempDir()
	for range loops() {
		ctx, cancel := context.WithCancel(t.Context())
		killed := make(chan struct{})
		go func() {
			defer close(killed)
			wait := time.NewTimer(sometime())
			defer wait.Stop()
			select {
			case <-wait.C:
			case <-ctx.Done():
			}
			for killed := false; !killed && ctx.Err() == nil; {
				_, mains := processes(t, state)
				for _, pid := range mains {
					killed = syscall.Kill(pid, syscall.SIGKILL) == nil
				}
			}
		}()
		b, err := browser.Launch(t.Context(), browsertest.Options(state))
		if err == nil {
			receive(t, b.Done())
			if !errors.Is(b.Err(), browser.ErrBrowserGone) {
				t.Errorf("Err: %v", b.Err())
			}
			err = b.Close()
		} else if errors.Is(err, browser.ErrStart) || errors.Is(err, browser.ErrBrowserGone) {
			err = nil
		}
		if err != nil {
			t.Error(err)
		}
		cancel()
		<-killed
		checkNothingLeft(t, state)
	}
}

// actor starts this test binary as a process with a browser; ready is closed when its page is open.
func actor(t *testing.T, state, page string) (cmd *exec.Cmd, ready <-chan struct{}) {
	t.Helper()
	cmd = exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), actEnv+"=stay", stateEnv+"="+state, pageEnv+"="+page)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		if bufio.NewScanner(out).Scan() {
			close(done)
		}
	}()
	return cmd, done
}

func TestKilledOwnerIsSwept(t *testing.T) {
	s := newSite(t)
	s.html("/page", `<iframe src="{B}/frame"></iframe>`)
	s.html("/frame", `x`)
	state := t.TempDir()
	temps := map[string]bool{} // folders outside
	for i := range loops() {
		cmd, ready := actor(t, state, s.a("/page"))
		if i%2 == 0 {
			receive(t, ready)
		} else { // anywhere in its start
			time.Sleep(sometime())
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		folders, _ := filepath.Glob(filepath.Join(state, "run-*"))
		for _, f := range folders {
			temps["/tmp/seine-run-"+strings.TrimSuffix(filepath.Base(f), ".lock")] = true
		}
	}
	b, _ := launch(t, t.Context(), state)
	if _, mains := processes(t, state); len(mains) != 1 {
		t.Errorf("beside the browser that was started live those of dead owners: %v", mains)
	}
	if folders, err := filepath.Glob(filepath.Join(state, "run-*")); err != nil || len(folders) != 2 {
		t.Errorf("beside one run folder and its lock: %v (%v)", folders, err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	checkNothingLeft(t, state)
	for temp := range temps {
		if _, err := os.Stat(temp); err == nil {
			t.Errorf("left: %s", temp)
		}
	}
}

func TestSignalsEndCleanly(t *testing.T) {
	s := newSite(t)
	s.html("/page", `x`)
	state := t.TempDir()
	for i := range 6 {
		cmd, ready := actor(t, state, s.a("/page"))
		receive(t, ready)
		if err := cmd.Process.Signal([]os.Signal{os.Interrupt, syscall.SIGTERM}[i%2]); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the signalled process: %v", err)
		}
		checkNothingLeft(t, state)
	}
}

func TestTwoOwnersShareAStateFolder(t *testing.T) {
	state := t.TempDir()
	one, tab := launch(t, t.Context(), state)
	defer one.Close() //nolint:errcheck // checked below
	two, _ := launch(t, t.Context(), state)
	if err := two.Close(); err != nil {
		t.Fatal(err)
	}
	evaluate[int](t, tab, `1`) // still there: the second did not sweep the first
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	checkNothingLeft(t, state)
}

func TestChromeListensNowhere(t *testing.T) {
	state := t.TempDir()
	b, _ := launch(t, t.Context(), state)
	defer b.Close() //nolint:errcheck // not its matter
	listening := map[string]bool{}
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile("/proc/net/" + table)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); len(f) > 9 && f[3] == "0A" { // TCP_LISTEN
				listening["socket:["+f[9]+"]"] = true
			}
		}
	}
	all, _ := processes(t, state)
	seen := 0
	for _, pid := range all {
		fds, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
		for _, fd := range fds {
			seen++
			if link, err := os.Readlink(fd); err == nil && listening[link] {
				t.Errorf("process %d listens: %s", pid, link)
			}
		}
	}
	if seen < 20 {
		t.Fatalf("only %d descriptors of %d processes could be read", seen, len(all))
	}
}
