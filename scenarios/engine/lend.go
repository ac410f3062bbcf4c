package engine

import "context"

// lend gives the place of a page that is not used for a while to those that wait for one: items with pages of their own would wait for
// ever for a run that waits for them. What it returns takes the place back.
func (a *actor) lend() (back func()) {
	if a.stage.page == nil {
		return func() {}
	}
	a.r.tabs.leave()
	return func() { _ = a.r.tabs.enter(context.Background()) } // what was lent comes back
}
