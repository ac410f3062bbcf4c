// Package browsertest gives the tests of a package one real browser between them and each test a tab of its own.
//
//	func TestMain(m *testing.M) { browsertest.Main(m) }
//
//	func TestPage(t *testing.T) {
//		tab := browsertest.New(t, nil)
//		…
//	}
//
// A machine without a browser fails the tests; nothing is skipped.
package browsertest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"seine/browser"
)

// openLimit bounds the opening of a tab on a busy machine.
const openLimit = 60 * time.Second

var shared struct {
	sync.Mutex
	main    bool
	state   string
	browser *browser.Browser
	err     error
}

// Main runs the tests, closes the shared browser if one was started, and fails when a goroutine is left over (but for opts). It
// does not return.
func Main(m *testing.M, opts ...goleak.Option) {
	shared.main = true
	code := m.Run()
	if err := closeShared(); err != nil {
		fmt.Fprintln(os.Stderr, "browsertest: closing the browser:", err)
		code = max(code, 1)
	}
	if code == 0 {
		if err := goleak.Find(opts...); err != nil {
			fmt.Fprintln(os.Stderr, "browsertest:", err)
			code = 1
		}
	}
	os.Exit(code)
}

func closeShared() error {
	shared.Lock()
	defer shared.Unlock()
	var err error
	if shared.browser != nil {
		err = shared.browser.Close()
	}
	if shared.state != "" {
		err = errors.Join(err, os.RemoveAll(shared.state))
	}
	return err
}

// Browser is the shared browser; it is started by the first call and replaced when a test made it crash.
func Browser(t testing.TB) *browser.Browser {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if !shared.main {
		t.Fatal("browsertest: TestMain must call browsertest.Main, which closes the browser")
	}
	if shared.browser != nil && shared.browser.Err() != nil {
		_ = shared.browser.Close()
		shared.browser = nil
	}
	if shared.browser == nil && shared.err == nil {
		start()
	}
	if shared.err != nil {
		t.Fatalf("browsertest: this test needs a browser: %v", shared.err)
	}
	return shared.browser
}

func start() {
	if shared.state == "" {
		if shared.state, shared.err = os.MkdirTemp("", "seine-test-"); shared.err != nil {
			return
		}
	}
	shared.browser, shared.err = browser.Launch(context.Background(), Options(shared.state))
}

// Options are those of the shared browser. As root it runs without its sandbox: it opens our own pages only.
func Options(stateDir string) browser.Options {
	return browser.Options{StateDir: stateDir, NoSandbox: os.Geteuid() == 0}
}

// New opens a tab of the shared browser, observed by obs (may be nil), and closes it when the test ends.
func New(t testing.TB, obs browser.Observer) *browser.Tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), openLimit)
	defer cancel()
	tab, err := Browser(t).NewTab(ctx, obs)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tab.Close(); err != nil {
			t.Error(err)
		}
	})
	return tab
}
