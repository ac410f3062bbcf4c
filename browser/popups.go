package browser

import (
	"context"

	"github.com/chromedp/cdproto/target"
)

// maxPopups is how many pages besides its own a tab may have open. Each costs a process, or a part of one.
const maxPopups = 20

// crowded reports whether no more popups may open in t. The caller holds r.mu.
func (r *router) crowded(t *Tab) bool {
	main, n := t.Session(), 0
	for _, s := range r.sessions {
		if s.tab == t && s.kind == "page" && s != main {
			n++
		}
	}
	return n >= maxPopups
}

// refuse closes a popup that nobody is told of. It is paused, and runs before it closes: its opener's process waits for it.
func (r *router) refuse(t *Tab, session target.SessionID, id target.ID) {
	t.mu.Lock()
	t.extra++
	t.mu.Unlock()
	_, _ = r.root.Send(context.Background(), target.CommandCloseTarget, target.CloseTargetParams{TargetID: id})
	r.resume(session)
}

// PopupsRefused counts the popups that were closed as they opened, because 20 were open already. Nothing is heard of them.
func (t *Tab) PopupsRefused() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.extra
}
