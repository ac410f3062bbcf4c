package remote

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/page"

	"seine/browser"
)

// screen knows the pages of a tab: its own and popups. The newest one is shown unless the person chooses another.
type screen struct {
	next browser.Observer
	tape Tape

	mu      sync.Mutex
	pages   []*shownPage
	on      *shownPage
	viewer  *viewer
	paused  bool
	asked   int // dialogs, pickers and choosers so far
	picker  *openPicker
	chooser *chooser
	word    string // why nothing came of what the person wanted last
}

// shownPage is a page or popup.
type shownPage struct {
	session *browser.Session
	url     string
	dialog  *dialog
	size    size // of its viewport, as the last frame had it
}

// size is in CSS pixels. Top is what lies above the page in a frame.
type size struct{ Width, Height, Top float64 }

// dialog is one that the page waits for.
type dialog struct {
	Number  int    `json:"number"` // tells them apart
	Type    string `json:"type"`
	Message string `json:"message"`
	Default string `json:"defaultPrompt"`
}

func (c *screen) init(next browser.Observer, tape Tape) { c.next, c.tape = next, tape }

// Attached is the browser's to call.
func (c *screen) Attached(s *browser.Session) {
	if c.next != nil {
		c.next.Attached(s)
	}
	if s.Kind() == "page" {
		c.mu.Lock()
		c.pages = append(c.pages, &shownPage{session: s, url: s.URL()})
		c.mu.Unlock()
		c.choose(len(c.pages) - 1)
	}
	if s.Kind() == "page" || s.Kind() == "iframe" {
		c.intercept(s)
	}
}

// Detached is the browser's to call.
func (c *screen) Detached(s *browser.Session) {
	if c.next != nil {
		c.next.Detached(s)
	}
	c.mu.Lock()
	c.pages = slices.DeleteFunc(c.pages, func(p *shownPage) bool { return p.session == s })
	gone, last := c.on != nil && c.on.session == s, len(c.pages)-1
	c.mu.Unlock()
	if gone {
		c.choose(last)
	}
}

// choose shows the i-th page, or none.
func (c *screen) choose(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cast(false)
	c.on = nil
	if i >= 0 && i < len(c.pages) {
		c.on = c.pages[i]
	}
	c.cast(true)
	c.told()
}

// cast begins or ends that Chrome sends pictures of the page that is shown (Page.startScreencast). C is locked.
func (c *screen) cast(begin bool) {
	switch {
	case c.on == nil || c.viewer == nil:
	case begin:
		_, _ = c.on.session.Send(context.Background(), page.CommandStartScreencast, map[string]any{"format": "jpeg", "quality": 80, "everyNthFrame": 1})
	default:
		_, _ = c.on.session.Send(context.Background(), page.CommandStopScreencast, nil)
		c.viewer.drop()
	}
}

// told has the viewer shown the new state. C is locked.
func (c *screen) told() {
	if c.viewer != nil {
		select {
		case c.viewer.news <- struct{}{}:
		default: // it will look anyway
		}
	}
}

func (c *screen) enter(v *viewer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.pages { // what was played before may have turned it off
		c.intercept(p.session)
	}
	c.cast(false) // a new beginning has a first picture even where nothing moves
	c.viewer = v
	c.cast(true)
}

func (c *screen) leave(v *viewer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.viewer == v {
		c.cast(false)
		c.viewer = nil
	}
}

// Event is the browser's to call.
func (c *screen) Event(s *browser.Session, method string, params jsonv2.Value) {
	if method == "Page.screencastFrame" {
		c.frame(s, params)
		return
	}
	if c.next != nil {
		c.next.Event(s, method, params)
	}
	switch method {
	case "Page.fileChooserOpened":
		c.opened(s, params)
	case "Page.javascriptDialogOpening", "Page.javascriptDialogClosed":
		var d *dialog
		if method == "Page.javascriptDialogOpening" {
			d = &dialog{}
			_ = json.Unmarshal(params, d)
		}
		c.change(s, func(p *shownPage) {
			if p.dialog = d; d != nil {
				c.asked++
				d.Number = c.asked
			}
		})
	case "Page.frameNavigated":
		var ev struct {
			Frame struct {
				ID       string `json:"id"`
				URL      string `json:"url"`
				Fragment string `json:"urlFragment"`
			} `json:"frame"`
		}
		if json.Unmarshal(params, &ev) == nil && ev.Frame.ID == string(s.TargetID()) && s.Kind() == "page" {
			c.change(s, func(p *shownPage) { p.url = ev.Frame.URL + ev.Frame.Fragment })
		}
	case "Page.navigatedWithinDocument":
		var ev struct {
			FrameID string `json:"frameId"`
			URL     string `json:"url"`
		}
		if json.Unmarshal(params, &ev) == nil && ev.FrameID == string(s.TargetID()) && s.Kind() == "page" {
			c.change(s, func(p *shownPage) { p.url = ev.URL })
		}
	}
}

// change changes what is known of a page, which a session of its frames may tell of.
func (c *screen) change(s *browser.Session, f func(*shownPage)) {
	for s.Parent() != nil && s.Kind() != "page" {
		s = s.Parent()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.pages {
		if p.session == s {
			f(p)
			c.told()
		}
	}
}

// frame takes a picture (Page.screencastFrame).
func (c *screen) frame(s *browser.Session, params jsonv2.Value) {
	var ev struct {
		Data     []byte `json:"data"`
		Metadata struct {
			Top    float64 `json:"offsetTop"`
			Width  float64 `json:"deviceWidth"`
			Height float64 `json:"deviceHeight"`
		} `json:"metadata"`
		ID int64 `json:"sessionId"`
	}
	if json.Unmarshal(params, &ev) != nil {
		return
	}
	// At once: of what comes while it waits for that, Chrome drops even the last one, and a page that stands still shows no other.
	_, _ = s.Send(context.Background(), page.CommandScreencastFrameAck, page.ScreencastFrameAckParams{SessionID: ev.ID})
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.viewer == nil || c.on == nil || c.on.session != s {
		return
	}
	c.on.size = size{ev.Metadata.Width, ev.Metadata.Height, ev.Metadata.Top}
	c.viewer.put(ev.Data)
}

// state is what the page shows around the picture.
type state struct {
	Pages   []string    `json:"pages"` // addresses
	On      int         `json:"on"`    // which of them is shown; -1: none
	Dialog  *dialog     `json:"dialog"`
	Picker  *openPicker `json:"picker"`
	Chooser *chooser    `json:"chooser"`
	Paused  bool        `json:"paused"`
	Word    string      `json:"word"`
	Steps   []string    `json:"steps"`
}

func (c *screen) state() state {
	s := state{Pages: []string{}, On: -1, Steps: []string{}}
	if c.tape != nil {
		for _, l := range c.tape.Lines() {
			s.Steps = append(s.Steps, l.What)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s.Paused, s.Word, s.Picker, s.Chooser = c.paused, c.word, c.picker, c.chooser
	for i, p := range c.pages {
		s.Pages = append(s.Pages, p.url)
		if p == c.on {
			s.On, s.Dialog = i, p.dialog
		}
	}
	return s
}

// taped is closed when something else is recorded.
func (c *screen) taped() <-chan struct{} {
	if c.tape == nil {
		return nil
	}
	return c.tape.Changed()
}
