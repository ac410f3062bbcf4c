package record

import "strings"

func (f *Folder) input(e Event) {
	if e.Element == nil {
		return
	}
	last, id := f.tail(), e.Element.ID
	given, before := f.values[id]
	switch {
	case last != nil && last.deed == doChange && last.on(e.Element):
		if !e.End || !last.element.Secret {
			last.value = e.Value
		}
		last.last = e.At
	case last != nil && last.deed == doPress && last.on(e.Element) && e.Value == "" && last.keys[len(last.keys)-1] == "Escape" && e.At.Sub(last.last) < together:
		return // the browser empties a search field
	case e.End && before && (given == e.Value || e.Element.Secret):
		return // the field was left
	case e.End && e.Element.Secret && f.typedInto(e.Element):
		return
	default:
		f.focused(e.Element)
		a := f.begin(doChange, e, e.Element)
		a.value, a.mods = e.Value, ""
	}
	if a := f.tail(); e.Element.Secret && a.element != e.Element {
		a.element, a.value = e.Element, ""
	}
	f.values[id] = e.Value
}

func (f *Folder) typedInto(e *Element) bool {
	for _, a := range f.actions {
		if a.deed == doChange && a.on(e) {
			return true
		}
	}
	return false
}

// focused drops what only brought the keyboard to a field: a click into it, a Tab to it.
func (f *Folder) focused(e *Element) {
	f.leaveTab()
	a := f.tail()
	if a == nil || a.deed != doClick || a.double || a.button != 0 || !a.quiet() || a.mods != "" {
		return
	}
	if a.on(e) || a.element.Control == e.ID {
		f.drop()
		if h := f.tail(); h != nil && h.deed == doHover {
			return // it may be needed for the field to be seen
		}
	}
}

// leaveTab drops a Tab after which another element is used: its own step brings the keyboard there.
func (f *Folder) leaveTab() {
	for {
		a := f.tail()
		if a == nil || a.deed != doPress || !a.quiet() {
			return
		}
		for _, k := range a.keys {
			if k != "Tab" && k != "Shift+Tab" {
				return
			}
		}
		f.drop()
	}
}

// change takes a new value of a field that is not typed into. A box is ticked by a click, which says it all; where there was none, a script
// has clicked it.
func (f *Folder) change(e Event) {
	if e.Element == nil {
		return
	}
	switch e.Control {
	case "select":
		f.focused(e.Element)
		if a := f.tail(); a != nil && a.deed == doSelect && a.on(e.Element) && a.quiet() {
			a.options, a.last = e.Options, e.At
			return
		}
		f.begin(doSelect, e, e.Element).options = e.Options
	case "file":
		f.chosen(e)
	case "set":
		f.focused(e.Element)
		if a := f.tail(); a != nil && a.deed == doChange && a.on(e.Element) {
			a.value, a.last = e.Value, e.At
			return
		}
		f.begin(doChange, e, e.Element).value = e.Value
	}
}

// chosen: files were given to a field. The clicks that opened the chooser, the first of which may have been left, are not repeated: there is
// nobody to choose.
func (f *Folder) chosen(e Event) {
	for a := f.tail(); a != nil && a.deed == doClick && e.At.Sub(a.last) < choosing && (a.chooser || a.on(e.Element) || a.element != nil && a.element.Control == e.Element.ID); a = f.tail() {
		f.drop()
	}
	f.begin(doUpload, e, e.Element).files = e.Files
}

func (f *Folder) key(e Event) {
	last := f.tail()
	if e.Element != nil && !strings.HasSuffix(e.Keys, "Tab") {
		f.leaveTab()
		last = f.tail()
	}
	same := last != nil && last.deed == doPress && last.place.same(e.Place) && (last.on(e.Element) || last.element == nil && e.Element == nil)
	if same && last.quiet() && e.At.Sub(last.last) < 2*together && !strings.HasSuffix(e.Keys, "Enter") && !strings.HasSuffix(last.keys[len(last.keys)-1], "Enter") {
		last.keys, last.last = append(last.keys, e.Keys), e.At
		return
	}
	a := f.begin(doPress, e, e.Element)
	a.keys, a.edits, a.mods = []string{e.Keys}, e.Edits, ""
}
