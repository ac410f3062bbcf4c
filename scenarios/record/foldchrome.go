package record

import "time"

// chrome takes what Chrome tells.
func (f *Folder) chrome(e Event) {
	switch e.Kind {
	case Navigating:
		f.typedAddress(e)
	case Navigated:
		f.navigated(e)
	case Opened:
		if a := f.tail(); a != nil && e.At.Sub(a.last) < moving {
			a.opened = append(a.opened, e.Place.Page)
		}
	case Closed:
		f.popupClosed(e)
	case Downloaded:
		f.downloaded(e)
	case Asked:
		if a := f.tail(); a != nil && e.Dialog.Type != "beforeunload" {
			a.asks = e.Dialog.Message
		}
	case Answered:
		f.answered(e)
	}
}

// typedAddress: the person went elsewhere by the browser's own means. Where nobody says who went through the history, it is the page's own
// doing if something was just done there.
func (f *Folder) typedAddress(e Event) {
	f.settleScroll()
	last := f.tail()
	if last != nil && last.deed == doNavigate && last.at.IsZero() { // the first page
		last.at, last.last, last.place = e.At, e.At, e.Place
		return
	}
	if e.Go == "back" || e.Go == "forward" {
		if e.Sure || last == nil || last.deed == doNavigate || last.deed == doHistory || e.At.Sub(last.last) >= causing {
			f.through(e)
		}
		return
	}
	if e.Go == "reload" {
		f.through(e)
		return
	}
	if last != nil && last.deed == doNavigate && last.url == e.URL && e.At.Sub(last.at) < together {
		return
	}
	f.begin(doNavigate, e, nil)
}

// through adds a way through the history.
func (f *Folder) through(e Event) {
	a := f.begin(doHistory, e, nil)
	a.goes, a.by = e.Go, e.By
}

// mostOffers are kept of an action: nobody wants more files of a click.
const mostOffers = 20

// downloaded: the last action has a file downloaded.
func (f *Folder) downloaded(e Event) {
	for i := len(f.actions) - 1; i >= 0; i-- {
		a := f.actions[i]
		if a.deed == doDialog || a.deed == doHover || a.deed == doInsert || a.deed == doScroll {
			continue
		}
		if e.At.Sub(a.last) < moving && len(a.offers) < mostOffers {
			a.offers = append(a.offers, e.Value)
		}
		return
	}
}

func (f *Folder) navigated(e Event) {
	for i := len(f.actions) - 1; i >= 0; i-- {
		a := f.actions[i]
		if a.deed == doDialog || a.deed == doHover {
			continue
		}
		if a.deed == doNavigate || a.deed == doHistory {
			if a.place.Page == "" {
				a.place = e.Place
			}
			return
		}
		if a.place.Page == e.Place.Page && e.At.Sub(a.last) < moving && a.deed != doScroll && a.deed != doInsert {
			a.moved = true
		}
		return
	}
}

// popupClosed: by its page, if something was done just before, else by the person.
func (f *Folder) popupClosed(e Event) {
	if a := f.tail(); a != nil && e.At.Sub(a.last) < causing {
		return
	}
	if f.known(e.Place) {
		f.begin(doClose, e, nil)
	}
}

// known reports whether something was done in a page: those that nobody touched need no end.
func (f *Folder) known(p Place) bool {
	for _, a := range f.actions {
		if a.place.Page == p.Page {
			return true
		}
	}
	return false
}

// answered puts the answer in front of the step that has the dialog opened, unless it is what dialogs are told anyway.
func (f *Folder) answered(e Event) {
	d := e.Dialog
	cause := f.tail()
	if cause != nil {
		cause.last = e.At
	}
	usual := d.Accept && (d.Type != "prompt" || d.Text == d.Default)
	if usual || d.Type == "alert" {
		return
	}
	a := &action{deed: doDialog, place: e.Place, at: e.At, last: e.At, dialog: d}
	if cause != nil {
		a.url, a.title, a.at = cause.url, cause.title, cause.at
	}
	f.before(a, cause)
}

func (f *Folder) call(e Event) {
	if e.Kind == Responded {
		if a := f.called[e.Call.ID]; a != nil {
			if i := a.calling(e.Call.ID); i >= 0 {
				a.calls[i].Status, a.calls[i].MIME = e.Call.Status, e.Call.MIME
			}
		}
		return
	}
	a := f.tail()
	if f.scroll != nil && e.At.Sub(f.scroll.last) < causing {
		a = f.scroll
		f.keepScroll()
	}
	if a == nil || a.at.IsZero() || e.At.Sub(a.last) > causing && !f.busy(a, e.At) {
		f.polls[pattern(e.Call.URL)]++
		return
	}
	if len(a.calls) < mostCalls {
		a.calls = append(a.calls, e.Call)
		f.called[e.Call.ID] = a
	}
}

// busy: what the action has asked for is not answered, or was just now, and leads to more.
func (f *Folder) busy(a *action, now time.Time) bool {
	return len(a.calls) > 0 && a.calls[len(a.calls)-1].Status == 0 && now.Sub(a.last) < moving
}

func (f *Folder) scrolled(e Event) {
	last := f.tail()
	if last != nil && last.deed == doScroll && last.place.same(e.Place) && sameElement(last.element, e.Element) && e.At.Sub(last.last) < scrolling {
		last.offset, last.last = e.Offset, e.At
		return
	}
	f.scroll = &action{deed: doScroll, place: e.Place, url: e.URL, title: e.Title, element: e.Element, at: e.At, last: e.At, offset: e.Offset}
}

func sameElement(a, b *Element) bool {
	return a == nil && b == nil || a != nil && b != nil && a.ID == b.ID
}

// keepScroll: something was asked for because of it.
func (f *Folder) keepScroll() {
	f.add(f.scroll)
	f.scroll = nil
}

// settleScroll drops a scroll that came to nothing: steps bring what they use into view by themselves.
func (f *Folder) settleScroll() { f.scroll = nil }
