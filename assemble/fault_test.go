package assemble

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"seine/assemble/fetch"
	"seine/capture/session"
)

// fault is something that an origin does. What comes of it is the very same film, or one of the errors and no film.
type fault struct {
	// set arranges it; name is the resource at fault.
	set func(t *testing.T, o *origin)
	// only is clear or AES-128, or empty for both.
	only string
	// quiet: there is nothing to try again.
	quiet bool
	// stalls: it takes the time until a stall is noticed.
	stalls bool
	want   []error
}

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

var dayInThePast = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC).Format(http.TimeFormat)

func faults() map[string]fault {
	bad := seg(5)
	lost := []error{ErrIncomplete}
	table := map[string]fault{
		"no answer once":        {set: strike(bad, 1, noAnswer), quiet: true},
		"no answer ever":        {set: strike(bad, 0, noAnswer), want: lost},
		"Content-Length long":   {set: strike(bad, 1, claims(1))},
		"Content-Length short":  {only: "AES-128", set: strike(bad, 1, claims(-5000))},
		"always short":          {only: "AES-128", set: strike(bad, 0, claims(-5000)), want: []error{ErrWrongKey}},
		"always long":           {set: strike(bad, 0, claims(1000)), want: []error{ErrIncomplete, fetch.ErrTruncated}},
		"200 for a range":       {set: ranged(0, func(s struck, all []byte) { _, _ = s.Write(all) }), quiet: true},
		"another range":         {set: ranged(0, partial(188, 0)), want: []error{ErrIncomplete, fetch.ErrRange}},
		"a range cut short":     {set: ranged(1, partial(0, 1000))},
		"416 for a range":       {set: ranged(0, func(s struck, _ []byte) { s.WriteHeader(416) }), want: lost},
		"a part unasked":        {set: strike(bad, 0, refusing(206, "Content-Range", "bytes 0-99/1000")), want: []error{ErrIncomplete, fetch.ErrRange}},
		"404 once":              {set: strike(bad, 1, refusing(404))},
		"404 always":            {set: strike(bad, 0, refusing(404)), want: lost},
		"404 for the playlist":  {set: strike(faultList, 0, refusing(404)), want: []error{&fetch.StatusError{Code: 404}}},
		"429, seconds":          {set: strike(bad, 2, refusing(429, "Retry-After", "0"))},
		"429, date":             {set: strike(bad, 2, refusing(429, "Retry-After", time.Now().UTC().Format(http.TimeFormat)))},
		"429, for a day":        {set: strike(bad, 0, refusing(429, "Retry-After", "86400")), want: []error{ErrIncomplete, fetch.ErrPatience}},
		"a server of the past":  {set: strike(bad, 1, refusing(503, "Date", dayInThePast, "Retry-After", dayInThePast))},
		"a server of tomorrow":  {set: strike(bad, 1, refusing(503, "Date", "Fri, 01 Jan 2100 00:00:00 GMT", "Retry-After", "Fri, 01 Jan 2100 00:00:00 GMT"))},
		"a date long gone":      {set: strike(bad, 1, refusing(503, "Retry-After", dayInThePast))},
		"a storm of 503":        {set: storm},
		"503 always":            {set: strike(bad, 0, refusing(503)), want: lost},
		"stall":                 {stalls: true, set: strike(bad, 1, stands(half))},
		"stall at the playlist": {stalls: true, set: strike(faultList, 1, stands(half))},
		"stall always":          {stalls: true, set: strike(bad, 0, stands(plus(1))), want: []error{ErrIncomplete, fetch.ErrStall}},
		"trickle":               {stalls: true, set: strike(bad, 1, trickles)},
		"HTML once":             {set: strike(bad, 1, page)},
		"HTML always":           {set: strike(bad, 0, page), want: []error{ErrIncomplete, ErrContent}},
		"HTML for the playlist": {set: strike(faultList, 0, page), want: []error{ErrNotPlaylist}},
		"bomb for the playlist": {set: strike(faultList, 0, bomb), want: []error{session.ErrEncoding}},
		"bomb":                  {set: strike(bad, 0, bomb), want: []error{ErrIncomplete, session.ErrEncoding}},
		"redirects in a ring":   {set: strike(bad, 0, loops), want: []error{ErrIncomplete, session.ErrRedirects}},
		"ring at the playlist":  {set: strike(faultList, 0, loops), want: []error{session.ErrRedirects}},
		"redirect to a file":    {set: strike(bad, 0, refusing(302, "Location", "file:///etc/passwd")), want: []error{ErrIncomplete, session.ErrScheme}},
		"no such name":          {set: elsewhere("http://nowhere.test"), want: []error{ErrIncomplete, errNoName}},
		"nobody there":          {set: elsewhere("http://127.0.0.1:1"), want: lost},

		"key: 404 once":    {only: "AES-128", set: strike(faultKey, 1, refusing(404))},
		"key: 404 always":  {only: "AES-128", set: strike(faultKey, 0, refusing(404)), want: lost},
		"key: reset":       {only: "AES-128", set: strike(faultKey, 1, resetAt(plus(7)))},
		"key: HTML once":   {only: "AES-128", set: strike(faultKey, 1, page)},
		"key: bomb":        {only: "AES-128", set: strike(faultKey, 0, bomb), want: lost},
		"key: wrong":       {only: "AES-128", set: strike(faultKey, 0, mangled(func(b []byte) []byte { return append(b[1:], 'x') })), want: []error{ErrWrongKey}},
		"key: wrong once":  {only: "AES-128", set: strike(faultKey, 1, mangled(func(b []byte) []byte { return append(b[1:], 'x') }))},
		"padding once":     {only: "AES-128", set: strike(bad, 1, mangled(spoilPadding))},
		"padding always":   {only: "AES-128", set: strike(bad, 0, mangled(spoilPadding)), want: []error{ErrWrongKey}},
		"half a block":     {only: "AES-128", set: strike(bad, 1, mangled(func(b []byte) []byte { return b[:len(b)-7] }))},
		"cut at any block": {only: "AES-128", set: strike(bad, 1, mangled(func(b []byte) []byte { return b[:len(b)/32*16] }))},
	}
	for name, k := range map[string]func(int) int{"0": plus(0), "1": plus(1), "187": plus(187), "half": half, "last": last} {
		table["reset at byte "+name] = fault{set: strike(bad, 1, resetAt(k))}
		table["always reset at byte "+name] = fault{set: strike(bad, 0, resetAt(k)), want: lost}
	}
	table["key: another each time"] = fault{only: "AES-128", want: []error{ErrWrongKey}, set: func(_ *testing.T, o *origin) {
		o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
			if r.URL.Path != "/"+faultKey {
				return false
			}
			_, _ = w.Write(keyBytes(fmt.Sprint("wrong", n)))
			return true
		}
	}}
	return table
}

