package capture

import (
	"crypto/rand"
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/target"
)

// The hooks tell what no network event does: what scripts make, what feeds their players, whether they ask for DRM. Each file is a part of
// one function's body.
var (
	//go:embed hooks/core.js
	hookCore string
	//go:embed hooks/made.js
	hookMade string
	//go:embed hooks/media.js
	hookMedia string
	//go:embed hooks/eme.js
	hookEME string
)

// hook is what one session's targets run before their own scripts.
type hook struct {
	binding string // how it reaches us: Runtime.addBinding. The hook takes it out of the page's sight
	copies  bool
}

// newHook has a name that a page cannot guess.
func newHook(copies bool) hook {
	return hook{"_" + strings.ToLower(rand.Text()), copies}
}

func (h hook) script() string {
	return fmt.Sprintf("((name, copies) => {\n%s})(%q, %t)", hookCore+hookMade+hookMedia+hookEME, h.binding, h.copies)
}

// heard is what the hooks told. All of it comes from where a page might get at it, so all of it is bounded.
type heard struct {
	hooks   map[target.SessionID]hook
	frames  map[realm]string // ids of the frames that realms belong to
	turns   map[target.SessionID]int
	notes   []Note
	made    madeList
	sources sourceList
}

// realm is one world of scripts. Ids that a hook gives are its own.
type realm struct {
	session target.SessionID
	turn    int // a page that changes its process counts its worlds anew
	context int64
}

// newHeard keeps what is appended in copies, unless that is nil.
func newHeard(copies *store) heard {
	return heard{hooks: map[target.SessionID]hook{}, frames: map[realm]string{}, turns: map[target.SessionID]int{}, made: newMadeList(), sources: newSourceList(copies)}
}

func (h *heard) attached(s Session, copies bool) hook {
	k := newHook(copies)
	h.hooks[s.ID()] = k
	return k
}

func (h *heard) detached(s Session) {
	delete(h.hooks, s.ID())
	h.forget(s)
	delete(h.turns, s.ID())
}

func (h *heard) realm(s Session, context int64) realm {
	return realm{s.ID(), h.turns[s.ID()], context}
}

func (h *heard) forget(s Session) {
	h.turns[s.ID()]++
	for r := range h.frames {
		if r.session == s.ID() {
			delete(h.frames, r)
		}
	}
}

// mostRealms bounds the worlds of a visit's living documents.
const mostRealms = 10_000

func (r *Recorder) contextCreated(s Session, ev *contextCreated) {
	if len(r.heard.frames) < mostRealms && ev.Context.Aux.FrameID != "" {
		r.heard.frames[r.heard.realm(s, ev.Context.ID)] = ev.Context.Aux.FrameID
	}
}

func (r *Recorder) contextsCleared(s Session, _ *struct{}) { r.heard.forget(s) }

// snapshot copies what was heard so far.
func (h *heard) snapshot(c *Capture) {
	c.Notes = append(c.Notes, h.notes...)
	c.Made, c.MadeCut = h.made.snapshot(), h.made.cut
	c.Sources = h.sources.snapshot()
}
