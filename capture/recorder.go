package capture

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
)

// Session is one attached target, as whoever owns the browser gives it.
type Session interface {
	cdp.Session
	// Send queues a command and does not wait for its reply.
	Send(ctx context.Context, method string, params any) (<-chan *cdproto.Message, error)
	ID() target.SessionID
	TargetID() target.ID
	Kind() string
	URL() string
}

// Options bound a Recorder. The zero value is usable.
type Options struct {
	MaxBody     int64  // bytes of one body; larger ones get ReasonTooLarge; 0: 64 MiB
	MaxMemory   int64  // bytes of bodies in memory over the visit, the rest is on disk; 0: 64 MiB
	MaxDisk     int64  // bytes of bodies on disk over the visit; what comes later gets ReasonSpillFull; 0: 8 GiB
	MaxRequests int    // exchanges that are kept over the visit; what is cut is counted, see NoteCut; 0: 20,000
	MaxMessages int    // WebSocket and EventSource messages that are kept over the visit; 0: 100,000
	Copies      bool   // keep what scripts give to Media Source Extensions, see Appended; it slows the page down
	Dir         string // where the folder for bodies on disk is made; "": the system's temporary folder
	Log         *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.MaxBody == 0 {
		o.MaxBody = 64 << 20
	}
	if o.MaxMemory == 0 {
		o.MaxMemory = 64 << 20
	}
	if o.MaxDisk == 0 {
		o.MaxDisk = 8 << 30
	}
	if o.MaxRequests == 0 {
		o.MaxRequests = 20_000
	}
	if o.MaxMessages == 0 {
		o.MaxMessages = 100_000
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Recorder collects the Exchanges of one visit. Attached, Event and Detached are to be called in the order in which
// the browser sent things, from one goroutine; they never wait for the browser. Everything else may be called from
// anywhere. Close ends the goroutines that read bodies.
type Recorder struct {
	opt    Options
	bodies *bodyReader
	store  *store

	mu       sync.Mutex
	sessions map[target.SessionID]Session
	page     target.SessionID             // the first page: the visit's own
	twins    map[target.SessionID]Session // of the sessions that have one
	second   map[target.SessionID]bool    // is it a twin?
	list     []*record
	byID     map[string]*record
	asked    map[string]int     // method and URL without query -> requests
	orphans  map[string]*extras // extra info that came before its request
	epoch    time.Time          // wall clock of CDP's monotonic zero
	heard    heard
	messages int // kept so far
	cut      int // requests that were not kept
	console  console
	times    PageTimes
	ended    int // exchanges that are done
	changed  chan struct{}
	last     time.Time // when a request last began or ended
}

// record is an Exchange in the making.
type record struct {
	Exchange
	extras
	session     target.SessionID
	made        float64 // when the present request was, in s of CDP's monotonic clock
	hasResponse bool
	memoryCache bool      // the renderer had it
	download    bool      // Chrome took it for a file to keep
	background  bool      // says nothing of whether the page is at rest
	touched     time.Time // when something of the answer last came
	turn        int       // how often the body was asked for
	live        *live     // nil: the body is read at its end
}

// extras are the *ExtraInfo events of one requestId. They travel on another channel than the events they belong to and
// may come before them: the nth request goes with the nth requestExtraInfo, and the nth response with the nth
// responseExtraInfo.
type extras struct {
	requests  []*requestExtraInfo
	responses []*responseExtraInfo
	hops      []bool // per response: does an ExtraInfo belong to it?
}

// NewRecorder starts the goroutines that read bodies; Close stops them.
func NewRecorder(o Options) *Recorder {
	o = o.withDefaults()
	r := &Recorder{
		opt: o, store: &store{parent: o.Dir, single: 256 << 10, budget: o.MaxMemory, most: o.MaxDisk},
		sessions: map[target.SessionID]Session{}, twins: map[target.SessionID]Session{}, second: map[target.SessionID]bool{}, byID: map[string]*record{}, orphans: map[string]*extras{}, asked: map[string]int{},
		changed: make(chan struct{}), last: time.Now(),
	}
	var copies *store
	if o.Copies {
		copies = r.store
	}
	r.heard = newHeard(copies)
	r.bodies = newBodyReader(r)
	return r
}

// Changed is closed at the next change of what was captured.
func (r *Recorder) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

func (r *Recorder) notify() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// Activity tells how many requests are under way, and when one last began or ended. Streams that have no end
// (EventSource, WebSocket, a film that plays) and polls do not count, or a page would never come to rest.
func (r *Recorder) Activity() (inFlight int, last time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.inFlight(), r.last
}

// inFlight is called with the lock held.
func (r *Recorder) inFlight() (n int) {
	for _, x := range r.list {
		if !x.Done && !x.background && r.sessions[x.session] != nil { // the end of a request is not told after its target's
			n++
		}
	}
	return n
}

// Unanswered counts the requests that have begun behind the first ones, as [Progress] counts, and are not at their end, beacons among them.
// Streams that have no end do not count.
func (r *Recorder) Unanswered(first int) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.list[min(max(first, 0), len(r.list)):] {
		if !x.Done && (x.Type == "Ping" || !x.background && !endless(x.Type)) && r.sessions[x.session] != nil {
			n++
		}
	}
	return n
}

func endless(t ResourceType) bool {
	return t == "EventSource" || t == "WebSocket" || t == "Media" || t == "Ping"
}

// Snapshot copies what has been captured so far. Bodies on disk can be opened until Close.
func (r *Recorder) Snapshot() *Capture {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := &Capture{Console: slices.Clone(r.console.list), ConsoleCut: r.console.cut, Times: r.times}
	r.heard.snapshot(c)
	if r.cut > 0 {
		c.Notes = append(c.Notes, Note{Kind: NoteCut, Text: strconv.Itoa(r.cut)})
	}
	for _, x := range r.list {
		e := x.snapshot()
		c.Exchanges = append(c.Exchanges, &e)
	}
	return c
}

// Console is what was said on the pages' consoles so far; the list grows at its end.
func (r *Recorder) Console() []ConsoleMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.console.list)
}

