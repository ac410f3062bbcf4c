// Package record hears what a person does on a site and makes a user flow of it.
//
// A [Recording] is the observer of a tab (browser.Observer). A script in an isolated world of each document, which the site's own scripts
// cannot see, tells what is done there; Chrome tells of navigations, popups, dialogs and requests. All of it becomes one stream of [Event],
// in the order in which it happened:
//
//	page ── js/*.js ── binding ─┐
//	Chrome ── CDP events ───────┴─ [Event] ── [Folder] ── steps ── file
//
// The [Folder] knows no browser: it makes few steps of many events. Whoever wants more of the stream than that (a toolbar, a remote
// screen) takes part by [Recording.Insert], [Recording.Undo] and [Recording.Pause].
//
// # The toolbar
//
// With Options.Toolbar, and while [Recording.ServeToolbar] runs, the top document of each page has a toolbar: an element without attributes
// beside the body (in a modal dialog, or a popover that closes when something else is pressed, while one is open), under a name made up for the
// document, with all else in its closed shadow root and in the browser's top layer. A listener in front of all others, at the window, stops each
// event that is told of it: neither the site's handlers nor the script that listens hear what is done there. While something is pointed at, a
// shield over the page takes the pointer, and the keyboard is ours. Where that was begun by keys there is no shield: what the pointer is on stays open,
// and its events end at our listener. What lies in a frame is chosen by the script of the frame's document, which has an element of its own for the
// boxes meanwhile, and the page's toolbar shows how far it is.
//
// What a site's scripts can still tell: that the element is there (in the children of the root, to a MutationObserver, to elementFromPoint where
// it lies, as activeElement while the keyboard is in it); that the pointer leaves what it was on, and comes back; that a field which was typed
// into gives its change event when the keyboard goes to the toolbar; pointerrawupdate. A document that is written anew (document.open) may have
// handlers at its window before ours. Documents that are no HTML have no toolbar.
//
// # What it costs
//
// On a page of 3,000 rows the script holds the page up for 0.2 ms an event on average, and for 1.5 ms where the pointer is pressed, when the
// selectors are sought and counted (BenchmarkEvent, two busy cores of an EPYC); 2 ms, or 2 ms at best of any kind of event, fail the benchmark.
package record
