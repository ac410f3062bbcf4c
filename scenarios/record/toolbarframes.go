package record

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"seine/browser"
)

// What is pointed at in a frame is chosen by the script of the frame's document; the page's toolbar sees of it what is handed on here.

// mostView bounds what a frame's document may have a toolbar show, in bytes.
const mostView = 256 << 10

// steer takes what a page's toolbar, or a frame's document on the way down, has a frame in it do.
func (s *serving) steer(ctx context.Context, m barSaid) {
	switch m.Do {
	case "into":
		s.into(ctx, m)
	case "out":
		s.out(m)
	case "key":
		s.tellFrame(m.page, "walk(%s)", m.Key)
	case "do":
		s.tellFrame(m.page, "command(%s, %s)", m.ID, m.Value)
	}
}

// inFrame takes what a frame's document says, if the pointer is in it.
func (s *serving) inFrame(ctx context.Context, m barSaid) {
	s.toolbar.mu.Lock()
	p := s.page(m.page)
	i := slices.Index(p.frames, m.from)
	last := i >= 0 && i == len(p.frames)-1
	if last && m.Do == "view" {
		p.begun = m.begun()
	}
	s.toolbar.mu.Unlock()
	switch {
	case i < 0:
	case m.Do == "into", m.Do == "out":
		s.steer(ctx, m)
	case !last:
	case m.Do == "view" && len(m.View) <= mostView:
		s.tell1(m.page, fmt.Sprintf("view(%s)", m.View))
	case m.Do == "word":
		s.tell1(m.page, fmt.Sprintf("said(%s)", asJS(clip(m.Text))))
	case m.Do == "finish":
		s.finish(m.page)
	case m.adds(), m.Do == "preview":
		s.add(ctx, m)
	}
}

// begun reports whether a view is of a choice that has begun, which no other document may take.
func (m *barMessage) begun() bool {
	v, ok := read[struct {
		Begun bool `json:"begun"`
	}](m.View)
	return ok && v.Begun
}

// hovers reports whether the pointer has come to a place in a frame, and does nothing there.
func (m *barMessage) hovers() bool {
	p, ok := read[struct {
		Choose bool            `json:"choose"`
		Key    string          `json:"key"`
		Wheel  json.RawMessage `json:"wheel"`
	}](m.Point)
	return ok && !p.Choose && p.Key == "" && p.Wheel == nil
}

// into has a frame in the document that says so take what is pointed at.
func (s *serving) into(ctx context.Context, m barSaid) {
	if m.hovers() && len(s.said) > 0 {
		return // where the pointer is now comes behind it
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	d, err := s.within(ctx, m.from, m.Ref)
	if err != nil {
		s.Recording.log.Debug("pointing into a frame", "error", err)
		_, _ = m.from.eval(`bar.regain("key")`)
		return
	}
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	p := s.page(m.page)
	depth := 0 // of the frame
	if !m.own() {
		depth = slices.Index(p.frames, m.from) + 1
	}
	switch on := depth < len(p.frames) && p.frames[depth] == d; {
	case on:
	case p.begun && p.alive():
		return
	default:
		p.leave(depth)
		p.frames = append(p.frames, d)
	}
	_, _ = d.eval(fmt.Sprintf("bar.into({ ...%s, locked: %t })", orNothing(m.Point), p.begun && depth < len(p.frames)-1))
}

// alive reports whether the document with the choice is still there.
func (p *barPage) alive() bool {
	n := len(p.frames)
	if n == 0 {
		return false
	}
	d := p.frames[n-1]
	res, err := ask(d.session, d.world, kit+".bar.pointing()", true)
	return err == nil && string(res.Value) == "true"
}

func orNothing(text []byte) []byte {
	if len(text) == 0 || len(text) > mostView {
		return []byte("{}")
	}
	return text
}

// out: what is pointed at lies no more in the frames below the document that says so; or, by keys, in that document.
func (s *serving) out(m barSaid) {
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	p := s.page(m.page)
	depth, by := 0, "pointer"
	if !m.own() {
		if depth = slices.Index(p.frames, m.from) + 1; depth == len(p.frames) { // the last one itself
			depth, by = depth-1, "key"
		}
	}
	if p.begun {
		return
	}
	p.leave(depth)
	if depth == 0 {
		_, _ = p.own().eval(fmt.Sprintf("bar.regain(%q)", by))
		return
	}
	_, _ = p.frames[depth-1].eval(fmt.Sprintf("bar.regain(%q)", by))
}

// leave has the frames from a depth on forget what was pointed at. The toolbar is locked.
func (p *barPage) leave(depth int) {
	for _, d := range p.frames[min(depth, len(p.frames)):] {
		_, _ = d.eval("bar.quit()")
	}
	p.frames, p.begun = p.frames[:min(depth, len(p.frames))], false
}

func (s *serving) finish(page *browser.Session) {
	s.toolbar.mu.Lock()
	s.page(page).leave(0)
	s.toolbar.mu.Unlock()
	s.tell1(page, "finish()")
}

// tellFrame has the frame that is pointed at do something; the words are texts.
func (s *serving) tellFrame(page *browser.Session, call string, words ...string) {
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	frames := s.page(page).frames
	if len(frames) == 0 {
		return
	}
	args := make([]any, len(words))
	for i, w := range words {
		args[i] = asJS(w)
	}
	_, _ = frames[len(frames)-1].eval(fmt.Sprintf("bar."+call, args...))
}
