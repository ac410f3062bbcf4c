package capture

import (
	"net/http"
	"strings"
	"time"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
)

type handler func(*Recorder, Session, jsonv2.Value) error

// on adapts a method for one kind of event to the table.
func on[T any](f func(*Recorder, Session, *T)) handler {
	return func(r *Recorder, s Session, params jsonv2.Value) error {
		ev, err := decode[T](params)
		if err != nil {
			return err
		}
		f(r, s, ev)
		return nil
	}
}

// handlers are called with the Recorder's lock held.
var handlers = map[string]handler{
	"Network.requestWillBeSent":                  on((*Recorder).requestWillBeSent),
	"Network.requestWillBeSentExtraInfo":         on((*Recorder).requestExtra),
	"Network.responseReceived":                   on((*Recorder).responseReceived),
	"Network.responseReceivedExtraInfo":          on((*Recorder).responseExtra),
	"Network.dataReceived":                       on((*Recorder).dataReceived),
	"Network.loadingFinished":                    on((*Recorder).loadingFinished),
	"Network.loadingFailed":                      on((*Recorder).loadingFailed),
	"Network.requestServedFromCache":             on((*Recorder).servedFromCache),
	"Network.eventSourceMessageReceived":         on((*Recorder).eventSourceMessage),
	"Network.webSocketCreated":                   on((*Recorder).webSocketCreated),
	"Network.webSocketClosed":                    on((*Recorder).webSocketClosed),
	"Network.webSocketFrameError":                on((*Recorder).webSocketError),
	"Network.webSocketFrameReceived":             on((*Recorder).webSocketReceived),
	"Network.webSocketFrameSent":                 on((*Recorder).webSocketSent),
	"Network.webSocketHandshakeResponseReceived": on((*Recorder).webSocketResponse),
	"Network.webSocketWillSendHandshakeRequest":  on((*Recorder).webSocketRequest),
	"Log.entryAdded":                             on((*Recorder).logEntry),
	"Page.domContentEventFired":                  on((*Recorder).contentLoaded),
	"Page.loadEventFired":                        on((*Recorder).pageLoaded),
	"Runtime.consoleAPICalled":                   on((*Recorder).consoleCalled),
	"Runtime.exceptionThrown":                    on((*Recorder).exceptionThrown),
	"Seine.eventsLost":                           on((*Recorder).eventsLost),
	"Browser.downloadWillBegin":                  on((*Recorder).downloadWillBegin),
	"Runtime.bindingCalled":                      on((*Recorder).bindingCalled),
	"Runtime.executionContextCreated":            on((*Recorder).contextCreated),
	"Runtime.executionContextsCleared":           on((*Recorder).contextsCleared),
}

// twinHandlers are for the second session on a target, which tells what the first does: only what is streamed comes from it.
var twinHandlers = map[string]handler{
	"Network.dataReceived":    on((*Recorder).streamed),
	"Network.loadingFinished": on(func(r *Recorder, _ Session, ev *loadingFinished) { r.streamEnded(ev.RequestID) }),
	"Network.loadingFailed":   on(func(r *Recorder, _ Session, ev *loadingFailed) { r.streamEnded(ev.RequestID) }),
}

func (r *Recorder) requestWillBeSent(s Session, ev *requestWillBeSent) {
	if r.epoch.IsZero() && ev.WallTime > 0 {
		r.epoch = time.UnixMicro(int64((ev.WallTime - ev.Timestamp) * 1e6))
	}
	x := r.byID[ev.RequestID]
	switch {
	case x == nil && r.full():
		return
	case x == nil:
		x = r.begin(s, ev)
	case ev.RedirectResponse == nil || x.session != s.ID() && x.Request.URL == ev.Request.URL:
		return // a second session reports the same request: an OOPIF's document is known to its parent too
	default:
		x.session = s.ID()
		x.redirect(ev, r.wall(ev.Timestamp))
	}
	x.applyExtras()
	if wantsStream(&x.Exchange) { // asked for later, the beginning might have gone
		r.bodies.follow(x, s)
	}
	if x.Request.Body.Reason == ReasonNotAsked {
		r.bodies.request(x, s)
	}
}

