package capture

import (
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// totalBuffer is what Chrome may hold of bodies not read yet, in bytes.
const totalBuffer = 1 << 30

type command struct {
	method string
	params any
}

// enableCommands are sent to each target while it is paused, in this order: durable messages come before
// Network.enable, because they outlive a navigation and hold what fetch().blob() and prefetch would lose. Workers must
// not have them: in Chromium 156 they end the whole browser with a failed CHECK, once in four pages with a worker.
func enableCommands(kind string, maxBody int64, h hook) []command {
	total, enable := int64(totalBuffer), networkEnable(maxBody)
	bind := command{runtime.CommandAddBinding, runtime.AddBindingParams{Name: h.binding}}
	if !durable(kind) {
		return []command{enable, bind, {runtime.CommandEvaluate, runtime.EvaluateParams{Expression: h.script()}}}
	}
	now := true
	return []command{
		{network.CommandConfigureDurableMessages, network.ConfigureDurableMessagesParams{MaxTotalBufferSize: &total, MaxResourceBufferSize: &maxBody}},
		enable,
		{runtime.CommandEnable, struct{}{}},
		{log.CommandEnable, struct{}{}},
		bind,
		{page.CommandEnable, page.EnableParams{}},
		{page.CommandAddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: h.script(), RunImmediately: &now}},
	}
}

// durable reports whether targets of a kind get durable messages.
func durable(kind string) bool { return kind == "page" || kind == "iframe" }

// networkEnable lets post data of up to 1 MiB come with its request; larger is asked for.
func networkEnable(maxBody int64) command {
	total, postData := int64(totalBuffer), int64(1<<20)
	return command{network.CommandEnable, network.EnableParams{MaxTotalBufferSize: &total, MaxResourceBufferSize: &maxBody, MaxPostDataSize: &postData}}
}
