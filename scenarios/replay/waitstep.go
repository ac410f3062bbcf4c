package replay

import (
	"context"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"

	"seine/scenarios"
)

// waitForElement waits for a number of elements.
func (p *Page) waitForElement(ctx context.Context, s scenarios.WaitForElement) error {
	visible := s.Visible == nil || *s.Visible
	none := false
	err := waiting(ctx, writtenOut(s.Selectors), func(ctx context.Context) (string, error) {
		n, _, err := p.count(ctx, s.Place, s.Selectors, counted{&visible, s.Attributes, s.Properties})
		if err != nil {
			return "", err
		}
		none = n == 0
		if !compares(n, s.Operator, s.Wanted()) {
			return fmt.Sprintf("%s, wanted %s %d", elements(n, visible), operatorOf(s.Operator), s.Wanted()), nil
		}
		return "", nil
	})
	return p.likely(ctx, err, s.Place, s.Selectors, none && visible)
}

func elements(n int, visible bool) string {
	kind := "visible"
	if !visible {
		kind = "hidden"
	}
	if n == 1 {
		return "there is 1 " + kind + " element"
	}
	return fmt.Sprintf("there are %d %s elements", n, kind)
}

func operatorOf(o string) string {
	if o == "" {
		return ">="
	}
	return o
}

func compares(n int, operator string, with int) bool {
	switch operator {
	case "==":
		return n == with
	case "<=":
		return n <= with
	}
	return n >= with
}

// counted are the conditions that an element must meet to count.
type counted struct {
	visible    *bool
	attributes map[string]string
	properties map[string]any
}

// count counts the elements of the first alternative that has any. A frame that is not there has none.
func (p *Page) count(ctx context.Context, at scenarios.Place, list []scenarios.Selector, c counted) (n int, f frame, err error) {
	if f, err = p.document(ctx, at); err != nil {
		if absent(err) {
			return 0, f, nil
		}
		return 0, f, err
	}
	for i, sel := range list {
		if n, err = p.matchAll(ctx, f, sel); err != nil {
			return 0, f, err
		}
		if n == 0 {
			continue
		}
		if n, err = tell[int](ctx, f, fmt.Sprintf("count(%s, %s)", literal(c.visible), literal(c.attributes))); err != nil {
			return 0, f, err
		}
		if n > 0 && len(c.properties) > 0 {
			n, err = having(ctx, f, n, c.properties)
		}
		if err != nil || n > 0 {
			p.found(list, i)
			return n, f, err
		}
	}
	return 0, f, nil
}

// mostAsked bounds how many elements are asked for their properties.
const mostAsked = 200

// having counts the elements whose properties in the page's own world have these as a part.
func having(ctx context.Context, f frame, n int, properties map[string]any) (count int, err error) {
	const has = `function(want) {
  const part = (a, b) => (b !== null && typeof b === "object" ? a !== null && a !== undefined && Object.entries(b).every(([k, v]) => part(a[k], v)) : a === b);
  return part(this, want);
}`
	for i := range min(n, mostAsked) {
		own, err := inMainWorld(ctx, f, fmt.Sprintf("__steps.now[%d]", i))
		if err != nil {
			return 0, err
		}
		yes := true
		res, err := cdp.Call(ctx, cdp.Session(f.session), runtime.CallFunctionOn, runtime.CallFunctionOnParams{
			FunctionDeclaration: has, ObjectID: own, ReturnByValue: &yes, Arguments: []*runtime.CallArgument{{Value: jsonv2.Value(literal(properties))}},
		})
		if err != nil {
			return 0, err
		}
		if res.Result != nil && string(res.Result.Value) == "true" {
			count++
		}
	}
	return count, nil
}

// inMainWorld gives the page's own handle to a node that a script of ours names.
func inMainWorld(ctx context.Context, f frame, expression string) (runtime.RemoteObjectID, error) {
	ours, err := f.run(ctx, expression, false)
	if err != nil {
		return "", err
	}
	s := cdp.Session(f.session)
	node, err := cdp.Call(ctx, s, dom.DescribeNode, dom.DescribeNodeParams{ObjectID: runtime.RemoteObjectID(ours.ObjectID)})
	if err != nil || node.Node == nil {
		return "", errors.Join(errNoBox, err)
	}
	own, err := cdp.Call(ctx, s, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node.Node.BackendNodeID})
	if err != nil || own.Object == nil {
		return "", errors.Join(errNoBox, err)
	}
	return runtime.RemoteObjectID(own.Object.ObjectID), nil
}

// waitForExpression waits until JavaScript in the page's own world gives something true. An exception counts as false.
func (p *Page) waitForExpression(ctx context.Context, s scenarios.WaitForExpression) error {
	return waiting(ctx, "the expression", func(ctx context.Context) (string, error) {
		f, err := p.document(ctx, s.Place)
		if err != nil {
			return "", err
		}
		document, err := inMainWorld(ctx, f, "document")
		if err != nil {
			return "", err
		}
		yes := true
		// The page's policy may forbid eval; as a function's text it is not subject to that.
		res, err := cdp.Call(ctx, cdp.Session(f.session), runtime.CallFunctionOn, runtime.CallFunctionOnParams{
			FunctionDeclaration: "async function() { return Boolean(await (\n" + s.Expression + "\n)); }", ObjectID: document, ReturnByValue: &yes, AwaitPromise: &yes,
		})
		if err != nil {
			return "", err
		}
		if res.ExceptionDetails != nil {
			return "it throws " + thrown(res.ExceptionDetails).Error(), nil
		}
		if res.Result == nil || string(res.Result.Value) != "true" {
			return "it is not true", nil
		}
		return "", nil
	})
}
