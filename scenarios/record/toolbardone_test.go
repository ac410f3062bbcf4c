package record_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture/session"
	"seine/scenarios/engine"
	"seine/scenarios/program"
	"seine/scenarios/record"
	"seine/scenarios/replay"
	"seine/scenarios/replay/replaytest"
	"seine/testdata/sites"
)

// accepts takes a table by keys when the preview has so many rows of it.
func (c *barred) accepts(rows int) {
	c.t.Helper()
	c.inBar(fmt.Sprintf(`root.querySelectorAll(".preview tbody tr").length === %d`, rows))
	c.tabs("ok")
	c.keys("Enter")
	c.last("extract rows")
}

// listOf takes all that is like two items, as many as there are.
func (c *barred) listOf(n int, one, two func()) {
	c.t.Helper()
	c.tool("list")
	one()
	c.inBar(part("ok"))
	two()
	c.inBar(fmt.Sprintf(`root.querySelector(".hint b").textContent === "%d like this"`, n))
	c.tool("ok")
	c.inBar(part("back"))
}

// productsByKeys takes all four products by the first two, which walks goes to.
func (c *barred) productsByKeys(walks func(to string)) {
	c.t.Helper()
	for _, product := range []string{"1", "2"} {
		walks(".product:nth-child(" + product + ") h2 a")
		c.keys("Enter")
	}
	c.inBar(`root.querySelector(".hint b").textContent === "4 like this"`)
	c.tabs("ok")
	c.keys("Enter")
	c.inBar(part("back"))
}

// asserting chooses a kind of assertion, by mouse.
func (c *barred) asserting(kind string) {
	c.t.Helper()
	c.tool("assert")
	c.tool("assert-" + kind)
}

// assertingByKeys is the same by keys.
func (c *barred) assertingByKeys(kind string, down int) {
	c.t.Helper()
	c.toTool("assert")
	c.keys("Enter")
	c.has("assert-text")
	for range down {
		c.keys("ArrowDown")
	}
	c.has("assert-" + kind)
	c.keys("Enter")
	c.inBar(`root.querySelector(".picking")`)
}

