package browser

import (
	"context"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/page"
)

// Dialog is a JavaScript dialog that has opened (Page.javascriptDialogOpening); the page stands still until it is answered.
type Dialog struct {
	Type    page.DialogType `json:"type"` // alert, confirm, prompt or beforeunload
	Message string          `json:"message"`
	Default string          `json:"defaultPrompt"` // what stands in a prompt
}

// Answer is what a dialog is told. Text is for a prompt.
type Answer struct {
	Accept bool
	Text   string
}

// Consent is the answer that dialogs are given where nobody says otherwise: alert is read, confirm is agreed to ("are you of age?"), prompt
// gets its own default text, and leaving a page (beforeunload) is allowed.
func (d Dialog) Consent() *Answer { return &Answer{Accept: true, Text: d.Default} }

// AnswerDialogs has f answer the dialogs of the tab's pages from now on; where it gives nil, nobody does: that is for a person at the
// browser's window, or for another client. F is called by who reads from Chrome, and must not block.
func (t *Tab) AnswerDialogs(f func(Dialog) *Answer) { t.answers.Store(&f) }

// answerDialog answers at once. The event goes on to the observer, who can tell.
func (t *Tab) answerDialog(s *Session, params jsonv2.Value) {
	var d Dialog
	unmarshal(params, &d)
	a := d.Consent()
	if f := t.answers.Load(); f != nil {
		a = (*f)(d)
	}
	if a != nil {
		_, _ = s.Send(context.Background(), page.CommandHandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: a.Accept, PromptText: a.Text})
	}
}
