package browser

import (
	"errors"
	"fmt"
	"strings"
)

// Errors to decide by; what is returned wraps them with the circumstances.
var (
	// ErrNotFound: no browser on this machine, or none at the path that was given.
	ErrNotFound = errors.New("no browser found")
	// ErrConnect: no browser answers at the address that was given.
	ErrConnect = errors.New("no browser answers")
	// ErrSandbox: Chrome's sandbox cannot be used here and nobody asked for a start without it.
	ErrSandbox = errors.New("chrome's sandbox cannot be used")
	// ErrProfile: another browser uses the profile.
	ErrProfile = errors.New("the profile is in use")
	// ErrLibraries: a shared library that the browser needs is not installed.
	ErrLibraries = errors.New("a shared library is missing")
	// ErrDisplay: a window was asked for where there is no display.
	ErrDisplay = errors.New("no display for a window")
	// ErrStart: the browser ended, or stayed silent, before its first answer.
	ErrStart = errors.New("the browser did not start")
	// ErrBrowserGone: Chrome ended, or its connection broke, while nobody had asked for it.
	ErrBrowserGone = errors.New("the browser is gone")
	// ErrClosed: the browser or tab was closed by its owner.
	ErrClosed = errors.New("closed")
	// ErrQuit: Chrome ended by itself and without a fault, as when its last window is closed. It comes with ErrBrowserGone.
	ErrQuit = errors.New("it ended by itself, without a fault (exit status 0)")
	// ErrTabCrashed: the renderer of the tab's page died; open a new tab.
	ErrTabCrashed = errors.New("the page crashed")
	// ErrTabGone: the page closed itself (window.close) or was closed by the person in front of it.
	ErrTabGone = errors.New("the page is gone")
	// ErrDetached: the target of a session ended before it answered.
	ErrDetached = errors.New("the target is gone")
)

// StartError tells why a browser did not start. It wraps one of [ErrSandbox], [ErrLibraries], [ErrDisplay], [ErrStart].
type StartError struct {
	Path   string // the executable; empty when none was chosen yet
	Exit   error  // how the process ended; nil while it ran on in silence
	Output string // the last of what it printed (at most 16 KiB), for a log; may hold anything
	Kind   error  // the sentinel
	Hint   string // what happened and what to do, in a sentence
}

func (e *StartError) Error() string {
	s := e.Hint
	if e.Path != "" {
		s = e.Path + ": " + s
	}
	if e.Exit != nil {
		s += " (" + e.Exit.Error() + ")"
	}
	return s
}

// Unwrap gives the sentinel and the end of the process.
func (e *StartError) Unwrap() []error { return []error{e.Kind, e.Exit} }

// explain reads the reason of a failed start out of what the process printed.
func explain(path string, exit error, output string) *StartError {
	e := &StartError{Path: path, Exit: exit, Output: output}
	switch {
	case strings.Contains(output, "error while loading shared libraries"):
		e.Kind, e.Hint = ErrLibraries, "the shared library "+missingLibrary(output)+
			" is missing; install the browser by the system's package manager (seine browser install), which brings its libraries along"
	case strings.Contains(output, "Running as root without --no-sandbox"):
		e.Kind, e.Hint = ErrSandbox, hintRoot
	case strings.Contains(output, "No usable sandbox") || strings.Contains(output, "setuid_sandbox_host") ||
		strings.Contains(output, "Failed to move to new namespace"):
		e.Kind, e.Hint = ErrSandbox, hintNamespaces
	case strings.Contains(output, "Missing X server") || strings.Contains(output, "cannot open display") ||
		strings.Contains(output, "Failed to connect to Wayland"):
		e.Kind, e.Hint = ErrDisplay, hintDisplay
	default:
		e.Kind, e.Hint = ErrStart, "it did not start"+lastLine(output)
	}
	return e
}

const (
	hintRoot = "Chrome refuses to run as root with its sandbox; run seine as another user, or, where the pages are trusted " +
		"or the container is the fence, ask for --no-sandbox by name (or SEINE_NO_SANDBOX=1)"
	hintNamespaces = "this system gives Chrome no user namespaces to build its sandbox from; allow them (sysctl " +
		"kernel.unprivileged_userns_clone=1, or kernel.apparmor_restrict_unprivileged_userns=0), or ask for --no-sandbox by name (or SEINE_NO_SANDBOX=1)"
	hintDisplay = "there is no display to show a window on; run without a window, or set DISPLAY or WAYLAND_DISPLAY"
)

// missingLibrary takes the name out of ld.so's "X: error while loading shared libraries: libnss3.so: cannot open …".
func missingLibrary(output string) string {
	_, rest, _ := strings.Cut(output, "error while loading shared libraries: ")
	name, _, _ := strings.Cut(rest, ":")
	if name == "" || len(name) > 100 || strings.ContainsAny(name, "\n\x1b") {
		return "that it named"
	}
	return name
}

// lastLine gives the last line of output that is not blank, quoted because it is remote text as far as we know.
func lastLine(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	last := strings.TrimSpace(lines[len(lines)-1])
	if last == "" {
		return " and said nothing"
	}
	return fmt.Sprintf("; its last words: %q", last[:min(len(last), 300)])
}