// withBar are deeds with the toolbar, each by mouse and by keys alone, which comes to the same file.
var withBar = []struct {
	name, path string
	mouse      func(c *barred)
	keys       func(c *barred)
}{
	{"assertions", "/recordings/market.html", func(c *barred) {
		c.click("#buy")
		c.last("Buy")
		c.asserting("text")
		c.points("#ready", 20, 8)
		c.last("Everything is in stock")
		c.asserting("visible")
		c.points("#stalls td")
		c.last("assert that there is")
		c.asserting("count")
		c.points(".product:nth-child(2) h2 a")
		c.inBar(part("ok"))
		c.tool("ok")
		c.last("there are 4")
		c.asserting("value")
		c.points("[name=find]")
		c.last("pears")
		c.asserting("value")
		c.points("[name=order]")
		c.last("value price")
		c.asserting("value")
		c.points("[name=fresh]")
		c.last("checked true")
	}, func(c *barred) {
		c.eval(c.on, "document.getElementById('buy').focus()")
		c.keys("Enter")
		c.last("Buy")
		c.assertingByKeys("text", 0)
		c.walks("#ready")
		c.keys("Enter")
		c.last("Everything is in stock")
		c.assertingByKeys("visible", 1)
		c.walks("#stalls td")
		c.keys("Enter")
		c.last("assert that there is")
		c.assertingByKeys("count", 2)
		c.walks(".product:nth-child(2) h2 a")
		c.keys("Enter")
		c.inBar(part("ok"))
		c.tabs("ok")
		c.keys("Enter")
		c.last("there are 4")
		for _, x := range [][2]string{{"[name=find]", "pears"}, {"[name=order]", "value price"}, {"[name=fresh]", "checked true"}} {
			c.assertingByKeys("value", 3)
			c.walks(x[0])
			c.keys("Enter")
			c.last(x[1])
		}
	}},
	{"a list", "/recordings/market.html", func(c *barred) {
		c.listOf(4, func() { c.points(".product:nth-child(1) h2 a") }, func() { c.points(".product:nth-child(2) h2 a") })
		c.points(".product:nth-child(1) h2 a")
		c.inBar(part("take0"))
		c.points(".product:nth-child(1) h2 a")
		c.inBar(part("take1"))
		c.points(".product:nth-child(2) .price")
		c.inBar(part("drop2"))
		c.points(".product:nth-child(1) img")
		c.inBar(part("drop3"))
		c.points(".product:nth-child(4) p")
		c.inBar(part("drop4"))
		c.clickAt(c.place(part("column4")))
		c.inBar(`root.activeElement?.dataset.id === "column4"`)
		c.key("a", 2)
		c.typing("taste")
		c.inBar(`[...root.querySelectorAll(".preview th")].pop().textContent === "taste"`)
		c.clickAt(c.place(part("name")))
		c.key("a", 2)
		c.typing("fruit")
		c.tool("ok")
		c.last("extract fruit")
	}, func(c *barred) {
		c.toTool("list")
		c.keys("Enter")
		c.inBar(`root.querySelector(".picking")`)
		c.productsByKeys(c.walks)
		for _, x := range []string{".product:nth-child(1) h2 a", "", ".product:nth-child(1) .price", ".product:nth-child(1) img", ".product:nth-child(1) p"} {
			if x != "" {
				c.walksTo(x)
			}
			c.keys("Enter")
		}
		c.inBar(part("drop4"))
		c.tabs("column4")
		c.key("a", 2)
		c.typing("taste")
		c.inBar(`[...root.querySelectorAll(".preview th")].pop().textContent === "taste"`)
		c.tabs("name")
		c.key("a", 2)
		c.typing("fruit")
		c.tabs("ok")
		c.keys("Enter")
		c.last("extract fruit")
	}},
	{"a table", "/recordings/market.html", func(c *barred) {
		c.tool("table")
		c.move(c.at(c.on, css("#stalls td")))
		c.aims("#stalls")
		c.clickAt(c.at(c.on, css("#stalls td")))
		c.inBar(`root.querySelectorAll(".preview tbody tr").length === 3`)
		c.tool("ok")
		c.last("extract rows")
	}, func(c *barred) {
		c.toTool("table")
		c.keys("Enter")
		c.inBar(`root.querySelector(".picking")`)
		c.walks("#stalls")
		c.keys("Enter")
		c.accepts(3)
	}},
	{"a plain list", "/recordings/market.html", func(c *barred) {
		c.listOf(3, func() { c.points("ul li:nth-child(1) a") }, func() { c.points("ul li:nth-child(3) a") })
		c.points("ul li:nth-child(2) a")
		c.inBar(part("take0"))
		c.tool("take0") // its address in place of its text
		c.inBar(part("take0") + `.textContent === "href"`)
		c.points("ul li:nth-child(2)", 300, 5)
		c.inBar(part("column1"))
		c.clickAt(c.place(part("column1")))
		c.key("a", 2)
		c.typing("${x}")
		c.inBar(`[...root.querySelectorAll(".preview th")].pop().textContent === "${x}"`)
		c.tool("ok")
		c.last("extract rows")
		c.tool("list") // once more, and taken back
		c.points("ul li:nth-child(1) a")
		c.tool("ok")
		c.inBar(part("back"))
		c.points("ul li:nth-child(1) a")
		c.tool("ok")
		c.last("extract rows_2")
		c.tool("undo")
		c.last("extract rows of")
	}, nil},
	{"a late list", "/recordings/late.html", func(c *barred) {
		in := css("x-shop") + ".shadowRoot.querySelector"
		c.tool("list")
		c.inBar(`root.querySelector(".picking")`)
		c.clickAt(c.at(c.on, in+"('li b')"))
		c.inBar(part("ok"))
		c.clickAt(c.at(c.on, in+"('li:nth-child(2) b')"))
		c.inBar(`root.querySelector(".hint b").textContent === "3 like this"`)
		c.tool("ok")
		c.inBar(part("back"))
		c.clickAt(c.at(c.on, in+"('li:nth-child(2) b')"))
		c.inBar(part("column0"))
		c.clickAt(c.at(c.on, in+"('li i')"))
		c.inBar(`root.querySelectorAll(".preview th").length === 2 && root.querySelectorAll(".preview tbody tr").length === 3`)
		c.tool("ok")
		c.last("extract rows")
		c.asserting("count")
		c.inBar(`root.querySelector(".picking")`)
		c.clickAt(c.at(c.on, in+"('li:nth-child(3) i')"))
		c.tool("ok")
		c.last("there are 3")
	}, nil},
	{"in frames", "/recordings/framed.html", func(c *barred) {
		c.size(1200, 1500)
		near := c.near(c.on, "#near", func() spot { return spot{} })
		far := c.far("#far", "nested.html")
		stalls := c.near(far.s, "iframe", far.at)
		c.asserting("value")
		near.points("[name=word]")
		c.inBar(`root.querySelector(".word").textContent.includes("a secret")`)
		c.asserting("text")
		near.points("#ready")
		c.last("Everything is in stock")
		c.asserting("visible")
		far.points("#word")
		c.last("assert that there is")
		c.asserting("count")
		stalls.points(".product:nth-child(2) h2 a")
		c.inBar(part("ok"))
		c.clickAt(c.at(c.on, css("h1"))) // another document has no part in it
		c.tool("ok")
		c.last("there are 4")
		c.listOf(4, func() { near.points(".product:nth-child(1) h2 a") }, func() { near.points(".product:nth-child(2) h2 a") })
		near.points(".product:nth-child(1) h2 a")
		c.inBar(part("drop0"))
		near.points(".product:nth-child(2) .price")
		c.inBar(part("drop1"))
		c.clickAt(c.place(part("name")))
		c.key("a", 2)
		c.typing("fruit")
		c.tool("ok")
		c.last("extract fruit")
		c.tool("table")
		stalls.points("#stalls")
		c.inBar(`root.querySelectorAll(".preview tbody tr").length === 3`)
		c.tool("ok")
		c.last("extract rows")
	}, func(c *barred) {
		c.size(1200, 1500)
		near := c.near(c.on, "#near", func() spot { return spot{} })
		far := c.far("#far", "nested.html")
		stalls := c.near(far.s, "iframe", far.at)
		c.assertingByKeys("text", 0)
		c.walks("#near")
		c.keys("Enter")
		near.walks("#ready")
		c.keys("Enter")
		c.last("Everything is in stock")
		c.assertingByKeys("visible", 1)
		c.walks("#far")
		c.keys("ArrowDown")
		far.walks("#word")
		c.keys("Enter")
		c.last("assert that there is")
		c.assertingByKeys("count", 2)
		c.walks("#far")
		c.keys("Enter")
		far.walks("iframe")
		c.keys("Enter")
		stalls.walks(".product:nth-child(2) h2 a")
		c.keys("Enter")
		c.inBar(part("ok"))
		c.tabs("ok")
		c.keys("Enter")
		c.last("there are 4")
		c.toTool("list")
		c.keys("Enter")
		c.walks("#near")
		c.keys("Enter")
		c.productsByKeys(near.walks)
		c.keys("ArrowRight")
		near.walks(".product:nth-child(1) h2 a")
		c.keys("Enter")
		near.walks(".product:nth-child(1) .price")
		c.keys("Enter")
		c.inBar(part("drop1"))
		c.tabs("name")
		c.key("a", 2)
		c.typing("fruit")
		c.tabs("ok")
		c.keys("Enter")
		c.last("extract fruit")
		c.toTool("table")
		c.keys("Enter")
		c.walks("#far")
		c.keys("Enter")
		far.walks("iframe")
		c.keys("Enter")
		stalls.walks("#stalls")
		c.keys("Enter")
		c.accepts(3)
	}},
	{"shadow roots", "/recordings/shadows.html", func(c *barred) {
		const stall = `document.querySelector("#south").shadowRoot`
		goods := func(n int) string { return fmt.Sprintf(`%s.querySelectorAll("x-goods")[%d].shadowRoot`, stall, n) }
		c.listOf(3, func() { c.pointsAt(goods(0) + `.querySelector("b")`) }, func() { c.pointsAt(goods(2) + `.querySelector("b")`) })
		c.pointsAt(goods(1) + `.querySelector("b")`)
		c.inBar(part("drop0"))
		c.pointsAt(goods(1) + `.querySelector("x-price").shadowRoot.querySelector("i")`)
		c.inBar(part("drop1"))
		c.inBar(`root.querySelectorAll(".preview tbody tr").length === 3`)
		c.tool("ok")
		c.last("extract rows")
		c.tool("table")
		c.inBar(`root.querySelector(".picking")`)
		c.clickAt(c.at(c.on, css("x-vault")))
		c.inBar(`root.querySelector(".word").textContent.includes("no table")`)
		c.move(c.at(c.on, stall+`.querySelector("td")`))
		c.inBar("__kit.bar.pointer() === " + stall + `.querySelector("table")`)
		c.clickAt(c.at(c.on, stall+`.querySelector("td")`))
		c.inBar(`root.querySelectorAll(".preview tbody tr").length === 3`)
		c.tool("ok")
		c.last("extract rows_2")
	}, func(c *barred) {
		const stall = `document.querySelector("#south").shadowRoot`
		c.toTool("list")
		c.keys("Enter")
		for _, n := range []int{0, 2} {
			c.walksDeep(fmt.Sprintf(`%s.querySelectorAll("x-goods")[%d].shadowRoot.querySelector("b")`, stall, n))
			c.keys("Enter")
		}
		c.inBar(`root.querySelector(".hint b").textContent === "3 like this"`)
		c.tabs("ok")
		c.keys("Enter")
		c.inBar(part("back"))
		for _, field := range []string{`querySelector("b")`, `querySelector("x-price").shadowRoot.querySelector("i")`} {
			c.walksDeep(stall + `.querySelectorAll("x-goods")[0].shadowRoot.` + field)
			c.keys("Enter")
		}
		c.inBar(part("drop1"))
		c.tabs("ok")
		c.keys("Enter")
		c.last("extract rows")
		c.toTool("table")
		c.keys("Enter")
		c.walksDeep(stall + `.querySelector("table")`)
		c.keys("Enter")
		c.inBar(`root.querySelectorAll(".preview tbody tr").length === 3`)
		c.tabs("ok")
		c.keys("Enter")
		c.last("extract rows_2")
	}},
	{"open menus", "/recordings/", nil, func(c *barred) {
		c.size(1400, 2400)
		for _, m := range [][2]string{{".menu span", ".sub button"}, {"#script-menu span", "#late button"}} {
			c.move(c.at(c.on, css(m[0])))
			c.until(c.on, css(m[1])+".checkVisibility()")
			c.assertingByKeys("text", 0)
			c.points(m[1])
			c.last("assert")
			c.inBar(`!root.querySelector(".picking")`)
			c.until(c.on, css(m[1])+".checkVisibility()") // open, and not pressed
		}
		c.click("#plain")
		c.hears("plain")
		if told := c.site.Told(); len(told) != 1 {
			c.t.Error(told)
		}
	}},
	{"a popup", "/recordings/", func(c *barred) {
		c.click("#popup")
		popup := c.other("page", "popup.html")
		c.until(popup, "document.readyState === 'complete'")
		c.on = popup
		c.shown()
		c.asserting("text")
		c.points("#ok")
		c.last("Understood")
		c.picture("popup.png")
		c.click("#ok")
		c.hears("frame:understood")
		c.settled()
	}, nil},
	{"a film", "/play/click.html", func(c *barred) {
		c.tool("film")
		c.inBar(`root.querySelector(".word").textContent.includes("No film has played")`)
		c.click("#go")
		c.inBar(part("film") + `.getAttribute("aria-disabled") === "false"`)
		c.tool("film")
		c.last("grab the film")
	}, func(c *barred) {
		c.toTool("film")
		c.keys("Enter")
		c.inBar(`root.querySelector(".word").textContent.includes("No film has played")`)
		c.keys("Escape")
		c.click("#go")
		c.inBar(part("film") + `.getAttribute("aria-disabled") === "false"`)
		c.toTool("film")
		c.keys("Enter")
		c.last("grab the film")
	}},
}

