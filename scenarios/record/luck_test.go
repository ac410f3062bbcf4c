package record_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/internal/nodetest"
	"seine/scenarios/record"
	"seine/testdata/sites"
)

// kept is a recording that is written to a file as it goes.
type kept struct {
	*taped
	path string
	end  context.CancelFunc
	done chan error
}

func keep(c *taped) *kept { return keepIn(c, c.t.TempDir(), nil) }

// keepIn keeps it in a folder, and tells saved of each time that it was written.
func keepIn(c *taped, dir string, saved func(error)) *kept {
	ctx, cancel := context.WithCancel(c.t.Context())
	k := &kept{c, filepath.Join(dir, "site.yaml"), cancel, make(chan error, 1)}
	over := make(chan struct{})
	go func() {
		defer close(over)
		k.done <- c.rec.Keep(ctx, record.NewFile(k.path), record.Keeping{Saved: saved})
	}()
	c.t.Cleanup(func() { cancel(); <-over })
	return k
}

// holds waits until the file is whole and has a text.
func (k *kept) holds(what string) scenarios.UserFlow {
	k.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		data, err := os.ReadFile(k.path)
		if err == nil && strings.Contains(string(data), what) {
			doc, err := file.Parse("site.yaml", data)
			if err != nil {
				k.t.Fatalf("%v\n%s", err, data)
			}
			return doc.Flow
		}
		if time.Now().After(end) {
			k.t.Fatalf("never held %q: %v\n%s", what, err, data)
		}
	}
}

// TestDoneMeanwhile: what is done while the file is being written is written next, though nothing more is done.
func TestDoneMeanwhile(t *testing.T) {
	t.Parallel()
	rec := record.New(record.Options{})
	defer func() { _ = rec.Close() }()
	ctx, end := context.WithCancel(t.Context())
	path, times := filepath.Join(t.TempDir(), "site.yaml"), 0
	saved := func(err error) {
		if times++; err != nil || times > 2 {
			end()
		} else {
			rec.Insert(scenarios.Listen{For: time.Duration(times) * time.Second})
		}
	}
	late := time.AfterFunc(20*time.Second, end)
	defer late.Stop()
	if err := rec.Keep(ctx, record.NewFile(path), record.Keeping{Saved: saved}); err != nil || times != 4 {
		t.Errorf("%v, written %d times", err, times)
	}
}

// TestClosedInTheMiddle: the tab goes while something is being typed.
func TestClosedInTheMiddle(t *testing.T) {
	t.Parallel()
	k := keep(tape(t, "/recordings/", record.Options{}))
	k.click("#plain")
	k.fill("[name=name]", "An")
	k.holds("value: An")
	if err := k.on.Call(t.Context(), "Page.close", nil, nil); err != nil {
		t.Fatal(err)
	}
	<-k.tab.Done()
	if err := record.Ended(k.tab); err != nil {
		t.Error(err)
	}
	k.end()
	if err := <-k.done; err != nil {
		t.Error(err)
	}
	if f := k.holds("value: An"); len(f.Steps) != 3 {
		t.Errorf("%d steps", len(f.Steps))
	}
}

