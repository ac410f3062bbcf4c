package main

import (
	"hash/crc32"
	"net/http"
	"path"
	"sync"
	"time"
)

// What a line far away does, and what a server in trouble does.
const (
	latency   = 50 * time.Millisecond
	lineSpeed = 2e6 // bytes a second on one connection
	faultsIn  = 50  // one file in so many goes wrong, once: 2 %
)

// troubled puts trouble in front of a handler: "slow", "faults" or none.
func troubled(h http.Handler, trouble string) http.Handler {
	switch trouble {
	case "slow":
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(latency)
			h.ServeHTTP(&slowWriter{ResponseWriter: w, began: time.Now()}, r)
		})
	case "faults":
		return &faulty{Handler: h, met: map[string]bool{}}
	}
	return h
}

// slowWriter is a connection of lineSpeed.
type slowWriter struct {
	http.ResponseWriter
	began time.Time
	sent  int
}

func (w *slowWriter) Write(b []byte) (n int, err error) {
	const slice = 32 << 10
	for len(b) > 0 && err == nil {
		var k int
		k, err = w.ResponseWriter.Write(b[:min(slice, len(b))])
		n, b, w.sent = n+k, b[k:], w.sent+k
		time.Sleep(time.Until(w.began.Add(time.Duration(float64(w.sent) / lineSpeed * float64(time.Second)))))
	}
	return n, err
}

// faulty fails the first request for some files: by a status, or by a connection that breaks in the middle.
type faulty struct {
	http.Handler
	mu  sync.Mutex
	met map[string]bool
}

func (f *faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	sum := crc32.ChecksumIEEE([]byte(name))
	f.mu.Lock()
	first := !f.met[name]
	f.met[name] = true
	f.mu.Unlock()
	switch {
	case !first || sum%faultsIn != 0 || path.Ext(name) != ".ts":
		f.Handler.ServeHTTP(w, r)
	case sum/faultsIn%2 == 0:
		http.Error(w, "busy", http.StatusServiceUnavailable)
	default:
		f.Handler.ServeHTTP(&breakingWriter{w}, r)
	}
}

// breakingWriter breaks after the first bytes of a body.
type breakingWriter struct{ http.ResponseWriter }

func (w *breakingWriter) Write(b []byte) (int, error) {
	_, _ = w.ResponseWriter.Write(b[:len(b)/2])
	panic(http.ErrAbortHandler)
}
