package replay

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"

	"seine/browser"
	"seine/scenarios"
)

//go:embed js/steps.js
var stepsJS string

// kit is the script's state in a document; the script is sent along with each call, for the document may be a new one.
var kit = "(globalThis.__steps ??= " + expression(stepsJS) + "())"

// pace is how often it is looked whether what is waited for has come.
const pace = 50 * time.Millisecond

// What is not there, yet.
var (
	errFrame = errors.New("there is no such frame")
	errPopup = errors.New("no popup is at")
)

// absent reports whether err says that a document is not there.
func absent(err error) bool { return errors.Is(err, errFrame) || errors.Is(err, errPopup) }

// document finds the frame of a place as it is now.
func (p *Page) document(ctx context.Context, at scenarios.Place) (frame, error) {
	f, err := p.pageOf(ctx, at.Target)
	if err != nil {
		return frame{}, err
	}
	return p.inFrame(ctx, f, at)
}

// child is the i-th frame in f.
func (p *Page) child(ctx context.Context, f frame, i int) (frame, error) {
	n, err := tell[int](ctx, f, "frames()")
	if err != nil {
		return f, err
	}
	if i >= n {
		return f, fmt.Errorf("%w: there are %d", errFrame, n)
	}
	return p.owned(ctx, f, i)
}

// owned is the frame whose element is the i-th of what the kit has.
func (p *Page) owned(ctx context.Context, f frame, i int) (frame, error) {
	element, err := f.run(ctx, fmt.Sprintf("__steps.now[%d]", i), false)
	if err != nil {
		return f, err
	}
	res, err := cdp.Call(ctx, cdp.Session(f.session), dom.DescribeNode, dom.DescribeNodeParams{ObjectID: runtime.RemoteObjectID(element.ObjectID)})
	if err != nil || res.Node == nil || res.Node.FrameID == "" {
		return f, errors.Join(errFrame, err)
	}
	own := frame{session: f.session, id: res.Node.FrameID, parent: f.id, nested: true, bears: f.bears}
	for _, s := range p.visit.tab.Sessions() {
		if string(s.TargetID()) == string(own.id) {
			own.session = s
		}
	}
	return own, nil
}

// tell calls something of the kit in a document and reads what it gives.
func tell[T any](ctx context.Context, f frame, call string) (T, error) {
	return evaluate[T](ctx, f, kit+"."+call)
}

// later is tell for what gives a promise.
func later[T any](ctx context.Context, f frame, call string) (value T, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, f.bears, errSilent)
	defer cancel()
	world, err := f.world(ctx)
	if err != nil {
		return value, err
	}
	yes := true
	res, err := cdp.Call(ctx, cdp.Session(f.session), runtime.Evaluate, runtime.EvaluateParams{Expression: kit + "." + call, ContextID: world, ReturnByValue: &yes, AwaitPromise: &yes})
	if err != nil {
		return value, err
	}
	if res.ExceptionDetails != nil {
		return value, thrown(res.ExceptionDetails)
	}
	return value, jsonv2.Unmarshal(jsonv2.Value(res.Result.Value), &value, jsonv2.AllowInvalidUTF8(true))
}

// thrown is what a script threw, in a line.
func thrown(d *runtime.ExceptionDetails) error {
	text := d.Text
	if d.Exception != nil && d.Exception.Description != "" {
		text, _, _ = strings.Cut(d.Exception.Description, "\n")
	}
	return &scriptError{text}
}

// literal is a value as JavaScript reads it.
func literal(v any) string {
	b, err := jsonv2.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(b)
}

// inPage translates a point of a frame's viewport into one of its page's, and names the page.
func inPage(ctx context.Context, f frame, at point) (*browser.Session, point, error) {
	if string(f.id) != string(f.session.TargetID()) { // it lies in a document of the same process
		inner, err := contentOf(ctx, f.session, f.id)
		if err != nil {
			return nil, at, err
		}
		at.x, at.y = at.x+inner.x, at.y+inner.y
	}
	return toPage(ctx, f.session, at)
}

// contentOf is where a frame's content begins, in the viewport of the session's document.
func contentOf(ctx context.Context, s *browser.Session, id cdp.FrameID) (point, error) {
	owner, err := cdp.Call(ctx, cdp.Session(s), dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: id})
	if err != nil {
		return point{}, fmt.Errorf("finding the frame in its page: %w", err)
	}
	box, err := cdp.Call(ctx, cdp.Session(s), dom.GetBoxModel, dom.GetBoxModelParams{BackendNodeID: owner.BackendNodeID})
	if err != nil || box.Model == nil || len(box.Model.Content) < 2 {
		return point{}, errors.Join(errNoBox, err)
	}
	return point{box.Model.Content[0], box.Model.Content[1]}, nil
}
