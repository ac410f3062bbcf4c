package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"slices"
	"strings"

	"seine/assemble"
	"seine/assemble/fetch"
	"seine/assemble/files"
	"seine/browser"
	"seine/capture/call"
	"seine/capture/folder"
	"seine/capture/session"
	"seine/cmd/internal/ui"
	"seine/scenarios/engine"
	"seine/scenarios/program"
	"seine/scenarios/record"
	"seine/scenarios/replay"
)

// The exit codes. Scripts rely on them: a number is never given another meaning.
const (
	codeOK          = 0
	codeFailed      = 1
	codeUsage       = 2
	codeNetwork     = 3
	codeNothing     = 4
	codeProtected   = 5
	codeIncomplete  = 6
	codeOutput      = 7
	codeBrowser     = 8
	codeUnsupported = 9
	codeContent     = 10
	codePartial     = 11
	codeBreaking    = 12
	codeInterrupted = 130
)

type exit struct {
	code    int
	name    string
	meaning string
	is      func(error) bool
}

// exits is the one table: for the help, the README and the decision. The first row that an error matches counts.
var exits = []exit{
	{codeOK, "ok", "done", func(err error) bool { return err == nil }},
	{codeInterrupted, "interrupted", "ended by a signal; run it again to go on", either(errSignal, context.Canceled)},
	{codePartial, "partial", "of several addresses, files or runs some failed; each was told of, the others are done", isPartial},
	{codeBreaking, "breaking", "seine api diff: the new document breaks clients of the old one", either(errBreaking)},
	{codeUsage, "usage", "a mistake on the command line, or in a scenario file", func(err error) bool {
		return as[*usageError](err) || as[*scenarioError](err) || as[*program.InputError](err) || as[*call.ArgumentError](err)
	}},
	{codeProtected, "protected", "the media is protected by DRM; nothing of it was fetched", either(assemble.ErrDRM)},
	{codeIncomplete, "incomplete", "segments are missing: the unfinished file is kept, run it again to go on; or, with --allow-gaps, the film has gaps", either(assemble.ErrIncomplete)},
	{codeOutput, "output", "the output exists, is in use, or cannot be written", func(err error) bool {
		return either(assemble.ErrExists, assemble.ErrBusy, assemble.ErrChanged, assemble.ErrOutput, files.ErrNames, files.ErrArchive, folder.ErrOccupied, engine.ErrBusy)(err) || as[*fs.PathError](err)
	}},
	{codeUnsupported, "unsupported", "a kind of stream that seine cannot put together yet", either(assemble.ErrUnsupported, assemble.ErrLive, replay.ErrUnsupported)},
	{codeContent, "content", "what came is not what it should be: a page for a segment, a wrong key", either(assemble.ErrContent, assemble.ErrKey, assemble.ErrWrongKey, assemble.ErrMalformed, call.ErrContent, call.ErrEndless, call.ErrTooLarge)},
	{codeBrowser, "browser", "no browser, or it did not start, or it crashed", func(err error) bool {
		return as[*browser.StartError](err) || either(browser.ErrNotFound, browser.ErrConnect, browser.ErrBrowserGone, browser.ErrTabCrashed, browser.ErrTabGone,
			browser.ErrNoWay, engine.ErrNoPage, browser.ErrProfile, browser.ErrDeclined, browser.ErrUntrusted, errUnhealthy)(err)
	}},
	{codeNothing, "nothing", "no film, playlist or API was found, or not in the wanted quality or language", either(errNoPlaylist, errNoCalls, replay.ErrNoMedia, replay.ErrChallenge, assemble.ErrNothing, assemble.ErrNotPlaylist, assemble.ErrChoice, files.ErrPage)},
	{codeNetwork, "network", "no such host, no answer, an error status, or a forbidden address", func(err error) bool {
		return as[*replay.NavigationError](err) || as[*record.OpenError](err) || as[*fetch.Error](err) || as[net.Error](err) || either(engine.ErrStatus, call.ErrStatus, call.ErrStale, call.ErrElsewhere, session.ErrPrivate, session.ErrScheme, session.ErrRedirects, session.ErrProxy)(err)
	}},
	{codeFailed, "failed", "something else went wrong", func(error) bool { return true }},
}

func either(targets ...error) func(error) bool {
	return func(err error) bool {
		return slices.ContainsFunc(targets, func(t error) bool { return errors.Is(err, t) })
	}
}

func as[T error](err error) bool {
	var t T
	return errors.As(err, &t)
}