// walksDeep is walks for what no selector finds.
func (c *barred) walksDeep(element string) {
	c.t.Helper()
	c.inBar(`root.querySelector(".picking")`)
	for range 60 {
		if value, err := ours(c.t, c.on, "__kit.bar.pointer() === "+element); err == nil && string(value) == "true" {
			return
		}
		c.keys("ArrowRight")
	}
	c.t.Fatalf("arrows do not come to %s", element)
}

// tabs brings the keyboard to a control of the panel.
func (c *barred) tabs(id string) {
	c.t.Helper()
	for range 30 {
		c.keys("Tab")
		if value, err := ours(c.t, c.on, "__kit.bar.root().activeElement?.dataset.id ?? null"); err == nil && string(value) == `"`+id+`"` {
			return
		}
	}
	c.t.Fatalf("Tab does not come to %s", id)
}

// walksTo is walks from the front.
func (c *barred) walksTo(selector string) {
	c.t.Helper()
	for range 60 {
		if value, err := ours(c.t, c.on, "__kit.bar.pointer() === "+css(selector)); err == nil && string(value) == "true" {
			return
		}
		if _, err := ours(c.t, c.on, "globalThis.__was = __kit.bar.pointer(), 0"); err != nil {
			c.t.Fatal(err)
		}
		c.keys("ArrowRight")
		if value, err := ours(c.t, c.on, "globalThis.__was === __kit.bar.pointer()"); err == nil && string(value) == "true" { // the end
			for range 60 {
				c.keys("ArrowLeft")
			}
		}
	}
	c.t.Fatalf("arrows do not come to %s", selector)
}

