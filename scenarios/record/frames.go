package record

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"seine/browser"
)

// maxDepth of frames in frames.
const maxDepth = 12

// place is where a document is: which page, and which frame of it.
func (h *hearing) place(s *browser.Session, d *document) Place {
	p := h.pagePlace(s)
	if d.frame == "" || d.frame == p.Page {
		return p
	}
	for _, st := range h.pathOf(d.frame, 0) {
		p.Frame = append(p.Frame, st.index)
		p.In = append(p.In, st.in)
	}
	return p
}

// pathOf is the way from the page to a frame. It is looked for once: where its elements stand may change, what they are does not.
func (h *hearing) pathOf(id string, depth int) []step {
	f := h.frames[id]
	if f == nil || f.parent == "" || depth > maxDepth {
		return nil
	}
	if f.place == nil {
		if own, ok := h.locate(f); ok {
			f.place = append(slices.Clone(h.pathOf(f.parent, depth+1)), own)
		}
	}
	return f.place
}

// locate finds a frame in its parent: by its element where that has a name, by its address where that is the only one, else by its number.
func (h *hearing) locate(f *frameState) (step, bool) {
	siblings := h.siblings(f)
	own := step{index: max(slices.Index(siblings, f.id), 0)}
	css, score := h.owner(f)
	switch pattern := addressPattern(f.url); {
	case css != "" && score < nameless:
		own.in = css
	case pattern != "" && !h.shared(f, siblings, pattern):
		own.in = pattern
	case css != "":
		own.in = css
	default:
		return own, false
	}
	return own, true
}

// nameless is the score from which on a selector counts elements.
const nameless = 600

// owner is the best selector of a frame's element (DOM.getFrameOwner), as the parent's script sees it.
func (h *hearing) owner(f *frameState) (string, float64) {
	parent := h.frames[f.parent]
	if parent == nil || parent.session == nil {
		return "", 0
	}
	world, ok := h.worldOf(f.parent, parent.session)
	if !ok {
		return "", 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	s := cdp.Session(parent.session)
	o, err := cdp.Call(ctx, s, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: cdp.FrameID(f.id)})
	if err != nil {
		return "", 0
	}
	element, err := cdp.Call(ctx, s, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: o.BackendNodeID, ExecutionContextID: runtime.ExecutionContextID(world)})
	if err != nil || element.Object == nil {
		return "", 0
	}
	yes := true
	res, err := cdp.Call(ctx, s, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: "function(e) { return " + kit + ".describeElement(e); }", ExecutionContextID: runtime.ExecutionContextID(world), ReturnByValue: &yes,
		Arguments: []*runtime.CallArgument{{ObjectID: element.Object.ObjectID}},
	})
	w := wireElement{}
	if err != nil || res.Result == nil || json.Unmarshal(res.Result.Value, &w) != nil {
		return "", 0
	}
	for _, sel := range w.Selectors {
		if p := sel.Parts[0]; len(sel.Parts) == 1 && !strings.HasPrefix(p, "aria/") && !strings.HasPrefix(p, "text/") && !strings.HasPrefix(p, "xpath/") && !strings.HasPrefix(p, "pierce/") {
			return p, sel.Score
		}
	}
	return "", 0
}

func (h *hearing) worldOf(frame string, s *browser.Session) (int64, bool) {
	for r, d := range h.documents {
		if d.frame == frame && r.session == s.ID() {
			return r.context, true
		}
	}
	return 0, false
}

// siblings are the frames of f's parent, in their order (Page.getFrameTree).
func (h *hearing) siblings(f *frameState) []string {
	parent := h.frames[f.parent]
	if parent == nil || parent.session == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	res, err := cdp.Call(ctx, cdp.Session(parent.session), page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return nil
	}
	var list []string
	var walk func(*page.FrameTree, int)
	walk = func(t *page.FrameTree, depth int) {
		if t == nil || t.Frame == nil || depth > maxDepth {
			return
		}
		for _, c := range t.ChildFrames {
			if string(t.Frame.ID) == f.parent && c.Frame != nil {
				list = append(list, string(c.Frame.ID))
			}
			walk(c, depth+1)
		}
	}
	walk(res.FrameTree, 0)
	for id, o := range h.frames { // those of other processes are not in it
		if o.parent == f.parent && !slices.Contains(list, id) {
			list = append(list, id)
		}
	}
	return list
}

// shared reports whether another frame beside f is at the address too.
func (h *hearing) shared(f *frameState, siblings []string, pattern string) bool {
	for _, id := range siblings {
		if o := h.frames[id]; id != f.id && o != nil && addressPattern(o.url) == pattern {
			return true
		}
	}
	return false
}

// addressPattern is an address without what changes: the host's port and the query.
func addressPattern(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Path == "" || u.Path == "/" {
		return ""
	}
	p := "*" + patternPath(u.EscapedPath())
	if u.RawQuery != "" || u.Fragment != "" {
		p += "*"
	}
	return p
}

// patternPath puts a * for each part of a path that is no word: numbers, and what machines call things.
func patternPath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if madeUp(p) {
			parts[i] = "*"
		}
	}
	return strings.Join(parts, "/")
}

func madeUp(p string) bool {
	digits, letters := 0, 0
	for _, r := range p {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z':
			letters++
		}
	}
	return digits > 0 && letters == 0 || digits >= 3 && len(p) >= 8 || len(p) > 40
}
