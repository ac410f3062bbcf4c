package main

import (
	"net/http"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// brake holds requests up until they are let go or their client leaves, so that a download is in its middle for as long as a script
// needs, however slow the machine is.
type brake struct {
	site http.Handler

	mu   sync.Mutex
	path string        // part of the paths that are held up; empty for none
	free chan struct{} // closed by release
}

func (b *brake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	held, free := b.path != "" && strings.Contains(r.URL.Path, b.path), b.free
	b.mu.Unlock()
	if held {
		select {
		case <-free:
		case <-r.Context().Done():
			return
		}
	}
	b.site.ServeHTTP(w, r)
}

func (b *brake) hold(path string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.path, b.free = path, make(chan struct{})
}

func (b *brake) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.path != "" {
		b.path = ""
		close(b.free)
	}
}

type brakeKey struct{}

func hold(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: hold PATH")
	}
	ts.Value(brakeKey{}).(*brake).hold(args[0])
}

func release(ts *testscript.TestScript, _ bool, _ []string) { ts.Value(brakeKey{}).(*brake).release() }
