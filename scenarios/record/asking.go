package record

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"

	"seine/browser"
)

// askLimit bounds a question to a page, which may be busy or stand before a dialog. Meanwhile the tab's own news wait, and no other's.
const askLimit = 2 * time.Second

// ask evaluates an expression in a world of ours.
func ask(s *browser.Session, world int64, expression string, byValue bool) (*runtime.RemoteObject, error) {
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	res, err := cdp.Call(ctx, cdp.Session(s), runtime.Evaluate, runtime.EvaluateParams{
		Expression: expression, ContextID: runtime.ExecutionContextID(world), ReturnByValue: &byValue,
	})
	if err != nil {
		return nil, err
	}
	if res.ExceptionDetails != nil {
		return nil, fmt.Errorf("the script: %s", res.ExceptionDetails.Text)
	}
	return res.Result, nil
}

// openRoot finds the closed shadow root of an element, which only a client of DevTools can (DOM.describeNode), and shows it to the script.
func (h *hearing) openRoot(s *browser.Session, world int64, ref int) {
	element, err := ask(s, world, fmt.Sprintf("%s.element(%d)", kit, ref), false)
	if err != nil || element.ObjectID == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	depth, through := int64(1), true
	res, err := cdp.Call(ctx, cdp.Session(s), dom.DescribeNode, dom.DescribeNodeParams{ObjectID: runtime.RemoteObjectID(element.ObjectID), Depth: &depth, Pierce: &through})
	if err != nil || res.Node == nil {
		return
	}
	for _, root := range res.Node.ShadowRoots {
		if root.ShadowRootType != cdp.ShadowRootTypeClosed {
			continue
		}
		o, err := cdp.Call(ctx, cdp.Session(s), dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: root.BackendNodeID, ExecutionContextID: runtime.ExecutionContextID(world)})
		if err == nil && o.Object != nil {
			_, _ = cdp.Call(ctx, cdp.Session(s), runtime.CallFunctionOn, runtime.CallFunctionOnParams{
				FunctionDeclaration: "function(root) { " + kit + ".open(root); }", ExecutionContextID: runtime.ExecutionContextID(world),
				Arguments: []*runtime.CallArgument{{ObjectID: o.Object.ObjectID}},
			})
		}
	}
}

// seenAnew is what was pressed, now that closed roots are known.
func (h *hearing) seenAnew(s *browser.Session, world int64) *wireElement {
	res, err := ask(s, world, kit+".again()", true)
	if err != nil {
		return nil
	}
	w := &wireElement{}
	if json.Unmarshal(res.Value, w) != nil || w.Ref == 0 {
		return nil
	}
	return w
}

// paths are where the files of a field lie on this machine (DOM.getFileInfo), or else their names.
func (h *hearing) paths(s *browser.Session, world int64, ref int, names []string) []string {
	var out []string
	for i, name := range names {
		out = append(out, name)
		o, err := ask(s, world, fmt.Sprintf("%s.file(%d, %d)", kit, ref, i), false)
		if err != nil || o.ObjectID == "" {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), askLimit)
		info, err := cdp.Call(ctx, cdp.Session(s), dom.GetFileInfo, dom.GetFileInfoParams{ObjectID: runtime.RemoteObjectID(o.ObjectID)})
		cancel()
		if err == nil && info.Path != "" {
			out[i] = info.Path
		}
	}
	return out
}
