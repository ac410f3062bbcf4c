package har

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"seine/capture"
)

// MaxBytes bounds a file that is read.
const MaxBytes = 512 << 20

// Errors of Read.
var (
	// ErrNotHAR: the text is no HAR, or a damaged one.
	ErrNotHAR = errors.New("not a HAR file")
	// ErrTooLarge: it is larger than MaxBytes.
	ErrTooLarge = errors.New("too large for a HAR file")
)

// recorded is as much of a HAR as it takes to make the same requests again. Programs differ in the rest: dates that are no dates,
// numbers that are null.
type recorded struct {
	Log *struct {
		Pages []struct {
			Title string `json:"title"`
		} `json:"pages"`
		Entries []recordedEntry `json:"entries"`
	} `json:"log"`
}

type recordedEntry struct {
	Started      string `json:"startedDateTime"`
	ResourceType string `json:"_resourceType"`
	Request      struct {
		Method  string `json:"method"`
		URL     string `json:"url"`
		Headers []Pair `json:"headers"`
		Cookies []Pair `json:"cookies"`
	} `json:"request"`
	Response struct {
		Status  int    `json:"status"`
		Headers []Pair `json:"headers"`
		Content struct {
			MimeType string `json:"mimeType"`
			Text     string `json:"text"`
			Encoding string `json:"encoding"`
		} `json:"content"`
	} `json:"response"`
}

// Read makes a Capture of a HAR that any browser or program has written. Cookies are those that the requests sent: each belongs
// to the host that got it. Redacted values are left out. Errors wrap ErrNotHAR or ErrTooLarge, or are those of r.
func Read(r io.Reader) (*capture.Capture, error) {
	limited := &io.LimitedReader{R: r, N: MaxBytes + 1}
	var file recorded
	err := json.NewDecoder(limited).Decode(&file)
	switch {
	case limited.N <= 0:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, MaxBytes)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNotHAR, err)
	case file.Log == nil:
		return nil, fmt.Errorf("%w: it has no log", ErrNotHAR)
	}
	c := &capture.Capture{}
	known := map[cookieID]int{}
	for i := range file.Log.Entries {
		e := file.Log.Entries[i].exchange()
		if e == nil {
			continue
		}
		if c.Page == "" && e.Type == "Document" {
			c.Page, e.Target.Kind = e.URL(), "page"
		}
		if ua := e.Request.Header.Get("User-Agent"); c.UserAgent == "" {
			c.UserAgent = ua
		}
		keepCookies(c, known, e)
		c.Exchanges = append(c.Exchanges, e)
	}
	for _, p := range file.Log.Pages {
		if !strings.Contains(p.Title, "://") && c.Title == "" { // Chrome writes the address there
			c.Title = p.Title
		}
	}
	return c, nil
}

// exchange is nil for what cannot be asked for again.
func (r *recordedEntry) exchange() *capture.Exchange {
	u, err := url.Parse(r.Request.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil
	}
	e := &capture.Exchange{
		Type: typeOf(r.ResourceType), Done: true,
		Request: capture.Request{Method: r.Request.Method, URL: r.Request.URL, Header: headerOf(r.Request.Headers), WireHeader: true},
	}
	e.Started, _ = time.Parse(time.RFC3339, r.Started)
	if e.Request.Header.Get("Cookie") == "" {
		for _, k := range r.Request.Cookies {
			if k.Value != mark {
				e.Request.Header.Add("Cookie", k.Name+"="+k.Value)
			}
		}
	}
	if r.Response.Status > 0 {
		e.Response = &capture.Response{Status: r.Response.Status, URL: r.Request.URL, Header: headerOf(r.Response.Headers), MIMEType: r.Response.Content.MimeType}
	}
	e.Body = r.body()
	return e
}

// typeOf is Chrome's, which HARs have in lower case.
func typeOf(s string) capture.ResourceType {
	if s == "" {
		return ""
	}
	return capture.ResourceType(strings.ToUpper(s[:1]) + s[1:])
}

// headerOf leaves out the pseudo-headers of HTTP/2, and what was redacted.
func headerOf(list []Pair) http.Header {
	h := http.Header{}
	for _, p := range list {
		if !strings.HasPrefix(p.Name, ":") && !strings.Contains(p.Value, mark) {
			h.Add(p.Name, p.Value)
		}
	}
	return h
}

func (r *recordedEntry) body() capture.Body {
	text := []byte(r.Response.Content.Text)
	if r.Response.Content.Encoding == "base64" {
		b, err := base64.StdEncoding.DecodeString(r.Response.Content.Text)
		if err != nil {
			return capture.Body{Reason: capture.ReasonGone}
		}
		text = b
	}
	if len(text) == 0 {
		return capture.Body{Reason: capture.ReasonGone}
	}
	return capture.BodyOf(text)
}

type cookieID struct{ host, name string }

// keepCookies notes what was sent to whom; the latest value counts. They were sent, so nothing keeps them from being sent again.
func keepCookies(c *capture.Capture, known map[cookieID]int, e *capture.Exchange) {
	u, err := url.Parse(e.URL())
	if err != nil {
		return
	}
	for _, k := range (&http.Request{Header: e.Request.Header}).Cookies() {
		cookie := capture.Cookie{
			Name: k.Name, Value: k.Value, Domain: u.Hostname(), Path: "/", HostOnly: true, Secure: u.Scheme == "https", SameSite: "None",
		}
		id := cookieID{cookie.Domain, k.Name}
		if at, ok := known[id]; ok {
			c.Cookies[at] = cookie
			continue
		}
		known[id] = len(c.Cookies)
		c.Cookies = append(c.Cookies, cookie)
	}
}

// Redacted says whether an address lacks the secrets that it had.
func Redacted(address string) bool {
	return strings.Contains(address, mark) || strings.Contains(address, url.QueryEscape(mark))
}
