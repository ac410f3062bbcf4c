//go:build linux

// Command bare is the floor of the benchmarks: the least that finds a page's playlist with a browser. It speaks CDP on a pipe, hears the
// requests of the page's own target, and ends the browser by killing it. No workers, no bodies, no answers, nothing kept. With -contexts
// each page gets a browser context, and so a window, of its own. With -follow one tab goes to all pages, one after the other, until each
// document was read, and looks for nothing.
//
//	bare [-contexts | -follow] EXECUTABLE TABS PAGE...
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

var playlist = regexp.MustCompile(`\.(m3u8|mpd)(\?|$)`)

type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
}

// client speaks to one browser.
type client struct {
	out     *os.File
	mu      sync.Mutex
	last    int
	waiting map[int]chan json.RawMessage
	hear    map[string]chan string // by session: the first playlist

	contexts  bool
	documents chan struct{} // has one for each that was read
}

func (c *client) call(session, method string, params map[string]any) json.RawMessage {
	answer := make(chan json.RawMessage, 1)
	c.mu.Lock()
	c.last++
	c.waiting[c.last] = answer
	text, err := json.Marshal(message{ID: c.last, Session: session, Method: method, Params: params})
	if err == nil {
		_, err = c.out.Write(append(text, 0))
	}
	c.mu.Unlock()
	check(err)
	return <-answer
}

func (c *client) read(in *bufio.Reader) {
	for {
		text, err := in.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			message
			Params struct { // in place of the embedded one
				Request struct{ URL string }
			} `json:"params"`
		}
		check(json.Unmarshal(text[:len(text)-1], &m))
		c.mu.Lock()
		if answer := c.waiting[m.ID]; m.ID != 0 && answer != nil {
			answer <- m.Result
			delete(c.waiting, m.ID)
		} else if m.Method == "Page.domContentEventFired" {
			c.documents <- struct{}{}
		} else if heard := c.hear[m.Session]; heard != nil && m.Method == "Network.requestWillBeSent" && playlist.MatchString(m.Params.Request.URL) {
			select {
			case heard <- m.Params.Request.URL:
			default:
			}
		}
		c.mu.Unlock()
	}
}

func (c *client) visit(page string) string {
	var place struct{ BrowserContextID string }
	how := map[string]any{"url": "about:blank"}
	if c.contexts {
		check(json.Unmarshal(c.call("", "Target.createBrowserContext", nil), &place))
		how["browserContextId"], how["newWindow"] = place.BrowserContextID, true
	}
	var target struct{ TargetID string }
	check(json.Unmarshal(c.call("", "Target.createTarget", how), &target))
	var session struct{ SessionID string }
	check(json.Unmarshal(c.call("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}), &session))
	heard := make(chan string, 1)
	c.mu.Lock()
	c.hear[session.SessionID] = heard
	c.mu.Unlock()
	c.call(session.SessionID, "Network.enable", map[string]any{})
	c.call(session.SessionID, "Page.navigate", map[string]any{"url": page})
	found := <-heard
	if c.contexts {
		c.call("", "Target.disposeBrowserContext", map[string]any{"browserContextId": place.BrowserContextID})
	} else {
		c.call("", "Target.closeTarget", map[string]any{"targetId": target.TargetID})
	}
	return found
}

// follow goes to one page after the other.
func (c *client) follow(pages []string) {
	var target struct{ TargetID string }
	check(json.Unmarshal(c.call("", "Target.createTarget", map[string]any{"url": "about:blank"}), &target))
	var session struct{ SessionID string }
	check(json.Unmarshal(c.call("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}), &session))
	c.call(session.SessionID, "Page.enable", nil)
	for _, page := range pages {
		c.call(session.SessionID, "Page.navigate", map[string]any{"url": page})
		<-c.documents
		fmt.Println(page)
	}
}

func main() {
	contexts := flag.Bool("contexts", false, "each page in a browser context of its own")
	follow := flag.Bool("follow", false, "all pages in one tab, one after the other")
	flag.Parse()
	dir, err := os.MkdirTemp("", "seine-bare-")
	check(err)
	args := []string{
		"--headless", "--remote-debugging-pipe", "--user-data-dir=" + dir, "--no-first-run", "--mute-audio", "--disable-extensions",
		"--disable-background-networking", "--disable-sync", "--disable-component-update", "--disable-default-apps", "--autoplay-policy=no-user-gesture-required",
	}
	if os.Getenv("SEINE_NO_SANDBOX") == "1" {
		args = append(args, "--no-sandbox")
	}
	theirIn, ourOut, err := os.Pipe()
	check(err)
	ourIn, theirOut, err := os.Pipe()
	check(err)
	cmd := exec.Command(flag.Arg(0), args...) //nolint:noctx // killed at the end
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	check(cmd.Start())
	c := &client{out: ourOut, waiting: map[int]chan json.RawMessage{}, hear: map[string]chan string{}, contexts: *contexts, documents: make(chan struct{}, 1000)}
	go c.read(bufio.NewReaderSize(ourIn, 1<<20))
	tabs, err := strconv.Atoi(flag.Arg(1))
	check(err)
	if *follow {
		c.follow(flag.Args()[2:])
		end(cmd, dir)
		return
	}
	pages := make(chan string)
	var lanes sync.WaitGroup
	for range tabs {
		lanes.Go(func() {
			for page := range pages {
				fmt.Println(c.visit(page))
			}
		})
	}
	for _, page := range flag.Args()[2:] {
		pages <- page
	}
	close(pages)
	lanes.Wait()
	end(cmd, dir)
}

func end(cmd *exec.Cmd, dir string) {
	check(syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL))
	_ = cmd.Wait()
	_ = os.RemoveAll(dir)
}

func check(err error) {
	if err != nil && !strings.Contains(err.Error(), "file already closed") {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
