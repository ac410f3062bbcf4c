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
package record