// exitOf finds the row of an error.
func exitOf(err error) (code int, name string) {
	for _, e := range exits {
		if e.is(err) {
			return e.code, e.name
		}
	}
	return codeFailed, "failed"
}

// report says what went wrong, and what to do, and gives the exit code.
func report(std stdio, args []string, err error) int {
	code, name := exitOf(err)
	if code == codeOK {
		return code
	}
	c := ui.New(std.Out, std.Err, ui.Options{JSON: wantsJSON(args)})
	tell(c, "error", failure{Exit: code, Name: name, Error: sentence(err), Hint: hint(err)})
	return code
}

// failure is an error for machines, and of several addresses which one it belongs to.
type failure struct {
	URL   string `json:"url,omitempty"`
	Exit  int    `json:"exit"`
	Name  string `json:"name"`
	Error string `json:"error"`
	Hint  string `json:"hint"`
}

func tell(c *ui.Console, event string, f failure) {
	_ = c.Emit(event, f)
	if f.URL != "" && !strings.HasPrefix(f.Error, f.URL) {
		f.Error = f.URL + ": " + f.Error
	}
	c.Fail(ui.Remote(f.Error).String())
	if f.Hint != "" {
		c.Fail(ui.Remote(f.Hint).String())
	}
}

// wantsJSON looks at the line itself: it may be so wrong that it was never parsed.
func wantsJSON(args []string) bool {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	if len(args) > 1 && args[1] == "record" { // there it says what file is written
		return false
	}
	return slices.ContainsFunc(args, func(a string) bool { return slices.Contains([]string{"--json", "-json", "--json=true"}, a) })
}

// sentence leaves out what only we care for.
func sentence(err error) string {
	if errors.Is(err, errSignal) {
		return "interrupted"
	}
	if partial := (*partialError)(nil); errors.As(err, &partial) {
		return partial.Error()
	}
	var step *replay.StepError
	if errors.As(err, &step) {
		return step.Err.Error() // the steps of a built-in flow are nothing that the user wrote
	}
	return err.Error()
}

func hint(err error) string {
	switch {
	case as[*partialError](err), errors.Is(err, errSignal):
		return "" // told with each address; nothing to advise
	case errors.Is(err, fs.ErrNotExist) && errors.Is(err, assemble.ErrOutput):
		return "make the folder first, or name another one"
	case errors.Is(err, files.ErrPage):
		return "`seine grab` fetches the film that a page plays; the page itself comes with an out= or -o that ends in .html"
	case errors.Is(err, errNoFolder):
		return "name another folder"
	case errors.Is(err, browser.ErrNotFound):
		return "run `seine browser install`, or name one with --browser or SEINE_BROWSER"
	case errors.Is(err, browser.ErrProfile):
		return "end the other seine that uses it, or name another profile"
	case errors.Is(err, replay.ErrChallenge):
		return "pass the test yourself, once, with --show and --profile NAME; later visits with that profile are let in as long as the site remembers"
	case errors.Is(err, replay.ErrPlays):
		return "`--from-player` takes the film from the page's own player, as it plays"
	case isUntrusted(err):
		return "if the server is your own, make its certificate known to this machine (on Linux to Chrome's own list, ~/.pki/nssdb); if it is not, somebody may listen in"
	case errors.Is(err, browser.ErrTabCrashed):
		return "pages crash for want of memory, most of all: --block images and --tabs 1 need less"
	case errors.Is(err, browser.ErrBrowserGone):
		return "run it again; if it is gone each time, `seine browser doctor` says whether it works at all"
	case errors.Is(err, replay.ErrNoMedia):
		return "`seine sniff URL` shows everything that the page loads"
	case errors.Is(err, session.ErrPrivate):
		return "if you trust the page with your own network, --allow-private lets it"
	}
	return assemble.Hint(err)
}

// isUntrusted: the page's server could not prove who it is.
func isUntrusted(err error) bool {
	unopened := (*replay.NavigationError)(nil)
	return errors.As(err, &unopened) && strings.HasPrefix(unopened.Code, "net::ERR_CERT_")
}

// exitHelp is the table in the help.
func exitHelp() string {
	var b strings.Builder
	b.WriteString("\nEXIT CODES:\n")
	rows := slices.Clone(exits)
	slices.SortFunc(rows, func(a, b exit) int { return a.code - b.code })
	for _, e := range rows {
		fmt.Fprintf(&b, "   %3d  %-12s %s\n", e.code, e.name, e.meaning)
	}
	return b.String()
}
