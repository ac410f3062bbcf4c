package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"

	"seine/browser"
	"seine/testdata/sites"
)

// windowed is a Chrome that runs already, with a DevTools port, as a person's might.
func windowed(t *testing.T) (socket string, kill func()) {
	t.Helper()
	c, err := browser.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless=new", "--remote-debugging-port=0", "--user-data-dir=" + t.TempDir(), "--no-first-run", "about:blank"}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), c.Path, args...)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _, _ = io.Copy(io.Discard, out); _ = cmd.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "DevTools listening on "); ok {
			return address, func() { _ = cmd.Process.Kill() }
		}
	}
	t.Fatal("it names no address")
	return "", nil
}

// hand is a person at that Chrome.
type hand struct {
	t       *testing.T
	b       *browser.Browser
	page    target.ID
	session target.SessionID
}

// atPage takes the page of an address, once it is there.
func atPage(t *testing.T, socket, address string) *hand {
	t.Helper()
	b, err := browser.Launch(t.Context(), browser.Options{Connect: socket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	h := &hand{t: t, b: b}
	for end := time.Now().Add(time.Minute); h.page == "" && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		list, err := cdp.Call(t.Context(), cdp.Session(b.Session()), target.GetTargets, target.GetTargetsParams{})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range list.TargetInfos {
			if i.Type == "page" && i.URL == address {
				h.page = i.TargetID
			}
		}
	}
	var got struct {
		SessionID target.SessionID `json:"sessionId"`
	}
	if err := b.Session().Call(t.Context(), "Target.attachToTarget", map[string]any{"targetId": h.page}, &got); err != nil {
		t.Fatalf("no page at %s: %v", address, err)
	}
	h.session = got.SessionID
	return h
}

// send does something on the page. Nothing of it is answered to us.
func (h *hand) send(method string, params any) {
	h.t.Helper()
	m, err := json.Marshal(map[string]any{"id": 1, "method": method, "params": params})
	if err == nil {
		err = h.b.Session().Call(h.t.Context(), "Target.sendMessageToTarget", map[string]any{"sessionId": h.session, "message": string(m)}, nil)
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hand) click(x, y float64) {
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		e := map[string]any{"type": kind, "x": x, "y": y, "clickCount": 1}
		if kind != "mouseMoved" {
			e["button"] = "left"
		}
		h.send("Input.dispatchMouseEvent", e)
	}
}

func (h *hand) typing(text string) {
	for _, r := range text {
		h.send("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": string(r), "text": string(r)})
		h.send("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": string(r)})
	}
}

// spoken is what a program says, and can be waited for.
type spoken struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *spoken) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *spoken) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *spoken) await(t *testing.T, what string) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !strings.Contains(s.String(), what); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never said: %s\n%s", what, s)
		}
	}
}

// tapeRun is a seine record that runs.
type tapeRun struct {
	*exec.Cmd
	said spoken
}

func startRecording(t *testing.T, exe, dir string, args ...string) *tapeRun {
	t.Helper()
	r := &tapeRun{Cmd: exec.CommandContext(context.WithoutCancel(t.Context()), exe, append([]string{"record"}, args...)...)}
	r.Dir, r.Stdout, r.Stderr = dir, &r.said, &r.said
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Process.Kill(); _ = r.Wait() })
	return r
}

// holds waits until a file has a text.
func holds(t *testing.T, path, what string) string {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		data, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(data), what) {
			return string(data)
		}
		if time.Now().After(end) {
			t.Fatalf("%s never held %q: %v\n%s", path, what, err, data)
		}
	}
}

// form has its two fields and its button at places that are known.
const form = `<!doctype html><title>Sign in</title><link rel="icon" href="data:,"><style>* { position: absolute; left: 10px; width: 200px; height: 20px }</style>
<input aria-label="Name" style="top:10px"><input type="password" aria-label="Password" style="top:50px"><button style="top:90px" onclick="out.textContent = 'in'">Sign in</button><output id="out" style="top:130px"></output>
<script>onload = () => requestAnimationFrame(() => setTimeout(() => { new Image().src = "/ready"; }, 100));</script>`

