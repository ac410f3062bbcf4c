package replay

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/runtime"
)

//go:embed js/behaviours/agegate.js
var ageGateJS string

// mostFields bounds what is filled in: a date of birth, and boxes to tick.
const mostFields = 8

// ageGate says that one is old enough: by its button, after a date of birth where it asks for one.
type ageGate struct{}

func (ageGate) name() string   { return "age gate" }
func (ageGate) script() string { return ageGateJS }

func (ageGate) act(ctx context.Context, v *visit, r reason) error {
	texts, err := evaluate[[]string](ctx, r.frame, fmt.Sprintf("__seine.choose(%d)", r.index))
	if err != nil {
		return fmt.Errorf("filling in the date of birth: %w", err)
	}
	for i, text := range texts[:min(len(texts), mostFields)] {
		if err := v.fill(ctx, r.frame, i, text); err != nil {
			return fmt.Errorf("filling in the date of birth: %w", err)
		}
	}
	return v.clickFound(ctx, r)
}

// fill clicks the i-th field that the age gate's script has chosen, and types text in place of what stands there.
func (v *visit) fill(ctx context.Context, f frame, i int, text string) error {
	o, err := f.run(ctx, fmt.Sprintf("globalThis.__fields[%d]", i), false)
	if err != nil {
		return err
	}
	if err := v.click(ctx, f, runtime.RemoteObjectID(o.ObjectID), nil); err != nil || text == "" {
		return err
	}
	if _, err := f.run(ctx, fmt.Sprintf("globalThis.__fields[%d].select?.()", i), false); err != nil {
		return err
	}
	_, err = cdp.Call(ctx, cdp.Session(f.session), input.InsertText, input.InsertTextParams{Text: text})
	return err
}
