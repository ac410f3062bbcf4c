package record

import (
	"fmt"
	"slices"
	"strings"

	"seine/assemble/filename"
	"seine/scenarios"
	"seine/scenarios/expr"
)

type anyStep = scenarios.Step

// FlowOptions say how a flow is written of what was done.
type FlowOptions struct {
	Title       string
	TestID      string              // attribute that selectors prefer
	Parametrise bool                // each value that was typed becomes an input, with that value as default
	Plain       bool                // only steps that Chrome's Recorder knows, where there are such
	Taken       []scenarios.Input   // names that a file has already
	Suggest     func(Call) []string // lines of a comment on a call; nil: what the recording finds, if it was told to
}

// Flow is what was done so far, as steps, with a comment in front of some of them, by the step's index.
func (f *Folder) Flow(o FlowOptions) (scenarios.UserFlow, map[int]string) {
	w := &writer{o: o, names: map[string]bool{}, comments: map[int]string{}, polls: f.polls, unmade: f.unmade, files: map[string]bool{}}
	w.flow.Title, w.flow.SelectorAttribute = o.Title, o.TestID
	for _, in := range o.Taken {
		w.names[in.Name] = true
	}
	for _, a := range f.actions {
		w.action(a)
	}
	return w.flow, w.comments
}

// writer makes steps of actions.
type writer struct {
	o        FlowOptions
	flow     scenarios.UserFlow
	comments map[int]string
	names    map[string]bool
	polls    map[string]int
	unmade   map[string]bool
	files    map[string]bool // that were downloaded, in small letters
	title    string
	group    string
	last     *action
}

func (w *writer) add(s scenarios.Step) { w.flow.Steps = append(w.flow.Steps, s) }

func (w *writer) note(format string, args ...any) {
	w.noteAt(len(w.flow.Steps), fmt.Sprintf(format, args...))
}

// noteAt adds a line above a step.
func (w *writer) noteAt(n int, text string) {
	if before := w.comments[n]; before != "" {
		text = before + "\n" + text
	}
	w.comments[n] = text
}

func (w *writer) action(a *action) {
	if a.deed == doInsert {
		w.flow.Steps = append(w.flow.Steps, a.insert(w.place(a.place))...)
		return
	}
	first := len(w.flow.Steps)
	w.heading(a)
	mods := w.hold(a)
	base := scenarios.Base{}
	if a.moved {
		base.AssertedEvents = []scenarios.AssertedEvent{{Type: "navigation"}}
	}
	for _, name := range a.offers {
		base.AssertedEvents = append(base.AssertedEvents, scenarios.AssertedEvent{Type: "download", File: expr.Literal(w.file(name))})
	}
	w.step(a, base)
	for i := len(mods) - 1; i >= 0; i-- {
		w.add(scenarios.KeyUp{Target: w.target(a.place), Key: mods[i]})
	}
	w.after(a, first)
	w.last = a
}

// target names a page: what Chrome's Recorder knows is the exact address; ours outlives what changes in it, and counts those that have the same.
func (w *writer) target(p Place) string {
	pattern := popupPattern(p.Target)
	if w.o.Plain || p.Target == "" {
		return w.address(p.Target)
	}
	name := expr.Literal(pattern)
	if pattern == p.Target {
		name = w.address(p.Target)
	}
	n := 1
	for _, page := range p.Before {
		if !w.unmade[page] {
			n++
		}
	}
	if n > 1 {
		name += fmt.Sprintf(" (%d)", n)
	}
	return name
}

// hold presses the modifiers that a click was made with.
func (w *writer) hold(a *action) []string {
	if a.mods == "" || a.deed != doClick {
		return nil
	}
	list := strings.Split(a.mods, "+")
	for _, m := range list {
		w.add(scenarios.KeyDown{Target: w.target(a.place), Key: m})
	}
	return list
}

func (w *writer) step(a *action, base scenarios.Base) {
	at := w.place(a.place)
	switch a.deed {
	case doNavigate:
		w.add(scenarios.Navigate{Base: base, Target: at.Target, URL: w.address(a.url)})
	case doHistory:
		w.went(a, base, at)
	case doClick:
		w.clicked(a, base, at)
	case doHover:
		w.add(scenarios.Hover{Base: base, Place: at, Selectors: selectors(a.element)})
	case doChange:
		w.add(scenarios.Change{Base: base, Place: at, Selectors: selectors(a.element), Value: w.value(a)})
	case doSelect:
		w.selected(a, base, at)
	case doUpload:
		w.uploaded(a, base, at)
	case doPress:
		w.pressed(a, base, at)
	case doDrag:
		w.dragged(a, base, at)
	case doScroll:
		x, y := a.offset.X, a.offset.Y
		s := scenarios.Scroll{Base: base, Place: at, Selectors: selectors(a.element), Y: &y}
		if x != 0 {
			s.X = &x
		}
		w.add(s)
	case doDialog:
		w.answer(a)
	case doClose:
		w.add(scenarios.Close{Base: base, Target: at.Target})
	}
}

// mostBack is as far as a history goes.
const mostBack = 50

// went goes through the history. Chrome's Recorder knows addresses alone.
func (w *writer) went(a *action, base scenarios.Base, at scenarios.Place) {
	if w.o.Plain {
		w.add(scenarios.Navigate{Base: base, Target: at.Target, URL: w.address(a.url)})
		return
	}
	h := scenarios.History{Base: base, Target: at.Target, Go: a.goes}
	if a.by > 1 {
		h.By = min(a.by, mostBack)
	}
	w.add(h)
}

