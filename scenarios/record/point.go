package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"seine/browser"
	"seine/scenarios"
	"seine/scenarios/expr"
)

// What cannot be asserted.
var (
	ErrNothingThere = errors.New("there is nothing that could be asserted")
	ErrInFrame      = errors.New("it is in a frame: what is in one cannot be pointed at")
	ErrSecret       = errors.New("what is in it is a secret")
)

// pointed is what the script says of the element at a place.
const pointed = `(() => {
	let e = document.elementFromPoint(%g, %g);
	for (let inner; e && e.shadowRoot && (inner = e.shadowRoot.elementFromPoint(%[1]g, %[2]g)) && inner !== e;) e = inner;
	if (!e || e === document.documentElement || e === document.body) return null;
	const text = (e.innerText || "").replace(/\s+/g, " ").trim();
	return { frame: /^I?FRAME$/.test(e.tagName), text: text.length <= 200 ? text : "", element: %[3]s.describeElement(e) };
})()`

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
	res, err := ask(s, in.ID, fmt.Sprintf(pointed, x, y, kit), true)
	if err != nil {
		return err
	}
	var at *struct {
		Frame   bool        `json:"frame"`
		Text    string      `json:"text"`
		Element wireElement `json:"element"`
	}
	if err := json.Unmarshal(res.Value, &at); err != nil {
		return err
	}
	switch {
	case at == nil || len(at.Element.Selectors) == 0:
		return ErrNothingThere
	case at.Frame:
		return ErrInFrame
	case at.Element.Secret:
		return ErrSecret
	}
	step := scenarios.Assert{Selectors: selectors(at.Element.element("")), Text: expr.Literal(at.Text)}
	place := Place{}
	if s != r.mainSession() {
		place = r.hearing.popups.place(string(s.TargetID()))
	}
	r.insert(place, step)
	return nil
}
