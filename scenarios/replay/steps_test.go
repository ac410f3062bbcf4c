package replay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"seine/capture"
	"seine/capture/har"
	"seine/capture/session/sessiontest"
	"seine/scenarios"
	"seine/scenarios/replay"
)

// pages serves HTML under /0, /1 and so on, each with what the others may need, and remembers what was clicked: any
// request for /clicked?what.
type pages struct {
	base string

	mu      sync.Mutex
	clicked []string
}

func servePages(t testing.TB, bodies ...string) *pages {
	t.Helper()
	p := &pages{}
	mux := http.NewServeMux()
	for i, body := range bodies {
		mux.HandleFunc(fmt.Sprintf("GET /%d", i), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, port, _ := net.SplitHostPort(r.Host)
			fmt.Fprintf(w, `<!doctype html><link rel="icon" href="data:,"><title>%d</title><body>%s`, i, strings.ReplaceAll(body, "{other}", "http://localhost:"+port))
		})
	}
	mux.HandleFunc("GET /clicked", func(_ http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.clicked = append(p.clicked, r.URL.RawQuery)
	})
	mux.HandleFunc("GET /api.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, "{}")
	})
	mux.HandleFunc("GET /poll", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /file", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", "attachment")
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	p.base = srv.URL
	return p
}

func (p *pages) flow(n int, timeout time.Duration, steps ...scenarios.Step) scenarios.UserFlow {
	return scenarios.UserFlow{Timeout: timeout, Steps: append([]scenarios.Step{scenarios.Navigate{URL: fmt.Sprintf("%s/%d", p.base, n)}}, steps...)}
}

// report tells the server of a click, and shows #told once that has heard.
const report = `onclick="const i = new Image(); i.onerror = () => document.body.append(Object.assign(document.createElement('i'), { id: 'told' }));
i.src = '/clicked?' + [event.offsetX, event.offsetY, +event.isTrusted].map(Math.round)"`

// counter tells where it was clicked, in a box of 100 by 50.
const counter = `<div id="box" style="width:100px;height:50px;background:red" ` + report + `>x</div>`

func css(parts ...string) []scenarios.Selector { return []scenarios.Selector{parts} }

func TestClick(t *testing.T) {
	shadow := `<div id="host" style="margin:40px"></div><script>
const root = document.getElementById("host").attachShadow({ mode: "open" });
root.innerHTML = '<section id="inner"></section>';
root.getElementById("inner").attachShadow({ mode: "open" }).innerHTML = ` + "`" + counter + "`" + `;</script>`
	frame := func(src string) string {
		return `<div style="height:30px"></div><iframe style="margin:17px;border:5px solid" width="400" height="300" src="` + src + `"></iframe>`
	}
	p := servePages(t, counter, shadow, frame("{other}/0"), frame("/2"), `<div style="height:3000px"></div>`+frame("{other}/0"), frame("/0"))
	at, hidden := func(f float64) *float64 { return &f }, false
	told := scenarios.WaitForElement{Selectors: css("#told"), Visible: &hidden}
	for _, test := range []struct {
		name string
		page int
		step scenarios.Click
		want string
	}{
		{"middle", 0, scenarios.Click{Selectors: css("#box")}, "50,25,1"},
		{"offset", 0, scenarios.Click{Selectors: css("#box"), OffsetX: at(7), OffsetY: at(9)}, "7,9,1"},
		{"the first selector that matches", 0, scenarios.Click{Selectors: []scenarios.Selector{{"#none"}, {"div"}}}, "50,25,1"},
		{"shadow roots", 1, scenarios.Click{Selectors: css("#host", "#inner", "#box"), OffsetX: at(3), OffsetY: at(4)}, "3,4,1"},
		{"frame of the same site", 5, scenarios.Click{Selectors: css("#box"), OffsetX: at(3), OffsetY: at(4)}, "3,4,1"},
		{"frame of another site", 2, scenarios.Click{Selectors: css("#box"), OffsetX: at(3), OffsetY: at(4)}, "3,4,1"},
		{"frame of another site in a frame of the same site", 3, scenarios.Click{Selectors: css("#box"), OffsetX: at(3), OffsetY: at(4)}, "3,4,1"},
		{"frame of another site far below", 4, scenarios.Click{Selectors: css("#box")}, "50,25,1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p.mu.Lock()
			p.clicked = nil
			p.mu.Unlock()
			if _, err := run(t, p.flow(test.page, time.Minute, test.step, told)); err != nil {
				t.Fatal(err)
			}
			p.mu.Lock()
			defer p.mu.Unlock()
			if got := strings.Join(p.clicked, " "); got != test.want {
				t.Errorf("clicked at %q, want %q", got, test.want)
			}
		})
	}
}

