package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// Sentinels below Error.
var (
	ErrStall     = errors.New("the transfer stalled")
	ErrTruncated = errors.New("the body ended early")
	ErrTooLarge  = errors.New("the body is too large")
	ErrRange     = errors.New("the server does not honour byte ranges")
	ErrEncoding  = errors.New("the server compressed the body unasked")
	// ErrChanged is a *ChangedError.
	ErrChanged  = errors.New("the file is another one now")
	ErrPatience = errors.New("the server asks to wait for too long")
)

// Error is a request that failed for good.
type Error struct {
	Kind Kind
	Name string
	// URL is without query, which may hold tokens.
	URL   string
	Tries int
	Err   error
}

func (e *Error) Error() string {
	name := e.Name
	if name == "" {
		name = e.Kind.String()
	}
	return fmt.Sprintf("%s (%s): %v%s", name, e.URL, e.Err, e.tries())
}

// Reason is the error without the name, for sentences that have said it.
func (e *Error) Reason() string {
	return fmt.Sprintf("%v%s (%s)", e.Err, e.tries(), e.URL)
}

func (e *Error) tries() string {
	if e.Tries > 1 {
		return fmt.Sprintf(", after %d tries", e.Tries)
	}
	return ""
}

func (e *Error) Unwrap() error { return e.Err }

// StatusError is an HTTP status that gives no body.
type StatusError struct {
	Code int
	// Header is that of the answer.
	Header http.Header
	// held: the server asks everybody for patience, not only this request.
	held bool
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("HTTP %d %s", e.Code, http.StatusText(e.Code))
}

// ChangedError is an answer that If-Range turned into one with the whole file, of which nothing was read. Servers behind one name may
// give the same file entity tags of their own: the head of the answer tells.
type ChangedError struct {
	Header http.Header
	// Length of the file, -1 if the server does not tell.
	Length int64
}

func (e *ChangedError) Error() string { return ErrChanged.Error() }

// Is makes it ErrChanged.
func (e *ChangedError) Is(target error) bool { return target == ErrChanged }

// changed is a *ChangedError, or nil.
func (r *Request) changed(resp *http.Response) error {
	if r.Version == "" || resp.StatusCode != http.StatusOK {
		return nil
	}
	return &ChangedError{resp.Header, resp.ContentLength}
}

// contentError wraps what a Check said.
type contentError struct{ error }

func (e contentError) Unwrap() error { return e.error }

// spentError is a stripe of a body that has had all its tries.
type spentError struct {
	error
	tries int
}

func (e *spentError) Unwrap() error { return e.error }

// class decides about another try.
type class int

const (
	transient class = iota // the network, or a server in trouble
	throttled              // the server asks for patience: 429, 503
	refused                // will not change by asking: 401, 403, 404, 410 …
	content                // the body is not what was asked for
	fatal                  // never again
)

// classify sorts a failed try (RFC 9110 §15).
func classify(ctx context.Context, err error) class {
	var permanent interface{ Permanent() bool }
	var status *StatusError
	var check contentError
	switch {
	case ctx.Err() != nil, errors.As(err, &permanent) && permanent.Permanent():
		return fatal
	case errors.Is(err, ErrTooLarge), errors.Is(err, ErrRange), errors.Is(err, ErrEncoding), errors.Is(err, ErrPatience), errors.Is(err, ErrChanged):
		return fatal
	case errors.As(err, &status):
		return classifyStatus(status.Code)
	case errors.As(err, &check):
		return content
	case lasting(err):
		return refused
	}
	return transient
}

func classifyStatus(code int) class {
	switch {
	case code == http.StatusNotModified:
		return fatal
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		return throttled
	case code == http.StatusRequestTimeout, code == http.StatusTooEarly, code >= 500:
		return transient
	}
	return refused
}

// lasting is true for a name that does not exist and a certificate that does not fit.
func lasting(err error) bool {
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	return errors.As(err, &dns) && dns.IsNotFound ||
		errors.As(err, &authority) || errors.As(err, &hostname) || errors.As(err, &invalid)
}

// withoutQuery shortens an address to what may be shown.
func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "unreadable address"
	}
	u.RawQuery, u.Fragment, u.User = "", "", nil
	return u.String()
}

// cleanError removes the address that http.Client puts into its errors: it holds the query.
func cleanError(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
