package record_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/browser/browsertest"
	"seine/scenarios/record"
	"seine/testdata/sites"
)

// allEvents has the page note every event that is told of an element which is not its own, of whatever kind but for pointerrawupdate: who listens
// to that has the browser tell more.
const allEvents = `(() => {
  globalThis.foreign = [];
  const types = new Set(["DOMFocusIn", "DOMFocusOut", "DOMActivate", "textInput", "focusin", "focusout", "compositionstart", "compositionend", "touchmove"]);
  for (const o of [window, Document.prototype, HTMLElement.prototype]) for (const n in o) if (n.startsWith("on")) types.add(n.slice(2));
  types.delete("pointerrawupdate");
  for (const t of types) for (const o of [window, document, document.documentElement]) o.addEventListener(t, (e) => { if (e.target.localName?.startsWith("x-") && e.target.localName !== "x-open") foreign.push(t); }, true);
})()`

// used is the toolbar in use between what is done on the page, by mouse and by keys.
func (c *barred) used() {
	c.tool("pause")
	c.inBar(`root.querySelector(".paused")`)
	c.tool("pause")
	c.inBar(`!root.querySelector(".paused")`)
	c.asserting("text")
	c.inBar(`root.querySelector(".picking")`)
	at := c.at(c.on, css("h1"), 30, 10)
	c.move(at)
	c.aims("h1")
	c.press(at, "left", 1)
	c.inBar(`!root.querySelector(".picking")`)
	c.tool("list")
	c.inBar(`root.querySelector(".picking")`)
	c.keys("ArrowRight", "ArrowRight", "x", "Enter", "Escape")
	c.inBar(`!root.querySelector(".picking")`)
	c.toTool("assert")
	c.keys("Enter", "ArrowDown", "Escape", "Escape")
	c.inBar("!root.activeElement")
	c.tool("undo") // the assertion
}

// TestToolbarUnseen: the site's own handlers see the same events in the same order, with a toolbar that is used in between and without one; what is
// there of it is one element without attributes, whose root nobody reaches. That the pointer leaves the body is told as it is.
func TestToolbarUnseen(t *testing.T) {
	t.Parallel()
	seen := func(toolbar bool) (out [2][]string) {
		var c *barred
		if toolbar {
			c = withToolbar(t, "/recordings/", record.ToolbarOptions{})
		} else {
			srv := httptest.NewServer(sites.New(sites.Options{}))
			defer srv.Close()
			tab := browsertest.New(t, nil)
			c = &barred{taped: &taped{person: &person{t, tab, tab.Session()}}}
			c.send(c.on, "Page.navigate", map[string]any{"url": srv.URL + "/recordings/"})
			c.until(c.on, "document.title === 'Everything to do' && document.readyState === 'complete'")
		}
		c.size(1400, 2400)
		c.eval(c.on, listening)
		c.eval(c.on, allEvents)
		c.click("[name=name]")
		if toolbar {
			c.used() // while a field has the keyboard, which it keeps
		}
		c.typing("Ann")
		everything(c.person)
		for i, what := range []string{"seen.filter((s) => !/^mouseenter window (BODY|HTML) /.test(s))", "Object.getOwnPropertyNames(globalThis).filter((n) => !/^\\d+$/.test(n)).sort()"} {
			if err := json.Unmarshal([]byte(c.eval(c.on, what)), &out[i]); err != nil {
				t.Fatal(err)
			}
		}
		if toolbar {
			c.foreign()
		}
		return out
	}
	if d := cmp.Diff(seen(false), seen(true)); d != "" {
		t.Error(d)
	}
}

// foreign says what of the toolbar the page's scripts come to know, and that they cannot use it.
func (c *barred) foreign() {
	c.t.Helper()
	if got := c.eval(c.on, "foreign"); got != "[]" {
		c.t.Errorf("the page hears of %s", got)
	}
	const host = "document.documentElement.lastElementChild"
	want := `[true,0,null,"",0,3]`
	if got := c.eval(c.on, "(() => { const h = "+host+"; return [/^x-[a-z]{10}$/.test(h.localName), h.attributes.length, h.shadowRoot, h.textContent, h.childNodes.length, document.documentElement.children.length]; })()"); got != want {
		c.t.Errorf("it looks like %s, wanted %s", got, want)
	}
	n := len(c.rec.Lines())
	at := c.place(part("pause"))
	c.eval(c.on, fmt.Sprintf(`(() => { for (const type of ["pointerdown", "mousedown", "mouseup", "click"]) %s.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true, detail: 1, clientX: %g, clientY: %g })); return 0; })()`, host, at.X, at.Y))
	c.tool("assert") // comes behind it
	c.inBar(`root.querySelector("[role=menu]") && !root.querySelector(".paused")`)
	if got := len(c.rec.Lines()); got != n {
		c.t.Errorf("%d lines became %d by a script's click", n, got)
	}
}

// unheard are deeds that have, between them, each kind of event.
var unheard = []string{"clicks", "menus", "a form", "keys", "rich text", "drags", "shadow roots", "frames", "a popup", "by the keyboard alone"}