// Stalled names the frames whose document began to come, and of which nothing was heard for d: neither more of it nor its
// end.
func (r *Recorder) Stalled(d time.Duration) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for _, x := range r.list {
		if x.Type == "Document" && !x.Done && x.Response != nil && time.Since(x.touched) > d {
			list = append(list, x.FrameID)
		}
	}
	return list
}

// snapshot copies what is known of x so far.
func (x *record) snapshot() Exchange {
	e := x.Exchange
	e.Redirects, e.Messages = slices.Clone(e.Redirects), slices.Clip(e.Messages)
	if e.Response != nil { // extra info may still come, and change it
		res := *e.Response
		e.Response = &res
	}
	if x.live != nil {
		if b, ok := x.live.body(); ok {
			e.Body = b.because(e.Body.Reason)
		}
	}
	e.Request.checkSent()
	for i := range e.Redirects {
		e.Redirects[i].Request.checkSent()
	}
	return e
}

// checkSent holds a request's body against the length that went over the wire: of the files in a form that navigates, Chrome tells
// nothing.
func (q *Request) checkSent() {
	n, err := strconv.ParseInt(q.Header.Get("Content-Length"), 10, 64)
	if err == nil && q.WireHeader && q.Body.Reason == "" && n != q.Body.Size {
		q.Body.Reason = ReasonPart
	}
}

// Settle waits until every body that was asked for has been read, or ctx ends.
func (r *Recorder) Settle(ctx context.Context) error {
	r.unfinished()
	return r.bodies.settle(ctx)
}

// unfinished asks for what is there of answers whose end was not told: it goes missing when a document changes its process (crbug
// 750469), it does not come while the page does not read, and streams have none.
func (r *Recorder) unfinished() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.list {
		s := r.sessions[x.session]
		if x.Done || x.Response == nil || x.Type == "WebSocket" {
			continue
		}
		if x.live == nil && x.length() > 0 && x.Response.Header.Get("Content-Encoding") == "" && x.Body.Reason == ReasonPending {
			r.bodies.response(x, s)
		} else {
			r.bodies.follow(x, s)
		}
	}
}

// Close stops reading bodies, waits for the readers and removes spilled files.
func (r *Recorder) Close() error {
	r.bodies.close()
	r.mu.Lock()
	defer r.mu.Unlock()
	return errors.Join(r.heard.sources.close(), r.store.close())
}