// TestToolbarRecords: what is done with the toolbar, by mouse or by keys alone, stands in the golden file, and runs.
func TestToolbarRecords(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	for _, d := range withBar {
		for how, do := range map[string]func(*barred){"by mouse": d.mouse, "by keys": d.keys} {
			if do == nil {
				continue
			}
			t.Run(d.name+" "+how, func(t *testing.T) {
				t.Parallel()
				c := withToolbar(t, d.path, record.ToolbarOptions{})
				do(c)
				c.settled()
				text := c.yaml(record.FlowOptions{})
				golden(t, "toolbar "+d.name+".yaml", text)
				flow, comments := c.rec.Flow(record.FlowOptions{Plain: true})
				if _, err := record.Marshal(flow, comments, true); err != nil {
					t.Errorf("as a recording of Chrome's: %v", err)
				}
				if how == "by mouse" || d.mouse == nil {
					written(t, played(t, st, text))
				}
			})
		}
	}
}

// written holds that the tables which were written have rows.
func written(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if data, err := os.ReadFile(name); err != nil || bytes.Count(data, []byte("\n")) < 4 {
			t.Errorf("%v: %s has\n%s", err, name, data)
		}
	}
}

// played runs a recorded file, and gives the folder with what it has written.
func played(t *testing.T, st *replay.Stage, text string) string {
	t.Helper()
	srv := httptest.NewServer(sites.New(sites.Options{}))
	defer srv.Close()
	own, dir := strings.ReplaceAll(text, "http://site.test", srv.URL), t.TempDir()
	p, err := program.Load("recorded.yaml", program.Options{Read: func(string) ([]byte, error) { return []byte(own), nil }})
	if err != nil {
		t.Fatalf("%v\n%s", err, own)
	}
	report, err := engine.Run(t.Context(), p, engine.Options{Dir: dir, Stage: engine.StageOf[*replay.Page](st), Fresh: true, Session: session.Config{}})
	if err == nil && len(report.Failed) > 0 {
		err = report.Failed[0].Err
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, own)
	}
	return dir
}

// TestToolbarPreview: what the preview shows is what the file gives when it is run.
func TestToolbarPreview(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	c := withToolbar(t, "/recordings/market.html", record.ToolbarOptions{})
	c.listOf(4, func() { c.points(".product:nth-child(3) h2 a") }, func() { c.points(".product:nth-child(1) h2 a") })
	for i, f := range []string{".product:nth-child(1) h2 a", ".product:nth-child(1) .price", ".product:nth-child(1) p"} {
		c.points(f)
		c.inBar(part("drop" + string(rune('0'+i))))
	}
	var shown [][]string
	text := c.inBar(`(() => { const t = root.querySelector(".preview table"); return t && t.rows[0].cells.length === 3 ? [...t.rows].map((r) => [...r.cells].map((c) => c.textContent)) : null; })()`)
	if err := json.Unmarshal([]byte(text), &shown); err != nil {
		t.Fatal(err)
	}
	c.tool("ok")
	c.last("extract rows")
	dir := played(t, st, c.yaml(record.FlowOptions{}))
	data, err := os.ReadFile(filepath.Join(dir, "rows.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(shown, rows); d != "" {
		t.Error(d)
	}
}
