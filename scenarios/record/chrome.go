package record

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/chromedp/cdproto/target"

	"seine/browser"
)

// What Chrome tells, as far as it is read.
type (
	contextCreated struct {
		Context struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
			Aux  struct {
				FrameID string `json:"frameId"`
			} `json:"auxData"`
		} `json:"context"`
	}
	contextGone struct {
		ID int64 `json:"executionContextId"`
	}
	frameEvent struct {
		Frame struct {
			ID       string `json:"id"`
			ParentID string `json:"parentId"`
			URL      string `json:"url"`
			Fragment string `json:"urlFragment"`
		} `json:"frame"`
		FrameID  string `json:"frameId"`
		ParentID string `json:"parentFrameId"`
		URL      string `json:"url"`
		Kind     string `json:"navigationType"`
		Name     string `json:"suggestedFilename"`
	}
	dialogEvent struct {
		browser.Dialog
		Result bool   `json:"result"`
		Input  string `json:"userInput"`
	}
	requestEvent struct {
		ID      string `json:"requestId"`
		Type    string `json:"type"`
		FrameID string `json:"frameId"`
		Request struct {
			Method string `json:"method"`
			URL    string `json:"url"`
		} `json:"request"`
		Response struct {
			Status int    `json:"status"`
			URL    string `json:"url"`
			MIME   string `json:"mimeType"`
		} `json:"response"`
	}
)

func read[T any](params []byte) (v T, ok bool) {
	return v, json.Unmarshal(params, &v) == nil
}

// heard takes an event of Chrome.
func (h *hearing) heard(s *browser.Session, method string, params []byte) {
	switch method {
	case "Runtime.bindingCalled":
		h.told(s, params)
	case "Runtime.executionContextCreated":
		h.contextCreated(s, params)
	case "Runtime.executionContextDestroyed":
		if ev, ok := read[contextGone](params); ok {
			delete(h.documents, realm{s.ID(), ev.ID})
		}
	case "Runtime.executionContextsCleared":
		h.forget(s)
	case "Page.documentOpened":
		h.listenAgain(s, params)
	case "Page.javascriptDialogOpening", "Page.javascriptDialogClosed":
		h.dialog(s, method, params)
	case "Network.requestWillBeSent", "Network.responseReceived":
		h.request(s, method, params)
	case "Browser.downloadWillBegin":
		h.download(params)
	default:
		h.frame(s, method, params)
	}
}

func (h *hearing) contextCreated(s *browser.Session, params []byte) {
	ev, ok := read[contextCreated](params)
	if !ok || ev.Context.Name != world {
		return
	}
	id := ev.Context.Aux.FrameID
	h.document(realm{s.ID(), ev.Context.ID}).frame = id
	if f := h.frames[id]; f != nil {
		f.session = s
	} else {
		h.frames[id] = &frameState{id: id, session: s}
	}
}

// listenAgain: document.open() has taken the listeners away.
func (h *hearing) listenAgain(s *browser.Session, params []byte) {
	if ev, ok := read[frameEvent](params); ok {
		if context, ok := h.worldOf(ev.Frame.ID, s); ok {
			_, _ = ask(s, context, kit+".listen()", true)
		}
	}
}

// frame takes news of frames and navigations.
func (h *hearing) frame(s *browser.Session, method string, params []byte) {
	switch method {
	case "Page.frameAttached", "Page.frameNavigated", "Page.navigatedWithinDocument", "Page.frameRequestedNavigation", "Page.frameScheduledNavigation", "Page.frameStartedNavigating":
	default:
		return
	}
	ev, ok := read[frameEvent](params)
	if !ok {
		return
	}
	page := h.pages[h.pageOf(s).TargetID()]
	if page == nil {
		return
	}
	own := s == page.session && (ev.FrameID == string(s.TargetID()) || ev.Frame.ID == string(s.TargetID()))
	switch method {
	case "Page.frameAttached":
		h.frames[ev.FrameID] = &frameState{id: ev.FrameID, parent: ev.ParentID, session: s}
	case "Page.frameNavigated":
		h.navigated(s, ev)
		h.arrived(s, page, ev.Frame.ID, ev.Frame.URL+ev.Frame.Fragment)
		if own {
			h.moved(s, page, ev.Frame.URL+ev.Frame.Fragment)
		}
	case "Page.navigatedWithinDocument":
		h.arrived(s, page, ev.FrameID, ev.URL)
		if own {
			h.moved(s, page, ev.URL)
		}
	case "Page.frameRequestedNavigation", "Page.frameScheduledNavigation":
		if own && len(page.asked) < 100 {
			page.asked[ev.URL] = true
		}
	case "Page.frameStartedNavigating":
		if throughHistory(ev.Kind) {
			page.traversing(ev.FrameID, ev.URL)
		}
		if own {
			h.starts(s, page, ev)
		}
	}
}