// Attached is to be called while the target is still paused: what it sends is done before the target's first request.
// Nothing is waited for here, because a service worker answers Network.enable only once it runs.
func (r *Recorder) Attached(s Session) {
	r.mu.Lock()
	r.sessions[s.ID()] = s
	if r.page == "" && s.Kind() == "page" {
		r.page = s.ID()
	}
	h := r.heard.attached(s, r.opt.Copies)
	r.mu.Unlock()
	for _, c := range enableCommands(s.Kind(), r.opt.MaxBody, h) {
		if _, err := s.Send(context.Background(), c.method, c.params); err != nil {
			r.opt.Log.Debug("target went before it could be heard", "method", c.method, "error", err)
			return
		}
	}
}

// Paired gives the second session on the target of s, also while that is paused. It gets no durable messages, so that it holds what those
// lose: what a service worker answered, blobs, and the beginning of what is streamed. To be heard of it are Network.dataReceived,
// Network.loadingFinished and Network.loadingFailed.
func (r *Recorder) Paired(s, twin Session) {
	r.mu.Lock()
	r.twins[s.ID()], r.second[twin.ID()] = twin, true
	r.mu.Unlock()
	c := networkEnable(r.opt.MaxBody)
	if _, err := twin.Send(context.Background(), c.method, c.params); err != nil {
		r.opt.Log.Debug("target went before it could be heard", "method", c.method, "error", err)
	}
}

// Detached tells that a target is gone.
func (r *Recorder) Detached(s Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if twin := r.twins[s.ID()]; twin != nil {
		delete(r.second, twin.ID())
		delete(r.twins, s.ID())
	}
	delete(r.sessions, s.ID())
	r.heard.detached(s)
}

// Event takes one event of a target's session.
func (r *Recorder) Event(s Session, method string, params jsonv2.Value) {
	r.mu.Lock()
	defer r.mu.Unlock()
	table := handlers
	if r.second[s.ID()] {
		table = twinHandlers
	}
	handle, ok := table[method]
	if !ok {
		return
	}
	if err := handle(r, s, params); err != nil {
		r.opt.Log.Warn("an event that could not be read", "method", method, "error", err)
		return
	}
	r.notify()
}

// Protected is that of Capture, for what was heard so far. It is cheap.
func (r *Recorder) Protected() (system string, used bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return (&Capture{Notes: r.heard.notes}).Protected()
}

// Progress is how far a visit has come. It is cheap: a visit may have ten thousand exchanges.
type Progress struct{ Exchanges, Done int }

// Progress counts what has been heard so far.
func (r *Recorder) Progress() Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Progress{Exchanges: len(r.list), Done: r.ended}
}

func (r *Recorder) end(x *record, at time.Time) {
	x.Done, x.Ended = true, at
	r.ended++
}

// stir notes that a request began or ended.
func (r *Recorder) stir(x *record) {
	if !x.background {
		r.last = time.Now()
	}
}

// isBackground tells what has no end, and what is asked for again and again: neither says that a page still builds itself.
func (r *Recorder) isBackground(x *record) bool {
	const often = 4
	place, _, _ := strings.Cut(x.Request.Method+" "+x.Request.URL, "?")
	r.asked[place]++
	return endless(x.Type) || r.asked[place] > often
}

// holders are the sessions that may hold a body: the one that saw its end and its twin, then all others.
func (r *Recorder) holders(own Session) []cdp.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []cdp.Session
	if own != nil {
		list = r.pair(own)
	}
	for id, s := range r.sessions {
		if s == own {
			continue
		}
		if list = append(list, s); r.twins[id] != nil {
			list = append(list, r.twins[id])
		}
	}
	return list
}

// own are the session that asked and its twin.
func (r *Recorder) own(s Session) []cdp.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.pair(s)
}

func (r *Recorder) pair(s Session) []cdp.Session {
	if twin := r.twins[s.ID()]; twin != nil {
		return []cdp.Session{s, twin}
	}
	return []cdp.Session{s}
}

func (r *Recorder) wall(monotonic float64) time.Time {
	if r.epoch.IsZero() || monotonic == 0 {
		return time.Now()
	}
	return r.epoch.Add(time.Duration(monotonic * float64(time.Second)))
}
