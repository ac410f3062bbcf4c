package replay

import (
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"

	"seine/scenarios"
)

const (
	closedPace = 500 * time.Millisecond // how often a document is searched for closed shadow roots while something is waited for
	mostClosed = 500                    // of them in a document
)

// descends reports whether a selector may lead into a shadow root.
func descends(sel scenarios.Selector) bool {
	return len(sel) > 1 || strings.HasPrefix(sel[0], "pierce/") || strings.HasPrefix(sel[0], "text/") || strings.Contains(sel[0], ">>>")
}

// pierce shows the document's kit its closed shadow roots, which no script can find by itself (DOM.getDocument with pierce). It reports
// whether there are any.
func (p *Page) pierce(ctx context.Context, f frame) (bool, error) {
	if time.Since(p.pierced) < closedPace {
		return false, nil
	}
	p.pierced = time.Now()
	s, whole, through := cdp.Session(f.session), int64(-1), true
	res, err := cdp.Call(ctx, s, dom.GetDocument, dom.GetDocumentParams{Depth: &whole, Pierce: &through})
	if err != nil {
		return false, err
	}
	list := closedRoots(res.Root, nil)
	if len(list) == 0 {
		return false, nil
	}
	world, err := f.world(ctx)
	if err != nil {
		return false, err
	}
	var found []*runtime.CallArgument
	for _, id := range list {
		root, err := cdp.Call(ctx, s, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: id, ExecutionContextID: world})
		if err == nil && root.Object != nil {
			found = append(found, &runtime.CallArgument{ObjectID: root.Object.ObjectID})
		}
	}
	_, err = cdp.Call(ctx, s, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: "function(...list) { __steps.closed(list); }", ExecutionContextID: world, Arguments: found,
	})
	return err == nil, err
}

func closedRoots(n *cdp.Node, list []cdp.BackendNodeID) []cdp.BackendNodeID {
	if n == nil || len(list) >= mostClosed {
		return list
	}
	for _, root := range n.ShadowRoots {
		if root.ShadowRootType == cdp.ShadowRootTypeClosed {
			list = append(list, root.BackendNodeID)
		}
		list = closedRoots(root, list)
	}
	for _, c := range n.Children {
		list = closedRoots(c, list)
	}
	return closedRoots(n.ContentDocument, list)
}

// matchAll is match, in closed shadow roots too.
func (p *Page) matchAll(ctx context.Context, f frame, sel scenarios.Selector) (int, error) {
	n, err := match(ctx, f, sel)
	if n > 0 || err != nil || !descends(sel) {
		return n, err
	}
	if more, err := p.pierce(ctx, f); err != nil || !more {
		return 0, err
	}
	return match(ctx, f, sel)
}
