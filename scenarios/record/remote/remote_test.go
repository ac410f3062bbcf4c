package remote_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/scenarios/record"
	"seine/scenarios/record/remote"
	"seine/testdata/sites"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

// site has its parts at places that are known, and notes what it sees.
const site = `<!doctype html><html lang="en"><title>Sign in</title><link rel="icon" href="data:,">
<style>body { font: 20px sans-serif; background: #eef } input, button, output, textarea { position: absolute; left: 40px; width: 400px; height: 50px; font: inherit }</style>
<input aria-label="Name" style="top:40px"><textarea aria-label="Note" style="top:120px"></textarea><button style="top:220px">Sign in</button>
<output id="out" style="top:300px"></output><p style="margin-top:3000px">The end</p>
<script>
globalThis.seen = [];
for (const t of ["click", "dblclick", "contextmenu", "keydown", "compositionend"]) addEventListener(t, (e) => seen.push(t + ":" + (e.key || e.data || e.target.tagName) + (t === "compositionend" ? "" : ":" + e.isTrusted)));
document.querySelector("button").onclick = () => { out.textContent = confirm("Sure?") ? "in" : "out"; };
</script>`

// screen is a recording that is shown, and the person's browser that shows it.
type screen struct {
	t      *testing.T
	rec    *record.Recording
	server *remote.Server
	tab    *browser.Tab // what is recorded
	person *browser.Tab
}

func start(t *testing.T, handler http.Handler) *screen {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	rec := record.New(record.Options{URL: srv.URL + "/"})
	t.Cleanup(func() { _ = rec.Close() })
	server, err := remote.Listen(t.Context(), remote.Options{Next: rec, Tape: rec})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	c := &screen{t: t, rec: rec, server: server, tab: browsertest.New(t, server)}
	if err := rec.Begin(t.Context(), c.tab); err != nil {
		t.Fatal(err)
	}
	c.until(c.tab, "document.readyState === 'complete'")
	c.person = browsertest.New(t, nil)
	c.send("Page.navigate", map[string]any{"url": server.URL()})
	c.until(c.person, "document.getElementById('picture')?.dataset.frames > 0")
	return c
}

func (c *screen) eval(tab *browser.Tab, expression string) string {
	c.t.Helper()
	yes := true
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	res, err := cdp.Call(ctx, cdp.Session(tab.Session()), runtime.Evaluate, runtime.EvaluateParams{Expression: expression, ReturnByValue: &yes, AwaitPromise: &yes})
	if err != nil || res.ExceptionDetails != nil {
		c.t.Fatalf("%s: %v %+v", expression, err, res.ExceptionDetails)
	}
	return string(res.Result.Value)
}

func (c *screen) until(tab *browser.Tab, expression string) {
	c.t.Helper()
	for end := time.Now().Add(time.Minute); c.eval(tab, "Boolean("+expression+")") != "true"; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("never true: %s\n%v\nseen: %s", expression, c.rec.Lines(), c.eval(c.tab, "globalThis.seen"))
		}
	}
}

func (c *screen) send(method string, params any) {
	c.t.Helper()
	if err := c.person.Session().Call(c.t.Context(), method, params, nil); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}

// at is where the person sees a place of the page that is recorded.
func (c *screen) at(x, y float64) (float64, float64) {
	c.t.Helper()
	var view, box struct{ X, Y, W, H float64 }
	for tab, q := range map[*browser.Tab]string{c.tab: "({W: innerWidth, H: innerHeight})", c.person: "(() => { const b = picture.getBoundingClientRect(); return {X: b.x, Y: b.y, W: b.width, H: b.height}; })()"} {
		to := &view
		if tab == c.person {
			to = &box
		}
		if err := json.Unmarshal([]byte(c.eval(tab, q)), to); err != nil {
			c.t.Fatal(err)
		}
	}
	return box.X + x/view.W*box.W, box.Y + y/view.H*box.H
}

func (c *screen) mouse(kind string, x, y float64, button string, count int) {
	c.t.Helper()
	px, py := c.at(x, y)
	c.send("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": px, "y": py, "button": button, "clickCount": count})
}

