package replay

import (
	"context"
	"errors"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"seine/scenarios"
)

// NavigationError is a page that could not be opened. Code is Chrome's, such as net::ERR_NAME_NOT_RESOLVED.
type NavigationError struct {
	URL  string
	Code string
}

// Error says it in words.
func (e *NavigationError) Error() string {
	if s := navigationFaults[e.Code]; s != "" {
		return fmt.Sprintf("%s: %s (%s)", e.URL, s, e.Code)
	}
	return fmt.Sprintf("%s: the page could not be opened (%s)", e.URL, e.Code)
}

var navigationFaults = map[string]string{
	"net::ERR_NAME_NOT_RESOLVED":          "there is no such host; is the address spelled right?",
	"net::ERR_CONNECTION_REFUSED":         "nobody answers there; is the server running, and the port right?",
	"net::ERR_CONNECTION_TIMED_OUT":       "the server did not answer in time",
	"net::ERR_CONNECTION_RESET":           "the server closed the connection",
	"net::ERR_EMPTY_RESPONSE":             "the server closed the connection without an answer",
	"net::ERR_INTERNET_DISCONNECTED":      "this machine has no network",
	"net::ERR_ADDRESS_UNREACHABLE":        "there is no route to the server",
	"net::ERR_CERT_AUTHORITY_INVALID":     "the server's certificate is not trusted",
	"net::ERR_CERT_DATE_INVALID":          "the server's certificate has expired",
	"net::ERR_CERT_COMMON_NAME_INVALID":   "the server's certificate is for another host",
	"net::ERR_TOO_MANY_REDIRECTS":         "the server redirects in a circle",
	"net::ERR_ABORTED":                    "what is there is a file to download, or nothing, and no page; a playlist is fetched with seine get",
	"net::ERR_UNSAFE_PORT":                "browsers refuse to talk to that port",
	"net::ERR_HTTP_RESPONSE_CODE_FAILURE": "the server answered with an error and no page",
}

// navigate opens the page and waits for its document to be read, no longer: a page that plays never ends to load.
func (v *visit) navigate(ctx context.Context, s scenarios.Navigate) error {
	v.url = s.URL
	session := cdp.Session(v.tab.Session())
	read, stop := v.tab.Session().Subscribe("Page.domContentEventFired")
	defer stop()
	res, err := cdp.Call(ctx, session, page.Navigate, page.NavigateParams{URL: s.URL})
	if err != nil {
		return err
	}
	if res.ErrorText != "" {
		return &NavigationError{URL: s.URL, Code: res.ErrorText}
	}
	if res.LoaderID == "" { // it is another place in the same document
		return nil
	}
	select {
	case <-read:
	case <-v.tab.Done():
		return v.tab.Err()
	case <-ctx.Done():
		if err := context.Cause(ctx); !errors.Is(err, errStepTimeout) {
			return err
		}
		v.tally.add(IncidentLoading, "", s.URL, 1) // going on with what is there
	}
	return nil
}
