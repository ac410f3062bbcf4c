package capture_test

import (
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"seine/capture"
	"seine/testdata/sites"
)

// kindOf are the targets that /kinds/ makes requests from, by the name that they give themselves, and what Chrome calls them: a frame of
// the page's own site is no target of its own.
var kindOf = map[string]string{
	"page": "page", "same": "page", "srcdoc": "page", "cross": "iframe", "nested": "iframe", "popup": "page", "popupcross": "page", "answered": "page",
	"worker": "worker", "nestedworker": "worker", "blobworker": "worker", "frameworker": "worker", "shared": "shared_worker", "service": "service_worker",
}

// question takes an address of /kinds/ apart.
func question(address string) (kind, from string) {
	u, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(u.Path, "/kinds/") {
		return "", ""
	}
	if kind = u.Query().Get("kind"); kind == "" {
		kind = u.Path
	}
	return kind, u.Query().Get("from")
}

// unasked is what the server still waits for; "" once all targets are through.
func (v *visit) unasked() string {
	missing := maps.Clone(kindOf)
	missing["download"], missing["attachment"] = "", ""
	for _, r := range v.site.Log() {
		kind, from := question(r.URL)
		if kind == "done" && r.Done {
			delete(missing, from)
		}
		if delete(missing, kind); !r.Done {
			missing[r.URL] = ""
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(missing)), ", ")
}

// line is what both the log and the capture can tell of a request.
func line(method, address string) string {
	return method + " " + strings.Replace(address, "ws:", "http:", 1)
}

// byItself tells the requests that the browser makes for itself, on behalf of no target: looking for a new version of a service worker and
// of what that imports (Service Workers §4.3, Soft Update).
func byItself(log []sites.Request, n int) bool {
	r := log[n]
	if !strings.HasSuffix(r.URL, "/sw.js") && !strings.HasSuffix(r.Header.Get("Referer"), "/sw.js") || r.Method != http.MethodGet || strings.Contains(r.URL, "?") {
		return false
	}
	return slices.ContainsFunc(log[:n], func(o sites.Request) bool {
		return o.URL == r.URL && strings.HasSuffix(o.Header.Get("Referer"), "/sw.js") == strings.HasSuffix(r.Header.Get("Referer"), "/sw.js") || o.URL == r.URL && strings.HasSuffix(r.URL, "/sw.js")
	})
}

// asked are the server's lines, in their order.
func (v *visit) asked() map[string][]sites.Request {
	lines := map[string][]sites.Request{}
	log := v.site.Log()
	for n, r := range log {
		if !byItself(log, n) {
			lines[line(r.Method, r.URL)] = append(lines[line(r.Method, r.URL)], r)
		}
	}
	return lines
}

// travelled says whether the server was asked for an exchange's last request.
func travelled(e *capture.Exchange) bool {
	return (strings.HasPrefix(e.URL(), "http") || strings.HasPrefix(e.URL(), "ws")) && (e.Response == nil || !e.Response.FromCache && !e.Response.FromWorker)
}

// unheard is what the recorder still has to hear of; "" once it knows of the end of all that has one.
func (v *visit) unheard() string {
	lines := v.asked()
	var missing []string
	for _, e := range v.Snapshot().Exchanges {
		for _, h := range e.Redirects {
			take(lines, line(h.Request.Method, h.Request.URL))
		}
		if travelled(e) {
			take(lines, line(e.Request.Method, e.URL()))
		}
		if kind, _ := question(e.URL()); !e.Done && kind != "unread" {
			missing = append(missing, "the end of "+e.URL())
		}
	}
	return strings.Join(append(missing, slices.Sorted(maps.Keys(lines))...), ", ")
}

func take(lines map[string][]sites.Request, key string) (sites.Request, bool) {
	list := lines[key]
	if len(list) == 0 {
		return sites.Request{}, false
	}
	if lines[key] = list[1:]; len(list) == 1 {
		delete(lines, key)
	}
	return list[0], true
}

// gone is what there is of a body that a target may not have: it, or one of the reasons, the second on a machine so busy that nobody says no.
var gone = []capture.Reason{"", capture.ReasonGone, capture.ReasonSilent}