func (c *screen) click(x, y float64, button string, count int) {
	c.t.Helper()
	c.mouse("mouseMoved", x, y, "none", 0)
	c.mouse("mousePressed", x, y, button, count)
	c.mouse("mouseReleased", x, y, button, count)
}

func (c *screen) typing(text string) {
	c.t.Helper()
	for _, r := range text {
		code := int(strings.ToUpper(string(r))[0])
		c.send("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": string(r), "text": string(r), "windowsVirtualKeyCode": code})
		c.send("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": string(r), "windowsVirtualKeyCode": code})
	}
}

// picture keeps what the person sees, where SEINE_PICTURES names a folder.
func (c *screen) picture(name string, dark bool) {
	c.t.Helper()
	dir := os.Getenv("SEINE_PICTURES")
	if dir == "" {
		return
	}
	scheme := map[bool]string{false: "light", true: "dark"}[dark]
	c.send("Emulation.setEmulatedMedia", map[string]any{"features": []any{map[string]any{"name": "prefers-color-scheme", "value": scheme}}})
	res, err := cdp.Call(c.t.Context(), cdp.Session(c.person.Session()), page.CaptureScreenshot, page.CaptureScreenshotParams{})
	if err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/"+name+".png", res.Data, 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// TestScreen: what a person does on the picture is done to the page, which sees it as it sees a person's, and is recorded.
func TestScreen(t *testing.T) {
	t.Parallel()
	c := start(t, sites.Static("text/html; charset=utf-8", site))
	value := func(selector string) string { return fmt.Sprintf("document.querySelector(%q).value", selector) }

	c.click(100, 65, "left", 1)
	c.until(c.tab, "document.activeElement.tagName === 'INPUT'")
	c.typing("Ann")
	c.until(c.tab, value("input")+" === 'Ann'")
	c.click(100, 145, "left", 1)
	c.until(c.tab, "document.activeElement.tagName === 'TEXTAREA'")
	c.send("Input.imeSetComposition", map[string]any{"text": "に", "selectionStart": 1, "selectionEnd": 1})
	c.until(c.tab, value("textarea")+" === 'に'")
	c.send("Input.insertText", map[string]any{"text": "日本"})
	c.until(c.tab, value("textarea")+" === '日本' && seen.includes('compositionend:日本')")
	long := strings.Repeat("ä𝄞", 5000)
	c.eval(c.person, "(() => { const d = new DataTransfer(); d.setData('text/plain', "+fmt.Sprintf("%q", long)+"); keys.dispatchEvent(new ClipboardEvent('paste', { clipboardData: d })); })()")
	c.until(c.tab, value("textarea")+fmt.Sprintf(" === '日本' + %q", long))

	c.click(600, 500, "right", 1)
	c.until(c.tab, "seen.includes('contextmenu:HTML:true')")
	c.click(600, 500, "left", 1)
	c.click(600, 500, "left", 2)
	c.until(c.tab, "seen.includes('dblclick:HTML:true')")

	// A dialog, which no picture shows.
	c.click(100, 245, "left", 1)
	c.until(c.person, "document.getElementById('dialog').open && message.textContent === 'Sure?'")
	c.picture("remote-dialog", false)
	c.eval(c.person, "document.getElementById('yes').click()")
	c.until(c.tab, "out.textContent === 'in'")
	c.until(c.person, "!document.getElementById('dialog').open")
	c.eval(c.person, "assert.click()")
	c.click(600, 600, "left", 1)
	c.until(c.person, "wrong.textContent.includes('nothing that could be asserted')")
	clicks := c.eval(c.tab, "seen.length")
	c.eval(c.person, "assert.click()")
	c.click(60, 325, "left", 1)
	c.until(c.person, "steps.lastChild.textContent.startsWith('assert') && !wrong.textContent")
	if n := c.eval(c.tab, "seen.length"); n != clicks {
		t.Errorf("the site sees what is asserted: %s", c.eval(c.tab, "seen"))
	}
	c.picture("remote-light", false)
	c.picture("remote-dark", true)

	// The wheel, and the ways of a browser.
	x, y := c.at(600, 500)
	c.send("Input.dispatchMouseEvent", map[string]any{"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": 500})
	c.until(c.tab, "scrollY > 100")
	there := c.tab.Session().URL() + "there"
	c.eval(c.person, fmt.Sprintf("address.value = %q; go.requestSubmit()", there))
	c.until(c.tab, "location.pathname === '/there' && document.readyState === 'complete'")
	c.eval(c.person, "back.click()")
	c.until(c.tab, "location.pathname === '/' && document.readyState === 'complete'")
	c.until(c.person, "address.value.endsWith('/')")
	n := len(c.rec.Lines())
	c.eval(c.person, "undo.click()")
	c.until(c.person, fmt.Sprintf("steps.children.length === %d", n-1))
	c.eval(c.person, "pause.click()")
	c.until(c.person, "document.body.classList.contains('paused')")

	flow, comments := c.rec.Flow(record.FlowOptions{})
	text, err := record.Marshal(flow, comments, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"- navigate: http", "value: Ann", `日本ä𝄞`, "doubleClick", "button: secondary", "Sign in", "/there", "- assert:", "text: in"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("not recorded: %s\n%s", want, strings.ReplaceAll(string(text), long, "…"))
		}
	}
	if seen := c.eval(c.tab, "seen.some((s) => s.endsWith(':false'))"); seen != "false" {
		t.Errorf("the site sees that a script did it: %s", c.eval(c.tab, "seen"))
	}
	c.eval(c.person, "document.getElementById('stop').click()")
	<-c.server.Stopped()
}

