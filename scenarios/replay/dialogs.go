package replay

import (
	"sync"

	"seine/browser"
	"seine/scenarios"
)

// replies are what the dialogs to come are told, in order; the rest are agreed to.
type replies struct {
	mu   sync.Mutex
	list []scenarios.Dialog
}

// dialog notes an answer for the next dialog.
func (p *Page) dialog(s scenarios.Dialog) {
	p.replies.mu.Lock()
	p.replies.list = append(p.replies.list, s)
	p.replies.mu.Unlock()
	p.visit.tab.AnswerDialogs(p.replies.next) // the tab may be another one than the last time
}

func (r *replies) next(d browser.Dialog) *browser.Answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := d.Consent()
	if len(r.list) == 0 {
		return a
	}
	s := r.list[0]
	r.list = r.list[1:]
	if a.Accept = s.Answer == "accept"; s.Text != nil {
		a.Text = *s.Text
	}
	return a
}
