// Package fetch brings bytes home: a pool with a limit for each host, retries that know what failed, and an ordered window
// that keeps memory bounded. It sees nothing of the network but a Doer; cookies, headers, redirects and address checks
// are that Doer's business.
package fetch

import (
	"net/http"
	"net/url"
	"time"

	"seine/assemble/manifest"
)

// Doer performs one request, as *http.Client does. It must be safe for concurrent use. An error that has a method
// Permanent() bool returning true is not tried again.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Kind says what is fetched; limits and patience differ.
type Kind int

// The kinds of resources.
const (
	Segment Kind = iota
	Playlist
	Key
	Init
	Steering
)

func (k Kind) String() string {
	return [...]string{"segment", "playlist", "key", "initialization section", "steering manifest"}[k]
}

// MaxBytes is the most that a resource of this kind may have.
func (k Kind) MaxBytes() int64 {
	return [...]int64{512 << 20, 32 << 20, 64 << 10, 4 << 20, 256 << 10}[k]
}

// text reports whether a resource is one, which may come compressed, and which others may wait for.
func (k Kind) text() bool { return k == Playlist || k == Steering }

// Request is one resource, or a range of it.
type Request struct {
	Kind Kind
	// Name stands in messages, such as "segment 7 of 300".
	Name string
	URL  string
	// Mirrors are other addresses of the very same bytes, the better first. What one refuses, or cannot give after some
	// tries, is asked of the next; a host that keeps failing is left aside for a while.
	Mirrors []string
	// Range is nil for the whole resource. A segment so large that memory, not its host, would bound how many are under way is
	// asked for in ranges of some 4 MiB at the same time, if the host honours that; and one that takes long is shared with slots that have
	// nothing to do.
	Range *manifest.ByteRange
	// Open: the range may reach beyond the end of the resource, and the whole may come in its place. The answer's header tells.
	Open bool
	// Sink, if not nil, takes a body that comes whole, whatever its length, in place of memory: bytes that come at an offset, with the answer's
	// header. Another try begins at 0 again. Data is empty then. An error is one of Check.
	Sink func(h http.Header, at int64, b []byte) error
	// Rest, if not nil, has a Sink go on where it was, in place of beginning at 0 again, as far as it is the same body.
	Rest *Rest
	// Header is what the request says besides, such as what makes it conditional: HTTP 304 is a *StatusError then.
	Header http.Header
	// Answer, if not nil, is shown the head of each answer that has the body, or the rest of it, before anything is read. An error is one
	// of Check.
	Answer func(*http.Response) error
	// Version, if not empty, is what If-Range says of a Range (RFC 9110 §13.1.5): a strong entity tag or a date. An answer that has the
	// whole in place of the range is ErrChanged then, and nothing of it is read.
	Version string
	// Check, if not nil, judges a complete body and may change it (decrypt it). An error has the request tried again a
	// few times, unless it has a method Permanent() bool that returns true. It is not called concurrently for one body.
	Check func(*Body) error
	// Look, if not nil, is shown the first bytes of a body, 512 or all, and the answer's header, before the rest is read. An error
	// is one of Check; nothing more is read then.
	Look func(head []byte, h http.Header) error
	// Standing, if not nil, is told when the transfer of a segment begins to wait for memory, which only parts before it can
	// free, and when it goes on. Whoever waits for several parts must know that such a one gives no news.
	Standing func(bool)
	// Tries, if not 0, bounds how often it is asked for: of things that change, the caller asks again himself.
	Tries int
	// Stale, if not nil, is asked after an answer that refuses (HTTP 401, 403, 404, 410 and their like), and before another try because of it:
	// true if the addresses are known to be honoured no longer, so that the try would be for nothing.
	Stale func() bool
}

// most is how often it is asked for where the policy says n.
func (r *Request) most(n int) int {
	if r.Tries > 0 {
		return min(n, r.Tries)
	}
	return n
}

// Body is a resource in memory. Its owner calls Release when Data is no longer needed.
type Body struct {
	Data []byte
	// URL is where it was found after redirects.
	URL         *url.URL
	ContentType string
	// Header is that of the answer, or of the first of several. It must not be changed.
	Header http.Header

	buf  []byte
	pool *buffers
}

// Release gives the memory back. Data must not be used afterwards.
func (b *Body) Release() {
	if b != nil && b.pool != nil {
		b.pool.put(b.buf)
		b.Data, b.buf, b.pool = nil, nil, nil
	}
}

// Options shape a Pool; the zero value works.
type Options struct {
	// PerHost is the number of requests at once to one host. 0 has it found for each host: it begins with 6, grows up to 16
	// while the transfers get faster in sum, and shrinks where the host refuses (429, 503) or answers ever later.
	PerHost int
	// Rate bounds the bytes per second of all transfers together; 0 for no limit.
	Rate int64
	// Window bounds the bytes of fetched and unfinished parts in memory; default 72 MiB, and a sixth more where transfers are slow. The part that all others wait
	// for is always admitted.
	Window int64
	Retry  RetryPolicy
	// OnRetry is told of each wait before another try. It may be called concurrently and must not block.
	OnRetry func(Retry)
	// OnBytes is told of received bytes, likewise.
	OnBytes func(n int)
}

// Retry is news about a failed try.
type Retry struct {
	Kind Kind
	Name string
	// Tries so far.
	Tries int
	Wait  time.Duration
	Err   error
}

// VersionOf returns what an answer says of itself that If-Range may hold against a later one: a strong entity tag, or a date of last change
// that is a second older than the answer (RFC 9110 §8.8.2.2); empty without either.
func VersionOf(h http.Header) string {
	v, _ := validatorOf(h)
	return v
}

func (o Options) withDefaults() Options {
	if o.Window <= 0 {
		o.Window = 72 << 20
	}
	if o.OnRetry == nil {
		o.OnRetry = func(Retry) {}
	}
	if o.OnBytes == nil {
		o.OnBytes = func(int) {}
	}
	o.Retry = o.Retry.withDefaults()
	return o
}