// TestPopup: a popup is shown when it opens, and what opened it when it closes.
func TestPopup(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("/", sites.Static("text/html", `<!doctype html><title>Main</title><link rel="icon" href="data:,"><button style="position:absolute;left:0;top:0;width:300px;height:100px" onclick="window.open('/popup')">Open</button>`))
	mux.Handle("/popup", sites.Static("text/html", `<!doctype html><title>Popup</title><body bgcolor=lime><link rel="icon" href="data:,"><button style="position:absolute;left:0;top:0;width:300px;height:100px" onclick="window.close()">Close</button>`))
	c := start(t, mux)
	c.click(100, 50, "left", 1)
	c.until(c.person, "pages.length === 2 && pages.selectedIndex === 1 && address.value.endsWith('/popup')")
	all := c.tab.Sessions()
	popup := all[slices.IndexFunc(all, func(s *browser.Session) bool { return s.Kind() == "page" && s != c.tab.Session() })]
	c.until(c.person, "(([r, g, b]) => r < 50 && g > 200 && b < 50)(picture.getContext('2d').getImageData(600, 300, 1, 1).data)")
	c.click(100, 50, "left", 1)
	<-popup.Done()
	c.until(c.person, "pages.hidden && !address.value.endsWith('/popup')")
}

// TestGate: nobody gets in but who has the token first, from our own page.
func TestGate(t *testing.T) {
	t.Parallel()
	server, err := remote.Listen(t.Context(), remote.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	base := "http://" + server.Addr()
	_, port, _ := strings.Cut(server.Addr(), ":")
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	type answer struct {
		status  int
		header  http.Header
		cookies []*http.Cookie
	}
	ask := func(url string, set func(*http.Request)) answer {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if set != nil {
			set(r)
		}
		res, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return answer{res.StatusCode, res.Header, res.Cookies()}
	}
	refused := func(name, url string, status int, set func(*http.Request)) {
		t.Helper()
		if res := ask(url, set); res.status != status || len(res.cookies) > 0 {
			t.Errorf("%s: status %d, cookies %v", name, res.status, res.cookies)
		}
	}
	host := func(h string) func(*http.Request) { return func(r *http.Request) { r.Host = h } }
	for _, h := range []string{"evil.example:" + port, "evil.example", "127.0.0.1.evil.example:" + port, "localhost.evil.example", "192.0.2.1:" + port, "[2001:db8::1]"} {
		refused("host "+h, server.URL(), http.StatusMisdirectedRequest, host(h))
	}
	refused("no token", base+"/", http.StatusForbidden, nil)
	refused("wrong token", base+"/?token=AAAA", http.StatusForbidden, nil)
	refused("empty token", base+"/?token=", http.StatusForbidden, nil)
	refused("wrong cookie", base+"/", http.StatusForbidden, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "seine-remote", Value: "AAAA"}) })
	refused("socket without cookie", base+"/live", http.StatusForbidden, func(r *http.Request) { r.Header.Set("Origin", base) })

	res := ask(server.URL(), host("localhost:9999")) // through a tunnel
	if res.status != http.StatusOK || len(res.cookies) != 1 {
		t.Fatalf("the token is refused: %d", res.status)
	}
	cookie := res.cookies[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || strings.Contains(server.URL(), cookie.Value) {
		t.Errorf("cookie: %v", cookie)
	}
	for name, part := range map[string]string{"Content-Security-Policy": "frame-ancestors 'none'", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
		if !strings.Contains(res.header.Get(name), part) {
			t.Errorf("%s: %q", name, res.header.Get(name))
		}
	}
	refused("second use", server.URL(), http.StatusForbidden, nil)
	with := func(origin string) func(*http.Request) {
		return func(r *http.Request) {
			r.AddCookie(cookie)
			r.Header.Set("Connection", "Upgrade")
			r.Header.Set("Upgrade", "websocket")
			r.Header.Set("Sec-WebSocket-Version", "13")
			r.Header.Set("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
			if origin != "" {
				r.Header.Set("Origin", origin)
			}
		}
	}
	for _, origin := range []string{"", "null", "http://evil.example", "http://127.0.0.1", "https://" + server.Addr(), base + ".evil.example", "http://localhost:" + port} {
		refused("origin "+origin, base+"/live", http.StatusForbidden, with(origin))
	}
	refused("other path", base+"/else", http.StatusNotFound, with(base))
	if res := ask(base+"/", with("")); res.status != http.StatusOK {
		t.Errorf("the cookie is refused: %d", res.status)
	}
	if res := ask(base+"/live", with(base)); res.status != http.StatusSwitchingProtocols {
		t.Errorf("our own page is refused: %d", res.status)
	}
}

// TestAssertInFrame: what is asserted may lie in a frame, of another site too, and in a frame of that.
func TestAssertInFrame(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		other := "http://localhost:" + r.Host[strings.LastIndexByte(r.Host, ':')+1:]
		_, _ = io.WriteString(w, strings.ReplaceAll(frames, "{other}", other))
	})
	mux.Handle("/words", sites.Static("text/html; charset=utf-8", `<!doctype html><title>Words</title><p style="position:absolute;left:10px;top:10px;margin:0">All is well</p>`))
	mux.Handle("/nest", sites.Static("text/html; charset=utf-8", `<!doctype html><title>Nest</title><iframe src="/words" title="Deep" style="position:absolute;left:20px;top:20px;width:200px;height:60px;border:0"></iframe>`))
	c := start(t, mux)
	c.until(c.tab, "frames.length === 2 && document.querySelector('#near').contentDocument.querySelector('p')")
	for i, at := range [][2]float64{{40 + 10 + 5, 40 + 10 + 5}, {40 + 3 + 20 + 10 + 5, 240 + 3 + 20 + 10 + 5}} {
		for end := time.Now().Add(time.Minute); len(c.rec.Lines()) < i+2; { // until the frame is there
			c.eval(c.person, "assert.click()")
			c.click(at[0], at[1], "left", 1)
			c.until(c.person, "steps.lastChild.textContent.startsWith('assert “All is well”') && steps.children.length === "+fmt.Sprint(i+2)+" || wrong.textContent")
			if time.Now().After(end) {
				t.Fatal(c.eval(c.person, "wrong.textContent"))
			}
		}
	}
	flow, comments := c.rec.Flow(record.FlowOptions{})
	text, err := record.Marshal(flow, comments, false)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "frames.yaml", strings.ReplaceAll(string(text), c.tab.Session().URL(), "http://site.test/"))
}

const frames = `<!doctype html><html lang="en"><title>Frames</title><link rel="icon" href="data:,"><style>iframe { position: absolute; left: 40px; width: 300px; height: 150px }</style>
<iframe id="near" src="/words" style="top:40px;border:0"></iframe><iframe id="far" src="{other}/nest" style="top:240px;border:3px solid"></iframe>`
