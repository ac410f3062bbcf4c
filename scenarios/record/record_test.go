package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/input"
	"github.com/google/go-cmp/cmp"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/scenarios/record"
	"seine/scenarios/replay/replaytest"
	"seine/testdata/sites"
)

// taped is a recording of a person on the site's pages.
type taped struct {
	*person
	site    *sites.Site
	base    string
	rec     *record.Recording
	uploads string // a folder with files
	marks   chan string
}

// marking is an observer that tells when something that the page said on its console has been heard, and so all before it.
type marking struct {
	*record.Recording
	marks chan string
}

const mark = "heard until "

func (m marking) Event(s *browser.Session, method string, params jsonv2.Value) {
	m.Recording.Event(s, method, params)
	if _, rest, ok := strings.Cut(string(params), mark); ok && method == "Runtime.consoleAPICalled" {
		n, _, _ := strings.Cut(rest, `"`)
		m.marks <- n
	}
}

func tape(t testing.TB, path string, o record.Options) *taped {
	t.Helper()
	site := sites.New(sites.Options{})
	srv := httptest.NewServer(site)
	t.Cleanup(srv.Close)
	o.URL = srv.URL + path
	c := tapeAt(t, srv.URL, o)
	c.site = site
	c.until(c.on, "document.readyState === 'complete'")
	return c
}

// tapeAt begins to record at a site.
func tapeAt(t testing.TB, base string, o record.Options) *taped {
	t.Helper()
	c := hearing(t, base, o)
	if err := c.rec.Begin(t.Context(), c.tab); err != nil {
		t.Fatal(err)
	}
	return c
}

// hearing is a recording that has not begun.
func hearing(t testing.TB, base string, o record.Options) *taped {
	t.Helper()
	rec := record.New(o)
	marks := make(chan string, 1000)
	tab := browsertest.New(t, marking{rec, marks})
	t.Cleanup(func() { _ = rec.Close() })
	return &taped{person: &person{t, tab, tab.Session()}, base: base, rec: rec, marks: marks}
}

// hears waits until the pages have said so.
func (c *taped) hears(want ...string) {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); !c.site.TellsAll(want); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("never told: %q; told: %q\n%s", want, c.site.Told(), c.yaml(record.FlowOptions{}))
		}
	}
}

// settled waits until as many things are recorded, and what they asked for is answered.
func (c *taped) settled() {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	c.rec.Settle(ctx)
	// Rich text is read a moment after it was typed.
	c.eval(c.on, "new Promise((r) => setTimeout(r, 250))")
	for i, s := range c.tab.Sessions() {
		if c.marks == nil || s.Kind() != "iframe" && s.Kind() != "page" {
			continue
		}
		c.eval(s, fmt.Sprintf("console.debug(%q), 0", mark+fmt.Sprint(i)))
		for got := ""; got != fmt.Sprint(i); {
			select {
			case got = <-c.marks:
			case <-ctx.Done():
				c.t.Fatal("the console was not heard")
			}
		}
	}
	c.rec.Settle(ctx)
}

func (c *taped) yaml(o record.FlowOptions) string {
	c.t.Helper()
	flow, comments := c.rec.Flow(o)
	data, err := record.Marshal(flow, comments, false)
	if err != nil {
		c.t.Fatal(err)
	}
	if c.uploads == "" {
		return strings.ReplaceAll(string(data), c.base, "http://site.test")
	}
	return strings.NewReplacer(c.base, "http://site.test", c.uploads+" ", "/pictures ", c.uploads+"\n", "/pictures\n").Replace(string(data))
}

// golden holds a text against a file; SEINE_UPDATE=1 writes that.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", strings.ReplaceAll(name, " ", "-"))
	if os.Getenv("SEINE_UPDATE") == "1" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
}

