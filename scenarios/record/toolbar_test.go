package record_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"seine/browser"
	"seine/scenarios/record"
	"seine/testdata/sites"
)

// barred is a recording with a toolbar in its pages.
type barred struct {
	*taped
	stopped chan struct{}
}

func withToolbar(t testing.TB, path string, o record.ToolbarOptions) *barred {
	t.Helper()
	c := &barred{stopped: make(chan struct{})}
	o.Stop = sync.OnceFunc(func() { close(c.stopped) })
	site := sites.New(sites.Options{})
	srv := httptest.NewServer(site)
	t.Cleanup(srv.Close)
	c.taped = hearing(t, srv.URL, record.Options{URL: srv.URL + path, Toolbar: true})
	c.site = site
	c.serve(o)
	if err := c.rec.Begin(t.Context(), c.tab); err != nil {
		t.Fatal(err)
	}
	c.until(c.on, "document.readyState === 'complete'")
	c.shown()
	return c
}

// serve runs the toolbar until the test ends.
func (c *barred) serve(o record.ToolbarOptions) {
	ctx, stop := context.WithCancel(context.WithoutCancel(c.t.Context()))
	var work sync.WaitGroup
	work.Go(func() { c.rec.ServeToolbar(ctx, o) })
	c.t.Cleanup(func() { stop(); work.Wait() })
}

// ours is an expression in the world that only we see.
func ours(t testing.TB, s *browser.Session, expression string) (json.RawMessage, error) {
	t.Helper()
	return oursIn(t, s, string(s.TargetID()), expression)
}

// oursIn is the same in a frame of the session's.
func oursIn(t testing.TB, s *browser.Session, frame, expression string) (json.RawMessage, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var world struct {
		ID int64 `json:"executionContextId"`
	}
	if err := s.Call(ctx, "Page.createIsolatedWorld", map[string]any{"frameId": frame, "worldName": "seine-record"}, &world); err != nil {
		return nil, err
	}
	var res struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Wrong *struct {
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
	if err := s.Call(ctx, "Runtime.evaluate", map[string]any{"expression": expression, "contextId": world.ID, "returnByValue": true, "awaitPromise": true}, &res); err != nil {
		return nil, err
	}
	if res.Wrong != nil {
		return nil, fmt.Errorf("%s: %s", expression, res.Wrong.Exception.Description)
	}
	return res.Result.Value, nil
}

// inBar waits until something is so in the toolbar's root, and gives it.
func (c *barred) inBar(expression string) string {
	c.t.Helper()
	text := fmt.Sprintf("(() => { const root = globalThis.__kit?.bar.root?.(); return root ? %s : null; })()", expression)
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		value, err := ours(c.t, c.on, text)
		if err == nil && len(value) > 0 && string(value) != "null" && string(value) != "false" && string(value) != `""` {
			return string(value)
		}
		if time.Now().After(end) {
			c.t.Fatalf("never so: %s: %s %v\n%s", expression, value, err, c.picture("never.png"))
		}
	}
}

func (c *barred) shown() {
	c.t.Helper()
	c.inBar("root.querySelector('.layer').matches(':popover-open')")
}

// part is an element of the toolbar.
func part(id string) string { return fmt.Sprintf("root.querySelector('[data-id=%q]')", id) }

// place is the middle of an element of the toolbar, once it stands still.
func (c *barred) place(element string) spot {
	c.t.Helper()
	var at spot
	for {
		now := c.inBar(fmt.Sprintf("(() => { const b = %s?.getBoundingClientRect(); return b && b.width ? { X: b.x + b.width / 2, Y: b.y + b.height / 2 } : null; })()", element))
		was := at
		if err := json.Unmarshal([]byte(now), &at); err != nil {
			c.t.Fatal(err)
		}
		if at == was {
			return at
		}
	}
}

// tool clicks on a button of the toolbar.
func (c *barred) tool(id string) { c.t.Helper(); c.clickAt(c.place(part(id))) }