// file names a download as its page does, with an extension of ours; no two have one name.
func (w *writer) file(proposed string) string {
	stem, ext := filename.Offered(proposed)
	name := stem + ext
	for n := 2; w.files[strings.ToLower(name)]; n++ {
		name = fmt.Sprintf("%s %d%s", stem, n, ext)
	}
	w.files[strings.ToLower(name)] = true
	return name
}

// place is where a step works; a recording for Chrome has the frame's numbers too.
func (w *writer) place(p Place) scenarios.Place {
	at := scenarios.Place{Target: w.target(p)}
	for _, in := range p.In {
		at.InFrame = append(at.InFrame, expr.Literal(in))
	}
	if w.o.Plain {
		at.Frame = p.Frame
	}
	return at
}

// mostSelectors are written of a step: more are not read by anybody.
const mostSelectors = 4

func selectors(e *Element) (list []scenarios.Selector) {
	if e == nil {
		return nil
	}
	for i, s := range e.Selectors {
		if i == mostSelectors {
			break
		}
		var sel scenarios.Selector
		for _, p := range s.Parts {
			sel = append(sel, expr.Literal(p))
		}
		list = append(list, sel)
	}
	if len(list) == 0 {
		list = []scenarios.Selector{{orElse(expr.Literal(e.Tag), "*")}}
	}
	return list
}

var buttonNames = map[int]string{1: "auxiliary", 2: "secondary"}

func (w *writer) clicked(a *action, base scenarios.Base, at scenarios.Place) {
	c := scenarios.Click{Base: base, Place: at, Selectors: selectors(a.element), Button: buttonNames[a.button]}
	if a.pointer == "touch" || a.pointer == "pen" {
		c.DeviceType = a.pointer
	}
	if a.element != nil && a.element.Placed || w.o.Plain && a.offset != (Offset{}) {
		x, y := a.offset.X, a.offset.Y
		c.OffsetX, c.OffsetY = &x, &y
	}
	if a.double {
		w.add(scenarios.DoubleClick(c))
		return
	}
	w.add(c)
}

func (w *writer) selected(a *action, base scenarios.Base, at scenarios.Place) {
	var labels []string
	for _, o := range a.options {
		if o.Label == "" || w.o.Plain {
			o.Label = o.Value
		}
		labels = append(labels, o.Label)
	}
	if w.o.Plain && len(labels) == 1 {
		w.add(scenarios.Change{Base: base, Place: at, Selectors: selectors(a.element), Value: w.typed(a.element, labels[0])})
		return
	}
	if len(labels) == 0 { // none is chosen any more: no step says so
		return
	}
	for i := range labels {
		labels[i] = expr.Literal(labels[i])
	}
	if len(labels) == 1 {
		labels[0] = w.typed(a.element, a.options[0].labelOr())
	}
	w.add(scenarios.Select{Base: base, Place: at, Selectors: selectors(a.element), Options: labels})
}

func (o Option) labelOr() string {
	if o.Label == "" {
		return o.Value
	}
	return o.Label
}

func (w *writer) pressed(a *action, base scenarios.Base, at scenarios.Place) {
	if w.o.Plain {
		for i, k := range a.keys {
			w.chordOf(at.Target, k, base, i == len(a.keys)-1)
		}
		return
	}
	p := scenarios.Press{Base: base, Place: at, Keys: a.keys}
	if a.element != nil && !w.focusedAlready(a) {
		p.Selectors = selectors(a.element)
	}
	if p.Selectors == nil {
		p.InFrame = nil // the keyboard is where it is
	}
	w.add(p)
}

// focusedAlready: the step before has left the keyboard on the same element.
func (w *writer) focusedAlready(a *action) bool {
	l := w.last
	return l != nil && l.on(a.element) && l.place.same(a.place) && !l.moved && (l.deed == doChange || l.deed == doPress || l.deed == doClick)
}

// chordOf presses keys and lets them go, one step each.
func (w *writer) chordOf(target, chord string, base scenarios.Base, end bool) {
	keys := strings.Split(chord, "+")
	if chord == "+" || strings.HasSuffix(chord, "++") {
		keys = append(strings.Split(strings.TrimSuffix(strings.TrimSuffix(chord, "+"), "+"), "+"), "+")
		if chord == "+" {
			keys = []string{"+"}
		}
	}
	if len(keys) > 1 && !slices.Contains(keys, "Shift") { // Control+S is no capital letter
		if last := len(keys) - 1; len(keys[last]) == 1 {
			keys[last] = strings.ToLower(keys[last])
		}
	}
	for i, k := range keys {
		down := scenarios.KeyDown{Target: target, Key: plainKey(k)}
		if end && i == len(keys)-1 {
			down.Base = base
		}
		w.add(down)
	}
	for i := len(keys) - 1; i >= 0; i-- {
		w.add(scenarios.KeyUp{Target: target, Key: plainKey(keys[i])})
	}
}

// plainKey: Chrome's Recorder names the space bar by its sign.
func plainKey(k string) string {
	if k == "Space" {
		return " "
	}
	return k
}

func (w *writer) dragged(a *action, base scenarios.Base, at scenarios.Place) {
	d := scenarios.Drag{Base: base, Place: at, Selectors: selectors(a.element), To: selectors(a.to)}
	if a.to == nil || a.to.Placed {
		x, y := a.offset.X, a.offset.Y
		d.X, d.Y = &x, &y
	}
	w.add(d)
}

func (w *writer) answer(a *action) {
	d := scenarios.Dialog{Answer: "dismiss"}
	if a.dialog.Accept {
		d.Answer = "accept"
		if a.dialog.Type == "prompt" {
			text := expr.Literal(a.dialog.Text)
			d.Text = &text
		}
	}
	w.note("Answers %q.", oneLine(a.dialog.Message))
	w.add(d)
}