// TestRecordCommand: seine record from its start to Ctrl-C, as a program beside a Chrome that a person uses.
func TestRecordCommand(t *testing.T) {
	t.Parallel()
	drawn := make(chan struct{}, 100) // Chrome drops what is done to a page before it has drawn it
	mux := http.NewServeMux()
	mux.Handle("GET /", sites.Static("text/html; charset=utf-8", form))
	mux.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) { drawn <- struct{}{} })
	site := httptest.NewServer(mux)
	defer site.Close()
	exe, dir := build(t), t.TempDir()
	socket, kill := windowed(t)
	file := filepath.Join(dir, "site.yaml")

	r := startRecording(t, exe, dir, site.URL+"/", "-o", "site.yaml", "--connect", socket, "--parametrise", "--check", "password=hunter2")
	r.said.await(t, "Recording.")
	<-drawn
	h := atPage(t, socket, site.URL+"/")
	h.click(50, 20)
	h.typing("Ann")
	h.click(50, 60)
	h.typing("hunter2")
	h.click(50, 100)
	holds(t, file, "Sign in[role")
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := r.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, &r.said)
	}
	for _, want := range []string{`give “Name” "Ann"`, "type a secret into “Password”", "click “Sign in”", "played once: 4 steps"} {
		if !strings.Contains(r.said.String(), want) {
			t.Errorf("it did not say %q:\n%s", want, &r.said)
		}
	}
	text := holds(t, file, "name: Ann")
	if strings.Contains(text+r.said.String(), "hunter2") {
		t.Errorf("a secret is in\n%s\n%s", text, &r.said)
	}

	// It goes on where the file ends, and is killed: what was done is there, and what stood there too.
	<-drawn // for the check
	r = startRecording(t, exe, dir, "--append", "site.yaml", "--connect", socket, "password=x")
	r.said.await(t, "Recording.")
	<-drawn
	h = atPage(t, socket, site.URL+"/")
	h.click(50, 20)
	h.typing("!")
	more := holds(t, file, "value: ")
	if !strings.HasPrefix(more, text[:strings.LastIndex(text, "  - click")]) {
		t.Errorf("what stood there is changed:\n%s\n\n%s", text, more)
	}
	if err := r.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.Wait()
	check := exec.CommandContext(t.Context(), exe, "check", "site.yaml")
	check.Dir = dir
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}

	// A recording for Chrome, which ends with its browser's violent end: what was done is in it.
	r = startRecording(t, exe, dir, site.URL+"/", "-o", "site.json", "--json", "--connect", socket)
	r.said.await(t, "Recording.")
	<-drawn
	h = atPage(t, socket, site.URL+"/")
	h.click(50, 100)
	holds(t, filepath.Join(dir, "site.json"), `"type": "click"`)
	kill()
	var exit *exec.ExitError
	if err := r.Wait(); !errors.As(err, &exit) || exit.ExitCode() != codeBrowser {
		t.Errorf("%v\n%s", err, &r.said)
	}
	r.said.await(t, "what was recorded until then is in site.json")
}

