package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"seine/browser"
	"seine/scenarios"
)

// ServeToolbar shows the toolbar in the pages and does what is asked for there, until ctx ends; then it is gone from them. One call may run at
// a time; without Options.Toolbar it returns at once.
func (r *Recording) ServeToolbar(ctx context.Context, o ToolbarOptions) {
	if r.bar == nil {
		return
	}
	s := &serving{Recording: r, toolbar: r.bar, o: o, edge: "bottom", x: 0.5}
	news := time.NewTimer(0)
	defer news.Stop()
	defer s.hide()
	for changed := r.Changed(); ; {
		select {
		case <-ctx.Done():
			return
		case m := <-s.said:
			s.take(ctx, m)
			news.Reset(0)
		case <-changed:
			changed = r.Changed()
			news.Reset(barPace)
		case <-news.C:
			if !s.show() {
				news.Reset(barPace)
			}
		}
	}
}

// serving is one ServeToolbar.
type serving struct {
	*Recording
	*toolbar
	o    ToolbarOptions
	edge string
	x    float64
}

// take does what a toolbar says.
func (s *serving) take(ctx context.Context, m barSaid) {
	if m.Do == "playing" {
		s.plays(m.page)
		return
	}
	if m.Do == "focus" {
		s.tell1(m.page, "focus()")
		return
	}
	if !m.own() {
		s.inFrame(ctx, m)
		return
	}
	switch m.Do {
	case "into", "out", "key", "do":
		s.steer(ctx, m)
	case "hello":
		s.greet(m)
	case "move":
		s.edge, s.x = m.Edge, min(max(m.X, 0), 1)
	case "mode":
		s.mode(m)
	case "pause":
		s.Pause(m.Yes)
	case "undo":
		s.Undo()
	case "stop":
		if s.o.Stop != nil {
			s.o.Stop()
		}
	default:
		s.add(ctx, m)
	}
}

// add adds a step, or says why there is none.
func (s *serving) add(ctx context.Context, m barSaid) {
	s.named(m.title)
	var err error
	switch m.Do {
	case "assert":
		err = s.asserts(m)
	case "preview":
		s.preview(ctx, m)
	case "extract":
		err = s.extract(m)
	case "grab":
		err = s.grab(m.page)
	}
	if err != nil {
		s.say(m.page, "Nothing is added: "+err.Error()+".")
	}
}

func (s *serving) greet(m barSaid) {
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	p := s.page(m.page)
	p.leave(0)
	p.world, p.sent, p.answer = m.from.world, "", nil
}

func (s *serving) mode(m barSaid) {
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	p := s.page(m.page)
	p.leave(0)
	p.mode = m.Mode
}

func (s *serving) asserts(m barSaid) error {
	if m.Kind == kindCount {
		return s.assertCount(m)
	}
	return s.assert(m.place, m.Kind, m.At)
}

// errNoFilm: see ToolbarOptions.
var errNoFilm = errors.New("no film has played in this tab yet")

func (s *serving) grab(page *browser.Session) error {
	s.toolbar.mu.Lock()
	film := s.page(page).film
	s.toolbar.mu.Unlock()
	if !film {
		return errNoFilm
	}
	s.Insert(scenarios.Grab{})
	return nil
}

// show tells the toolbars what is so now. It reports whether all of them were told: one is told nothing more before it has answered.
func (s *serving) show() (all bool) {
	state := s.now()
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	all = true
	for _, p := range s.pages {
		if p.world == 0 {
			continue
		}
		state.Film, state.Mode = p.film, p.mode
		all = p.told(state) && all
	}
	return all
}

func (s *serving) now() barState {
	s.Recording.mu.Lock()
	defer s.Recording.mu.Unlock()
	n := s.fold.Len()
	state := barState{Shown: true, Bare: s.o.Bare, Paused: s.fold.paused, Count: n, Undo: n > 1, Edge: s.edge, X: s.x}
	if a := s.fold.tail(); a != nil {
		state.Last = oneLine(a.line())
	}
	return state
}

// tell1 has a page's toolbar do something.
func (s *serving) tell1(page *browser.Session, expression string) {
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	if p := s.page(page); p.world != 0 {
		_, _ = p.own().eval("bar." + expression)
	}
}

func (s *serving) say(page *browser.Session, what string) {
	if text, err := json.Marshal(what); err == nil {
		s.tell1(page, fmt.Sprintf("said(%s)", text))
	}
}

// hide takes the toolbars out of the pages.
func (s *serving) hide() {
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	for _, p := range s.pages {
		if p.world != 0 {
			p.leave(0)
			_, _ = p.own().eval(`bar.state({ "shown": false })`)
		}
		p.world, p.sent, p.answer = 0, "", nil
	}
}
