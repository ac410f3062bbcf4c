package assemble

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/manifest"
)

// clockPatience bounds the asking for the time.
const clockPatience = 5 * time.Second

// readClock returns how far the clock of a broadcast is ahead of ours, by the first of its ways to tell that works (ISO/IEC 23009-1 §5.8.4.11); 0
// when none does.
func readClock(ctx context.Context, b *manifest.Broadcast, base *url.URL, pool *fetch.Pool) time.Duration {
	ctx, cancel := context.WithTimeout(ctx, clockPatience)
	defer cancel()
	for _, c := range b.Clocks {
		if c.Scheme == "urn:mpeg:dash:utc:direct:2014" || c.Scheme == "urn:mpeg:dash:utc:direct:2012" {
			if t, ok := parseClock(c.Value); ok {
				return time.Until(t)
			}
			continue
		}
		head := strings.HasPrefix(c.Scheme, "urn:mpeg:dash:utc:http-head:")
		if !head && !strings.HasPrefix(c.Scheme, "urn:mpeg:dash:utc:http-xsdate:") && !strings.HasPrefix(c.Scheme, "urn:mpeg:dash:utc:http-iso:") {
			continue
		}
		for _, address := range strings.Fields(c.Value) {
			if d, ok := askClock(ctx, base, address, head, pool); ok {
				return d
			}
		}
	}
	return 0
}

var errSeen = permanentError{errors.New("its header is enough")}

// askClock asks one time server; head wants the Date of its answer.
func askClock(ctx context.Context, base *url.URL, address string, head bool, pool *fetch.Pool) (ahead time.Duration, ok bool) {
	u, err := base.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return 0, false
	}
	var date string
	began := time.Now()
	body, err := pool.Get(ctx, fetch.Request{
		Kind: fetch.Steering, Name: "the time", URL: u.String(),
		Look: func(_ []byte, h http.Header) error {
			if date = h.Get("Date"); head {
				return errSeen
			}
			return nil
		},
	})
	half := time.Since(began) / 2
	if head {
		t, err := http.ParseTime(date)
		return time.Until(t) + time.Second/2, err == nil // it is cut to whole seconds
	}
	if err != nil {
		return 0, false
	}
	defer body.Release()
	t, ok := parseClock(string(bytes.TrimSpace(body.Data)))
	return time.Until(t) + half, ok
}

func parseClock(s string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(form, strings.TrimSpace(s)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
