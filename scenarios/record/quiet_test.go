package record_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/browser/browsertest"
	"seine/scenarios/record"
	"seine/testdata/sites"
)

// listening has the page note each event that its own handlers see, with where it was. That something moved under a pointer that stands still
// is told at a moment of Chrome's choice.
const listening = `(() => {
  globalThis.seen = [];
  for (const t of ["pointerdown", "pointerup", "mousedown", "mouseup", "click", "dblclick", "contextmenu", "auxclick", "keydown", "keyup", "beforeinput", "input", "change", "focusin", "focusout", "submit", "dragstart", "dragover", "drop", "dragend", "pointerover", "mouseover", "mouseenter"])
    for (const [where, o, capture] of [["window", window, true], ["document", document, false], ["body", document.body, false]])
      o.addEventListener(t, (e) => { if (t !== "dragover" && !(/over|enter/.test(t) && !e.movementX && !e.movementY)) seen.push([t, where, e.target.id || e.target.tagName, e.defaultPrevented, e.isTrusted, e.detail ?? 0, e.key ?? ""].join(" ")); }, capture);
})()`

// everything is done without a look at what comes of it.
func everything(p *person) {
	p.click("#plain")
	at := p.at(p.on, css("#area"))
	p.move(at)
	p.press(at, "left", 1)
	p.press(at, "left", 2)
	p.press(at, "right", 1)
	p.fill("[name=name]", "Ann")
	p.key("Tab", 0)
	p.typing("pass")
	p.click("[name=agree]")
	p.click("#rich")
	p.typing("rich")
	p.drag(p.at(p.on, css("#card")), p.at(p.on, css("#goal")))
	p.key("s", 2)
	p.clickAt(p.at(p.on, css("#closed"), 20, 12))
	p.click("#list li:nth-child(2)")
}

// TestUnseen: the site's own handlers see the same events in the same order, its globals and its elements are the same, with and without us.
func TestUnseen(t *testing.T) {
	t.Parallel()
	seen := func(rec *record.Recording) (out [3][]string) {
		srv := httptest.NewServer(sites.New(sites.Options{}))
		defer srv.Close()
		tab := browsertest.New(t, nil)
		if rec != nil {
			tab = browsertest.New(t, rec)
		}
		p := &person{t, tab, tab.Session()}
		if rec != nil {
			if err := rec.Begin(t.Context(), tab); err != nil {
				t.Fatal(err)
			}
		}
		p.send(p.on, "Page.navigate", map[string]any{"url": srv.URL + "/recordings/"})
		p.until(p.on, "document.title === 'Everything to do' && document.readyState === 'complete'")
		p.eval(p.on, listening)
		everything(p)
		for i, what := range []string{"seen", "Object.getOwnPropertyNames(globalThis).filter((n) => !/^\\d+$/.test(n)).sort()", "[...document.querySelectorAll('*')].map((e) => e.tagName + [...e.attributes].map((a) => a.name + '=' + a.value).join())"} {
			if err := json.Unmarshal([]byte(p.eval(p.on, what)), &out[i]); err != nil {
				t.Fatal(err)
			}
		}
		for i := range out[2] { // the port of the frames' addresses
			out[2][i] = fmt.Sprint(len(out[2][i]))
		}
		return out
	}
	rec := record.New(record.Options{})
	defer func() { _ = rec.Close() }()
	if d := cmp.Diff(seen(nil), seen(rec)); d != "" {
		t.Error(d)
	}
	if n := len(rec.Lines()); n < 10 {
		t.Errorf("only %d things were recorded", n)
	}
}

// cost is how long the script held up the page.
type cost struct {
	Events   int
	MS, Most float64
	By       string
	Kinds    map[string]struct {
		N         int
		MS, Least float64
	}
}

func (c *taped) cost() (out cost) {
	c.t.Helper()
	if err := json.Unmarshal([]byte(c.inOurs("__kit.cost")), &out); err != nil {
		c.t.Fatal(err)
	}
	return out
}

// rows makes the page a large one, and gives a row's place.
func (c *taped) rows() spot {
	c.t.Helper()
	c.eval(c.on, "for (let i = 0; i < 3000; i++) document.getElementById('long').append(Object.assign(document.createElement('p'), { className: 'row', textContent: 'Row ' + i }))")
	return c.at(c.on, css("p.row:nth-child(1500)"))
}

// BenchmarkEvent prints how long the script holds up the page with an event, on a page of 3,000 rows: µs on average, ms at most. More than 2 ms for an event,
// or at best for a kind of them, is too much.
func BenchmarkEvent(b *testing.B) {
	c := tape(b, "/recordings/", record.Options{})
	row := c.rows()
	for b.Loop() {
		c.clickAt(row)
		c.click("#search")
		c.typing("text")
		c.click("#plain")
	}
	cost := c.cost()
	const most = 2.0
	for kind, k := range cost.Kinds {
		b.ReportMetric(k.MS*1000/float64(k.N), "µs/"+kind)
		if k.Least >= most {
			b.Errorf("%s takes %.1f ms at best", kind, k.Least)
		}
	}
	if cost.MS/float64(cost.Events) >= most {
		b.Errorf("%.1f ms for %d events", cost.MS, cost.Events)
	}
	b.ReportMetric(cost.MS*1000/float64(cost.Events), "µs/event")
	b.ReportMetric(cost.Most, "ms-at-most-"+cost.By)
	b.ReportMetric(float64(cost.Events)/float64(b.N), "events/op")
}

// inOurs evaluates in the world that only we see.
func (c *taped) inOurs(expression string) string {
	c.t.Helper()
	var world struct {
		ID int64 `json:"executionContextId"`
	}
	if err := c.on.Call(c.t.Context(), "Page.createIsolatedWorld", map[string]any{"frameId": c.on.TargetID(), "worldName": "seine-record"}, &world); err != nil {
		c.t.Fatal(err)
	}
	var res struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
	}
	if err := c.on.Call(c.t.Context(), "Runtime.evaluate", map[string]any{"expression": expression, "contextId": world.ID, "returnByValue": true}, &res); err != nil {
		c.t.Fatal(err)
	}
	return string(res.Result.Value)
}
