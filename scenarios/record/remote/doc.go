// Package remote shows the browser of a recording on a web page, and does there what a person does on that page: for machines without a
// screen.
//
//	Chrome ── Page.screencastFrame ── newest frame ── WebSocket ── the person's browser
//	Chrome ── Input.dispatch… ─────────────────────── WebSocket ── mouse, wheel, keys, text
//
// A [Server] is the observer of the tab (browser.Observer) and hands on what it hears. There is never more than one frame on its way and one
// that waits, the newest: it is sent when the person's browser has shown the last.
//
// Whoever can open the page drives the browser. So it is guarded: see gate.
package remote
