package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"seine/browser"
)

// worldName names the isolated world that our scripts run in: they see the document, and the page does not see them.
const worldName = "seine"

// frame is one document of a tab: a page's, a popup's, or that of a frame in them, in or out of the page's process.
type frame struct {
	session *browser.Session
	id      cdp.FrameID
	parent  cdp.FrameID // "" where there is none
	url     string
	popup   bool          // or in one
	nested  bool          // not the page's own document
	bears   time.Duration // how long a script of ours may take
}

// frames lists the documents of the tab: those of its own page first, then popups'.
func (v *visit) frames(ctx context.Context) []frame {
	var list []frame
	sessions := slices.DeleteFunc(v.tab.Sessions(), func(s *browser.Session) bool { return s.Kind() != "page" && s.Kind() != "iframe" })
	slices.SortStableFunc(sessions, func(a, b *browser.Session) int { return v.distance(a) - v.distance(b) })
	for _, s := range sessions {
		tree, err := v.tree(ctx, s)
		if err != nil {
			v.log.Debug("a frame went away, or is silent", "target", s.Kind(), "error", err)
			continue
		}
		list = appendFrames(list, frame{session: s, popup: v.distance(s) == farther, nested: s != v.tab.Session(), bears: max(v.bears, scriptLimit)}, tree)
	}
	return list
}

const farther = 100 // than any frame of the tab's own page

// distance is how many frames lie around s within the tab's own page; farther for popups and what is in them.
func (v *visit) distance(s *browser.Session) int {
	for n := 0; s != nil && n < farther; n, s = n+1, s.Parent() {
		if s == v.tab.Session() {
			return n
		}
	}
	return farther
}

func appendFrames(list []frame, like frame, t *page.FrameTree) []frame {
	if t == nil || t.Frame == nil {
		return list
	}
	like.id, like.parent, like.url = t.Frame.ID, t.Frame.ParentID, t.Frame.URL
	list = append(list, like)
	like.nested = true
	for _, c := range t.ChildFrames {
		list = appendFrames(list, like, c)
	}
	return list
}

// world is the isolated world of the frame's present document; Chrome gives the same one again for the same name.
func (f frame) world(ctx context.Context) (runtime.ExecutionContextID, error) {
	w, err := cdp.Call(ctx, cdp.Session(f.session), page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: f.id, WorldName: worldName})
	return w.ExecutionContextID, err
}

// evaluate runs expression in the frame and reads its value.
func evaluate[T any](ctx context.Context, f frame, expression string) (T, error) {
	var value T
	res, err := f.run(ctx, expression, true)
	if err != nil {
		return value, err
	}
	if len(res.Value) == 0 {
		return value, errors.New("the script gave no value")
	}
	return value, jsonv2.Unmarshal(jsonv2.Value(res.Value), &value, jsonv2.AllowInvalidUTF8(true))
}

func (f frame) run(ctx context.Context, expression string, byValue bool) (*runtime.RemoteObject, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, f.bears, errSilent)
	defer cancel()
	world, err := f.world(ctx)
	if err != nil {
		return nil, err
	}
	res, err := cdp.Call(ctx, cdp.Session(f.session), runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: world, ReturnByValue: &byValue,
	})
	if err != nil {
		return nil, err
	}
	if d := res.ExceptionDetails; d != nil {
		if d.Exception != nil && d.Exception.Description != "" {
			line, _, _ := strings.Cut(d.Exception.Description, "\n")
			return nil, &scriptError{line}
		}
		return nil, &scriptError{d.Text}
	}
	return res.Result, nil
}

// scriptError is an exception that a script of ours threw: it would throw it again.
type scriptError struct{ text string }

func (e *scriptError) Error() string { return e.text }

// found gives a handle to the i-th element that the last script of ours left in __found.
func (f frame) found(ctx context.Context, i int) (runtime.RemoteObjectID, error) {
	o, err := f.run(ctx, fmt.Sprintf("globalThis.__found[%d]", i), false)
	if err != nil {
		return "", err
	}
	if o.ObjectID == "" {
		return "", errors.New("the element is gone")
	}
	return o.ObjectID, nil
}
