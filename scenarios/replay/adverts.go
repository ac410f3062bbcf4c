package replay

import (
	"context"
	"errors"
	"net/url"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"

	"seine/browser"
	"seine/capture"
)

// advert is true for a frame that holds an advert: by its host, by what the page calls its place, or because it lies in one. What lies in a
// frame of the page's own process is asked once; a frame keeps its place.
func (v *visit) advert(ctx context.Context, f frame) bool {
	if !f.nested {
		return false
	}
	if u, err := url.Parse(f.url); err == nil && capture.Advertises(u.Hostname()) || v.adverts[f.parent] {
		v.adverts[f.id] = true
		return true
	}
	known, ok := v.adverts[f.id]
	if ok {
		return known
	}
	is, err := placedAsAdvert(ctx, f)
	if err != nil {
		v.log.Debug("looking at a frame's place", "frame", f.url, "error", err)
		return false
	}
	v.adverts[f.id] = is
	return is
}

// placedAsAdvert asks the document around the frame, which was surveyed before.
func placedAsAdvert(ctx context.Context, f frame) (bool, error) {
	around := frame{session: outer(f), id: f.parent}
	s := cdp.Session(around.session)
	owner, err := cdp.Call(ctx, s, dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: f.id})
	if err != nil {
		return false, err
	}
	world, err := around.world(ctx)
	if err != nil {
		return false, err
	}
	element, err := cdp.Call(ctx, s, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: owner.BackendNodeID, ExecutionContextID: world})
	if err != nil || element.Object == nil {
		return false, errors.Join(errors.New("no element"), err)
	}
	byValue := true
	res, err := cdp.Call(ctx, s, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: "function() { return globalThis.__seine?.advert?.(this) === true }", ObjectID: element.Object.ObjectID, ReturnByValue: &byValue,
	})
	if err != nil || res.Result == nil {
		return false, errors.Join(errors.New("no answer"), err)
	}
	return string(res.Result.Value) == "true", nil
}

// outer is the session of the document around f.
func outer(f frame) *browser.Session {
	if string(f.id) == string(f.session.TargetID()) && f.session.Parent() != nil {
		return f.session.Parent()
	}
	return f.session
}