func TestWaitForElement(t *testing.T) {
	t.Parallel()
	late := `<ul></ul><script>setTimeout(() => { document.querySelector("ul").innerHTML = "<li>a<li>b<li>c"; }, 300)</script>`
	hidden := `<p style="display:none">x</p><p style="visibility:hidden">y</p><div id="h"></div><script>document.getElementById("h").attachShadow({mode:"open"}).innerHTML="<b>z</b>"</script>`
	p := servePages(t, late, hidden, `<iframe src="{other}/0"></iframe>`)
	no := false
	for _, test := range []struct {
		name string
		page int
		step scenarios.WaitForElement
		want error
	}{
		{"late", 0, scenarios.WaitForElement{Selectors: css("li")}, nil},
		{"count", 0, scenarios.WaitForElement{Selectors: css("li"), Count: new(3)}, nil},
		{"too few", 0, scenarios.WaitForElement{Selectors: css("li"), Count: new(4)}, context.DeadlineExceeded},
		{"in a frame of another site", 2, scenarios.WaitForElement{Selectors: css("li"), Count: new(3)}, nil},
		{"invisible", 1, scenarios.WaitForElement{Selectors: css("p")}, context.DeadlineExceeded},
		{"invisible is fine", 1, scenarios.WaitForElement{Selectors: css("p"), Count: new(2), Visible: &no}, nil},
		{"shadow root", 1, scenarios.WaitForElement{Selectors: css("#h", "b")}, nil},
		{"not through shadow roots unasked", 1, scenarios.WaitForElement{Selectors: css("b")}, context.DeadlineExceeded},
		{"no CSS", 1, scenarios.WaitForElement{Selectors: css("p[")}, replay.ErrSelector},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.step.Timeout = 1500 * time.Millisecond
			if test.want == nil {
				test.step.Timeout = time.Minute // rather than for ever
			}
			_, err := run(t, p.flow(test.page, 0, test.step))
			switch {
			case errors.Is(test.want, context.DeadlineExceeded):
				if err == nil || !strings.Contains(err.Error(), "step 2, waitForElement: not done after 1.5s: no element for") {
					t.Errorf("%v", err)
				}
			case !errors.Is(err, test.want):
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
}

func TestNavigate(t *testing.T) {
	p := servePages(t)
	port, free, err := sessiontest.NobodyThere()
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	refused := fmt.Sprintf("http://127.0.0.1:%d/", port)
	for address, code := range map[string]string{
		"http://no-such-host.invalid/": "net::ERR_NAME_NOT_RESOLVED", refused: "net::ERR_CONNECTION_REFUSED",
		p.base + "/file": "net::ERR_ABORTED", "http://127.0.0.1:1/": "net::ERR_UNSAFE_PORT",
	} {
		res, err := run(t, scenarios.SniffFlow(address, scenarios.Sniff{}))
		failed := (*replay.NavigationError)(nil)
		if !errors.As(err, &failed) || failed.Code != code || failed.URL != address || !strings.Contains(err.Error(), "step 1, navigate") {
			t.Errorf("%s: %v, want %s", address, err, code)
		}
		if res == nil || res.Capture != nil {
			t.Errorf("%s: %+v", address, res)
		}
	}
	res, err := run(t, scenarios.UserFlow{Steps: []scenarios.Step{scenarios.Navigate{URL: p.base + "/404"}, scenarios.Capture{}}})
	if err != nil || res.Status != http.StatusNotFound {
		t.Errorf("404: status %d, %v", res.Status, err)
	}
}

func TestCaptureKeepsThePage(t *testing.T) {
	p := servePages(t, `<iframe src="{other}/1"></iframe><script>document.title = "The page's own"; document.cookie = "k=v"</script>`, `<script>window.open("/2")</script>`, "")
	file := filepath.Join(t.TempDir(), "page.har")
	if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	res, err := run(t, p.flow(0, 0, scenarios.Capture{HAR: file}))
	if err != nil {
		t.Fatal(err)
	}
	c := res.Capture
	if c.Title != "The page's own" || c.Page != p.base+"/0" || len(c.Cookies) != 1 || c.Cookies[0].Value != "v" || !strings.Contains(c.UserAgent, "Chrome/") {
		t.Errorf("%q %q %+v %q", c.Title, c.Page, c.Cookies, c.UserAgent)
	}
	checkHAR(t, file, c)
	_, err = run(t, p.flow(0, 0, scenarios.Capture{HAR: filepath.Join(file, "not-a-folder", "x.har")}))
	if err == nil || !strings.Contains(err.Error(), "writing the HAR file") {
		t.Errorf("HAR into nowhere: %v", err)
	}
}

func checkHAR(t *testing.T, file string, c *capture.Capture) {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("left: %v, %v", left, err)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var h har.HAR
	if err := json.Unmarshal(raw, &h); err != nil || len(h.Log.Entries) != len(c.Exchanges) {
		t.Errorf("%d entries of %d, %v", len(h.Log.Entries), len(c.Exchanges), err)
	}
}
