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
	"seine/browser"
	"seine/capture/session"
	"seine/cmd/internal/ui"
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
	{codeUsage, "usage", "a mistake on the command line", as[*usageError]},
	{codeProtected, "protected", "the media is protected by DRM; nothing of it was fetched", either(assemble.ErrDRM)},
	{codeIncomplete, "incomplete", "segments are missing; the unfinished file is kept, run it again to go on", either(assemble.ErrIncomplete)},
	{codeOutput, "output", "the output exists, is in use, or cannot be written", func(err error) bool {
		return either(assemble.ErrExists, assemble.ErrBusy, assemble.ErrChanged, assemble.ErrOutput)(err) || as[*fs.PathError](err)
	}},
	{codeUnsupported, "unsupported", "a kind of stream that seine cannot put together yet", either(assemble.ErrUnsupported, assemble.ErrLive, replay.ErrUnsupported)},
	{codeContent, "content", "what came is not what it should be: a page for a segment, a wrong key", either(assemble.ErrContent, assemble.ErrKey, assemble.ErrWrongKey, assemble.ErrMalformed)},
	{codeBrowser, "browser", "no browser, or it did not start, or it crashed", func(err error) bool {
		return as[*browser.StartError](err) || either(browser.ErrNotFound, browser.ErrBrowserGone, browser.ErrTabCrashed, browser.ErrTabGone,
			browser.ErrNoWay, browser.ErrDeclined, browser.ErrUntrusted, errUnhealthy)(err)
	}},
	{codeNothing, "nothing", "no film or playlist was found", either(replay.ErrNoMedia, assemble.ErrNothing, assemble.ErrNotPlaylist, assemble.ErrChoice)},
	{codeNetwork, "network", "no such host, no answer, an error status, or a forbidden address", func(err error) bool {
		return as[*replay.NavigationError](err) || as[*fetch.Error](err) || as[net.Error](err) || either(session.ErrPrivate, session.ErrScheme, session.ErrRedirects)(err)
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
	advice := hint(err)
	c := ui.New(std.Out, std.Err, ui.Options{JSON: slices.Contains(args, "--json")})
	text := ui.Remote(sentence(err)).String()
	_ = c.Emit("error", map[string]any{"exit": code, "name": name, "error": text, "hint": advice})
	c.Fail(text)
	if advice != "" {
		c.Fail(ui.Remote(advice).String())
	}
	return code
}

// sentence leaves out what only we care for.
func sentence(err error) string {
	if errors.Is(err, errSignal) {
		return "interrupted"
	}
	var step *replay.StepError
	if errors.As(err, &step) {
		return step.Err.Error() // the steps of a built-in flow are nothing that the user wrote
	}
	return err.Error()
}

func hint(err error) string {
	switch {
	case errors.Is(err, browser.ErrNotFound):
		return "run `seine browser install`, or name one with --browser or SEINE_BROWSER"
	case errors.Is(err, replay.ErrNoMedia):
		return "`seine sniff URL` shows everything that the page loads"
	case errors.Is(err, session.ErrPrivate):
		return "if you trust the page with your own network, --allow-private lets it"
	}
	return assemble.Hint(err)
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