// TestToolbarUnheard: with the toolbar, what is recorded of what a person does is what is recorded without.
func TestToolbarUnheard(t *testing.T) {
	t.Parallel()
	uploads := t.TempDir()
	if err := os.WriteFile(filepath.Join(uploads, "cat.png"), []byte("a cat"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, d := range doings {
		if !slices.Contains(unheard, d.name) {
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			c := withToolbar(t, "/recordings/", record.ToolbarOptions{})
			c.size(1400, 2400)
			c.uploads = uploads
			d.do(c.taped)
			c.hears(d.told...)
			c.settled()
			want, err := os.ReadFile(filepath.Join("testdata", strings.ReplaceAll(d.name, " ", "-")+".yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), c.yaml(record.FlowOptions{})); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestToolbarStrict: a page whose policy allows nothing has the toolbar as any other, and reports no violation.
func TestToolbarStrict(t *testing.T) {
	t.Parallel()
	c := withToolbar(t, "/recordings/strict", record.ToolbarOptions{})
	c.eval(c.on, `globalThis.violations = []; addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective)); 0`)
	c.inBar(`getComputedStyle(root.querySelector(".tools")).display === "flex"`)
	c.tool("table")
	c.move(c.at(c.on, css("#stalls td")))
	c.aims("#stalls")
	c.clickAt(c.at(c.on, css("#stalls td")))
	c.tool("ok")
	c.last("extract rows")
	c.asserting("count")
	c.points(".product:nth-child(1)", 3, 3)
	c.tool("ok")
	c.last("there are 4")
	if got := c.eval(c.on, "violations"); got != "[]" {
		t.Errorf("violations: %s", got)
	}
}

// TestToolbarInDialog: all beside a modal dialog is inert, and the toolbar is not. What is in the dialog can be asserted, and the toolbar goes back.
func TestToolbarInDialog(t *testing.T) {
	t.Parallel()
	c := withToolbar(t, "/recordings/market.html", record.ToolbarOptions{})
	for range 2 {
		c.click("#ask")
		c.inBar("root.host.parentNode.id === 'seller'")
		c.asserting("text")
		c.points("#seller p")
		c.last("What do you want")
		c.toTool("undo")
		c.keys("Enter")
		c.last("Ask the seller")
		c.keys("Escape")
		c.inBar("!root.activeElement")
		c.fill("[name=question]", "Ripe?")
		c.click("#close")
		c.inBar("root.host.parentNode === document.documentElement")
		c.shown()
	}
	c.click("#buy")
	c.hears("asked", "buy")
	c.settled()
	var lines []string
	for _, l := range c.rec.Lines() {
		lines = append(lines, l.What)
	}
	want := []string{"open " + c.base + "/recordings/market.html", "click “Ask the seller”", "give “Question” \"Ripe?\"", "click “Close”", "click “Ask the seller”", "give “Question” \"Ripe?Ripe?\"", "click “Close”", "click “Buy”"}
	if !slices.Equal(lines, want) {
		t.Error(cmp.Diff(want, lines))
	}
}

// TestToolbarInPopover: a popover that closes when something beside it is pressed stays open while the toolbar is used.
func TestToolbarInPopover(t *testing.T) {
	t.Parallel()
	c := withToolbar(t, "/recordings/market.html", record.ToolbarOptions{})
	c.click("#tip")
	c.inBar("root.host.parentNode.id === 'tips'")
	c.asserting("text")
	c.points("#tips p")
	c.last("Come early.")
	c.until(c.on, "document.querySelector('#tips').matches(':popover-open')")
	c.keys("Escape")
	c.inBar("root.host.parentNode === document.documentElement")
	c.shown()
	c.click("#buy")
	c.last("Buy")
}

// TestToolbarComesBack: pages that write their document anew, or change their body, or take out what they do not know, have it again.
func TestToolbarComesBack(t *testing.T) {
	t.Parallel()
	for button, title := range map[string]string{"#anew": "Anew", "#swap": "Swapped"} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			c := withToolbar(t, "/recordings/market.html", record.ToolbarOptions{})
			c.click(button)
			c.until(c.on, fmt.Sprintf("document.title === %q", title))
			c.shown()
			c.inBar("root.host.isConnected && document.documentElement.lastElementChild === root.host")
			c.asserting("visible")
			c.points("h1")
			c.last("assert that there is")
			c.click("#buy")
			c.last("Buy")
			c.hears("buy")
			if got := c.eval(c.on, "document.querySelectorAll(':root > *').length"); got != "3" {
				t.Errorf("%s children of the root", got)
			}
		})
	}
	t.Run("fought", func(t *testing.T) {
		t.Parallel()
		c := withToolbar(t, "/recordings/market.html", record.ToolbarOptions{})
		c.eval(c.on, `globalThis.taken = 0; new MutationObserver((l) => { for (const m of l) for (const n of m.addedNodes) if (taken < 3) { taken++; n.remove(); } }).observe(document.documentElement, { childList: true }); document.documentElement.lastElementChild.remove(); 0`)
		c.until(c.on, "taken === 3")
		c.inBar("root.host.isConnected")
		c.shown()
		c.tool("pause")
		c.inBar(`root.querySelector(".paused")`)
	})
}
