package record_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"

	"seine/browser"
	"seine/browser/browsertest"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

// person is a second controller, who does with mouse and keyboard (CDP Input) what a person would.
type person struct {
	t   testing.TB
	tab *browser.Tab
	on  *browser.Session // the page that has the keyboard
}

func (p *person) send(s *browser.Session, method string, params any) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	if err := s.Call(ctx, method, params, nil); err != nil && s.Done() == nil {
		p.t.Fatalf("%s: %v", method, err)
	}
}

// eval gives the value of an expression in the page's own world.
func (p *person) eval(s *browser.Session, expression string) string {
	p.t.Helper()
	value, err := p.evaluate(s, expression)
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// evaluate is eval for a page that may go away meanwhile.
func (p *person) evaluate(s *browser.Session, expression string) (string, error) {
	p.t.Helper()
	yes := true
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	res, err := cdp.Call(ctx, cdp.Session(s), runtime.Evaluate, runtime.EvaluateParams{Expression: expression, ReturnByValue: &yes, AwaitPromise: &yes})
	if err != nil {
		return "", err
	}
	if res.ExceptionDetails != nil {
		p.t.Fatalf("%s: %s", expression, res.ExceptionDetails.Exception.Description)
	}
	return string(res.Result.Value), nil
}

// until waits for an expression to be true.
func (p *person) until(s *browser.Session, expression string) {
	p.t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		value, err := p.evaluate(s, "Boolean("+expression+")")
		switch {
		case value == "true":
			return
		case time.Now().After(end):
			p.t.Fatalf("never true: %s: %v", expression, err)
		}
	}
}

type spot struct{ X, Y float64 }

// at is the middle of an element, or a place in it, in its page's viewport, once it is there and has been scrolled to.
func (p *person) at(s *browser.Session, element string, off ...float64) spot {
	p.t.Helper()
	p.until(s, element)
	text := fmt.Sprintf(`(async () => { const e = %s; e.scrollIntoViewIfNeeded(); await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)));
		const b = e.getBoundingClientRect(); return { X: b.x + %s, Y: b.y + %s }; })()`, element, coordinate("b.width / 2", off, 0), coordinate("b.height / 2", off, 1))
	var out spot
	if err := json.Unmarshal([]byte(p.eval(s, text)), &out); err != nil {
		p.t.Fatal(err)
	}
	return out
}

func coordinate(middle string, off []float64, i int) string {
	if i < len(off) {
		return fmt.Sprint(off[i])
	}
	return middle
}

// css is an element of the document.
func css(selector string) string {
	b, _ := json.Marshal(selector)
	return "document.querySelector(" + string(b) + ")"
}

func (p *person) mouse(kind input.DispatchMouseEventType, at spot, b input.MouseButton, held, count int64) {
	p.t.Helper()
	p.send(p.on, input.CommandDispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y, Button: b, Buttons: held, ClickCount: count})
}

func (p *person) move(at spot) { p.mouse(input.DispatchMouseEventTypeMouseMoved, at, "", 0, 0) }

func (p *person) press(at spot, b input.MouseButton, count int64) {
	held := map[input.MouseButton]int64{input.MouseButtonLeft: 1, input.MouseButtonRight: 2, input.MouseButtonMiddle: 4}[b]
	p.mouse(input.DispatchMouseEventTypeMousePressed, at, b, held, count)
	p.mouse(input.DispatchMouseEventTypeMouseReleased, at, b, 0, count)
}

func (p *person) clickAt(at spot) {
	p.t.Helper()
	p.move(at)
	p.press(at, input.MouseButtonLeft, 1)
}

func (p *person) click(selector string) {
	p.t.Helper()
	p.clickAt(p.at(p.on, css(selector)))
}

// key strikes one, with modifiers as Input.dispatchKeyEvent counts them.
func (p *person) key(name string, mods int64) {
	p.t.Helper()
	text, code, virtual := "", name, int64(0)
	switch name {
	case "Enter":
		text, virtual = "\r", 13
	case "Tab":
		virtual = 9
	case "Escape":
		virtual = 27
	case "ArrowDown":
		virtual = 40
	case " ":
		text, code, virtual = " ", "Space", 32
	default:
		if len(name) == 1 {
			code = ""
			if c := strings.ToUpper(name)[0]; c >= 'A' && c <= 'Z' {
				virtual, code = int64(c), "Key"+string(c)
			} else if c >= '0' && c <= '9' {
				virtual, code = int64(c), "Digit"+string(c)
			}
			if mods&^8 == 0 {
				text = name
			}
		}
	}
	down := input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Key: name, Code: code, WindowsVirtualKeyCode: virtual, Modifiers: mods}
	if text != "" {
		down.Type, down.Text = input.DispatchKeyEventTypeKeyDown, text
	}
	p.send(p.on, input.CommandDispatchKeyEvent, down)
	down.Type, down.Text = input.DispatchKeyEventTypeKeyUp, ""
	p.send(p.on, input.CommandDispatchKeyEvent, down)
}

func (p *person) typing(text string) {
	p.t.Helper()
	for _, r := range text {
		p.key(string(r), 0)
	}
}

func (p *person) fill(selector, text string) {
	p.t.Helper()
	p.click(selector)
	p.typing(text)
}

// drag moves the pointer with its button held.
func (p *person) drag(from, to spot) {
	p.t.Helper()
	p.move(from)
	p.mouse(input.DispatchMouseEventTypeMousePressed, from, input.MouseButtonLeft, 1, 1)
	for i := range 5 {
		f := float64(i+1) / 5
		p.mouse(input.DispatchMouseEventTypeMouseMoved, spot{from.X + (to.X-from.X)*f, from.Y + (to.Y-from.Y)*f}, input.MouseButtonLeft, 1, 0)
	}
	p.mouse(input.DispatchMouseEventTypeMouseReleased, to, input.MouseButtonLeft, 0, 1)
}

// other is the session of a popup or of a frame of another site, once it is there.
func (p *person) other(kind, part string) *browser.Session {
	p.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, s := range p.tab.Sessions() {
			if s.Kind() == kind && s != p.tab.Session() && strings.Contains(s.URL(), part) {
				return s
			}
		}
	}
	p.t.Fatalf("no %s at %s", kind, part)
	return nil
}

// back goes back in the page's history, as the browser's button does.
func (p *person) back() { p.t.Helper(); p.through(-1) }

// through goes through the history, as the browser's buttons do.
func (p *person) through(by int) {
	p.t.Helper()
	var history struct {
		Current int `json:"currentIndex"`
		Entries []struct {
			ID int64 `json:"id"`
		} `json:"entries"`
	}
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	if err := p.on.Call(ctx, "Page.getNavigationHistory", nil, &history); err != nil {
		p.t.Fatal(err)
	}
	p.send(p.on, "Page.navigateToHistoryEntry", map[string]any{"entryId": history.Entries[history.Current+by].ID})
}
