package replay

import (
	"context"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"

	"seine/scenarios"
)

// ErrElement: no element is there for a selector, or it cannot be used. The text says what is missing.
var ErrElement = errors.New("the element cannot be used")

// functional is a selector as Puppeteer also writes it: ::-p-text(Log in).
var functional = regexp.MustCompile(`(?s)^::-p-(aria|text|xpath)\((.*)\)$`)

func plainPart(part string) string {
	if m := functional.FindStringSubmatch(part); m != nil {
		return m[1] + "/" + m[2]
	}
	return part
}

// match finds what a selector means in a document and counts it; the document's kit keeps the elements.
func match(ctx context.Context, f frame, sel scenarios.Selector) (n int, err error) {
	parts := make([]string, len(sel))
	for i, part := range sel {
		parts[i] = plainPart(part)
	}
	if !slices.ContainsFunc(parts, isARIA) {
		return selected(tell[int](ctx, f, "chain("+literal(parts)+")"))
	}
	n, err = tell[int](ctx, f, "begin()")
	for i := 0; i < len(parts) && err == nil && n > 0; i++ {
		if isARIA(parts[i]) {
			n, err = named(ctx, f, parts[i])
		} else {
			n, err = selected(tell[int](ctx, f, "descend("+literal(parts[i])+")"))
		}
	}
	return n, err
}

func isARIA(part string) bool { return strings.HasPrefix(part, "aria/") }

// selected tells a selector that the browser cannot read from a document that went away.
func selected(n int, err error) (int, error) {
	if wrong := (*scriptError)(nil); errors.As(err, &wrong) && strings.Contains(wrong.text, "selector") || wrong != nil && strings.Contains(wrong.text, "XPath") {
		return 0, &selectorError{wrong.text}
	}
	return n, err
}

// selectorError is a selector that will never mean anything.
type selectorError struct{ text string }

func (e *selectorError) Error() string   { return ErrSelector.Error() + ": " + e.text }
func (e *selectorError) Unwrap() error   { return ErrSelector }
func (e *selectorError) Permanent() bool { return true }

// What follows an accessible name: [role="button"], or the name itself as [name="…"].
var ariaAttribute = regexp.MustCompile(`\[\s*(name|role)\s*=\s*(?:"([^"]*)"|'([^']*)')\s*\]`)

// accessible reads aria/Name[role="button"].
func accessible(part string) (name, role string) {
	rest := strings.TrimPrefix(part, "aria/")
	for _, m := range ariaAttribute.FindAllStringSubmatch(rest, -1) {
		if m[1] == "role" {
			role = m[2] + m[3]
		} else {
			name = m[2] + m[3]
		}
	}
	if plain := strings.TrimSpace(ariaAttribute.ReplaceAllString(rest, "")); plain != "" {
		name = strings.Join(strings.Fields(plain), " ")
	}
	return name, role
}

// mostNamed bounds the elements of one name.
const mostNamed = 200

// named finds elements by name and role in the accessibility tree (Accessibility.queryAXTree), and keeps those that are in what the kit
// has. The whole tree is asked: a host of a shadow root may have no place in it.
func named(ctx context.Context, f frame, part string) (int, error) {
	name, role := accessible(part)
	s := cdp.Session(f.session)
	world, err := f.world(ctx)
	if err != nil {
		return 0, err
	}
	root, err := f.run(ctx, "document", false)
	if err != nil {
		return 0, err
	}
	res, err := cdp.Call(ctx, s, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{ObjectID: runtime.RemoteObjectID(root.ObjectID), AccessibleName: name, Role: role})
	if err != nil {
		return 0, err
	}
	found := []*runtime.CallArgument{}
	for _, node := range res.Nodes {
		if node.Ignored || node.BackendDOMNodeID == 0 || isText(node) || len(found) == mostNamed {
			continue
		}
		element, err := cdp.Call(ctx, s, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: node.BackendDOMNodeID, ExecutionContextID: world})
		if err == nil && element.Object != nil {
			found = append(found, &runtime.CallArgument{ObjectID: element.Object.ObjectID})
		}
	}
	yes := true
	kept, err := cdp.Call(ctx, s, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: "function(...list) { return __steps.keep(list); }", ExecutionContextID: world, Arguments: found, ReturnByValue: &yes,
	})
	if err != nil || kept.Result == nil {
		return 0, errors.Join(errNoBox, err)
	}
	n, err := strconv.Atoi(string(kept.Result.Value))
	return n, err
}

// isText: the text in an element has its name too.
func isText(n *accessibility.Node) bool {
	if n.Role == nil {
		return false
	}
	role := string(n.Role.Value)
	return role == `"StaticText"` || role == `"InlineTextBox"` || role == `"RootWebArea"`
}

// first finds the first alternative that means something in a document.
func (p *Page) first(ctx context.Context, f frame, list []scenarios.Selector) (n, which int, err error) {
	for i, sel := range list {
		if n, err = p.matchAll(ctx, f, sel); err != nil || n > 0 {
			return n, i, err
		}
	}
	return 0, 0, nil
}

// There reports whether an element that an if asks for is there and can be seen, now.
func (p *Page) There(ctx context.Context, s scenarios.If) (bool, error) {
	p.matches = nil
	list := s.Selectors
	is, err := p.living(ctx, func(ctx context.Context) (any, error) {
		if _, err := p.fresh(ctx, s); err != nil {
			return nil, err
		}
		f, err := p.document(ctx, s.Place)
		if absent(err) {
			return false, nil
		}
		for i := 0; i < len(list) && err == nil; i++ {
			var n int
			if n, err = match(ctx, f, list[i]); err == nil && n > 0 {
				n, err = tell[int](ctx, f, "count(true, null)")
			}
			if err == nil && n > 0 {
				p.found(list, i)
				return true, nil
			}
		}
		return false, err
	})
	p.tellMatches(s)
	return is == true, err
}

// found notes which alternative found the element; of the same list the last one counts.
func (p *Page) found(list []scenarios.Selector, which int) {
	same := func(m Matched) bool { return reflect.DeepEqual(m.Selectors, list) }
	p.matches = append(slices.DeleteFunc(p.matches, same), Matched{Selectors: list, Alternative: which})
}

// tellMatches tells what found the elements of a step that is done.
func (p *Page) tellMatches(s scenarios.Step) {
	for _, m := range p.matches {
		m.Step = s
		p.visit.tell(m)
	}
	p.matches = nil
}

// writtenOut is a list of selectors as a person writes it.
func writtenOut(list []scenarios.Selector) string {
	var out []string
	for _, s := range list {
		out = append(out, strings.Join(s, " › "))
	}
	return strings.Join(out, " | ")
}
