package remote

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"

	"seine/browser"
)

// said is what the page says that a person did.
type said struct {
	What      string  `json:"t"`
	Kind      string  `json:"k"`
	X         float64 `json:"x"` // of the picture's width, 0 to 1
	Y         float64 `json:"y"`
	DX        float64 `json:"dx"` // CSS pixels
	DY        float64 `json:"dy"`
	Button    int     `json:"b"`  // as MouseEvent.button has it
	Buttons   int64   `json:"bs"` // as MouseEvent.buttons
	Count     int64   `json:"n"`
	Modifiers int64   `json:"m"` // Alt 1, Control 2, Meta 4, Shift 8
	Key       string  `json:"key"`
	Code      string  `json:"code"`
	Virtual   int64   `json:"vk"`
	Location  int64   `json:"loc"`
	Repeat    bool    `json:"rep"`
	Text      string  `json:"v"`
	Yes       bool    `json:"yes"`
	Index     int     `json:"i"`
	Number    int     `json:"no"`
}

// askLimit bounds what is asked of the browser while the person's next deeds wait.
const askLimit = 2 * time.Second

// take does what the page says. An error ends the socket.
func (s *Server) take(ctx context.Context, v *viewer, text string) error {
	var m said
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return fmt.Errorf("a message that is none: %w", err)
	}
	switch m.What {
	case "seen":
		v.seen()
	case "stop":
		s.stop.Do(func() { close(s.stopped) })
		return errStopped
	case "pause":
		s.pause(m.Yes)
	case "undo":
		if s.tape != nil {
			s.tape.Undo()
		}
	case "page":
		s.choose(m.Index)
	case "pick", "leave":
		s.pick(ctx, m)
	case "chosen", "unchosen":
		s.give(ctx, m.Number, m.What == "chosen")
	default:
		if p, at := s.shown(); p != nil {
			s.do(ctx, p, at, m)
		}
	}
	return nil
}

// shown is the page that is shown, and how large it is.
func (c *screen) shown() (*browser.Session, size) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.on == nil {
		return nil, size{}
	}
	return c.on.session, c.on.size
}

func (c *screen) pause(on bool) {
	if c.tape == nil {
		return
	}
	c.tape.Pause(on)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paused = on
	c.told()
}

// do does it to the page. Nothing but the history is awaited, so that all of it comes in order; a page that is gone is told of.
func (s *Server) do(ctx context.Context, p *browser.Session, at size, m said) {
	send := func(method string, params any) { _, _ = p.Send(ctx, method, params) }
	switch m.What {
	case "wheel": // both deltas must be there, zero or not
		send(input.CommandDispatchMouseEvent, map[string]any{"type": "mouseWheel", "x": m.X * at.Width, "y": m.Y*at.Height - at.Top, "deltaX": m.DX, "deltaY": m.DY, "modifiers": m.Modifiers})
	case "mouse":
		if e, ok := m.mouse(at); ok {
			send(input.CommandDispatchMouseEvent, e)
		}
	case "assert":
		s.assert(ctx, p, m.X*at.Width, m.Y*at.Height-at.Top)
	case "key":
		send(input.CommandDispatchKeyEvent, m.key())
	case "text":
		send(input.CommandInsertText, input.InsertTextParams{Text: m.Text})
	case "compose":
		n := int64(len([]rune(m.Text)))
		send(input.CommandImeSetComposition, input.ImeSetCompositionParams{Text: m.Text, SelectionStart: n, SelectionEnd: n})
	case "dialog":
		send(page.CommandHandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: m.Yes, PromptText: m.Text})
	case "reload":
		send(page.CommandReload, nil)
	case "go":
		if to := addressOf(m.Text); to != "" {
			send(page.CommandNavigate, page.NavigateParams{URL: to})
		}
	case "back":
		s.history(ctx, p, -1)
	case "forward":
		s.history(ctx, p, 1)
	}
}

