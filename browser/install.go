package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Errors of Installer.
var (
	// ErrDeclined: the person did not agree to any way of installing.
	ErrDeclined = errors.New("nothing was installed, as you wished")
	// ErrNoWay: there is no way to install a browser on this machine, or none that this user may go.
	ErrNoWay = errors.New("no way to install a browser")
	// ErrUntrusted: an index, address or archive is not what Chrome for Testing serves.
	ErrUntrusted = errors.New("not what Chrome for Testing serves")
)

// Installer puts a browser on this machine: by the system's package manager where the user may, which brings libraries and
// updates along, else Chrome for Testing into the user's cache. The zero value does so without asking.
type Installer struct {
	Index    string              // address of the Chrome for Testing index; empty: the official one
	Dir      string              // where downloads are installed; empty: [CacheDir]
	Shell    bool                // want chrome-headless-shell rather than a full browser
	Out      io.Writer           // output of package managers; nil: dropped
	In       io.Reader           // their input, for sudo's password; nil: none
	Progress func(Progress)      // of downloads; nil: none. Called from the goroutine of Install
	Confirm  func(w Way) bool    // asked before anything is changed; nil: yes
	Client   *http.Client        // nil: one with time-outs
	lookPath func(string) string // for tests; empty when there is no such command
	root     func() bool         // for tests
}

// Progress of a download, in bytes.
type Progress struct {
	Done, Total int64
	What        string // e.g. "chrome 156.0.8078.79"
}

// Way is one way to a browser, as told to the person before it is gone.
type Way struct {
	Name     string     // "apt", "dnf", "pacman", "apk", "brew", "winget" or "download"
	Commands [][]string // what will be run, in order; no shell is involved
	URL      string     // what will be fetched
	Version  string     // of the download
	Dir      string     // where the download will be put
	Note     string     // what to know before agreeing; may be empty
	Blocked  string     // why this user cannot go it, and what would help; empty when he can
}

// String says in one line what will be done.
func (w Way) String() string {
	if w.URL != "" {
		return fmt.Sprintf("download Chrome for Testing %s into %s", w.Version, w.Dir)
	}
	var list []string
	for _, c := range w.Commands {
		list = append(list, strings.Join(c, " "))
	}
	return strings.Join(list, " && ")
}

// Plan lists the ways, best first, the blocked ones too: they tell what would help. A way to download that cannot be told, because
// the index is out of reach, is blocked.
func (i Installer) Plan(ctx context.Context) []Way {
	ways := i.packageManagers()
	return append(ways, i.planDownload(ctx))
}

// Install goes the first way that is open and agreed to, and where it fails the next one. It returns the browser that is there
// then. Errors: [ErrDeclined], [ErrNoWay], [ErrUntrusted], or what the last way met.
func (i Installer) Install(ctx context.Context) (Candidate, error) {
	failed, declined := ErrNoWay, false
	for _, w := range i.Plan(ctx) {
		if w.Blocked != "" {
			failed = fmt.Errorf("%w; %s: %s", failed, w.Name, w.Blocked)
			continue
		}
		if i.Confirm != nil && !i.Confirm(w) {
			declined = true
			continue
		}
		c, err := i.Go(ctx, w)
		if err == nil || ctx.Err() != nil {
			return c, err
		}
		failed = err
		fmt.Fprintf(i.out(), "%s: %v\n", w.Name, err)
	}
	if declined && errors.Is(failed, ErrNoWay) {
		failed = ErrDeclined // why the other ways are blocked, nobody asked
	}
	return Candidate{}, failed
}

// Go goes one way of the plan, without asking.
func (i Installer) Go(ctx context.Context, w Way) (Candidate, error) {
	if w.Blocked != "" {
		return Candidate{}, fmt.Errorf("%w; %s: %s", ErrNoWay, w.Name, w.Blocked)
	}
	if w.URL != "" {
		return i.download(ctx, w)
	}
	for _, c := range w.Commands {
		if err := i.runCommand(ctx, c); err != nil {
			return Candidate{}, err
		}
	}
	c, err := Find(ctx)
	if err != nil {
		return c, fmt.Errorf("%s ended well, and yet there is %w", w.Name, err)
	}
	return c, nil
}

func (i Installer) runCommand(ctx context.Context, args []string) error {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = i.In, i.out(), i.out()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // a package manager must put its database in order
	cmd.WaitDelay = 30 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(args, " "), err)
	}
	return nil
}

func (i Installer) out() io.Writer {
	if i.Out == nil {
		return io.Discard
	}
	return i.Out
}

func (i Installer) dir() string {
	if i.Dir == "" {
		return CacheDir()
	}
	return i.Dir
}
