package extract

import (
	"fmt"
	"strings"

	"github.com/andybalholm/cascadia"
	"github.com/antchfx/htmlquery"
	"github.com/antchfx/xpath"
	"golang.org/x/net/html"
)

// finder finds elements in another one, in the order of the document.
type finder interface {
	all(in *html.Node) []*html.Node
}

// newFinder reads CSS, or XPath behind xpath/; nil for "".
func newFinder(selector string) (finder, error) {
	if selector == "" {
		return nil, nil
	}
	if path, ok := strings.CutPrefix(selector, "xpath/"); ok {
		e, err := xpath.Compile(path)
		if err != nil {
			return nil, fmt.Errorf("%q is no XPath: %w", path, err)
		}
		return byPath{e}, nil
	}
	list, err := cascadia.ParseGroup(selector)
	if err != nil {
		return nil, fmt.Errorf("%q is no CSS selector: %w", selector, err)
	}
	return byCSS{list}, nil
}

type byCSS struct{ list cascadia.SelectorGroup }

func (f byCSS) all(in *html.Node) []*html.Node { return cascadia.QueryAll(in, f.list) }

type byPath struct{ path *xpath.Expr }

func (f byPath) all(in *html.Node) (list []*html.Node) {
	defer func() {
		if recover() != nil { // a function of XPath that was given something else than it takes
			list = nil
		}
	}()
	return htmlquery.QuerySelectorAll(in, f.path)
}
