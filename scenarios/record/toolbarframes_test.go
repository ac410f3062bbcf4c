package record_test

import (
	"encoding/json"
	"fmt"
	"time"

	"seine/browser"
)

// inner is the document of a frame, in the world that only we see.
type inner struct {
	c     *barred
	s     *browser.Session
	frame string      // its id
	at    func() spot // where its viewport begins, in the page's
}

// far is a frame of another site.
func (c *barred) far(selector, part string) *inner {
	c.t.Helper()
	s := c.other("iframe", part)
	return &inner{c, s, string(s.TargetID()), func() spot { return c.content(c.on, selector) }}
}

// near is the only frame in a document that is of the document's own process.
func (c *barred) near(s *browser.Session, selector string, around func() spot) *inner {
	c.t.Helper()
	c.until(s, css(selector)+"?.contentDocument?.querySelector('#ready')")
	var tree struct {
		Tree struct {
			Children []struct {
				Frame struct {
					ID string `json:"id"`
				} `json:"frame"`
			} `json:"childFrames"`
		} `json:"frameTree"`
	}
	if err := s.Call(c.t.Context(), "Page.getFrameTree", nil, &tree); err != nil || len(tree.Tree.Children) != 1 {
		c.t.Fatalf("%+v %v", tree, err)
	}
	return &inner{c, s, tree.Tree.Children[0].Frame.ID, func() spot {
		own, outer := c.content(s, selector), around()
		return spot{own.X + outer.X, own.Y + outer.Y}
	}}
}

// content is where a frame's viewport begins, in that of its parent.
func (c *barred) content(s *browser.Session, selector string) (at spot) {
	c.t.Helper()
	text := c.eval(s, fmt.Sprintf("(() => { const e = %s, b = e.getBoundingClientRect(), s = getComputedStyle(e); return { X: b.x + e.clientLeft + parseFloat(s.paddingLeft), Y: b.y + e.clientTop + parseFloat(s.paddingTop) }; })()", css(selector)))
	if err := json.Unmarshal([]byte(text), &at); err != nil {
		c.t.Fatal(err)
	}
	return at
}

// so waits until an expression is so in the frame's world, and gives it.
func (in *inner) so(expression string) json.RawMessage {
	in.c.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		value, err := oursIn(in.c.t, in.s, in.frame, expression)
		if err == nil && len(value) > 0 && string(value) != "null" && string(value) != "false" {
			return value
		}
		if time.Now().After(end) {
			in.c.t.Fatalf("never so in the frame: %s: %s %v", expression, value, err)
		}
	}
}

// points clicks on an element of the frame, once it is what is pointed at.
func (in *inner) points(selector string) {
	in.c.t.Helper()
	in.c.inBar(`root.querySelector(".picking")`)
	var at spot
	if err := json.Unmarshal(in.so(fmt.Sprintf(`(async () => { const e = %s; e.scrollIntoViewIfNeeded(); await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r))); const b = e.getBoundingClientRect(); return { X: b.x + 12, Y: b.y + b.height / 2 }; })()`, css(selector))), &at); err != nil {
		in.c.t.Fatal(err)
	}
	corner := in.at()
	at = spot{at.X + corner.X, at.Y + corner.Y}
	in.c.move(at)
	in.aims(selector)
	in.c.press(at, "left", 1)
}

func (in *inner) aims(selector string) {
	in.c.t.Helper()
	in.so(fmt.Sprintf("__kit.bar.pointer() === %s && __kit.bar.root().querySelector('.boxes .at') && !__kit.bar.root().querySelector('.tools')", css(selector)))
}

// walks brings what is pointed at to an element of the frame, by keys.
func (in *inner) walks(selector string) {
	in.c.t.Helper()
	in.so("__kit.bar.pointer()")
	for range 80 {
		if value := in.so(fmt.Sprintf("[__kit.bar.pointer() === %s]", css(selector))); string(value) == "[true]" {
			return
		}
		in.so("globalThis.__was = __kit.bar.pointer(), true")
		in.c.keys("ArrowRight")
		in.so("globalThis.__was !== __kit.bar.pointer()")
	}
	in.c.t.Fatalf("arrows do not come to %s", selector)
}
