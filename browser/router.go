package browser

import (
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// autoAttach asks for every kind of target, paused before its first script. A filter that let both "tab" and "page"
// through would be refused, and "browser" and "browser_ui" are nobody's page.
var autoAttach = target.SetAutoAttachParams{
	AutoAttach: true, WaitForDebuggerOnStart: true, Flatten: new(true),
	Filter: target.Filter{
		{Type: "browser", Exclude: true},
		{Type: "tab", Exclude: true},
		{Type: "browser_ui", Exclude: true},
		{},
	},
}

// router says whose a message is: one of our sessions', or chromedp's, or nobody's. Its methods run on the link's reader
// and never wait.
type router struct {
	link   *link
	root   *Session
	driver *driver

	mu       sync.Mutex
	sessions map[target.SessionID]*Session
	foreign  map[target.SessionID]struct{} // attached by chromedp
	expected map[target.ID]int             // Target.attachToTarget of chromedp on its way
	doubles  map[target.SessionID]double   // further sessions of targets that we hold already
	twins    map[target.SessionID]*Session // second sessions that we asked for, see Session.Twin
	asked    map[target.ID]*Session        // whose twin is on its way
	tabs     map[cdp.BrowserContextID]*Tab
	over     bool
}

// double is a second session on a target that we hold: service workers are announced by the root and by their page. It stands in
// when the first one goes.
type double struct {
	parent *Session
	info   *target.Info
}

func newRouter(l *link) *router {
	r := &router{
		link:     l,
		root:     newSession(l, "", &target.Info{Type: "browser"}),
		sessions: map[target.SessionID]*Session{},
		foreign:  map[target.SessionID]struct{}{},
		expected: map[target.ID]int{},
		doubles:  map[target.SessionID]double{},
		twins:    map[target.SessionID]*Session{},
		asked:    map[target.ID]*Session{},
		tabs:     map[cdp.BrowserContextID]*Tab{},
	}
	r.root.next.Store(rootIDs)
	r.driver = newDriver(l)
	return r
}

// expect notes chromedp's own attachments, so that their sessions are told from ours.
func (r *router) expect(m *cdproto.Message) {
	if m.SessionID != "" || m.Method != target.CommandAttachToTarget {
		return
	}
	var p target.AttachToTargetParams
	if unmarshal(m.Params, &p) {
		r.mu.Lock()
		r.expected[p.TargetID]++
		r.mu.Unlock()
	}
}

func (r *router) route(m *cdproto.Message) {
	if m.SessionID == "" {
		r.routeRoot(m)
		return
	}
	r.mu.Lock()
	s := r.sessions[m.SessionID]
	twin := r.twins[m.SessionID]
	_, foreign := r.foreign[m.SessionID]
	r.mu.Unlock()
	switch {
	case twin != nil:
		twin.heard(m)
	case s == nil && foreign:
		r.driver.hand(m)
	case s == nil: // a double, a target of no tab, or a child of a session of chromedp's
	case m.ID != 0:
		s.reply(m)
	default:
		r.event(s, m)
	}
}

func (r *router) routeRoot(m *cdproto.Message) {
	switch {
	case m.ID >= rootIDs:
		r.root.reply(m)
		return
	case m.ID != 0:
		r.driver.in.push(m)
		return
	}
	if r.event(r.root, m) {
		r.driver.in.push(m)
	}
}

// event handles an event of one of our sessions; it reports whether chromedp should hear it too.
func (r *router) event(s *Session, m *cdproto.Message) bool {
	method := string(m.Method)
	switch method {
	case "Target.attachedToTarget":
		return r.attached(s, m.Params)
	case "Target.detachedFromTarget":
		return r.detached(m.Params)
	case "Target.targetInfoChanged":
		r.infoChanged(m.Params)
	}
	s.publish(method, m.Params)
	if s.tab != nil {
		s.tab.event(s, method, m.Params)
	} else if strings.HasPrefix(method, "Browser.") || method == "Target.targetCrashed" {
		r.rootEvent(method, m.Params)
	}
	return true
}

func (r *router) attached(parent *Session, params jsonv2.Value) (foreign bool) {
	var ev struct {
		SessionID target.SessionID `json:"sessionId"`
		Info      *target.Info     `json:"targetInfo"`
		Waiting   bool             `json:"waitingForDebugger"`
	}
	if !unmarshal(params, &ev) || ev.Info == nil || ev.SessionID == "" {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if parent == r.root && r.pair(ev.SessionID, ev.Info) {
		return false
	}
	// chromedp's own attachToTarget is announced on the root too, before its reply; it never waits for a debugger.
	if parent == r.root && !ev.Waiting && r.expected[ev.Info.TargetID] > 0 {
		if r.expected[ev.Info.TargetID]--; r.expected[ev.Info.TargetID] == 0 {
			delete(r.expected, ev.Info.TargetID)
		}
		r.foreign[ev.SessionID] = struct{}{}
		return true
	}
	tab := parent.tab
	if tab == nil {
		tab = r.tabs[ev.Info.BrowserContextID]
	}
	switch {
	case r.sessions[ev.SessionID] != nil: // told twice
	case tab == nil || r.over:
		r.resume(ev.SessionID)
	case r.holding(ev.Info.TargetID) != nil:
		r.doubles[ev.SessionID] = double{parent, ev.Info}
		tab.inbox.push(notice{kind: resumeDouble, id: ev.SessionID})
	case ev.Info.Type == "page" && r.crowded(tab):
		r.refuse(tab, ev.SessionID, ev.Info.TargetID)
	default:
		r.adopt(tab, parent, ev.SessionID, ev.Info)
	}
	return false
}

// adopt makes a session one of the tab's. The caller holds r.mu.
func (r *router) adopt(tab *Tab, parent *Session, id target.SessionID, info *target.Info) {
	s := newSession(r.link, id, info)
	s.tab = tab
	if parent != r.root {
		s.parent = parent
	}
	r.sessions[id] = s
	tab.claim(s)
	tab.inbox.push(notice{kind: attached, session: s})
}

// holding finds our session on a target. The caller holds r.mu.
func (r *router) holding(id target.ID) *Session {
	for _, s := range r.sessions {
		if s.target == id {
			return s
		}
	}
	return nil
}

// resume lets a paused target run whose session nobody holds.
func (r *router) resume(id target.SessionID) {
	_ = r.link.send(&cdproto.Message{ID: 1, SessionID: id, Method: runtime.CommandRunIfWaitingForDebugger})
}

func (r *router) detached(params jsonv2.Value) (foreign bool) {
	var ev target.EventDetachedFromTarget
	if !unmarshal(params, &ev) {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.doubles, ev.SessionID)
	if twin := r.twins[ev.SessionID]; twin != nil {
		delete(r.twins, ev.SessionID)
		twin.end()
		return false
	}
	if _, ok := r.foreign[ev.SessionID]; ok {
		delete(r.foreign, ev.SessionID)
		return true
	}
	if s := r.sessions[ev.SessionID]; s != nil {
		r.drop(s)
		r.promote(s)
	}
	return false
}

// drop ends a session and those that came through it: Chrome does not announce the end of the latter. The caller holds
// r.mu.
func (r *router) drop(s *Session) {
	if _, ok := r.sessions[s.id]; !ok {
		return
	}
	delete(r.sessions, s.id)
	for _, child := range r.sessions {
		if child.parent == s {
			r.drop(child)
		}
	}
	if s.twin != nil {
		delete(r.twins, s.twin.id)
		s.twin.end()
	}
	s.end()
	s.tab.inbox.push(notice{kind: detached, session: s})
	s.tab.lost(s)
}

// promote lets a double stand in for a session that ended while its target lives on. The caller holds r.mu.
func (r *router) promote(s *Session) {
	for id, d := range r.doubles {
		if d.info.TargetID == s.target && !r.over {
			delete(r.doubles, id)
			r.adopt(s.tab, d.parent, id, d.info)
			return
		}
	}
}

func (r *router) infoChanged(params jsonv2.Value) {
	var ev struct {
		Info struct {
			TargetID target.ID `json:"targetId"`
			URL      string    `json:"url"`
		} `json:"targetInfo"`
	}
	if !unmarshal(params, &ev) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.holding(ev.Info.TargetID); s != nil {
		s.moved(ev.Info.URL)
	}
}

// rootEvent hands an event of the root session to the tab whose frame or target it names, else to all.
func (r *router) rootEvent(method string, params jsonv2.Value) {
	var ev struct {
		TargetID target.ID `json:"targetId"`
		FrameID  target.ID `json:"frameId"`
	}
	unmarshal(params, &ev)
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.holding(max(ev.TargetID, ev.FrameID)); s != nil {
		s.tab.inbox.push(notice{kind: event, session: r.root, method: method, params: params})
		return
	}
	if ev.TargetID != "" {
		return
	}
	for _, t := range r.tabs {
		t.inbox.push(notice{kind: event, session: r.root, method: method, params: params})
	}
}

func (r *router) add(t *Tab) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tabs[t.contextID] = t
}

// remove ends what is left of a tab.
func (r *router) remove(t *Tab) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.tabs, t.contextID)
	for id, d := range r.doubles {
		if d.info.BrowserContextID == t.contextID {
			delete(r.doubles, id)
		}
	}
	for _, s := range r.sessions {
		if s.tab == t {
			r.drop(s)
		}
	}
}

func (r *router) ofTab(t *Tab) []*Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*Session
	for _, s := range r.sessions {
		if s.tab == t {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *Session) int { return strings.Compare(string(a.id), string(b.id)) })
	return list
}

// lost ends everything when the connection broke.
func (r *router) lost() {
	r.driver.in.close()
	r.root.end()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.over = true
	for _, s := range r.sessions {
		r.drop(s)
	}
	for _, t := range r.tabs {
		t.fail(r.link.err())
	}
}

func unmarshal(v jsonv2.Value, into any) bool {
	return jsonv2.Unmarshal(v, into, chromedp.DefaultUnmarshalOptions) == nil
}