// spoilPadding changes the last block, and so what it decrypts to.
func spoilPadding(b []byte) []byte {
	b[len(b)-1] ^= 0x55
	return b
}

// errNoName stands for a *net.DNSError.
var errNoName = errors.New("no such name")

// nameless is a resolver that knows no name: it answers each question with NXDOMAIN (RFC 1035 §4.1.1).
func nameless(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(b)
			if err != nil {
				return
			}
			b[2], b[3] = b[2]|0x80, 3
			_, _ = conn.WriteTo(b[:n], from)
		}
	}()
	t.Cleanup(func() {
		conn.Close()
		<-done
	})
	return resolverAt(conn.LocalAddr().String())
}

// faulty is a job that does all as the program does, but waits less.
func faulty(t *testing.T, o *origin, conf session.Config) Job {
	t.Helper()
	conf.Start = o.URL
	conf.Resolver = nameless(t)
	c, err := session.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	job := o.job(t)
	job.Client = c
	job.Retry.Tries = 4
	return job
}

func TestFaults(t *testing.T) {
	for name, f := range faults() {
		for _, kind := range []string{"clear", "AES-128"} {
			if f.only != "" && f.only != kind {
				continue
			}
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				o := newOrigin(t)
				if kind == "AES-128" {
					o.crypt = func(uint64) (string, *[16]byte) { return "key", nil }
				}
				f.set(t, o)
				job := faulty(t, o, session.Config{})
				if f.stalls {
					job.Retry.StallTime, job.Retry.Tries = time.Second, 2
				}
				v, err := Run(t.Context(), job)
				holdFault(t, job, &v, err, f.want)
				if len(f.want) > 0 {
					return
				}
				wantGolden(t, job.Output)
				if v.Retries+v.Renewals == 0 && !f.quiet {
					t.Errorf("nothing of it was noticed: %+v", v)
				}
			})
		}
	}
}

// A clear segment that the server itself calls shorter than it is cannot be told from a short one by its length. Then the verdict
// says where something is missing.
func TestFaultShortLength(t *testing.T) {
	o := newOrigin(t)
	strike(seg(5), 1, claims(-5000))(t, o)
	v, err := Run(t.Context(), faulty(t, o, session.Config{}))
	if err != nil || len(v.Warnings) == 0 || len(v.Tracks) != 2 || len(v.Tracks[1].Holes) != 1 {
		t.Errorf("%v; %+v", err, v)
	}
}

// holdFault compares what a run came to.
func holdFault(t *testing.T, job Job, v *Verdict, err error, want []error) {
	t.Helper()
	if len(want) == 0 {
		if err != nil || !v.Finished || len(v.Missing) > 0 {
			t.Errorf("%v; %+v", err, v)
		}
		return
	}
	for _, w := range want {
		if !isFault(err, w) {
			t.Errorf("%v is not %v", err, w)
		}
	}
	if _, e := os.Stat(job.Output); !errors.Is(e, os.ErrNotExist) || v.Finished {
		t.Errorf("a film that pretends: %v, %+v", e, v)
	}
}

func isFault(err, want error) bool {
	var wanted, status *fetch.StatusError
	var dns *net.DNSError
	switch {
	case errors.Is(want, errNoName):
		return errors.As(err, &dns) && dns.IsNotFound
	case errors.As(want, &wanted):
		return errors.As(err, &status) && status.Code == wanted.Code
	}
	return errors.Is(err, want)
}
