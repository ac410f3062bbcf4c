package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seine/browser"
	"seine/scenarios"
	"seine/scenarios/expr"
)

// What cannot be asserted.
var (
	ErrNothingThere = errors.New("there is nothing that could be asserted")
	ErrInFrame      = errors.New("it is in a frame: what is in one cannot be pointed at")
	ErrSecret       = errors.New("what is in it is a secret")
	ErrNoText       = errors.New("it has no text")
	ErrNoValue      = errors.New("it is no field: only fields have values")
)

// asserted is what the script says of an element that is pointed at.
type asserted struct {
	Frame    bool         `json:"frame"`
	Text     string       `json:"text"`
	Element  wireElement  `json:"element"`
	Field    *wireElement `json:"field"`    // the element, or what it is the label of, where that has a value
	Property string       `json:"property"` // that has the value
	Value    any          `json:"value"`    // nil: it is a secret, or there is none
}

// Assert adds the step that the element at a place of a page is there and has the text that it has now. S is the page's session, the place
// is in CSS pixels of its viewport. The person's pointer is not moved, and the page hears of nothing.
func (r *Recording) Assert(ctx context.Context, s *browser.Session, x, y float64) error {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	var in struct {
		ID int64 `json:"executionContextId"`
	}
	if err := s.Call(ctx, "Page.createIsolatedWorld", map[string]any{"frameId": s.TargetID(), "worldName": world}, &in); err != nil {
		return err
	}
	res, err := ask(s, in.ID, fmt.Sprintf("%s.pointedAt(%g, %g)", kit, x, y), true)
	if err != nil {
		return err
	}
	var at *asserted
	if err := json.Unmarshal(res.Value, &at); err != nil {
		return err
	}
	return r.assert(s, kindAny, at)
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
func (r *Recording) assert(s *browser.Session, kind string, at *asserted) error {
	switch {
	case at == nil || len(at.Element.Selectors) == 0:
		return ErrNothingThere
	case at.Frame:
		return ErrInFrame
	case at.Element.Secret:
		return ErrSecret
	case kind == kindText && at.Text == "":
		return ErrNoText
	case kind == kindValue:
		return r.assertValue(s, at)
	}
	e := at.Element.element("")
	step := scenarios.Assert{Place: r.placeOf(s)}
	if kind != kindVisible && at.Text != "" {
		step.Text = expr.Literal(at.Text)
		e.notBy(at.Text)
	}
	step.Selectors = selectors(e)
	r.Insert(step)
	return nil
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
func (r *Recording) assertValue(s *browser.Session, at *asserted) error {
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
	r.Insert(scenarios.WaitForElement{Place: r.placeOf(s), Selectors: selectors(at.Field.element("")), Properties: map[string]any{property: value}})
	return nil
}

// placeOf is where what is in a page's own document is.
func (r *Recording) placeOf(s *browser.Session) (p scenarios.Place) {
	if s == r.mainSession() {
		return p
	}
	at := r.hearing.popups.place(string(s.TargetID()))
	r.mu.Lock()
	defer r.mu.Unlock()
	p.Target = (&writer{names: map[string]bool{}, unmade: r.fold.unmade}).target(at)
	return p
}
