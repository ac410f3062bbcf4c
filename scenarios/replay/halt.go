package replay

import (
	"context"

	"github.com/chromedp/cdproto/emulation"
)

// halt stops the scripts of the visit's own page (Emulation.setScriptExecutionDisabled): what was waited for was heard, and what they would
// still do only holds up what is told of it. Pages can be asked and shown as before. One whose film is to be fetched may be needed yet.
func (v *visit) halt(ctx context.Context) {
	if v.grabs() {
		return
	}
	off := emulation.SetScriptExecutionDisabledParams{Value: true}
	if _, err := v.tab.Session().Send(ctx, emulation.CommandSetScriptExecutionDisabled, off); err != nil {
		v.log.Debug("the page's scripts go on", "error", err)
	}
}
