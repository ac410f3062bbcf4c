package browser

import (
	"context"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/page"
)

// answerDialog answers a JavaScript dialog at once, for the page stands still until somebody does: alert is read, confirm
// is agreed to ("are you of age?"), prompt gets its own default text, and leaving a page (beforeunload) is allowed. The event goes
// on to the observer, who can tell.
func answerDialog(s *Session, params jsonv2.Value) {
	var ev struct {
		DefaultPrompt string `json:"defaultPrompt"`
	}
	unmarshal(params, &ev)
	_, _ = s.Send(context.Background(), page.CommandHandleJavaScriptDialog, page.HandleJavaScriptDialogParams{
		Accept: true, PromptText: ev.DefaultPrompt,
	})
}