// assert adds a step, or says why there is none.
func (s *Server) assert(ctx context.Context, p *browser.Session, x, y float64) {
	if s.tape == nil {
		return
	}
	err := s.tape.Assert(ctx, p, x, y)
	s.screen.mu.Lock()
	defer s.screen.mu.Unlock()
	if s.word = ""; err != nil {
		s.word = "Nothing is asserted: " + err.Error()
	}
	s.told()
}

// addressOf is what an address field means, "" if it is nothing that is shown here.
func addressOf(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || text == "about:blank" {
		return text
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

var (
	mouseKinds = map[string]input.DispatchMouseEventType{
		"move": input.DispatchMouseEventTypeMouseMoved, "down": input.DispatchMouseEventTypeMousePressed, "up": input.DispatchMouseEventTypeMouseReleased,
	}
	mouseButtons = []input.MouseButton{input.MouseButtonLeft, input.MouseButtonMiddle, input.MouseButtonRight, input.MouseButtonBack, input.MouseButtonForward}
)

// mouse is the event of a pointer (Input.dispatchMouseEvent), in CSS pixels of the page.
func (m said) mouse(at size) (input.DispatchMouseEventParams, bool) {
	e := input.DispatchMouseEventParams{X: m.X * at.Width, Y: m.Y*at.Height - at.Top, Modifiers: m.Modifiers, Buttons: m.Buttons, PointerType: "mouse"}
	var ok bool
	e.Type, ok = mouseKinds[m.Kind]
	if m.Kind != "move" {
		if m.Button < 0 || m.Button >= len(mouseButtons) {
			return e, false
		}
		e.Button, e.ClickCount = mouseButtons[m.Button], m.Count
	} else {
		e.Button = held(m.Buttons)
	}
	return e, ok && at.Width > 0
}

// held is the button that a pointer is moved with.
func held(buttons int64) input.MouseButton {
	switch {
	case buttons&1 != 0:
		return input.MouseButtonLeft
	case buttons&2 != 0:
		return input.MouseButtonRight
	case buttons&4 != 0:
		return input.MouseButtonMiddle
	}
	return input.MouseButtonNone
}

// key is that of a keyboard (Input.dispatchKeyEvent). What a key writes it writes here, unless it is held with Control or Meta.
func (m said) key() input.DispatchKeyEventParams {
	keypad := m.Location == 3 // KeyboardEvent.DOM_KEY_LOCATION_NUMPAD
	e := input.DispatchKeyEventParams{
		Type: input.DispatchKeyEventTypeKeyUp, Key: m.Key, Code: m.Code, WindowsVirtualKeyCode: m.Virtual, NativeVirtualKeyCode: m.Virtual,
		Modifiers: m.Modifiers, AutoRepeat: &m.Repeat, Location: m.Location, IsKeypad: &keypad,
	}
	if m.Kind != "down" {
		return e
	}
	e.Type = input.DispatchKeyEventTypeRawKeyDown
	text := m.Text
	if m.Key == "Enter" {
		text = "\r"
	}
	if text != "" {
		e.Type, e.Text, e.UnmodifiedText = input.DispatchKeyEventTypeKeyDown, text, text
	}
	return e
}

// history goes back or forward in the page's (Page.getNavigationHistory).
func (s *Server) history(ctx context.Context, p *browser.Session, by int) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	var h struct {
		Current int `json:"currentIndex"`
		Entries []struct {
			ID int64 `json:"id"`
		} `json:"entries"`
	}
	if err := p.Call(ctx, "Page.getNavigationHistory", nil, &h); err != nil {
		s.log.Debug("the history", "error", err)
		return
	}
	if i := h.Current + by; i >= 0 && i < len(h.Entries) {
		_, _ = p.Send(ctx, "Page.navigateToHistoryEntry", map[string]any{"entryId": h.Entries[i].ID})
	}
}