func (h *hearing) navigated(s *browser.Session, ev frameEvent) {
	f := h.frames[ev.Frame.ID]
	if f == nil {
		f = &frameState{id: ev.Frame.ID}
		h.frames[f.id] = f
	}
	if ev.Frame.ParentID != "" {
		f.parent = ev.Frame.ParentID
	}
	f.session = s
	if f.url != ev.Frame.URL {
		f.url, f.place = ev.Frame.URL, nil
	}
}

// moved: a page shows another document, or another address of it.
func (h *hearing) moved(s *browser.Session, p *pageState, url string) {
	first := !p.shown && s != h.main()
	p.url, p.shown = url, true
	if s != h.main() {
		h.popups.at(string(s.TargetID()), url)
	}
	if !first {
		h.emit(Event{Kind: Navigated, At: time.Now(), URL: url, Place: h.pagePlace(s)})
	}
}

// starts tells navigations by the browser's own means from those that a document asked for.
func (h *hearing) starts(s *browser.Session, p *pageState, ev frameEvent) {
	asked := p.asked[ev.URL]
	clear(p.asked)
	if asked || ev.Kind == "sameDocument" || throughHistory(ev.Kind) || !p.shown && s != h.main() {
		return
	}
	e := Event{Kind: Navigating, At: time.Now(), URL: ev.URL, Control: ev.Kind, Place: h.pagePlace(s)}
	if strings.HasPrefix(ev.Kind, "reload") {
		e.Go, e.By = "reload", 1
	}
	h.emit(e)
}

// download: Chrome was offered a file, which nobody keeps: whoever replays does (Browser.downloadWillBegin).
func (h *hearing) download(params []byte) {
	ev, ok := read[frameEvent](params)
	if !ok {
		return
	}
	var place Place
	if f := h.frames[ev.FrameID]; f != nil && f.session != nil {
		place = h.pagePlace(f.session)
	}
	h.emit(Event{Kind: Downloaded, At: time.Now(), URL: ev.URL, Value: clip(ev.Name), Place: place})
}

func (h *hearing) dialog(s *browser.Session, method string, params []byte) {
	ev, ok := read[dialogEvent](params)
	p := h.pages[target.ID(h.pagePlace(s).Page)]
	if !ok || p == nil {
		return
	}
	if method == "Page.javascriptDialogOpening" {
		p.dialog = Dialog{Type: string(ev.Type), Message: clip(ev.Message), Default: ev.Default}
		h.emit(Event{Kind: Asked, At: time.Now(), Dialog: p.dialog, Place: h.pagePlace(s)})
		return
	}
	d := p.dialog
	d.Accept, d.Text = ev.Result, ev.Input
	h.emit(Event{Kind: Answered, At: time.Now(), Dialog: d, Place: h.pagePlace(s)})
}

func (h *hearing) request(s *browser.Session, method string, params []byte) {
	ev, ok := read[requestEvent](params)
	if !ok || ev.Type != "XHR" && ev.Type != "Fetch" {
		return
	}
	e := Event{Kind: Requested, At: time.Now(), Place: h.pagePlace(s), Call: Call{ID: ev.ID, Method: ev.Request.Method, URL: ev.Request.URL, Type: ev.Type}}
	if method == "Network.responseReceived" {
		e.Kind, e.Call.URL, e.Call.Status, e.Call.MIME = Responded, ev.Response.URL, ev.Response.Status, ev.Response.MIME
	}
	h.emit(e)
}

// documentMethod is how the document of a page is asked for, "" if params are of another request.
func documentMethod(s *browser.Session, params []byte) string {
	if !bytes.Contains(params, []byte(`"Document"`)) {
		return ""
	}
	ev, ok := read[requestEvent](params)
	if !ok || ev.Type != "Document" || ev.FrameID != string(s.TargetID()) {
		return ""
	}
	return ev.Request.Method
}
