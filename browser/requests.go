package browser

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
)

// Requests changes what goes out, for all targets of a browser that we start. The zero value changes nothing, and costs nothing: what it
// asks for is done by stopping the requests concerned (the Fetch domain), all of them where a password may be asked for.
type Requests struct {
	Access     []Access
	ProxyUser  *url.Userinfo // logs in to Options.Proxy (RFC 9110 §11.7)
	BlockKinds []Kind        // fail as if the user blocked them
	BlockHosts []string      // and so do requests to these hosts and those below them
}

// Kind is what a request is for (Network.ResourceType).
type Kind network.ResourceType

// Kinds that a page mostly does without.
const (
	Image Kind = "Image"
	Font  Kind = "Font"
)

// Access is what one origin is given, and no other.
type Access struct {
	Origin string        // scheme://host[:port], as [OriginOf] gives it
	Header http.Header   // goes with each request
	User   *url.Userinfo // for HTTP authentication (RFC 9110 §11.6), when the server asks for it
}

// ErrRequests is returned by Launch for a browser that runs already: it has other tabs, which are not ours to meddle with.
var ErrRequests = errors.New("headers, passwords and block lists need a browser of our own")

// OriginOf is the origin of an address (RFC 6454 §4); a port that is the scheme's own is left out.
func OriginOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	scheme, host := strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	switch scheme {
	case "http":
		host = strings.TrimSuffix(host, ":80")
	case "https":
		host = strings.TrimSuffix(host, ":443")
	}
	return scheme + "://" + host
}

func (q *Requests) check(o Options) error {
	if o.Connect != "" && len(q.patterns()) > 0 {
		return ErrRequests
	}
	return nil
}

// authenticates reports whether any password may be asked for.
func (q *Requests) authenticates() bool {
	for _, a := range q.Access {
		if a.User != nil {
			return true
		}
	}
	return q.ProxyUser != nil
}

// patterns are those of the requests that must be stopped. Chrome asks for a password only with requests that it stops.
func (q *Requests) patterns() []*fetch.RequestPattern {
	if q.authenticates() {
		return []*fetch.RequestPattern{{URLPattern: "*"}}
	}
	var list []*fetch.RequestPattern
	for _, a := range q.Access {
		if len(a.Header) > 0 {
			list = append(list, &fetch.RequestPattern{URLPattern: literal(a.Origin) + "/*"})
		}
	}
	for _, k := range q.BlockKinds {
		list = append(list, &fetch.RequestPattern{URLPattern: "*", ResourceType: network.ResourceType(k)})
	}
	for _, h := range q.BlockHosts {
		h = literal(h)
		list = append(list, &fetch.RequestPattern{URLPattern: "*://" + h + "*"}, &fetch.RequestPattern{URLPattern: "*://*." + h + "*"}) // with any port
	}
	return list
}

// literal hides what Chrome's patterns would read as wildcards.
func literal(text string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`).Replace(text)
}

// blocks reports whether a request is not to go out.
func (q *Requests) blocks(address string, kind Kind) bool {
	for _, k := range q.BlockKinds {
		if k == kind {
			return true
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := strings.ToLower(u.Hostname())
	for _, h := range q.BlockHosts {
		if host == h || strings.HasSuffix(host, "."+h) {
			return true
		}
	}
	return false
}

// access is what an origin is given, or nil.
func (q *Requests) access(origin string) *Access {
	for i, a := range q.Access {
		if a.Origin == origin {
			return &q.Access[i]
		}
	}
	return nil
}
