package record_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"seine/browser"
	"seine/scenarios/record"
	"seine/scenarios/replay/replaytest"
)

// elsewheres are what a person does beside the page: in popups that have no address of their own, with files, and by the browser's buttons.
var elsewheres = []struct {
	name  string
	path  string
	do    func(c *taped)
	told  []string
	files map[string]string
}{
	{"popups whose addresses change", "more.html", func(c *taped) {
		main := c.on
		open := func(who string) *browser.Session {
			c.on = main
			c.click("#" + who)
			popup := c.other("page", "who="+who)
			c.until(popup, "document.readyState === 'complete'")
			return popup
		}
		first, second := open("first"), open("second")
		c.on = second
		c.click("#take")
		c.hears("took the second")
		c.on = first
		c.click("#take")
		c.hears("took the first")
		c.click("#end")
		<-first.Done()
		c.on = second
		c.click("#end")
		<-second.Done()
		c.on = open("first")
		c.click("#end")
		<-c.on.Done()
		c.on = main
		c.click("#push") // after which all is heard
	}, []string{"navigate", "inner:?1", "took the second", "took the first", "closed the first", "closed the second", "closed the first", "part 1"}, nil},
	{"files", "more.html", func(c *taped) {
		for _, id := range []string{"#report", "#list", "#made", "#both", "form button"} {
			begins, stop := c.tab.Session().Subscribe("Page.downloadWillBegin")
			c.click(id)
			<-begins
			if id == "#both" {
				<-begins
			}
			stop()
		}
	}, []string{"navigate", "inner:?1"}, map[string]string{
		"report of today.csv": "a,b\n1,2\n", "list.csv": "a,b", "made.txt": "made here", "made 2.txt": "made here", "made 3.txt": "made here", "report.csv": "of,orders\n",
	}},
	{"back, forward and again", "more.html", func(c *taped) {
		c.click("#push")
		c.click("#push")
		c.hears("part 2")
		c.back()
		c.until(c.on, "part.textContent === 'part 1'")
		c.click("#script-back") // which is the click's doing
		c.until(c.on, "part.textContent === 'part 0'")
		c.through(2)
		c.until(c.on, "part.textContent === 'part 2'")
		c.click("a[href^=thanks]")
		c.until(c.on, "document.title === 'Thanks'")
		c.back() // at once: the person, all the same
		c.until(c.on, "document.title === 'More to do' && document.readyState === 'complete'")
		c.through(1)
		c.until(c.on, "document.title === 'Thanks'")
		c.send(c.on, "Page.reload", map[string]any{})
		c.until(c.on, "performance.getEntriesByType('navigation')[0].type === 'reload' && document.readyState === 'complete'")
		c.back()
		c.until(c.on, "document.title === 'More to do' && document.readyState === 'complete'")
	}, []string{"navigate", "inner:?1", "part 1", "part 2", "part 1", "part 0", "part 2", "shown again", "shown again"}, nil},
	{"back in a frame", "more.html", func(c *taped) {
		c.until(c.on, "inner.contentDocument.querySelector('a')")
		c.clickAt(c.at(c.on, css("#inner"), 20, 18))
		c.hears("inner:?2")
		c.back()
		c.hears("navigate", "inner:?1", "inner:?2")
		c.until(c.on, "inner.contentWindow.location.search === '?1'")
		c.click("#push")
	}, []string{"navigate", "inner:?1", "inner:?2", "inner:?1", "part 1"}, nil},
	{"dates", "dates.html", func(c *taped) {
		for _, f := range [][]string{{"month", "july", "2026"}, {"week", "12", "2026"}, {"meeting", "03022026", "0130p"}, {"time", "09", "15a"}} {
			c.clickAt(c.at(c.on, css("[name="+f[0]+"]"), 8))
			c.typing(f[1])
			if f[0] != "week" && f[0] != "time" { // those go on by themselves
				c.key("Tab", 0)
			}
			c.typing(f[2])
		}
		c.click("[name=share]")
		c.key("ArrowDown", 0)
		c.fill("[name=number]", "42")
		c.click("button")
	}, []string{"2026-07 2026-W12 2026-03-02T13:30 09:15 4 42"}, nil},
	{"frames that go on", "parts.html", func(c *taped) {
		for n, frame := range []string{"#other", "#own"} {
			n = 10*n + 1
			for i := range 4 {
				c.hears(fmt.Sprintf("part %d", n+i))
				if i < 2 {
					c.clickAt(c.at(c.on, css(frame), 30, 20))
					continue
				}
				c.clickAt(c.at(c.on, css(frame), 60, 42))
				c.typing("on")
				c.key("Enter", 0)
			}
			c.hears(fmt.Sprintf("part %d", n+4))
		}
	}, []string{"part 1", "part 2", "part 3", "part 4", "part 5", "part 11", "part 12", "part 13", "part 14", "part 15"}, nil},
}

// TestElsewhere: what is done there is recorded as it stands in the golden file, and comes to the same when it is run, with the files.
func TestElsewhere(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	for _, d := range elsewheres {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			c := tape(t, "/recordings/"+d.path, record.Options{})
			d.do(c)
			c.hears(d.told...)
			c.settled()
			text := c.yaml(record.FlowOptions{})
			golden(t, d.name+".yaml", text)
			if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
				t.Errorf("written while it was recorded: %v, %v", left, err)
			}
			if left, err := filepath.Glob("*.csv"); err != nil || len(left) > 0 {
				t.Errorf("written while it was recorded: %v, %v", left, err)
			}
			replays(t, st, text, nil, d.told, d.files)
		})
	}
}