// picture writes what is seen, where SEINE_PICTURES says.
func (c *barred) picture(name string) string {
	c.t.Helper()
	dir := os.Getenv("SEINE_PICTURES")
	if dir == "" {
		return ""
	}
	var shot struct {
		Data string `json:"data"`
	}
	if err := c.on.Call(c.t.Context(), "Page.captureScreenshot", map[string]any{"format": "png"}, &shot); err != nil {
		return err.Error()
	}
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), data, 0o600)
	}
	if err != nil {
		c.t.Error(err)
	}
	return name
}

// dress sets what the person prefers.
func (c *barred) dress(feature, value string) {
	c.t.Helper()
	c.send(c.on, "Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": feature, "value": value}}})
}

// size is that of the window.
func (c *barred) size(w, h int) {
	c.send(c.on, "Emulation.setDeviceMetricsOverride", map[string]any{"width": w, "height": h, "deviceScaleFactor": 1, "mobile": false})
}

// keys strikes some, one after another.
func (c *barred) keys(names ...string) {
	c.t.Helper()
	for _, n := range names {
		c.key(n, 0)
	}
}

// shortcut brings the keyboard to the toolbar, or back.
func (c *barred) shortcut() { c.t.Helper(); c.key("S", 1|8) }

// has waits until the keyboard is on a button of the toolbar.
func (c *barred) has(id string) {
	c.t.Helper()
	c.inBar(fmt.Sprintf("root.activeElement?.dataset.id === %q", id))
}

// toTool brings the keyboard to a button of the toolbar.
func (c *barred) toTool(id string) {
	c.t.Helper()
	if value, err := ours(c.t, c.on, "!!__kit.bar.root().activeElement"); err == nil && string(value) == "false" {
		c.shortcut()
	}
	c.inBar("root.activeElement")
	c.keys("Home")
	c.has("move")
	for range 12 {
		if value, err := ours(c.t, c.on, fmt.Sprintf("__kit.bar.root().activeElement.dataset.id === %q", id)); err != nil || string(value) == "true" {
			return
		}
		c.keys("ArrowRight")
	}
	c.t.Fatalf("the keyboard does not come to %s", id)
}

// aims waits until an element of the page is pointed at.
func (c *barred) aims(selector string) {
	c.t.Helper()
	c.inBar(fmt.Sprintf(`(() => { const a = root.querySelector(".boxes .at")?.getBoundingClientRect(), b = %s.getBoundingClientRect(); return a && a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height; })()`, css(selector)))
}

// walks brings what is pointed at to an element of the page, by keys.
func (c *barred) walks(selector string) {
	c.t.Helper()
	for range 60 {
		c.keys("ArrowRight")
		value, err := ours(c.t, c.on, fmt.Sprintf("__kit.bar.pointer() === %s", css(selector)))
		if err != nil {
			c.t.Fatal(err)
		}
		if string(value) == "true" {
			return
		}
	}
	c.t.Fatalf("arrows do not come to %s", selector)
}

// points clicks on an element of the page that the toolbar asks for.
func (c *barred) points(selector string, off ...float64) {
	c.t.Helper()
	c.inBar(`root.querySelector(".picking")`)
	at := c.at(c.on, css(selector), off...)
	c.move(at)
	c.aims(selector)
	c.press(at, "left", 1)
}

// pointsAt is points for what no selector finds.
func (c *barred) pointsAt(element string, off ...float64) {
	c.t.Helper()
	c.inBar(`root.querySelector(".picking")`)
	at := c.at(c.on, element, off...)
	c.move(at)
	c.inBar("__kit.bar.pointer() === " + element)
	c.press(at, "left", 1)
}

// last waits until it is what was recorded last, as the toolbar shows it.
func (c *barred) last(what string) {
	c.t.Helper()
	c.inBar(fmt.Sprintf(`root.querySelector(".last").textContent.includes(%q)`, what))
}
