package replay

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
)

//go:embed js/behaviours/overlay.js
var overlayJS string

// escapeKey is what an attempt names that no button was found for.
const escapeKey = "Escape"

// overlay puts away what lies over the player: by its button to close, else by the key for it.
type overlay struct{}

func (overlay) name() string   { return "overlay" }
func (overlay) script() string { return overlayJS }

func (overlay) act(ctx context.Context, v *visit, r reason) error {
	if r.At != "key" {
		return v.clickFound(ctx, r)
	}
	if _, err := r.frame.run(ctx, "window.focus()", false); err != nil {
		return err
	}
	const escape = 27 // virtual key code
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		e := input.DispatchKeyEventParams{Type: kind, Key: escapeKey, Code: escapeKey, WindowsVirtualKeyCode: escape, NativeVirtualKeyCode: escape}
		if _, err := cdp.Call(ctx, cdp.Session(r.frame.session), input.DispatchKeyEvent, e); err != nil {
			return fmt.Errorf("pressing Escape: %w", err)
		}
	}
	return nil
}