// doings are what a person does, and what the page says of it.
var doings = []struct {
	name   string
	do     func(c *taped)
	told   []string
	inputs map[string]string
}{
	{"clicks", func(c *taped) {
		c.click("#plain")
		c.click("[data-testid=save-button]")
		c.click(".sc-bdVaJa circle")
		at := c.at(c.on, css("#area"))
		c.move(at)
		c.press(at, input.MouseButtonLeft, 1)
		c.press(at, input.MouseButtonLeft, 2)
		c.press(at, input.MouseButtonRight, 1)
	}, []string{"plain", "save", "round", "double", "right"}, nil},
	{"boxes", func(c *taped) {
		c.clickAt(c.at(c.on, css("[name=agree]")+".parentElement", 60, 8)) // its label
		c.click("[value=l]")
		c.click("[name=agree]")
	}, []string{"agree:true", "size:l", "agree:false"}, nil},
	{"menus", func(c *taped) {
		c.move(c.at(c.on, css(".menu span")))
		c.click(".sub button")
		c.move(c.at(c.on, css("#script-menu span")))
		c.click("#late button")
	}, []string{"rename", "archive"}, nil},
	{"a form", func(c *taped) {
		c.fill("[name=name]", "Ann ${x}")
		c.key("Tab", 0)
		c.typing("s3cret!")
		c.key("Tab", 0)
		c.typing("123456")
		c.clickAt(c.at(c.on, css("[name=date]"), 8))
		c.typing("02032026")
		c.click("[name=colour]")
		c.key("ArrowDown", 0)
		c.key("Enter", 0)
		c.fill("[name=notes]", "one")
		c.key("Enter", 0)
		c.typing("two")
		c.click("form button:not([type])")
		c.hears("submit")
		c.until(c.on, "document.title === 'Thanks'")
	}, []string{"submit"}, map[string]string{"password": "s3cret!", "code": "123456"}},
	{"enter in a form", func(c *taped) {
		c.fill("[name=name]", "Ann")
		c.key("Enter", 0)
		c.until(c.on, "document.title === 'Thanks'")
		c.click("a")
		c.until(c.on, "document.title === 'Everything to do'")
		c.click("#plain")
	}, []string{"submit", "plain"}, nil},
	{"keys", func(c *taped) {
		c.click("#search")
		c.typing("net")
		c.key("Enter", 0)
		c.typing("s")
		c.key("Escape", 0)
		c.key("s", 2)
	}, []string{"search:net", "escape", "shortcut"}, nil},
	{"rich text", func(c *taped) {
		c.click("#rich")
		c.typing("well said")
		c.click("#plain")
	}, []string{"rich:well said", "plain"}, nil},
	{"a canvas", func(c *taped) { c.clickAt(c.at(c.on, css("#canvas"), 31, 21)) }, []string{"canvas:30:20"}, nil},
	{"drags", func(c *taped) {
		c.drag(c.at(c.on, css("#card")), c.at(c.on, css("#goal")))
		knob := c.at(c.on, css("#knob"))
		c.drag(knob, spot{knob.X + 120, knob.Y})
	}, []string{"dropped:card", "knob:120"}, nil},
	{"a list that is drawn anew under the pointer", func(c *taped) { c.click("#list li:nth-child(2)") }, []string{"list:Pear"}, nil},
	{"dialogs", func(c *taped) {
		for _, d := range []struct {
			id     string
			accept bool
			text   string
		}{{"alert", true, ""}, {"confirm", false, ""}, {"confirm", true, ""}, {"prompt", true, "Zoë"}, {"prompt", false, ""}} {
			opened, stop := c.on.Subscribe("Page.javascriptDialogOpening")
			at := c.at(c.on, css("#"+d.id))
			c.move(at)
			c.mouse(input.DispatchMouseEventTypeMousePressed, at, input.MouseButtonLeft, 1, 1)
			answer, err := c.on.Send(c.t.Context(), input.CommandDispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseReleased, X: at.X, Y: at.Y, Button: input.MouseButtonLeft, ClickCount: 1})
			if err != nil {
				c.t.Fatal(err)
			}
			<-opened
			stop()
			c.send(c.on, "Page.handleJavaScriptDialog", map[string]any{"accept": d.accept, "promptText": d.text})
			<-answer
		}
	}, []string{"told", "confirm:false", "confirm:true", "prompt:Zoë", "prompt:"}, nil},
	{"shadow roots", func(c *taped) {
		open := css("x-open") + ".shadowRoot"
		c.clickAt(c.at(c.on, open+".querySelector('#in')"))
		c.clickAt(c.at(c.on, open+".querySelector('select')"))
		c.key("ArrowDown", 0)
		c.key("Enter", 0)
		c.clickAt(c.at(c.on, css("#closed"), 20, 12))
		c.clickAt(c.at(c.on, css("#closed"), 150, 12))
		c.typing("moon")
		c.click("#plain")
	}, []string{"open", "kind:Two", "closed", "dark:moon", "plain"}, nil},
	{"frames", func(c *taped) {
		in := css("#pay")
		c.until(c.on, in+".contentDocument.querySelector('input')")
		c.clickAt(c.at(c.on, in, 30, 18))
		c.clickAt(c.at(c.on, in, 120, 18))
		c.typing("4111")
		c.clickAt(c.at(c.on, css("[name=other]"), 30, 18))
		c.hears("frame:card-paid", "frame:card-4111", "frame:other-paid")
	}, []string{"frame:card-paid", "frame:card-4111", "frame:other-paid"}, nil},
	{"a popup", func(c *taped) {
		c.click("#popup")
		popup := c.other("page", "popup.html")
		c.until(popup, "document.readyState === 'complete'")
		main := c.on
		c.on = popup
		c.click("#ok")
		c.hears("frame:understood")
		c.on = main
		c.click("#plain")
	}, []string{"frame:understood", "plain"}, nil},
	{"within a document and out of it", func(c *taped) {
		c.click("#spa")
		c.hears("items")
		c.click("#go")
		c.until(c.on, "document.title === 'Thanks'")
	}, []string{"items"}, nil},
	{"elsewhere by hand", func(c *taped) {
		thanks := c.base + "/recordings/thanks?left=2"
		c.click("#plain")
		c.send(c.on, "Page.navigate", map[string]any{"url": thanks})
		c.until(c.on, "document.title === 'Thanks'")
		c.send(c.on, "Page.reload", map[string]any{})
		c.until(c.on, "performance.getEntriesByType('navigation')[0].type === 'reload' && document.readyState === 'complete'")
		c.back()
		c.until(c.on, "document.title === 'Everything to do'")
		c.click("#plain")
	}, []string{"plain", "plain"}, nil},
	{"uploads", func(c *taped) {
		chooser, stop := c.on.Subscribe("Page.fileChooserOpened")
		defer stop()
		c.send(c.on, "Page.setInterceptFileChooserDialog", map[string]any{"enabled": true})
		for _, selector := range []string{"#file", "#pick"} {
			c.click(selector)
			var ev struct {
				BackendNodeID int64 `json:"backendNodeId"`
			}
			if err := json.Unmarshal(<-chooser, &ev); err != nil {
				c.t.Fatal(err)
			}
			c.send(c.on, "DOM.setFileInputFiles", map[string]any{"files": []string{filepath.Join(c.uploads, "cat.png")}, "backendNodeId": ev.BackendNodeID})
		}
	}, []string{"picture:cat.png", "file:cat.png"}, nil},
	{"a popup that is closed by hand", func(c *taped) {
		c.click("#popup")
		popup, main := c.other("page", "popup.html"), c.on
		c.until(popup, "document.readyState === 'complete'")
		c.on = popup
		c.click("#ok")
		c.hears("frame:understood")
		c.eval(main, "new Promise((r) => setTimeout(r, 1700))")
		c.send(popup, "Page.close", nil)
		<-popup.Done()
		c.on = main
		c.click("#plain")
	}, []string{"frame:understood", "plain"}, nil},
	{"a popup that closes itself", func(c *taped) {
		c.click("#popup")
		popup, main := c.other("page", "popup.html"), c.on
		c.until(popup, "document.readyState === 'complete'")
		c.on = popup
		c.click("#end")
		<-popup.Done()
		c.on = main
		c.click("#plain")
	}, []string{"frame:ended", "plain"}, nil},
	{"a click with a key held", func(c *taped) {
		c.send(c.on, input.CommandDispatchKeyEvent, map[string]any{"type": "rawKeyDown", "key": "Shift", "code": "ShiftLeft", "windowsVirtualKeyCode": 16, "modifiers": 8})
		at := c.at(c.on, css("#plain"))
		for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
			c.send(c.on, input.CommandDispatchMouseEvent, map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": map[bool]string{false: "left", true: "none"}[kind == "mouseMoved"], "clickCount": 1, "modifiers": 8})
		}
		c.send(c.on, input.CommandDispatchKeyEvent, map[string]any{"type": "keyUp", "key": "Shift", "code": "ShiftLeft", "windowsVirtualKeyCode": 16})
	}, []string{"plain"}, nil},
	{"scrolling", func(c *taped) {
		c.move(spot{200, 200})
		for range 3 {
			c.send(c.on, input.CommandDispatchMouseEvent, map[string]any{"type": "mouseWheel", "x": 200, "y": 200, "deltaX": 0, "deltaY": 300})
		}
		c.until(c.on, "scrollY > 100")
		c.click("#plain")
		c.send(c.on, "Page.navigate", map[string]any{"url": c.base + "/recordings/endless.html"})
		c.until(c.on, "document.title === 'Endless' && document.readyState === 'complete'")
		c.move(spot{210, 200})
		c.eval(c.on, "addEventListener('scroll', () => { globalThis.still = false; }), addEventListener('scrollend', () => { globalThis.still = true; }), 0")
		for _, until := range []string{"n === 60", "document.scrollingElement.scrollHeight - innerHeight - scrollY < 1"} { // to the end, and to the end that is there then
			for range 4 {
				c.send(c.on, input.CommandDispatchMouseEvent, map[string]any{"type": "mouseWheel", "x": 210, "y": 200, "deltaX": 0, "deltaY": 400})
			}
			c.until(c.on, until+" && still") // a click while the page still moves is another recording
		}
		c.hears("more:20")
		c.click("#list :nth-child(55)")
	}, []string{"plain", "more:20", "Row 15"}, nil},
	{"by the keyboard alone", func(c *taped) {
		c.eval(c.on, "document.getElementById('plain').focus()")
		c.key("Enter", 0)
		c.key("Tab", 0)
		c.key(" ", 0)
		c.eval(c.on, "document.querySelector('[name=agree]').focus()")
		c.key(" ", 0)
		c.eval(c.on, "document.activeElement.blur()")
		c.key("?", 0)
	}, []string{"plain", "save", "agree:true", "help"}, nil},
	{"calls", func(c *taped) {
		c.click("#more")
		c.hears("rows:20")
		c.click("#plain")
	}, []string{"rows:20", "plain"}, nil},
}

// TestRecorded: what is done is recorded as it stands in the golden file, and comes to the same when it is run.
func TestRecorded(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	st.UploadRoot = t.TempDir()
	if err := os.WriteFile(filepath.Join(st.UploadRoot, "cat.png"), []byte("a cat"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, d := range doings {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			c := tape(t, "/recordings/", record.Options{})
			c.uploads = st.UploadRoot
			d.do(c)
			c.hears(d.told...)
			c.settled()
			text := c.yaml(record.FlowOptions{})
			golden(t, d.name+".yaml", text)
			replays(t, st, text, d.inputs, d.told, nil)
		})
	}
}
