package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"

	"seine/browser"
	"seine/scenarios"
	"seine/scenarios/expr"
)

// What cannot be asserted.
var (
	ErrNothingThere = errors.New("there is nothing that could be asserted")
	ErrSecret       = errors.New("what is in it is a secret")
	ErrNoText       = errors.New("it has no text")
	ErrNoValue      = errors.New("it is no field: only fields have values")
)

// asserted is what the script says of an element that is pointed at.
type asserted struct {
	Text     string       `json:"text"`
	Element  wireElement  `json:"element"`
	Field    *wireElement `json:"field"`    // the element, or what it is the label of, where that has a value
	Property string       `json:"property"` // that has the value
	Value    any          `json:"value"`    // nil: it is a secret, or there is none
	Hover    *wireElement `json:"hover"`    // what the pointer must be on for the element to be seen
}

// pointed is what lies at a place of a page, and the document that it is in.
type pointed struct {
	at   Place
	what *asserted
}

// Assert adds the step that the element at a place of a page is there and has the text that it has now. S is the page's session, the place
// is in CSS pixels of its viewport; what lies there may be in a frame. The person's pointer is not moved, and the page hears of nothing.
func (r *Recording) Assert(ctx context.Context, s *browser.Session, x, y float64) error {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	n, answer := r.pointing()
	defer r.forgetPoint(n)
	d, err := documentOf(ctx, s, string(s.TargetID()))
	for depth := 0; err == nil && depth < maxDepth; depth++ {
		var next struct {
			Frame int     `json:"frame"`
			X     float64 `json:"x"`
			Y     float64 `json:"y"`
		}
		res, wrong := ask(d.session, d.world, fmt.Sprintf("%s.pointedAt(%g, %g, %d)", kit, x, y, n), true)
		if err = wrong; err == nil {
			err = json.Unmarshal(res.Value, &next)
		}
		if err != nil || next.Frame == 0 {
			break
		}
		x, y = next.X, next.Y
		d, err = r.within(ctx, d, next.Frame)
	}
	if err != nil {
		return err
	}
	select {
	case p := <-answer:
		return r.assert(p.at, kindAny, p.what)
	case <-ctx.Done():
		return ErrNothingThere
	}
}

// pointing gives a question what it is known by, and its answer.
func (r *Recording) pointing() (n int, answer <-chan pointed) {
	got := make(chan pointed, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	r.points[r.asked] = got
	return r.asked, got
}

func (r *Recording) forgetPoint(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.points, n)
}

// pointed takes the answer to a question, on the observer's goroutine.
func (r *Recording) pointed(n int, at Place, what *asserted) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if answer := r.points[n]; answer != nil {
		delete(r.points, n)
		answer <- pointed{at, what}
	}
}

// documentOf is the document that a frame of a session has now (Page.createIsolatedWorld gives the same world again for the same name).
func documentOf(ctx context.Context, s *browser.Session, frame string) (barDocument, error) {
	var in struct {
		ID int64 `json:"executionContextId"`
	}
	err := s.Call(ctx, "Page.createIsolatedWorld", map[string]any{"frameId": frame, "worldName": world}, &in)
	return barDocument{s, in.ID}, err
}

// within is the document of the frame whose element has a number in d (DOM.describeNode).
func (r *Recording) within(ctx context.Context, d barDocument, ref int) (barDocument, error) {
	element, err := ask(d.session, d.world, fmt.Sprintf("%s.element(%d)", kit, ref), false)
	if err != nil || element.ObjectID == "" {
		return barDocument{}, errors.Join(ErrNothingThere, err)
	}
	res, err := cdp.Call(ctx, cdp.Session(d.session), dom.DescribeNode, dom.DescribeNodeParams{ObjectID: runtime.RemoteObjectID(element.ObjectID)})
	if err != nil || res.Node == nil || res.Node.FrameID == "" {
		return barDocument{}, errors.Join(ErrNothingThere, err)
	}
	s := d.session
	r.mu.Lock()
	tab := r.tab
	r.mu.Unlock()
	if tab != nil { // a frame of another site is a target of its own
		if i := slices.IndexFunc(tab.Sessions(), func(o *browser.Session) bool { return o.TargetID() == target.ID(res.Node.FrameID) }); i >= 0 {
			s = tab.Sessions()[i]
		}
	}
	return documentOf(ctx, s, string(res.Node.FrameID))
}

// What is asserted of an element.
const (
	kindAny     = "" // its text, or that it is there if it has none
	kindText    = "text"
	kindVisible = "visible"
	kindValue   = "value"
	kindCount   = "count"
)

// assert adds the step that says of an element what it is now.
func (r *Recording) assert(place Place, kind string, at *asserted) error {
	switch {
	case at == nil || len(at.Element.Selectors) == 0:
		return ErrNothingThere
	case at.Element.Secret:
		return ErrSecret
	case kind == kindText && at.Text == "":
		return ErrNoText
	case kind == kindValue:
		return r.assertValue(place, at)
	}
	e := at.Element.element("")
	step := scenarios.Assert{}
	if kind != kindVisible && at.Text != "" {
		step.Text = expr.Literal(at.Text)
		e.notBy(at.Text)
	}
	step.Selectors = selectors(e)
	r.insert(place, func(p scenarios.Place) []scenarios.Step {
		own := step
		own.Place = p
		return at.shown(p, own)
	})
	return nil
}

// shown is a step behind one that points at what must be pointed at for the element to be seen.
func (a *asserted) shown(at scenarios.Place, step scenarios.Step) []scenarios.Step {
	if a == nil || a.Hover == nil || len(a.Hover.Selectors) == 0 {
		return []scenarios.Step{step}
	}
	return []scenarios.Step{scenarios.Hover{Place: at, Selectors: selectors(a.Hover.element(""))}, step}
}

// notBy drops the selectors that look for a text, if there are others: an element that is found by its text has it.
func (e *Element) notBy(text string) {
	others := slices.DeleteFunc(slices.Clone(e.Selectors), func(s Scored) bool {
		return strings.HasPrefix(s.Parts[0], "text/") || strings.HasPrefix(s.Parts[0], "aria/"+text)
	})
	if len(others) > 0 {
		e.Selectors = others
	}
}

// assertValue: an assert step knows texts alone, and those in part; a property is waited for as a whole, whatever kind of field it is of.
func (r *Recording) assertValue(place Place, at *asserted) error {
	value := at.Value
	switch text, is := value.(string); {
	case at.Field == nil || len(at.Field.Selectors) == 0:
		return ErrNoValue
	case at.Field.Secret || value == nil:
		return ErrSecret
	case is:
		value = expr.Literal(text)
	}
	property := "value"
	if at.Property == "checked" {
		property = at.Property
	}
	found := selectors(at.Field.element(""))
	r.insert(place, func(p scenarios.Place) []scenarios.Step {
		return at.shown(p, scenarios.WaitForElement{Place: p, Selectors: found, Properties: map[string]any{property: value}})
	})
	return nil
}
