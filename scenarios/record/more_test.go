package record_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"seine/browser/browsertest"
	"seine/scenarios/record"
)

// TestReloaded: what looks like a name, and is another one each time, goes to the end once the page was loaded anew.
func TestReloaded(t *testing.T) {
	t.Parallel()
	words := []string{"harbour", "lantern", "meadow", "orchard", "pebble", "quarry"}
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		if r.URL.Path == "/" {
			fmt.Fprintf(w, `<!doctype html><title>Words</title><link rel="icon" href="data:,"><p id="%s" style="height:30px"></p><p>There</p>`, words[int(asked.Add(1))%len(words)])
		}
	}))
	defer srv.Close()
	rec := record.New(record.Options{URL: srv.URL + "/"})
	defer func() { _ = rec.Close() }()
	tab := browsertest.New(t, rec)
	if err := rec.Begin(t.Context(), tab); err != nil {
		t.Fatal(err)
	}
	k := keep(&taped{person: &person{t, tab, tab.Session()}, base: srv.URL, rec: rec})
	k.until(k.on, "document.readyState === 'complete'")
	k.click("p[id]")
	k.holds("xpath/")
	before := k.yaml(record.FlowOptions{})
	rec.Verify(t.Context(), tab)
	after := k.yaml(record.FlowOptions{})
	if n := strings.Index(before, "#"+words[1]); n < 0 || n > strings.Index(before, "xpath/") {
		t.Errorf("before:\n%s", before)
	}
	if n := strings.Index(after, "#"+words[1]); n < 0 || n < strings.Index(after, "xpath/") {
		t.Errorf("after:\n%s", after)
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("the page was asked for %d times", n)
	}
}

// TestNotes: what is typed becomes inputs, and a click that fetched rows is noted with the request that would do.
func TestNotes(t *testing.T) {
	t.Parallel()
	c := tape(t, "/recordings/", record.Options{Suggest: true, TestID: "aria-label"})
	c.fill("[name=name]", "Ann")
	c.fill("[name=secret]", "hunter2")
	c.fill("#search", "Ann")
	c.click("#more")
	c.hears("rows:20")
	c.settled()
	text := c.yaml(record.FlowOptions{Parametrise: true})
	for i := range 4 { // the body is read when the answer has ended
		if strings.Contains(text, "fetched") || i == 3 {
			break
		}
		c.settled()
		text = c.yaml(record.FlowOptions{Parametrise: true})
	}
	if i := strings.Index(text, "&t="); i > 0 { // the time
		text = text[:i] + text[i+strings.IndexByte(text[i:], '\n'):]
	}
	golden(t, "notes.yaml", text)
	if strings.Contains(text, "hunter2") {
		t.Error("a secret is in it")
	}
}

// TestTakesPart: what is paused is not heard, what is undone is gone, and what is put in stands where it was put.
func TestTakesPart(t *testing.T) {
	t.Parallel()
	c := tape(t, "/recordings/", record.Options{})
	c.click("#plain")
	c.hears("plain")
	c.settled()
	c.rec.Pause(true)
	c.click("[data-testid=save-button]")
	c.hears("plain", "save")
	c.settled()
	c.rec.Pause(false)
	c.click("#more")
	c.hears("rows:20")
	c.settled()
	if !c.rec.Undo() || len(c.rec.Lines()) != 2 {
		t.Errorf("%v", c.rec.Lines())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	c.rec.Settle(ctx)
	if text := c.yaml(record.FlowOptions{}); strings.Contains(text, "Save") || strings.Contains(text, "#more") || !strings.Contains(text, "#plain") {
		t.Error(text)
	}
}

// TestSecretsOfAForm: what was typed into fields of secrets is in no file, on no line, and in no event, though the form puts it into its address and the
// person loads that again.
func TestSecretsOfAForm(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var events strings.Builder
	c := tape(t, "/recordings/", record.Options{Suggest: true, Heard: func(e record.Event) {
		if e.Kind != record.Navigated && e.Kind != record.Navigating { // these have the address, which is masked where it is written
			mu.Lock()
			defer mu.Unlock()
			e.URL = ""
			fmt.Fprintf(&events, "%+v %+v\n", e, e.Element)
		}
	}})
	c.fill("[name=secret]", "hunter2")
	c.key("Enter", 0)
	c.until(c.on, "document.title === 'Thanks'")
	c.send(c.on, "Page.reload", nil)
	c.until(c.on, "performance.getEntriesByType('navigation')[0].type === 'reload' && document.readyState === 'complete'")
	c.eval(c.on, "performance.mark('old'), 0")
	c.send(c.on, "Page.navigate", map[string]any{"url": strings.Trim(c.eval(c.on, "location.href"), `"`)})
	c.until(c.on, "!performance.getEntriesByName('old').length && document.readyState === 'complete'")
	c.settled()
	text := c.yaml(record.FlowOptions{Parametrise: true})
	if !strings.Contains(text, "secret=${.secret | @uri}") {
		t.Error(text)
	}
	mu.Lock()
	defer mu.Unlock()
	for what, where := range map[string]string{"the file": text, "the lines": fmt.Sprint(c.rec.Lines()), "the events": events.String()} {
		if strings.Contains(where, "hunter2") {
			t.Errorf("%s: %s", what, where)
		}
	}
}
