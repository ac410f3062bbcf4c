package replay

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"

	"seine/browser"
	"seine/scenarios"
)

// wants are the conditions that an element must meet before it is used.
type wants struct {
	Seen     bool    `json:"seen"`
	Enabled  bool    `json:"enabled"`
	Editable bool    `json:"editable"`
	Control  bool    `json:"control"` // of a label, take what it is for
	Hit      bool    `json:"hit"`     // it is what is under the pointer
	Offset   *offset `json:"offset"`
}

type offset struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// pressable is what a click needs.
var pressable = wants{Seen: true, Enabled: true, Hit: true}

// aim is an element that is ready: the kit of its document has it as el.
type aim struct {
	frame frame
	page  *browser.Session
	at    point // in the page's viewport
	inner point // in the frame's
}

// reached is what the kit says of an element that was scrolled to.
type reached struct {
	Why string  `json:"why"`
	X   float64 `json:"x"`
	Y   float64 `json:"y"`
}

// WaitError is something on a page that was waited for and did not come. It is ErrElement.
type WaitError struct {
	What    string // the selectors, or what else
	Missing string // what was missing at the end
	Cause   error  // why the waiting ended
	Near    []Near // where no selector finds anything: what is most like it, the best first
}

// Error says what was missing.
func (e *WaitError) Error() string {
	text := e.What + ": " + e.Missing
	if len(e.Near) > 0 {
		text += "; most like it: " + told(e.Near)
	}
	return text
}

// Unwrap gives ErrElement and why the waiting ended.
func (e *WaitError) Unwrap() []error { return []error{ErrElement, e.Cause} }

// waiting looks again and again until look has nothing more to wait for, or fails for good. What was missing when the time is up is in the error.
func waiting(ctx context.Context, what string, look func(ctx context.Context) (missing string, err error)) error {
	why, silent := "", "the page did not answer"
	for {
		missing, err := look(ctx)
		switch {
		case err == nil && missing == "":
			return nil
		case err == nil:
			why = missing
		case absent(err):
			why = err.Error()
		case !passing(err):
			return err
		case ctx.Err() == nil:
			silent = "the page did not answer: " + err.Error()
		}
		if err := wait(ctx, nil, pace); err != nil {
			return &WaitError{What: what, Missing: cmp.Or(why, silent), Cause: err}
		}
	}
}

// passing: documents come and go, and what was asked of one that goes is asked of the next.
func passing(err error) bool {
	for _, e := range []error{ErrSelector, ErrElement, ErrStep, browser.ErrBrowserGone, browser.ErrTabCrashed, browser.ErrTabGone, browser.ErrClosed} {
		if errors.Is(err, e) {
			return false
		}
	}
	return true
}

// notThere is what is missing where no selector finds anything.
const notThere = "it is not there"

// ready waits until an element meets the conditions and stands still in sight.
func (p *Page) ready(ctx context.Context, at scenarios.Place, list []scenarios.Selector, w wants) (s aim, err error) {
	err = waiting(ctx, writtenOut(list), func(ctx context.Context) (string, error) {
		missing, err := p.pick(ctx, at, list, w, &s)
		if err != nil || missing != "" {
			return missing, err
		}
		return p.reach(ctx, &s, w)
	})
	late := (*WaitError)(nil)
	return s, p.likely(ctx, err, at, list, errors.As(err, &late) && late.Missing == notThere)
}

// pick chooses the element: of the first alternative that has one in the state that is wanted.
func (p *Page) pick(ctx context.Context, at scenarios.Place, list []scenarios.Selector, w wants, s *aim) (missing string, err error) {
	if s.frame, err = p.document(ctx, at); err != nil {
		return "", err
	}
	missing = notThere
	for i, sel := range list {
		n, err := p.matchAll(ctx, s.frame, sel)
		if err != nil {
			return "", err
		}
		if n == 0 {
			continue
		}
		why, err := tell[string](ctx, s.frame, "pick("+literal(w)+")")
		if err != nil {
			return "", err
		}
		if why == "" {
			p.found(list, i)
			return "", nil
		}
		missing = "it is " + why
	}
	return missing, nil
}

// reach brings the element into view and finds where it is in the page.
func (p *Page) reach(ctx context.Context, s *aim, w wants) (missing string, err error) {
	r, err := later[reached](ctx, s.frame, "reach("+literal(w)+")")
	if err != nil {
		return "", err
	}
	if r.Why != "" {
		return "it is " + r.Why, nil
	}
	s.inner = point{r.X, r.Y}
	if s.page, s.at, err = inPage(ctx, s.frame, s.inner); err != nil {
		return "", err
	}
	if !w.Hit || string(s.frame.id) == string(s.page.TargetID()) {
		return "", nil
	}
	return overFrame(ctx, s)
}

// overFrame says what lies over the frame that the element is in (DOM.getNodeForLocation).
func overFrame(ctx context.Context, s *aim) (string, error) {
	session := cdp.Session(s.page)
	m, err := cdp.Call(ctx, session, page.GetLayoutMetrics, cdp.Empty{})
	if err != nil || m.CSSVisualViewport == nil {
		return "", err
	}
	hit, err := cdp.Call(ctx, session, dom.GetNodeForLocation, dom.GetNodeForLocationParams{X: int64(s.at.x + m.CSSVisualViewport.PageX), Y: int64(s.at.y + m.CSSVisualViewport.PageY)})
	if err != nil {
		return "it is outside of what can be seen of its page", nil
	}
	if hit.FrameID == s.frame.id {
		return "", nil
	}
	if s.frame.session != s.page { // of a frame in another process, the page knows only the outermost element
		outermost := s.frame.session
		for outermost.Parent() != nil && outermost.Parent() != s.page {
			outermost = outermost.Parent()
		}
		owner, err := cdp.Call(ctx, session, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: cdp.FrameID(outermost.TargetID())})
		if err != nil || owner.BackendNodeID == hit.BackendNodeID || hit.FrameID == cdp.FrameID(outermost.TargetID()) {
			return "", err
		}
	}
	res, err := cdp.Call(ctx, session, dom.DescribeNode, dom.DescribeNodeParams{BackendNodeID: hit.BackendNodeID})
	if err != nil || res.Node == nil {
		return "", err
	}
	return "it is covered by " + elementName(res.Node), nil
}

// elementName is an element as the kit describes it, without its text.
func elementName(n *cdp.Node) string {
	name := strings.ToLower(n.NodeName)
	for i := 0; i+1 < len(n.Attributes); i += 2 {
		if n.Attributes[i] == "id" {
			name += "#" + n.Attributes[i+1]
		}
	}
	return "<" + name + ">"
}
