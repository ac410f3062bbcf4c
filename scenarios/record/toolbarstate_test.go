package record_test

import (
	"testing"

	"seine/scenarios/record"
)

// TestToolbarSteers: pause, undo and stop, by mouse and by keys. What was set holds in the next document.
func TestToolbarSteers(t *testing.T) {
	t.Parallel()
	for how, press := range map[string]func(c *barred, id string){
		"by mouse": (*barred).tool,
		"by keys":  func(c *barred, id string) { c.toTool(id); c.keys(" ") },
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			c := withToolbar(t, "/recordings/market.html", record.ToolbarOptions{})
			press(c, "move")
			c.inBar(`root.querySelector(".dock.above")`)
			c.click("#buy")
			c.last("2 · click “Buy”")
			press(c, "undo")
			c.last("1 · open")
			c.inBar(part("undo") + `.getAttribute("aria-disabled") === "true"`)
			press(c, "pause")
			c.inBar(`root.querySelector(".paused") && ` + part("pause") + `.getAttribute("aria-label") === "Go on"`)
			c.click("#buy")
			c.send(c.on, "Page.navigate", map[string]any{"url": c.base + "/recordings/thanks"})
			c.until(c.on, "document.title === 'Thanks'")
			c.inBar(`root.querySelector(".paused") && root.querySelector(".dock.above")`)
			press(c, "pause")
			c.inBar(`!root.querySelector(".paused")`)
			if n := len(c.rec.Lines()); n != 1 {
				t.Errorf("%d lines while it was paused: %v", n, c.rec.Lines())
			}
			c.asserting("visible")
			c.inBar(`root.querySelector(".picking")`)
			c.settled()
			c.send(c.on, "Page.navigate", map[string]any{"url": c.base + "/recordings/market.html"})
			c.until(c.on, "document.title === 'Market'")
			c.points("#ready", 20, 8)
			c.last("assert that there is")
			press(c, "stop")
			<-c.stopped
		})
	}
}

// TestToolbarMoves: it is dragged along the edges and stays there, and an element under it can be clicked then.
func TestToolbarMoves(t *testing.T) {
	t.Parallel()
	c := withToolbar(t, "/recordings/market.html", record.ToolbarOptions{})
	c.size(1100, 760)
	from := c.place(part("move"))
	c.drag(from, spot{from.X - 400, 40})
	c.inBar(`root.querySelector(".dock.above").getBoundingClientRect().left === 12`)
	c.click("#buy")
	c.last("click “Buy”")
	c.hears("buy")
	c.send(c.on, "Page.reload", nil)
	c.inBar(`root.querySelector(".dock.above")?.getBoundingClientRect().left === 12`)
}

// TestToolbarShortcutInFrame: the shortcut is heard in frames too, of other sites as well, and brings the keyboard to the page's toolbar and back.
func TestToolbarShortcutInFrame(t *testing.T) {
	t.Parallel()
	for _, frame := range []string{"[name=other]", "#pay"} {
		c := withToolbar(t, "/recordings/", record.ToolbarOptions{})
		c.size(1400, 2400)
		c.clickAt(c.at(c.on, css(frame), 120, 18))
		c.until(c.on, "document.activeElement === "+css(frame))
		c.shortcut()
		c.inBar("root.activeElement")
		c.keys("Escape")
		c.inBar("!root.activeElement")
		c.until(c.on, "document.activeElement === "+css(frame))
	}
}

// TestToolbarSays: what cannot be is said, and adds nothing.
func TestToolbarSays(t *testing.T) {
	t.Parallel()
	c := withToolbar(t, "/recordings/", record.ToolbarOptions{Bare: true})
	c.size(1400, 2400)
	c.inBar("!" + part("stop") + "&& !" + part("pause") + "&& !" + part("undo"))
	n := len(c.rec.Lines())
	for _, x := range []struct{ kind, at, says string }{
		{"text", "#canvas", "no text"}, {"value", "#plain", "no field"}, {"value", "[name=secret]", "a secret"},
	} {
		c.asserting(x.kind)
		c.points(x.at)
		c.inBar(`root.querySelector(".word").textContent.includes("` + x.says + `")`)
	}
	if got := len(c.rec.Lines()); got != n {
		t.Errorf("%v", c.rec.Lines())
	}
}

// TestToolbarDress: it is light or dark, still or not, and narrow, as the person's machine is.
func TestToolbarDress(t *testing.T) {
	t.Parallel()
	c := withToolbar(t, "/recordings/market.html", record.ToolbarOptions{})
	c.size(1100, 760)
	const face, lamp = `getComputedStyle(root.querySelector(".tools")).backgroundColor`, `getComputedStyle(root.querySelector(".lamp")).animationName`
	c.dress("prefers-color-scheme", "light")
	c.inBar(face + ` === "rgb(255, 255, 255)" && ` + lamp + ` === "lamp"`)
	c.picture("light.png")
	c.dress("prefers-color-scheme", "dark")
	c.inBar(face + ` === "rgb(32, 39, 44)"`)
	c.picture("dark.png")
	c.dress("prefers-reduced-motion", "reduce")
	c.inBar(lamp + ` === "none"`)
	c.size(360, 640)
	c.inBar(`(() => { const b = root.querySelector(".tools").getBoundingClientRect(); return b.left >= 12 && b.right <= 348 && b.height < 45; })()`)
	c.picture("narrow.png")
}
