package capture_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/capture"
)

var page = &session{id: "page", kind: "page"}

const (
	sent     = "requestWillBeSent"
	sentRaw  = "requestWillBeSentExtraInfo"
	came     = "responseReceived"
	cameRaw  = "responseReceivedExtraInfo"
	finished = "loadingFinished"
	failed   = "loadingFailed"
)

func ask(url string) string {
	return `{"requestId":"1","timestamp":100,"wallTime":1700000000,"type":"Fetch","frameId":"f","request":{"url":"` + url + `","method":"GET","headers":{"Accept":"meant"}}}`
}

func redirected(url string, extra bool, status string) string {
	return `{"requestId":"1","timestamp":101,"type":"Fetch","redirectHasExtraInfo":` + js(extra) +
		`,"redirectResponse":{"url":"https://a.example/from","status":` + status + `,"headers":{"Location":"meant"}},` +
		`"request":{"url":"` + url + `","method":"GET","headers":{"Accept":"meant"}}}`
}

func rawRequest(n string) string { return `{"requestId":"1","headers":{"Cookie":"` + n + `"}}` }

func rawResponse(n, status string) string {
	return `{"requestId":"1","statusCode":` + status + `,"headers":{"X-Raw":"` + n + `"}}`
}

func answer(more string) string {
	return `{"requestId":"1","type":"Fetch","hasExtraInfo":true,"response":{"url":"https://a.example/1","status":200,"headers":{"Content-Type":"text/plain"}` + more + `}}`
}

const (
	done    = `{"requestId":"1","timestamp":102}`
	aborted = `{"requestId":"1","timestamp":102,"errorText":"net::ERR_ABORTED","canceled":true}`
)

// told is what the cases look at.
type told struct {
	URLs, Cookies, Raw []string
	Statuses           []int
	Failure            string
	Reason             capture.Reason
}

func summary(x *capture.Exchange) told {
	var s told
	add := func(q capture.Request, r *capture.Response) {
		s.URLs, s.Cookies = append(s.URLs, q.URL), append(s.Cookies, q.Header.Get("Cookie"))
		if r != nil {
			s.Statuses, s.Raw = append(s.Statuses, r.Status), append(s.Raw, r.Header.Get("X-Raw"))
		}
	}
	for _, h := range x.Redirects {
		add(h.Request, &h.Response)
	}
	add(x.Request, x.Response)
	s.Failure, s.Reason = x.Failure, x.Body.Reason
	return s
}

