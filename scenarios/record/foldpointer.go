package record

// mostPresses are remembered: those whose click may still come.
const mostPresses = 100

func (f *Folder) down(e Event) {
	if len(f.presses) >= mostPresses {
		clear(f.presses)
	}
	f.presses[e.Press] = e
	f.leaveTab()
}

// pressed completes an event with the press that it belongs to.
func (f *Folder) pressed(e Event) Event {
	d, ok := f.presses[e.Press]
	if !ok || e.Press == (Press{}) {
		return e
	}
	if e.Element == nil {
		e.Element, e.Offset = d.Element, d.Offset
	}
	e.Hover, e.Pointer = d.Hover, d.Pointer
	if e.Mods == "" {
		e.Mods = d.Mods
	}
	return e
}

func (f *Folder) click(e Event) {
	e = f.pressed(e)
	last := f.tail()
	if e.Element == nil || f.echo(e, last) {
		return
	}
	if e.Detail > 1 && e.Detail%2 == 0 && last != nil && last.deed == doClick && last.on(e.Element) && last.detail == e.Detail-1 {
		last.detail, last.last = e.Detail, e.At // the second half of a double click, perhaps
		return
	}
	f.hovering(e)
	f.begin(doClick, e, e.Element)
}

// echo reports whether a click is only what the browser makes of something else: of a click on a label, or of a key.
func (f *Folder) echo(e Event, last *action) bool {
	if last == nil || e.At.Sub(last.last) > together {
		return false
	}
	if last.deed == doClick && last.element != nil && last.element.Control == e.Element.ID {
		return true
	}
	if last.deed == doSelect && last.on(e.Element) { // the list closes
		return true
	}
	if e.Detail != 0 || last.deed != doPress {
		return false
	}
	switch key := last.keys[len(last.keys)-1]; {
	case key == "Enter" && last.edits: // the form is sent
		return true
	case (key == "Enter" || key == "Space") && last.on(e.Element): // it is a click by another hand
		last.deed, last.keys, last.pointer = doClick, nil, ""
		return true
	}
	return false
}

// hovering puts the hover in front without which the element was not to be seen.
func (f *Folder) hovering(e Event) {
	last := f.tail()
	if e.Hover == nil || len(e.Hover.Selectors) == 0 || last.on(e.Hover) && (last.deed == doHover || last.deed == doClick) {
		return
	}
	h := e
	h.Mods, h.Button = "", 0
	f.begin(doHover, h, e.Hover)
}

func (f *Folder) doubled(e Event) {
	if a := f.tail(); a != nil && a.deed == doClick && a.detail%2 == 0 && a.detail > 0 && e.At.Sub(a.last) < together {
		a.double, a.last = true, e.At
		return
	}
	e = f.pressed(e)
	if e.Element == nil {
		return
	}
	if a := f.tail(); a != nil && a.deed == doClick && a.on(e.Element) && e.At.Sub(a.last) < together {
		a.double, a.last = true, e.At
	}
}

func (f *Folder) context(e Event) {
	e = f.pressed(e)
	if e.Element == nil || e.Button != 2 { // by a key, which is heard by itself
		return
	}
	f.hovering(e)
	f.begin(doClick, e, e.Element)
}

func (f *Folder) drag(e Event) {
	to := e.To
	by := e.Offset
	e = f.pressed(e)
	if e.Element == nil {
		return
	}
	a := f.begin(doDrag, e, e.Element)
	a.to, a.offset, a.mods = to, by, ""
}
