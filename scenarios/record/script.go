package record

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"seine/browser"
)

// The script that listens, in parts: which names are made up, what an element is to a person, its selectors, what is like it, what Chrome draws
// beside the page, and what is done. Then the toolbar.
var (
	//go:embed js/names.js
	namesJS string
	//go:embed js/elements.js
	elementsJS string
	//go:embed js/selectors.js
	selectorsJS string
	//go:embed js/lists.js
	listsJS string
	//go:embed js/hear.js
	hearJS string
	//go:embed js/pickers.js
	pickersJS string

	//go:embed js/bar.js
	barJS string
	//go:embed js/modes.js
	modesJS string
	//go:embed js/bar.css
	barCSS string
)

// world is the isolated world of the script: the document is the site's own, all else of the site's scripts is not there.
const world = "seine-record"

// kit is where the script is found in its world.
const kit = "globalThis.__kit"

// testIDs are attributes that authors give elements for tests, and so do not change by chance.
var testIDs = []string{"data-testid", "data-test-id", "data-test", "data-cy", "data-qa", "data-automation-id", "data-pw"}

// ear is what the documents of a recording are given.
type ear struct {
	binding string
	script  string
}

// newEar prefers these attributes to all others. Its binding has a name that nobody can guess, and is in our world alone.
func newEar(testID string, toolbar bool) ear {
	list := testIDs
	if testID != "" {
		list = append([]string{testID}, testIDs...)
	}
	e := ear{binding: "_" + strings.ToLower(rand.Text())}
	e.script = fmt.Sprintf("%s ??= ((tell, testIds, style) => {\n\"use strict\";\n%s})(globalThis[%q], %s, %s);", kit, namesJS+elementsJS+selectorsJS+listsJS+barOf(toolbar)+pickersJS+hearJS, e.binding, asJS(list), asJS(barCSS))
	return e
}

// asJS writes texts as a script does.
func asJS(texts any) []byte {
	text, err := json.Marshal(texts)
	if err != nil {
		return []byte("null") // texts have no errors
	}
	return text
}

// barOf is the toolbar's script, or one that is none.
func barOf(toolbar bool) string {
	if !toolbar {
		return "const bar = { listen() {}, hello() {} };\n"
	}
	return "const bar = (() => {\n" + barJS + modesJS + "})();\n"
}

// install has a page or frame listen from its next document on, and in the present one (Runtime.addBinding with executionContextName,
// Page.addScriptToEvaluateOnNewDocument with runImmediately). Nothing is awaited: the target is paused.
func (e ear) install(s *browser.Session) {
	ctx, now := context.Background(), true
	for _, c := range []struct {
		method string
		params any
	}{
		{runtime.CommandEnable, nil},
		{runtime.CommandAddBinding, runtime.AddBindingParams{Name: e.binding, ExecutionContextName: world}},
		{page.CommandAddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: e.script, WorldName: world, RunImmediately: &now}},
	} {
		_, _ = s.Send(ctx, c.method, c.params) // a target that is gone is told of
	}
}
