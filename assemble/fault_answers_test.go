package assemble

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// struck is what a fault has to work with.
type struck struct {
	http.ResponseWriter
	t    *testing.T
	r    *http.Request
	body []byte
}

// Unwrap is for http.ResponseController.
func (s struck) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// strike has a resource struck so many times; 0 is for ever.
func strike(name string, times int, answer func(s struck)) func(*testing.T, *origin) {
	return func(t *testing.T, o *origin) {
		o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
			path := strings.TrimPrefix(r.URL.Path, "/")
			if path != name || times > 0 && n > times {
				return false
			}
			body, err := o.body(path)
			if err != nil {
				t.Error(err)
			}
			answer(struck{w, t, r, body})
			return true
		}
	}
}

const (
	faultList = film + "/index.m3u8"
	faultKey  = film + "/key"
)

// Ways to answer.

func resetAt(k func(n int) int) func(struck) {
	return func(s struck) {
		cut(s.t, s, fmt.Sprintf("Content-Length: %d\r\n", len(s.body)), s.body[:k(len(s.body))], true)
	}
}

func noAnswer(s struck) {
	conn, _, err := http.NewResponseController(s).Hijack()
	if err != nil {
		s.t.Error(err)
		return
	}
	_ = conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

func claims(add int) func(struck) {
	return func(s struck) {
		cut(s.t, s, fmt.Sprintf("Content-Length: %d\r\n", len(s.body)+add), s.body, false)
	}
}

func refusing(code int, header ...string) func(struck) {
	return func(s struck) {
		for i := 0; i+1 < len(header); i += 2 {
			s.Header().Set(header[i], header[i+1])
		}
		s.WriteHeader(code)
	}
}

// stands sends n bytes and then nothing.
func stands(n func(int) int) func(struck) {
	return func(s struck) {
		s.Header().Set("Content-Length", fmt.Sprint(len(s.body)))
		_, _ = s.Write(s.body[:n(len(s.body))])
		_ = http.NewResponseController(s).Flush()
		<-s.r.Context().Done()
	}
}

// trickles sends a byte now and then.
func trickles(s struck) {
	s.Header().Set("Content-Length", fmt.Sprint(len(s.body)))
	for _, b := range s.body {
		select {
		case <-time.After(20 * time.Millisecond):
		case <-s.r.Context().Done():
			return
		}
		_, _ = s.Write([]byte{b})
		_ = http.NewResponseController(s).Flush()
	}
}

func page(s struck) { fmt.Fprint(s, "<!DOCTYPE html><title>busy</title>") }

var zeros = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(make([]byte, 40<<20))
	z.Close()
	return b.Bytes()
})

func bomb(s struck) {
	s.Header().Set("Content-Encoding", "gzip")
	_, _ = s.Write(zeros())
}

func loops(s struck) { http.Redirect(s, s.r, s.r.URL.Path+"?again", http.StatusFound) }

func mangled(change func([]byte) []byte) func(struck) {
	return func(s struck) { _, _ = s.Write(change(bytes.Clone(s.body))) }
}

func plus(k int) func(int) int { return func(int) int { return k } }
func half(n int) int           { return n / 2 }
func last(n int) int           { return n - 1 }

// ranged has all segments in one file, of which the answers to requests may be struck.
func ranged(times int, answer func(s struck, all []byte)) func(*testing.T, *origin) {
	return func(t *testing.T, o *origin) {
		var all []byte
		ranges := map[string]string{}
		for i := range segments {
			b, err := o.body(seg(i))
			if err != nil {
				t.Fatal(err)
			}
			ranges[fmt.Sprintf("\nseg_%03d.ts", i)] = fmt.Sprintf("\n#EXT-X-BYTERANGE:%d@%d\nall.ts", len(b), len(all))
			all = append(all, b...)
		}
		o.playlist = func(s string) string {
			for line, with := range ranges {
				s = strings.Replace(s, line, with, 1)
			}
			return strings.Replace(s, "#EXTM3U", "#EXTM3U\n#EXT-X-VERSION:4", 1)
		}
		o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
			if !strings.HasSuffix(r.URL.Path, "/all.ts") {
				return false
			}
			if times > 0 && n > times {
				http.ServeContent(w, r, "all.ts", time.Time{}, bytes.NewReader(all))
			} else {
				answer(struck{w, t, r, nil}, all)
			}
			return true
		}
	}
}

// partial answers with a range of its own: another place, or less.
func partial(shift, less int) func(s struck, all []byte) {
	return func(s struck, all []byte) {
		var from, to int
		if _, err := fmt.Sscanf(s.r.Header.Get("Range"), "bytes=%d-%d", &from, &to); err != nil {
			s.t.Error(err)
			return
		}
		from, to = max(0, from+shift), min(to+shift-less, len(all)-1)
		s.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(all)))
		s.WriteHeader(http.StatusPartialContent)
		_, _ = s.Write(all[from : to+1])
	}
}

// storm refuses the first requests for everything.
func storm(_ *testing.T, o *origin) {
	o.hook = func(w http.ResponseWriter, _ *http.Request, n int) bool {
		if n > 3 {
			return false
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
}

// elsewhere moves the segments to another address.
func elsewhere(base string) func(*testing.T, *origin) {
	return func(_ *testing.T, o *origin) {
		o.playlist = func(s string) string { return strings.ReplaceAll(s, "\nseg_", "\n"+base+"/seg_") }
	}
}
