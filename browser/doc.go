// Package browser finds, installs, starts and drives Chrome. It is the only owner of a Chrome process and the only place
// that holds a chromedp context.
//
// [Launch] starts Chrome on a pipe (no listening port), in a run folder of its own that holds the profile and the
// temporary files. Whatever ends the browser, be it [Browser.Close], the end of the context, a crash of Chrome or a kill
// of this process, ends its processes and removes that folder; what a killed process left is swept by the next Launch.
//
// [Browser.NewTab] opens a page in a browser context of its own and tells an [Observer] of every target that belongs to
// it: frames, popups and workers, each paused before its first line of script. The messages of those targets travel past
// chromedp, which knows only the session that it opened itself:
//
//	Chrome ── pipe ── link ─┬─ Session ── queue of the tab ── Observer
//	                        └─ driver  ── chromedp          (Tab.Context)
//
// Nothing between the pipe and the queues ever waits for a consumer, so an observer may call Chrome, or block, without
// stopping Chrome, chromedp or another tab.
package browser
