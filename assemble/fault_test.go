package assemble

import (
	"bytes"
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

var dayInThePast = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC).Format(http.TimeFormat)

func faults() map[string]fault {
	bad := seg(5)
	lost := []error{ErrIncomplete}
	table := map[string]fault{
		"no answer once":        {set: strike(bad, 1, noAnswer), quiet: true},
		"no answer ever":        {set: strike(bad, 0, noAnswer), want: lost},
		"Content-Length long":   {set: strike(bad, 1, claims(1))},
		"Content-Length short":  {set: strike(bad, 1, claims(-5000))},
		"always short":          {only: "AES-128", set: strike(bad, 0, claims(-5000)), want: []error{ErrIncomplete, ErrWrongKey}},
		"always cut":            {only: "clear", set: strike(bad, 0, claims(-5000)), want: []error{ErrIncomplete, ErrContent}},
		"cut inside a packet":   {only: "clear", set: strike(bad, 1, mangled(func(b []byte) []byte { return b[:len(b)-7] }))},
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
		"padding always":   {only: "AES-128", set: strike(bad, 0, mangled(spoilPadding)), want: []error{ErrIncomplete, ErrWrongKey}},
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
					job.Retry.StallTime = time.Second
				}
				if f.stalls && len(f.want) > 0 { // where it is to succeed, a busy machine that seems to stall may be asked again
					job.Retry.Tries = 2
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

// Where gaps are allowed, what there is of a cut segment is better than nothing, and the verdict says what is missing.
func TestFaultShortLength(t *testing.T) {
	o := newOrigin(t)
	strike(seg(5), 0, claims(-5000))(t, o)
	job := faulty(t, o, session.Config{})
	job.AllowGaps = true
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Warnings) == 0 || len(v.Tracks) != 2 || len(v.Tracks[1].Holes) != 1 || len(v.Missing) != 0 {
		t.Errorf("%v; %+v", err, v)
	}
}

// A stream whose segments all end with rubbish is as it is, and so is the rest of it in another run.
func TestFaultOddSegments(t *testing.T) {
	o := newOrigin(t)
	gone := true
	var mu sync.Mutex
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		mu.Lock()
		defer mu.Unlock()
		name := strings.TrimPrefix(r.URL.Path, "/")
		body, err := o.body(name)
		if err != nil || !strings.HasSuffix(name, ".ts") {
			return false
		}
		if name == seg(segments-1) && gone {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		_, _ = w.Write(append(body, "rubbish"...))
		return true
	}
	job := faulty(t, o, session.Config{})
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) {
		t.Fatal(err)
	}
	mu.Lock()
	gone = false
	mu.Unlock()
	if v, err := Run(t.Context(), job); err != nil || v.Segments != segments || v.Resumed != segments-1 {
		t.Errorf("%v; %+v", err, v)
	}
}

// A fragment whose last box is cut is asked for again.
func TestFaultShortFragment(t *testing.T) {
	o := newOrigin(t)
	want := filmOf(t, o.fragmented(t, "muxed/index.m3u8"))
	for times, lost := range map[int]error{1: nil, 0: ErrContent} {
		bad := newOrigin(t)
		strike("fmp4/muxed/seg_001.m4s", times, claims(-500))(t, bad)
		job := bad.fragmented(t, "muxed/index.m3u8")
		v, err := Run(t.Context(), job)
		if !errors.Is(err, lost) || (err == nil) != (lost == nil) || v.Finished != (lost == nil) {
			t.Errorf("%v; %+v", err, v)
		} else if b, _ := os.ReadFile(job.Output); err == nil && (!bytes.Equal(b, want) || v.Retries == 0) {
			t.Errorf("another film; %+v", v)
		}
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
