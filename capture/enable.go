package capture

import (
	_ "embed"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// pageHook reports what no network event tells: that a page asks for DRM.
//
//go:embed hooks/page.js
var pageHook string

// binding is how pageHook reaches us. The hook removes it from the page's sight.
const binding = "__seineNote"

// totalBuffer is what Chrome may hold of bodies not read yet, in bytes.
const totalBuffer = 1 << 30

type command struct {
	method string
	params any
}

// enableCommands are sent to each target while it is paused, in this order: durable messages come before
// Network.enable, because they outlive a navigation and hold what fetch().blob() and prefetch would lose. Workers must
// not have them: in Chromium 156 they end the whole browser with a failed CHECK, once in four pages with a worker.
func enableCommands(kind string, maxBody int64) []command {
	total, enable := int64(totalBuffer), networkEnable(maxBody)
	if !durable(kind) {
		return []command{enable}
	}
	now := true
	return []command{
		{network.CommandConfigureDurableMessages, network.ConfigureDurableMessagesParams{MaxTotalBufferSize: &total, MaxResourceBufferSize: &maxBody}},
		enable,
		{runtime.CommandEnable, struct{}{}},
		{log.CommandEnable, struct{}{}},
		{runtime.CommandAddBinding, runtime.AddBindingParams{Name: binding}},
		{page.CommandEnable, page.EnableParams{}},
		{page.CommandAddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: pageHook, RunImmediately: &now}},
	}
}

// durable reports whether targets of a kind get durable messages.
func durable(kind string) bool { return kind == "page" || kind == "iframe" }

// networkEnable lets post data of up to 1 MiB come with its request; larger is asked for.
func networkEnable(maxBody int64) command {
	total, postData := int64(totalBuffer), int64(1<<20)
	return command{network.CommandEnable, network.EnableParams{MaxTotalBufferSize: &total, MaxResourceBufferSize: &maxBody, MaxPostDataSize: &postData}}
}

// bindingCalled takes a note of the hook. A page can forge one only by catching the binding before the hook hides it,
// which it cannot: the hook runs first. All the same, notes are bounded.
func (r *Recorder) bindingCalled(s Session, ev *bindingCalled) {
	const most = 1000
	if ev.Name != binding || len(r.notes) >= most || len(ev.Payload) > 16<<10 {
		return
	}
	var n Note
	if err := jsonv2.Unmarshal([]byte(ev.Payload), &n, eventOptions); err != nil {
		return
	}
	n.Target = Target{ID: string(s.TargetID()), Kind: s.Kind(), URL: s.URL()}
	r.notes = append(r.notes, n)
}