func TestEventsInAnyOrder(t *testing.T) {
	const a, b, c = "https://a.example/1", "https://a.example/2", "https://a.example/3"
	other := &session{id: "frame", kind: "iframe"}
	gone, none := capture.ReasonGone, capture.ReasonNone
	for _, test := range []struct {
		name   string
		events []event
		want   told
	}{
		{
			"extra info after",
			[]event{{page, sent, ask(a)}, {page, sentRaw, rawRequest("q0")}, {page, came, answer("")}, {page, cameRaw, rawResponse("r0", "200")}, {page, finished, done}},
			told{URLs: []string{a}, Cookies: []string{"q0"}, Raw: []string{"r0"}, Statuses: []int{200}, Reason: gone},
		},
		{
			"extra info before",
			[]event{{page, sentRaw, rawRequest("q0")}, {page, cameRaw, rawResponse("r0", "200")}, {page, sent, ask(a)}, {page, came, answer("")}, {page, finished, done}},
			told{URLs: []string{a}, Cookies: []string{"q0"}, Raw: []string{"r0"}, Statuses: []int{200}, Reason: gone},
		},
		{
			"extra info after the end",
			[]event{{page, sent, ask(a)}, {page, came, answer("")}, {page, finished, done}, {page, sentRaw, rawRequest("q0")}, {page, cameRaw, rawResponse("r0", "200")}},
			told{URLs: []string{a}, Cookies: []string{"q0"}, Raw: []string{"r0"}, Statuses: []int{200}, Reason: gone},
		},
		{
			"the nth goes with the nth",
			[]event{
				{page, sentRaw, rawRequest("q0")},
				{page, sentRaw, rawRequest("q1")},
				{page, sent, ask(a)},
				{page, cameRaw, rawResponse("r0", "302")},
				{page, sent, redirected(b, true, "302")},
				{page, sent, redirected(c, true, "307")},
				{page, sentRaw, rawRequest("q2")},
				{page, came, answer("")},
				{page, cameRaw, rawResponse("r1", "307")},
				{page, cameRaw, rawResponse("r2", "200")},
				{page, finished, done},
			},
			told{URLs: []string{a, b, c}, Cookies: []string{"q0", "q1", "q2"}, Raw: []string{"r0", "r1", "r2"}, Statuses: []int{302, 307, 200}, Reason: gone},
		},
		{
			"the browser's own redirect (HSTS) has no extra info",
			[]event{
				{page, sent, ask(a)},
				{page, sent, redirected(b, false, "307")},
				{page, sentRaw, rawRequest("q1")},
				{page, cameRaw, rawResponse("r1", "200")},
				{page, came, answer("")},
				{page, finished, done},
			},
			told{URLs: []string{a, b}, Cookies: []string{"", "q1"}, Raw: []string{"", "r1"}, Statuses: []int{307, 200}, Reason: gone},
		},
		{
			"an answer out of the cache has none, whatever it says",
			[]event{
				{page, sent, ask(a)},
				{page, sent, strings.Replace(redirected(b, true, "301"), `"url":"https://a.example/from"`, `"url":"https://a.example/from","fromDiskCache":true`, 1)},
				{page, sentRaw, rawRequest("q1")},
				{page, cameRaw, rawResponse("r1", "200")},
				{page, came, answer("")},
				{page, finished, done},
			},
			told{URLs: []string{a, b}, Cookies: []string{"", "q1"}, Raw: []string{"", "r1"}, Statuses: []int{301, 200}, Reason: gone},
		},
		{
			"a second session tells the same",
			[]event{
				{page, sent, ask(a)},
				{other, sent, ask(a)},
				{page, sent, redirected(b, true, "302")},
				{other, sent, redirected(b, true, "302")},
				{page, sentRaw, rawRequest("q0")},
				{page, sentRaw, rawRequest("q1")},
				{other, came, answer("")},
				{other, finished, done},
				{page, finished, done},
			},
			told{URLs: []string{a, b}, Cookies: []string{"q0", "q1"}, Raw: []string{"", ""}, Statuses: []int{302, 200}, Reason: gone},
		},
		{
			"a redirect to itself is no repetition",
			[]event{{page, sent, ask(a)}, {page, sent, redirected(a, true, "302")}, {page, came, answer("")}, {page, finished, done}},
			told{URLs: []string{a, a}, Cookies: []string{"", ""}, Raw: []string{"", ""}, Statuses: []int{302, 200}, Reason: gone},
		},
		{
			"a redirect whose beginning was not told",
			[]event{{page, sent, redirected(b, true, "302")}, {page, came, answer("")}, {page, finished, done}},
			told{URLs: []string{"https://a.example/from", b}, Cookies: []string{"", ""}, Raw: []string{"", ""}, Statuses: []int{302, 200}, Reason: gone},
		},
		{
			"an answer whose request was not told",
			[]event{{page, came, answer("")}, {page, finished, done}},
			told{URLs: []string{a}, Cookies: []string{""}, Raw: []string{""}, Statuses: []int{200}, Reason: gone},
		},
		{
			"204 ends with ERR_ABORTED and is no failure",
			[]event{{page, sent, ask(a)}, {page, came, strings.Replace(answer(""), `"status":200`, `"status":204`, 1)}, {page, failed, aborted}},
			told{URLs: []string{a}, Cookies: []string{""}, Raw: []string{""}, Statuses: []int{204}, Reason: none},
		},
		{
			"HEAD ends with ERR_ABORTED and is no failure",
			[]event{{page, sent, strings.Replace(ask(a), `"GET"`, `"HEAD"`, 1)}, {page, came, answer("")}, {page, failed, aborted}},
			told{URLs: []string{a}, Cookies: []string{""}, Raw: []string{""}, Statuses: []int{200}, Reason: none},
		},
		{
			"HEAD that nobody answered is one",
			[]event{{page, sent, strings.Replace(ask(a), `"GET"`, `"HEAD"`, 1)}, {page, failed, aborted}},
			told{URLs: []string{a}, Cookies: []string{""}, Failure: "net::ERR_ABORTED", Reason: capture.ReasonAborted},
		},
		{
			"blocked",
			[]event{{page, sent, ask(a)}, {page, failed, `{"requestId":"1","errorText":"net::ERR_BLOCKED_BY_CLIENT","blockedReason":"mixed-content"}`}},
			told{URLs: []string{a}, Cookies: []string{""}, Failure: "blocked: mixed-content", Reason: capture.ReasonFailed},
		},
		{
			"the true status of a revalidated answer; the page had its body all the same",
			[]event{{page, sent, ask(a)}, {page, came, answer("")}, {page, cameRaw, rawResponse("r0", "304")}, {page, finished, done}},
			told{URLs: []string{a}, Cookies: []string{""}, Raw: []string{"r0"}, Statuses: []int{304}, Reason: none},
		},
		{
			"EventSource",
			[]event{{page, sent, ask(a)}, {page, came, strings.Replace(answer(""), "text/plain", "text/event-stream", 1)}},
			told{URLs: []string{a}, Cookies: []string{""}, Raw: []string{""}, Statuses: []int{200}, Reason: capture.ReasonEndless},
		},
		{
			"still loading",
			[]event{{page, sent, ask(a)}, {page, came, answer("")}},
			told{URLs: []string{a}, Cookies: []string{""}, Raw: []string{""}, Statuses: []int{200}, Reason: capture.ReasonPending},
		},
		{
			"values that no one knows yet, bytes that are no UTF-8, fields of another kind",
			[]event{
				{page, sent, strings.Replace(ask(a), `"Fetch"`, `"Telepathy"`, 1)},
				{page, "somethingNew", `{`},
				{page, sentRaw, "{\"requestId\":\"1\",\"headers\":{\"Cookie\":\"\xff\"}}"},
				{page, came, `{"requestId":7}`},
				{page, came, answer(`,"securityState":"quantum","protocol":"h9"`)},
				{page, finished, done},
			},
			told{URLs: []string{a}, Cookies: []string{"�"}, Raw: []string{""}, Statuses: []int{200}, Reason: gone},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := recorder(t, capture.Options{})
			tell(t, r, test.events...)
			list := settled(t, r)
			if len(list) != 1 {
				t.Fatalf("%d exchanges", len(list))
			}
			if diff := cmp.Diff(test.want, summary(list[0])); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEventsThatBelongToNothing(t *testing.T) {
	r := recorder(t, capture.Options{})
	tell(t, r, event{page, sentRaw, rawRequest("q")}, event{page, cameRaw, rawResponse("r", "200")}, event{page, finished, done},
		event{page, failed, aborted}, event{page, "dataReceived", `{"requestId":"1","dataLength":5}`})
	if n := len(settled(t, r)); n != 0 {
		t.Errorf("%d exchanges", n)
	}
}

func TestTimesOfRedirects(t *testing.T) {
	r := recorder(t, capture.Options{})
	tell(t, r, event{page, sent, ask("https://a.example/1")}, event{page, sent, redirected("https://a.example/2", true, "302")},
		event{page, came, answer("")}, event{page, finished, done})
	x := settled(t, r)[0]
	at := func(s int64) time.Time { return time.Unix(1700000000+s, 0) }
	if !x.Started.Equal(at(0)) || !x.Redirects[0].Started.Equal(at(0)) || !x.Redirects[0].Ended.Equal(at(1)) || !x.Ended.Equal(at(2)) {
		t.Errorf("%v, hop %v to %v, end %v", x.Started, x.Redirects[0].Started, x.Redirects[0].Ended, x.Ended)
	}
}

func TestFoldedHeaders(t *testing.T) {
	r := recorder(t, capture.Options{})
	tell(t, r, event{page, sent, ask("https://a.example/1")}, event{page, came, answer("")},
		event{page, cameRaw, `{"requestId":"1","statusCode":200,"headers":{":status":"200","set-cookie":"a=1\nb=2","Set-Cookie":"c=3"}}`})
	got := settled(t, r)[0].Response.Header
	if len(got) != 1 || len(got.Values("Set-Cookie")) != 3 {
		t.Errorf("%q", got)
	}
}

func TestActivity(t *testing.T) {
	frame := &session{id: "frame", kind: "iframe"}
	r := recorder(t, capture.Options{})
	r.Attached(page)
	r.Attached(frame)
	request := func(id, kind string) string {
		return `{"requestId":"` + id + `","type":"` + kind + `","request":{"url":"https://a.example/","method":"GET"}}`
	}
	tell(t, r, event{page, sent, request("1", "Fetch")}, event{page, sent, request("2", "EventSource")}, event{frame, sent, request("3", "Script")})
	if n, _ := r.Activity(); n != 2 {
		t.Errorf("%d under way, want 2", n)
	}
	r.Detached(frame)
	if n, _ := r.Activity(); n != 1 {
		t.Errorf("%d under way after a frame went, want 1", n)
	}
	tell(t, r, event{page, finished, done})
	if n, _ := r.Activity(); n != 0 {
		t.Errorf("%d under way at the end", n)
	}
}

func TestPollsAreNoActivity(t *testing.T) {
	r := recorder(t, capture.Options{})
	r.Attached(page)
	for n := range 10 {
		tell(t, r, event{page, sent, fmt.Sprintf(`{"requestId":"%d","type":"Fetch","request":{"url":"https://a.example/poll?%d","method":"GET"}}`, n, n)})
	}
	before, last := r.Activity()
	tell(t, r, event{page, sent, `{"requestId":"x","type":"Fetch","request":{"url":"https://a.example/poll?x","method":"GET"}}`})
	after, later := r.Activity()
	if before != 4 || after != before || !later.Equal(last) {
		t.Errorf("%d under way, then %d, %v later", before, after, later.Sub(last))
	}
}

func TestStalled(t *testing.T) {
	r := recorder(t, capture.Options{})
	document := strings.NewReplacer(`"Fetch"`, `"Document"`)
	tell(t, r, event{page, sent, document.Replace(ask("https://a.example/1"))})
	if got := r.Stalled(0); len(got) != 0 {
		t.Errorf("before an answer: %q", got)
	}
	tell(t, r, event{page, came, document.Replace(answer(""))})
	if got := r.Stalled(0); len(got) != 1 || got[0] != "f" {
		t.Errorf("%q", got)
	}
	if got := r.Stalled(time.Hour); len(got) != 0 {
		t.Errorf("too early: %q", got)
	}
	tell(t, r, event{page, finished, done})
	if got := r.Stalled(0); len(got) != 0 {
		t.Errorf("at the end: %q", got)
	}
}

func TestWorkersAreNotAskedForDurableMessages(t *testing.T) {
	const durable = "Network.configureDurableMessages"
	r := recorder(t, capture.Options{})
	for kind, want := range map[string]bool{"page": true, "iframe": true, "worker": false, "shared_worker": false, "service_worker": false} {
		s := &session{id: kind, kind: kind}
		r.Attached(s)
		if got := slices.Contains(s.sent, durable); got != want {
			t.Errorf("%s: %t", kind, got)
		}
		if slices.Index(s.sent, durable) > slices.Index(s.sent, "Network.enable") {
			t.Errorf("%s: %q", kind, s.sent)
		}
	}
}

func TestChangedIsClosedByEvents(t *testing.T) {
	r := recorder(t, capture.Options{})
	changed := r.Changed()
	select {
	case <-changed:
		t.Fatal("closed without a change")
	default:
	}
	tell(t, r, event{page, sent, ask("https://a.example/")})
	<-changed
}

func TestSnapshotsDoNotChange(t *testing.T) {
	r := recorder(t, capture.Options{})
	tell(t, r, event{page, sent, ask("https://a.example/1")}, event{page, came, answer("")})
	before := r.Snapshot().Exchanges[0]
	header := before.Response.Header
	tell(t, r, event{page, cameRaw, rawResponse("r0", "200")}, event{page, sent, redirected("https://a.example/2", true, "302")})
	if before.URL() != "https://a.example/1" || before.Response.Header.Get("X-Raw") != "" || header.Get("X-Raw") != "" {
		t.Errorf("%s %q", before.URL(), before.Response.Header)
	}
}

func TestWebSocket(t *testing.T) {
	r := recorder(t, capture.Options{})
	tell(t, r, event{page, "webSocketCreated", `{"requestId":"9","url":"wss://a.example/"}`}, event{page, "webSocketCreated", `{"requestId":"9","url":"wss://a.example/"}`})
	list := settled(t, r)
	if len(list) != 1 || list[0].Type != "WebSocket" || list[0].Body.Reason != capture.ReasonEndless || list[0].Request.Method != http.MethodGet {
		t.Errorf("%+v", list)
	}
}