// reasons are why bodies may be missing, by kind; all others must be there.
var reasons = map[string][]capture.Reason{
	"nothing": {capture.ReasonNone}, "head": {capture.ReasonNone}, "beacon": {capture.ReasonNone}, "beaconblob": {capture.ReasonNone}, "beaconform": {capture.ReasonNone}, "ping": {capture.ReasonNone},
	"abort": {capture.ReasonAborted}, "cut": {capture.ReasonFailed}, "chunks": {"", capture.ReasonAborted}, "stream": {capture.ReasonEndless}, "eventsource": {capture.ReasonEndless}, "websocket": {capture.ReasonMessages},
	"download": {capture.ReasonDownload}, "attachment": {capture.ReasonDownload},
	"passed": gone[1:], "precached": gone[1:], // a service worker's, which never read them
	"unread": {"", capture.ReasonPending},
}

// allowed are the reasons that there may be for e. What workers turn into a Blob does not pass through their process.
func allowed(e *capture.Exchange) []capture.Reason {
	kind, from := question(e.URL())
	if list := reasons[kind]; list != nil {
		return list
	}
	if (kind == "blob" || kind == "xhrblob") && (from == "shared" || from == "service" || from == "nestedworker") {
		return gone
	}
	if strings.HasPrefix(e.URL(), "blob:") {
		return gone
	}
	return []capture.Reason{""}
}

// TestEveryKindOfRequest holds what was captured against the server's log: of every kind of request, from every kind of target.
func TestEveryKindOfRequest(t *testing.T) {
	for n := range rounds(t) {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			const most = 3 // a browser that ends is no fault of the recorder; one that always ends is somebody's
			for n := 0; !everyKind(t); n++ {
				if t.Log("THE BROWSER CRASHED, once more"); n == most {
					t.Fatal("the browser crashes again and again")
				}
			}
		})
	}
}

// everyKind is one visit; it is false if the browser did not live through it.
func everyKind(t *testing.T) bool {
	t.Helper()
	var said strings.Builder
	v := visited(t, "/kinds/", capture.Options{Log: slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	if v.await(t, v.site.Changed, v.unasked) || v.await(t, v.Changed, v.unheard) {
		return false
	}
	if err := v.Settle(v.ctx); err != nil {
		t.Fatal(err)
	}
	c := v.Snapshot()
	lines := v.asked()
	for _, e := range c.Exchanges {
		v.check(t, lines, e)
	}
	for missed := range lines {
		t.Errorf("missed: %s", missed)
	}
	t.Logf("%+v", c.Count())
	if t.Failed() {
		_ = v.Close() // nothing more is said then
		t.Log(said.String())
	}
	return true
}

// rounds is how often to do it: SEINE_ROUNDS, or twice.
func rounds(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("SEINE_ROUNDS"))
	if err != nil {
		return 2
	}
	return n
}

func (v *visit) check(t *testing.T, lines map[string][]sites.Request, e *capture.Exchange) {
	t.Helper()
	kind, from := question(e.URL())
	name := kind + " from " + from + " " + e.URL()
	if want := kindOf[from]; kind != "" && e.Target.Kind != want && from != "" && !strings.HasPrefix(kind, "/") { // a script or document is asked for by who wants it
		t.Errorf("%s: of a %s, want a %s", name, e.Target.Kind, want)
	}
	if !slices.Contains(allowed(e), e.Body.Reason) {
		t.Errorf("%s: %d %s, its body: %q", name, e.Status(), e.Failure, e.Body.Reason)
	}
	for _, h := range e.Redirects {
		if l, ok := take(lines, line(h.Request.Method, h.Request.URL)); !ok {
			t.Errorf("%s: a hop that was not asked for: %s", name, h.Request.URL)
		} else if got := sum(h.Request.Body); got != l.Sent || h.Response.Status != l.Status {
			t.Errorf("%s: a hop of status %d, sent %q", name, h.Response.Status, h.Request.Body.Head)
		}
	}
	if !travelled(e) {
		v.checkLocal(t, e)
		return
	}
	l, ok := take(lines, line(e.Request.Method, e.URL()))
	if !ok {
		t.Errorf("%s: was not asked for", name)
		return
	}
	if l.Answered != "" {
		v.checkTravelled(t, name, l, e)
	}
	if kind == "websocket" {
		checkMessages(t, name, l, e)
	}
}

// sum of what there is of a body.
func sum(b capture.Body) string {
	data, err := b.PartBytes(1 << 30)
	if err != nil {
		return err.Error()
	}
	return sites.Sum(data)
}

func (v *visit) checkTravelled(t *testing.T, name string, l sites.Request, e *capture.Exchange) {
	t.Helper()
	kind, _ := question(e.URL())
	switch got := sum(e.Request.Body); {
	case kind == "formdata": // Chrome tells nothing of the files in a form that navigates
		if e.Request.Body.Reason != capture.ReasonPart {
			t.Errorf("%s: sent %d bytes, %q", name, e.Request.Body.Size, e.Request.Body.Reason)
		}
	case got != l.Sent && kind != "download":
		t.Errorf("%s: sent %s %q, %d bytes", name, got, e.Request.Body.Reason, e.Request.Body.Size)
	}
	if l.Status != e.Status() && kind != "download" && kind != "etag" {
		t.Errorf("%s: status %d, want %d", name, e.Status(), l.Status)
	}
	switch {
	case kind == "abort" || kind == "cut" || kind == "chunks" && e.Body.Reason != "":
		if part, err := e.Body.PartBytes(1 << 30); err == nil && !strings.HasPrefix(v.body(t, e), string(part)) {
			t.Errorf("%s: %q", name, part)
		}
	case l.Status == http.StatusNotModified: // the page was given what the cache held
		if got := bodyOf(t, e); got != v.body(t, e) {
			t.Errorf("%s: %q", name, got)
		}
	case (kind == "stream" || kind == "eventsource") && !e.Body.HasPart(): // left before anybody could ask for it
		t.Logf("%s: nothing of %d bytes", name, e.Received)
	case kind == "stream" || kind == "eventsource" || e.Body.Reason == "":
		if got := sum(e.Body); got != l.Answered {
			t.Errorf("%s: %s, %d bytes, %d were received", name, got, e.Body.Size, e.Received)
		}
	}
	if kind == "eventsource" && (len(e.Messages) != 5 || e.Messages[4].ID != "4" || e.Messages[4].Sent) {
		t.Errorf("%s: %+v", name, e.Messages)
	}
}

// body is what the site answers to e's request, without a trace in its log.
func (v *visit) body(t *testing.T, e *capture.Exchange) string {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), e.Request.Method, strings.Replace(e.URL(), "/a/slow", "/a/cut", 1), nil)
	sites.New(sites.Options{}).ServeHTTP(w, r)
	kind := strings.TrimPrefix(strings.SplitN(e.URL(), "?", 2)[0], v.base+"/kinds/a/")
	kind = strings.TrimPrefix(kind, other(v.base)+"/kinds/a/")
	return strings.Replace(w.Body.String(), "/a/cut", "/a/"+kind, 1)
}

