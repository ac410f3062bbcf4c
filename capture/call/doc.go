// Package call calls operations of an OpenAPI document by plain HTTP, with the session that a browser earned: its cookies and headers as a
// capture has them. Headers that do not matter are left out once it is known which do, tokens that have gone stale are fetched anew by the
// chain of calls and pages that gave them, and a server that wants the browser is asked from within a page.
//
// A Client does one call at a time for each goroutine and may be used by many. It writes no files but the memory of headers, if it has one.
package call

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Errors to decide by.
var (
	// ErrSpec: a document that is no OpenAPI, or that cannot be called.
	ErrSpec = errors.New("this is no OpenAPI document that can be called")
	// ErrStatus: the server answered with an error, and nothing helped.
	ErrStatus = errors.New("the server answered")
	// ErrStale: a token is missing or stale, and cannot be had anew.
	ErrStale = errors.New("a fresh token cannot be had")
	// ErrContent: an answer that is no JSON where rows are asked for.
	ErrContent = errors.New("the answer is no JSON")
	// ErrElsewhere: the next page is on another server.
	ErrElsewhere = errors.New("the next page is on another server")
	// ErrEndless: page after page without a row.
	ErrEndless = errors.New("the pages have no end")
	// ErrTooLarge: an answer that is larger than may stand in memory.
	ErrTooLarge = errors.New("the answer is too large")
)

// lasting is an error that the same again would give again.
type lasting struct{ error }

func (l lasting) Unwrap() error { return l.error }

// Permanent is true.
func (l lasting) Permanent() bool { return true }

// ArgumentError is a mistake in what somebody wants to call: an operation or key that is not there, a value that is missing or of the wrong type.
type ArgumentError struct {
	What string
	Try  string // what would be right; "" where nobody knows
}

// Error is one sentence.
func (e *ArgumentError) Error() string {
	if e.Try == "" {
		return e.What
	}
	return e.What + "; " + e.Try
}

// Permanent is true: the same again is as wrong.
func (e *ArgumentError) Permanent() bool { return true }

// otherStatuses are those that no registry has: Laravel's, that of IIS, that of ArcGIS.
var otherStatuses = map[int]string{419: "Page Expired", 440: "Login Time-out", 498: "Invalid Token"}

// StatusError is an answer that is an error.
type StatusError struct {
	Method, URL string
	Status      int
	Why         string // what was tried, or what would help
	after       time.Duration
}

// Error names the address and the status.
func (e *StatusError) Error() string {
	text := fmt.Sprintf("%s %s: %v %d", e.Method, e.URL, ErrStatus, e.Status)
	if name := firstOf(http.StatusText(e.Status), otherStatuses[e.Status]); name != "" {
		text += " " + name
	}
	if e.Why != "" {
		text += "; " + e.Why
	}
	return text
}

// Is makes it an ErrStatus.
func (e *StatusError) Is(target error) bool { return target == ErrStatus }

// Permanent reports whether asking again is in vain.
func (e *StatusError) Permanent() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return e.Status < http.StatusInternalServerError
}

// RetryAfter is what the server asked for (RFC 9110 §10.2.3), 0 if nothing.
func (e *StatusError) RetryAfter() time.Duration { return e.after }
