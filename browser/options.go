package browser

import (
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"github.com/adrg/xdg"
)

// Options say which browser to use and how. The zero value finds one and runs it without a window.
type Options struct {
	Path      string   // executable; empty: the first usable of [Candidates]
	Connect   string   // ws://, wss://, http:// or https:// address of a running browser's DevTools; nothing is launched
	Window    bool     // show a window
	Shell     bool     // take a headless shell: it starts sooner, takes half the memory, and shows nothing
	NoSandbox bool     // run without Chrome's sandbox; SEINE_NO_SANDBOX=1 asks for the same
	UserAgent string   // empty: the browser's own, without "Headless"
	Proxy     string   // as Chrome's --proxy-server, e.g. socks5://127.0.0.1:1080; empty: the system's. Loopback is never proxied
	Args      []string // further command line arguments; later ones win in Chrome
	Emulation Emulation
	Requests  Requests
	Profile   string // folder in which cookies and storage are kept from one browser to the next; empty: none. All tabs share it, one after another
	StateDir  string // folder of the run folders; empty: $XDG_STATE_HOME/seine/run
	Log       *slog.Logger
}

func (o Options) log() *slog.Logger {
	if o.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Log
}

func (o Options) stateDir() string {
	if o.StateDir != "" {
		return o.StateDir
	}
	return filepath.Join(xdg.StateHome, "seine", "run")
}

func (o Options) noSandbox() bool {
	return o.NoSandbox || os.Getenv("SEINE_NO_SANDBOX") == "1"
}

// refusesSandbox reports whether Chrome would refuse its sandbox to this user.
func (o Options) refusesSandbox() bool {
	return runtime.GOOS == "linux" && os.Geteuid() == 0 && !o.noSandbox()
}