// full counts a request that is not kept because there are too many.
func (r *Recorder) full() bool {
	if len(r.list) < r.opt.MaxRequests {
		return false
	}
	r.cut++
	return true
}

func (r *Recorder) begin(s Session, ev *requestWillBeSent) *record {
	x := &record{session: s.ID(), Exchange: Exchange{
		ID: ev.RequestID, Target: Target{ID: string(s.TargetID()), Kind: s.Kind(), URL: s.URL()}, FrameID: ev.FrameID,
		Document: ev.DocumentURL, Type: ev.Type, Request: ev.Request.request(), Started: r.wall(ev.Timestamp),
		Body: Body{Reason: ReasonPending}, Initiator: ev.Initiator.initiator(),
	}, made: ev.Timestamp}
	if o := r.orphans[ev.RequestID]; o != nil {
		x.extras = *o
		delete(r.orphans, ev.RequestID)
	}
	if from := ev.RedirectResponse; from != nil { // its beginning was not told
		x.Request = Request{Method: ev.Request.Method, URL: from.URL}
		x.redirect(ev, x.Started)
	}
	r.byID[ev.RequestID] = x
	r.list = append(r.list, x)
	x.background = r.isBackground(x)
	r.stir(x)
	return x
}

func (x *record) redirect(ev *requestWillBeSent, now time.Time) {
	hop := Hop{Request: x.Request, Response: ev.RedirectResponse.response(), Started: x.Started, Ended: now}
	if n := len(x.Redirects); n > 0 {
		hop.Started = x.Redirects[n-1].Ended
	}
	ev.RedirectResponse.Timing.queued(&hop.Response.Timing, x.made)
	x.made = ev.Timestamp
	x.Redirects = append(x.Redirects, hop)
	x.hops = append(x.hops, hasExtra(ev.RedirectHasExtraInfo, &hop.Response))
	x.Request = ev.Request.request()
}

// hasExtra: Chrome announces extra info also where it answers from its cache and none will come (crbug 1340398).
func hasExtra(told bool, res *Response) bool { return told && !res.FromCache }

func (r *Recorder) extrasOf(id string) *extras {
	if x := r.byID[id]; x != nil {
		return &x.extras
	}
	const most = 10_000 // what never finds its request must not grow without end
	if r.orphans[id] == nil {
		if len(r.orphans) >= most {
			clear(r.orphans)
		}
		r.orphans[id] = &extras{}
	}
	return r.orphans[id]
}

func (r *Recorder) requestExtra(_ Session, ev *requestExtraInfo) {
	e := r.extrasOf(ev.RequestID)
	e.requests = append(e.requests, ev)
	r.reapply(ev.RequestID)
}

func (r *Recorder) responseExtra(_ Session, ev *responseExtraInfo) {
	e := r.extrasOf(ev.RequestID)
	e.responses = append(e.responses, ev)
	r.reapply(ev.RequestID)
}

func (r *Recorder) reapply(id string) {
	if x := r.byID[id]; x != nil {
		x.applyExtras()
	}
}

// applyExtras joins what has come so far; doing it twice changes nothing.
func (x *record) applyExtras() {
	next := 0
	for i := range len(x.Redirects) + 1 {
		if i < len(x.hops) && !x.hops[i] {
			continue // never on the wire: a redirect of the browser's own, or out of its cache
		}
		req, res := x.hop(i)
		if next < len(x.requests) {
			req.Header, req.WireHeader = x.requests[next].Headers.header(), true
		}
		if next < len(x.responses) && i < len(x.hops) && res != nil {
			x.responses[next].apply(res)
		}
		next++
	}
}

func (x *record) hop(i int) (*Request, *Response) {
	if i < len(x.Redirects) {
		return &x.Redirects[i].Request, &x.Redirects[i].Response
	}
	return &x.Request, x.Response
}

// apply sets the raw headers and the true status: a cached answer that was revalidated says 304 here.
func (e *responseExtraInfo) apply(res *Response) {
	res.Header = e.Headers.header()
	if e.StatusCode != 0 && !res.FromCache {
		res.Status = e.StatusCode
	}
}

