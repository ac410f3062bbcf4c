package replay

import (
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"

	"seine/browser"
	"seine/scenarios"
)

const (
	commitLimit = 10 * time.Second      // for a document that was asked for by a click to come; it may be a download, or nothing
	hearLimit   = 10 * time.Millisecond // for news that Chrome has sent already to be heard
)

// mayNavigate reports whether a step is a person's, which may send the page elsewhere, or have it send something.
func mayNavigate(s scenarios.Step) bool {
	switch s.(type) {
	case scenarios.Click, scenarios.DoubleClick, scenarios.Press, scenarios.KeyDown, scenarios.KeyUp, scenarios.Change, scenarios.Select, scenarios.Upload,
		scenarios.Drag, scenarios.Hover, scenarios.Scroll, scenarios.History:
		return true
	}
	return false
}

// settling listens, before a step, for the page asking for another document. The function waits until that has been read: what the
// next step looks at should not be the old one. That none comes is no error.
func (p *Page) settling(s scenarios.Step) (settle func(context.Context), stop func()) {
	session := p.open(targetOf(s))
	if session == nil {
		return func(context.Context) {}, func() {}
	}
	l := leaving{id: string(session.TargetID()), page: session}
	var stops []func()
	for method, to := range map[string]*<-chan jsonv2.Value{
		"Page.frameRequestedNavigation": &l.requested, "Page.frameScheduledNavigation": &l.scheduled, "Page.frameNavigated": &l.navigated,
		"Page.domContentEventFired": &l.read, "Page.frameStoppedLoading": &l.stopped, "Page.frameStartedNavigating": &l.started,
	} {
		events, end := session.Subscribe(method)
		*to = events
		stops = append(stops, end)
	}
	return l.settle, func() {
		for _, end := range stops {
			end()
		}
	}
}

// leaving is a page that may be on its way to another document.
type leaving struct {
	id   string // of its main frame
	page *browser.Session

	requested, scheduled, navigated, read, stopped, started <-chan jsonv2.Value

	inner moving // a frame of the page's own process that is sent elsewhere
}

// moving is a frame on its way to another document (Page.frameRequestedNavigation, Page.frameStartedNavigating).
type moving struct {
	FrameID     string `json:"frameId"`
	URL         string `json:"url"`
	Reason      string `json:"reason"`
	Disposition string `json:"disposition"`
	LoaderID    string `json:"loaderId"`
}

// frameLimit is how long a frame's document is waited for; it may be a download, or nothing.
const frameLimit = 3 * time.Second

// settleFrame waits until a frame that was sent elsewhere shows its new document. How it came to its first one does not count.
func (l *leaving) settleFrame(ctx context.Context) {
	if l.inner.FrameID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, frameLimit)
	defer cancel()
	for loader := ""; ; {
		started, navigated := l.started, l.navigated
		if loader == "" {
			navigated = nil
		}
		select {
		case params, ok := <-started:
			var m moving
			if !ok || jsonv2.Unmarshal(params, &m, jsonv2.AllowInvalidUTF8(true)) == nil && m.FrameID == l.inner.FrameID && m.URL == l.inner.URL {
				loader = m.LoaderID
			}
			if !ok {
				return
			}
		case params, ok := <-navigated:
			var ev struct {
				Frame struct {
					LoaderID string `json:"loaderId"`
				} `json:"frame"`
			}
			if !ok || jsonv2.Unmarshal(params, &ev, jsonv2.AllowInvalidUTF8(true)) == nil && ev.Frame.LoaderID == loader {
				l.readFrame(ctx)
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// readFrame waits until the frame's document has been read.
func (l *leaving) readFrame(ctx context.Context) {
	f := frame{session: l.page, id: cdp.FrameID(l.inner.FrameID), bears: answerLimit}
	for {
		if read, err := evaluate[bool](ctx, f, "document.readyState !== 'loading'"); err != nil || read || wait(ctx, nil, pace) != nil {
			return
		}
	}
}

// frame notes that a frame is sent elsewhere, and not to another place in its document.
func (l *leaving) frame(params jsonv2.Value) {
	var m moving
	if jsonv2.Unmarshal(params, &m, jsonv2.AllowInvalidUTF8(true)) == nil && m.FrameID != l.id && m.Reason != "initialFrameNavigation" && !strings.Contains(m.URL, "#") && (m.Disposition == "" || m.Disposition == "currentTab") {
		l.inner = m
	}
}

func (l *leaving) settle(ctx context.Context) {
	// What the renderer has sent before this is answered, has been received. A form that is submitted goes by a task of its own, so this
	// does too. A document that has gone already fails to answer.
	handled(ctx, l.page)
	if !l.begun(ctx) {
		l.settleFrame(ctx)
		return
	}
	ctx, cancel := context.WithTimeout(ctx, commitLimit)
	defer cancel()
	for {
		select {
		case params, ok := <-l.navigated:
			if !ok {
				return
			}
			if inFrame(params) {
				continue
			}
			if restored(params) {
				handled(ctx, l.page)
				return
			}
			select {
			case <-l.read:
			case <-ctx.Done():
			}
			return
		case params, ok := <-l.stopped:
			if !ok || l.own(params) {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

// begun reports whether the page asks for another document.
func (l *leaving) begun(ctx context.Context) bool {
	late := time.NewTimer(hearLimit)
	defer late.Stop()
	for {
		var params jsonv2.Value
		ok := true
		select {
		case params, ok = <-l.requested:
		case params, ok = <-l.scheduled:
		case <-late.C:
			return false
		case <-ctx.Done():
			return false
		}
		if !ok {
			return false
		}
		if l.own(params) {
			return true
		}
		l.frame(params)
	}
}

// own reports whether an event is of the page's own document, and is to replace it.
func (l *leaving) own(params jsonv2.Value) bool {
	var ev struct {
		FrameID     string `json:"frameId"`
		URL         string `json:"url"`
		Disposition string `json:"disposition"`
	}
	if jsonv2.Unmarshal(params, &ev, jsonv2.AllowInvalidUTF8(true)) != nil || ev.FrameID != l.id || ev.Disposition != "" && ev.Disposition != "currentTab" {
		return false
	}
	before, _, inside := strings.Cut(ev.URL, "#")
	here, _, _ := strings.Cut(l.page.URL(), "#")
	return !inside || before != here
}