// TestKilled: the browser ends without a word.
func TestKilled(t *testing.T) {
	t.Parallel()
	b, err := browser.Launch(t.Context(), browsertest.Options(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	srv := httptest.NewServer(sites.New(sites.Options{}))
	defer srv.Close()
	rec := record.New(record.Options{URL: srv.URL + "/recordings/"})
	defer func() { _ = rec.Close() }()
	tab, err := b.NewTab(t.Context(), rec)
	if err != nil {
		t.Fatal(err)
	}
	if err := rec.Begin(t.Context(), tab); err != nil {
		t.Fatal(err)
	}
	k := keep(&taped{person: &person{t, tab, tab.Session()}, rec: rec})
	k.until(k.on, "document.readyState === 'complete'")
	k.click("#plain")
	k.holds("#plain")
	_ = tab.Session().Call(t.Context(), "Browser.crash", nil, nil)
	_ = b.Session().Call(t.Context(), "Browser.crash", nil, nil)
	<-tab.Done()
	if err := record.Ended(tab); err == nil {
		t.Error("taken for a window that was closed")
	}
	k.end()
	if err := <-k.done; err != nil {
		t.Error(err)
	}
	k.holds("#plain")
}

// TestNavigatesOnEveryKey: each sign that is typed leads to another document.
func TestNavigatesOnEveryKey(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>Search</title><link rel="icon" href="data:,"><input id="q" name="q" aria-label="Search" autofocus>
<script>q.value = new URLSearchParams(location.search).get("q") || ""; q.focus(); q.oninput = () => { location.href = "/?q=" + q.value; };</script>`)
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	rec := record.New(record.Options{URL: srv.URL})
	defer func() { _ = rec.Close() }()
	tab := browsertest.New(t, rec)
	if err := rec.Begin(t.Context(), tab); err != nil {
		t.Fatal(err)
	}
	k := keep(&taped{person: &person{t, tab, tab.Session()}, rec: rec})
	typed := ""
	for _, r := range "seine" {
		k.until(k.on, fmt.Sprintf("document.readyState === 'complete' && document.activeElement?.id === 'q' && document.activeElement.value === %q", typed))
		k.key(string(r), 0)
		typed += string(r)
	}
	k.until(k.on, "document.querySelector('#q')?.value === 'seine'")
	f := k.holds("value: seine")
	if n := len(f.Steps); n != 6 {
		t.Errorf("%d steps, and not one for each document", n)
	}
}

// TestFlood: ten thousand keys, as fast as Chrome takes them.
func TestFlood(t *testing.T) {
	t.Parallel()
	k := keep(tape(t, "/recordings/", record.Options{}))
	k.eval(k.on, "globalThis.heard = 0; document.querySelector('[name=name]').oninput = (e) => { heard++; if (e.target.value.length > 20) e.target.value = ''; }")
	k.click("[name=name]")
	const many = 10_000
	taken := make([]<-chan *cdproto.Message, many)
	for i := range taken {
		var err error
		if taken[i], err = k.on.Send(t.Context(), "Input.dispatchKeyEvent", map[string]any{"type": "char", "text": "x"}); err != nil {
			t.Fatal(err)
		}
	}
	for i, reply := range taken { // nothing else is answered before: however long the page takes over them
		select {
		case <-reply:
		case <-k.on.Done():
			t.Fatalf("the page was gone at key %d", i)
		}
	}
	k.until(k.on, fmt.Sprintf("heard === %d", many)) // the page has heard them all
	last := strings.Trim(k.eval(k.on, "document.querySelector('[name=name]').value"), `"`)
	k.click("#plain")
	k.hears("plain")
	k.holds("value: " + last + "\n")
	k.holds("#plain")
}

// TestFloodOfMessages: ten thousand changes of a field in less than a second, as a script tells of them that does not hold itself back. The last
// one is in the file, and what comes after it too.
func TestFloodOfMessages(t *testing.T) {
	t.Parallel()
	k := keep(tape(t, "/recordings/", record.Options{}))
	k.fill("[name=name]", "a")
	k.holds("value: a\n")
	ms := k.inOurs(`(() => {
		const tell = globalThis[Object.getOwnPropertyNames(globalThis).find((n) => /^_[a-z2-7]{26}$/.test(n))], began = performance.now();
		const el = __kit.describeElement(document.querySelector("[name=name]"));
		for (let i = 1; i <= 10000; i++) tell(JSON.stringify({ k: "input", t: performance.timeOrigin + performance.now(), u: location.href, title: document.title, el: i === 1 ? el : { r: el.r, secret: false }, v: "v" + i }));
		return performance.now() - began;
	})()`)
	t.Logf("10,000 in %s ms", ms)
	k.holds("value: v10000\n")
	k.click("#plain")
	k.hears("plain")
	f := k.holds("#plain")
	if len(f.Steps) != 3 {
		t.Errorf("%d steps", len(f.Steps))
	}
}

// TestJudged: @puppeteer/replay runs what --json writes, to the same end.
func TestJudged(t *testing.T) {
	t.Parallel()
	executable := nodetest.Browser(t)
	nodetest.Dir(t)
	for _, d := range doings {
		switch d.name {
		case "enter in a form", "keys", "frames": // each starts a browser of its own
		default:
			continue
		}
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			c := tape(t, "/recordings/", record.Options{})
			d.do(c)
			c.hears(d.told...)
			c.settled()
			flow, _ := c.rec.Flow(record.FlowOptions{Plain: true, Parametrise: true})
			data, err := record.Marshal(flow, nil, true)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Join(t.TempDir(), "flow.json")
			if err := os.WriteFile(name, data, 0o600); err != nil {
				t.Fatal(err)
			}
			c.site.Told()
			if _, err := nodetest.Run(t, "judge.mjs", "run", name, executable); err != nil {
				t.Fatalf("%v\n%s", err, data)
			}
			c.hears(d.told...)
		})
	}
}