func (r *Recorder) responseReceived(s Session, ev *responseReceived) {
	res := ev.Response.response()
	x := r.byID[ev.RequestID]
	if x == nil && len(r.list) >= r.opt.MaxRequests {
		return // its request was counted
	}
	if x == nil { // its request was not told; that it was answered is news all the same
		x = r.begin(s, &requestWillBeSent{
			RequestID: ev.RequestID, Type: ev.Type, Timestamp: ev.Timestamp, FrameID: ev.FrameID,
			Request: wireRequest{URL: res.URL, Method: http.MethodGet},
		})
	}
	ev.Response.Timing.queued(&res.Timing, x.made)
	if !x.hasResponse {
		x.hops = append(x.hops, hasExtra(ev.HasExtra, &res))
	}
	if x.memoryCache && !res.FromCache {
		res.FromCache, res.Cache = true, "memory"
	}
	x.hasResponse, x.touched = true, time.Now()
	x.session = s.ID() // the session that has the answer has the body
	x.Type, x.background = ev.Type, x.background || endless(ev.Type)
	x.Response = &res
	x.applyExtras()
	if x.Done {
		return
	}
	if isStream(&x.Exchange) {
		x.background = true
		x.Body = Body{Reason: ReasonEndless}
		r.bodies.follow(x, s)
	} else if x.length() > r.streamedFrom(x, s) {
		r.bodies.follow(x, s)
	}
}

// servedFromCache: the renderer itself still had it. What comes out of the disk's cache says so in its response.
func (r *Recorder) servedFromCache(_ Session, ev *servedFromCache) {
	if x := r.byID[ev.RequestID]; x != nil {
		x.memoryCache = true
	}
}

// wantsStream tells requests whose answers will have no end.
func wantsStream(e *Exchange) bool {
	return e.Type == "EventSource" || strings.Contains(e.Request.Header.Get("Accept"), "text/event-stream")
}

// isStream tells answers that are made to have no end.
func isStream(e *Exchange) bool {
	t, _, _ := strings.Cut(strings.ToLower(e.ContentType()), ";")
	return e.Type == "EventSource" || t == "text/event-stream" || t == "multipart/x-mixed-replace"
}

func (r *Recorder) dataReceived(s Session, ev *dataReceived) {
	x := r.byID[ev.RequestID]
	if x == nil {
		return
	}
	x.Received += ev.DataLength
	x.touched = time.Now()
	r.streamed(s, ev)
	if x.Received > r.streamedFrom(x, s) && !x.Done {
		r.bodies.follow(x, s)
	}
}

func (r *Recorder) loadingFinished(s Session, ev *loadingFinished) {
	x := r.byID[ev.RequestID]
	if x == nil || x.Done {
		return
	}
	r.end(x, r.wall(ev.Timestamp))
	r.stir(x)
	r.endedBy(s, x)
	if bodiless(x) {
		x.Body = Body{Reason: ReasonNone}
		return
	}
	r.bodies.response(x, s)
}

// bodiless: RFC 9110 §6.4.1. Not so 304: the page was given the body that the cache held.
func bodiless(x *record) bool {
	return x.Request.Method == http.MethodHead || x.Status() == http.StatusNoContent
}

func (r *Recorder) loadingFailed(s Session, ev *loadingFailed) {
	x := r.byID[ev.RequestID]
	if x == nil || x.Done {
		return
	}
	x.Canceled = ev.Canceled
	r.end(x, r.wall(ev.Timestamp))
	r.stir(x)
	r.endedBy(s, x)
	if bodiless(x) && x.Response != nil {
		x.Body = Body{Reason: ReasonNone} // Chrome ends 204 and HEAD with ERR_ABORTED; nothing failed
		return
	}
	x.Failure = ev.ErrorText
	if ev.BlockedReason != "" {
		x.Failure = "blocked: " + ev.BlockedReason
	}
	x.Body = Body{Reason: whyFailed(x, ev)}
	if x.Response != nil && x.Received > 0 {
		r.bodies.response(x, s) // what did arrive may still be held
	}
}

func whyFailed(x *record, ev *loadingFailed) Reason {
	switch {
	case x.download:
		return ReasonDownload
	case !ev.Canceled && ev.ErrorText != "net::ERR_ABORTED":
		return ReasonFailed
	case isStream(&x.Exchange):
		return ReasonEndless
	}
	return ReasonAborted
}