// checkLocal looks at what no server was asked for: caches, service workers, data: and blob: URLs.
func (v *visit) checkLocal(t *testing.T, e *capture.Exchange) {
	t.Helper()
	kind, _ := question(e.URL())
	text, err := e.Body.PartBytes(1 << 30)
	want := string(text)
	switch {
	case strings.HasPrefix(e.URL(), "data:text/plain,from="):
		want = strings.TrimPrefix(e.URL(), "data:text/plain,")
	case kind == "bymade":
		want = "made for " + e.URL()[strings.Index(e.URL(), "?"):]
	case kind == "bycache" || kind == "bypassed":
		want = fmt.Sprintf(`{"method":"GET","address":"/kinds/a/json?from=service&kind=%s","greeting":"grüß dich"}`, map[string]string{"bycache": "precached", "bypassed": "passed"}[kind])
	case strings.HasPrefix(e.URL(), "http"):
		want = v.body(t, e)
	}
	if string(text) != want {
		t.Errorf("%s: %q, want %q, %v", e.URL(), text, want, err)
	}
}

func checkMessages(t *testing.T, name string, l sites.Request, e *capture.Exchange) {
	t.Helper()
	var got []sites.Message
	for _, m := range e.Messages {
		if m.Opcode == 1 || m.Opcode == 2 {
			text, err := m.Body.Bytes(1 << 30)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			got = append(got, sites.Message{FromClient: m.Sent, Binary: m.Opcode == 2, Data: string(text)})
		}
	}
	if diff := gocmp.Diff(l.Messages, got); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
	if e.Status() != http.StatusSwitchingProtocols || e.Request.Header.Get("Sec-WebSocket-Key") == "" || !e.Done {
		t.Errorf("%s: status %d, %v", name, e.Status(), e.Request.Header)
	}
}