// TestRecordToolbar: the toolbar in the page adds a step and ends the recording, by keys alone; where there is to be none, its shortcut is the
// page's own.
func TestRecordToolbar(t *testing.T) {
	t.Parallel()
	drawn := make(chan struct{}, 100)
	mux := http.NewServeMux()
	mux.Handle("GET /", sites.Static("text/html; charset=utf-8", form+`<script>new MutationObserver(() => { if (document.documentElement.children.length > 2) new Image().src = "/shown"; }).observe(document.documentElement, { childList: true })</script>`))
	shown := make(chan struct{}, 100)
	mux.HandleFunc("GET /shown", func(http.ResponseWriter, *http.Request) { shown <- struct{}{} })
	mux.HandleFunc("GET /ready", func(http.ResponseWriter, *http.Request) { drawn <- struct{}{} })
	site := httptest.NewServer(mux)
	defer site.Close()
	exe, dir := build(t), t.TempDir()
	socket, _ := windowed(t)

	r := startRecording(t, exe, dir, site.URL+"/", "-o", "site.yaml", "--connect", socket)
	r.said.await(t, "Alt+Shift+S brings the keyboard to the toolbar")
	<-drawn
	h := atPage(t, socket, site.URL+"/")
	file := filepath.Join(dir, "site.yaml")
	<-shown
	h.shortcut()
	h.keys("Home", "ArrowRight", "ArrowRight", "ArrowRight", "Enter", "ArrowDown", "Enter", "ArrowLeft", "Enter", "Escape")
	if text := holds(t, file, "- assert:"); !strings.Contains(text, "Sign in") {
		t.Error(text)
	}
	h.shortcut()
	h.keys("End", "Enter")
	if err := r.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, &r.said)
	}

	r = startRecording(t, exe, dir, site.URL+"/", "-o", "plain.yaml", "--connect", socket, "--no-toolbar")
	r.said.await(t, "Recording.")
	<-drawn
	h = atPage(t, socket, site.URL+"/")
	h.shortcut()
	holds(t, filepath.Join(dir, "plain.yaml"), "press: Alt+Shift+S")
	if text := r.said.String(); strings.Contains(text, "toolbar") {
		t.Error(text)
	}
}

func (h *hand) keys(names ...string) {
	for _, n := range names {
		down := map[string]any{"type": "rawKeyDown", "key": n, "code": n, "windowsVirtualKeyCode": map[string]int{"Enter": 13, "Escape": 27, "Home": 36, "End": 35, "ArrowLeft": 37, "ArrowRight": 39, "ArrowDown": 40}[n]}
		if n == "Enter" {
			down["type"], down["text"] = "keyDown", "\r"
		}
		h.send("Input.dispatchKeyEvent", down)
		h.send("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": n, "code": n})
	}
}

// shortcut is that of the toolbar.
func (h *hand) shortcut() {
	for _, kind := range []string{"rawKeyDown", "keyUp"} {
		h.send("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": "S", "code": "KeyS", "windowsVirtualKeyCode": 83, "modifiers": 1 | 8})
	}
}

// TestRecordWindow: it opens a window, and ends in peace when that is closed. Chrome's own headless platform stands for a display.
func TestRecordWindow(t *testing.T) {
	found, err := browser.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "front.go")
	if err := os.WriteFile(program, []byte(fmt.Sprintf(front, found.Path, filepath.Join(dir, "started"))), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "chrome"), program).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	site := httptest.NewServer(sites.Static("text/html", `<!doctype html><title>Short</title><link rel="icon" href="data:,">`))
	defer site.Close()
	t.Setenv("SEINE_OWN_DISPLAY", "1")
	r := startRecording(t, build(t), dir, site.URL+"/", "-o", "short.yaml", "--browser", filepath.Join(dir, "chrome"))
	holds(t, filepath.Join(dir, "short.yaml"), "navigate: "+site.URL)
	r.said.await(t, "Recording.")
	for _, pid := range childrenOf(t, r.Process.Pid) { // asked so, Chrome closes its windows and ends
		_ = syscall.Kill(pid, syscall.SIGTERM)
	}
	if err := r.Wait(); err != nil {
		t.Errorf("%v\n%s", err, &r.said)
	}
	if text := r.said.String(); !strings.Contains(text, "short.yaml") || strings.Contains(text, "Play it once") {
		t.Error(text)
	}
}

// childrenOf are the processes that a process has started.
func childrenOf(t *testing.T, parent int) (list []int) {
	t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range all {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(text), ") ")
		var state string
		var own, pid int
		if n, _ := fmt.Sscan(rest, &state, &own); n == 2 && own == parent {
			if n, _ := fmt.Sscan(string(text), &pid); n == 1 {
				list = append(list, pid)
			}
		}
	}
	return list
}
