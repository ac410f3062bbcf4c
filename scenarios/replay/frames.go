package replay

import (
	"context"
	"errors"
	"fmt"

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
	url     string
}

// frames lists the documents of the tab: those of its own page first, then popups'.
func (v *visit) frames(ctx context.Context) []frame {
	var list []frame
	for _, s := range v.tab.Sessions() {
		if s.Kind() != "page" && s.Kind() != "iframe" {
			continue
		}
		tree, err := cdp.Call(ctx, cdp.Session(s), page.GetFrameTree, cdp.Empty{})
		if err != nil {
			v.log.Debug("a frame went away", "target", s.Kind(), "error", err)
			continue
		}
		list = appendFrames(list, s, tree.FrameTree)
	}
	return list
}

func appendFrames(list []frame, s *browser.Session, t *page.FrameTree) []frame {
	if t == nil || t.Frame == nil {
		return list
	}
	list = append(list, frame{session: s, id: t.Frame.ID, url: t.Frame.URL})
	for _, c := range t.ChildFrames {
		list = appendFrames(list, s, c)
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
	if res.ExceptionDetails != nil {
		return nil, fmt.Errorf("script in %s: %s", f.url, res.ExceptionDetails.Text)
	}
	return res.Result, nil
}

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
