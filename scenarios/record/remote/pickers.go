package remote

import (
	"context"

	"seine/scenarios/record"
)

// openPicker is a list or a picker that Chrome shows beside the page. The page of ours shows its own in its place.
type openPicker struct {
	Number int                 `json:"number"` // tells them apart
	Kind   string              `json:"kind"`
	Label  string              `json:"label"`
	Value  string              `json:"value"`
	Items  []record.PickerItem `json:"items"`

	picker *record.Picker
}

// picks is told of what opens and closes.
func (c *screen) picks(p *record.Picker) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.picker = nil; p != nil {
		c.asked++
		c.picker = &openPicker{c.asked, p.Kind, p.Label, p.Value, p.Items, p}
	}
	c.told()
}

// pick does what the person has chosen, or closes the picker.
func (s *Server) pick(ctx context.Context, m said) {
	s.screen.mu.Lock()
	p := s.picker
	s.screen.mu.Unlock()
	if p == nil || p.Number != m.Number {
		return
	}
	var err error
	if m.What == "leave" {
		err = p.picker.Leave(ctx)
	} else {
		err = p.picker.Pick(ctx, m.Index, m.Text)
	}
	s.screen.mu.Lock()
	if s.picker == p {
		s.picker = nil
	}
	s.screen.mu.Unlock()
	s.tellWord(err)
}

// tellWord says why nothing came of what the person wanted.
func (s *Server) tellWord(err error) {
	s.screen.mu.Lock()
	defer s.screen.mu.Unlock()
	if s.word = ""; err != nil {
		s.word = err.Error()
	}
	s.told()
}
