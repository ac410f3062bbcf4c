package openapi

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"seine/capture"
	"seine/capture/openapi/schema"
)

// Style is how an operation is called.
type Style string

// The styles.
const (
	StyleHTTP      Style = "http"
	StyleGraphQL   Style = "graphql"
	StyleJSONRPC   Style = "json-rpc"
	StyleGRPCWeb   Style = "grpc-web"
	StyleEvents    Style = "events"
	StyleWebSocket Style = "websocket"
)

// call is one request to an API, and the answer. Redirects after anything but GET make calls of their own.
type call struct {
	id      string
	started time.Time
	style   Style
	method  string
	origin  string   // scheme://host
	path    []string // segments, as they were sent
	query   string
	req     *capture.Request
	status  int
	resType string
	body    *capture.Body
	from    *capture.Exchange
	subs    []sub
	action  pair // what may say which operation it is
	shape   int  // of the answer, 0 for none; see shapes
	address string
	names   *names
}

// sub is one operation that a call asks for: a batch asks for several.
type sub struct {
	key   string // of GraphQL, JSON-RPC and actions; else ""
	batch int    // index in the arrays, -1: no batch
}

// alone: all of a call is for one operation.
var alone = []sub{{batch: -1}}

// callsOf makes calls of an exchange that was decided to be one.
func callsOf(e *capture.Exchange, id string) []*call {
	var list []*call
	for i := range e.Redirects {
		if h := &e.Redirects[i]; h.Request.Method != http.MethodGet && h.Request.Method != http.MethodHead {
			if c := newCall(e, &h.Request, &h.Response, nil); c != nil {
				c.id, c.started = fmt.Sprintf("%s#%d", id, i), h.Started
				list = append(list, c)
			}
		}
	}
	if c := newCall(e, &e.Request, e.Response, &e.Body); c != nil {
		c.id, c.started = id, e.Started
		list = append(list, c)
	}
	return list
}

func newCall(e *capture.Exchange, req *capture.Request, res *capture.Response, body *capture.Body) *call {
	u, err := url.Parse(req.URL)
	if err != nil || u.Host == "" {
		return nil
	}
	c := &call{method: strings.ToUpper(req.Method), origin: originOf(u), path: segmentsOf(u), query: u.RawQuery, req: req, body: body, from: e, address: req.URL, style: StyleHTTP}
	if c.method == "" {
		c.method = http.MethodGet
	}
	if res != nil {
		c.status, c.resType = res.Status, cmp.Or(res.Header.Get("Content-Type"), res.MIMEType)
	}
	if c.body == nil {
		c.body = &capture.Body{}
	}
	c.tell()
	return c
}

// originOf treats the schemes of WebSockets as those of the web: it is one server.
func originOf(u *url.URL) string {
	scheme := strings.Replace(u.Scheme, "ws", "http", 1)
	host := strings.ToLower(u.Host)
	if scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	} else {
		host = strings.TrimSuffix(host, ":443")
	}
	return scheme + "://" + host
}

// mostSegments bounds the depth of the trie.
const mostSegments = 64

// segmentsOf splits the path as it was sent, so that %2F stays part of a name. Empty segments, as in //api, are left out; a last one says
// that the path ended with a slash.
func segmentsOf(u *url.URL) []string {
	var list []string
	escaped := u.EscapedPath()
	for s := range strings.SplitSeq(escaped, "/") {
		if s != "" {
			list = append(list, s)
		}
	}
	if len(list) > mostSegments {
		list = append(list[:mostSegments-1:mostSegments-1], strings.Join(list[mostSegments-1:], "%2F"))
	}
	if len(list) > 0 && strings.HasSuffix(escaped, "/") {
		list = append(list, "")
	}
	return list
}

// tell finds out how the call is to be understood, and for what it asks.
func (c *call) tell() {
	c.subs = alone
	switch t := mediaType(c.resType); {
	case isWebSocket(c.from):
		c.style = StyleWebSocket
		return
	case t == "text/event-stream":
		c.style = StyleEvents
	case strings.HasPrefix(t, "application/grpc") || strings.HasPrefix(mediaType(c.req.Header.Get("Content-Type")), "application/grpc"):
		c.style = StyleGRPCWeb
		return
	}
	sent, _ := c.sent()
	if subs, ok := graphQL(c, sent); ok {
		c.style, c.subs = StyleGraphQL, subs
		return
	}
	if subs, ok := jsonRPC(sent); ok {
		c.style, c.subs = StyleJSONRPC, subs
		return
	}
	c.action = actionOf(pairs(c.query), sent)
}

// sent is the request's body.
func (c *call) sent() (*schema.Value, format) {
	t := c.req.Header.Get("Content-Type")
	if c.req.Body.Size == 0 || c.style == StyleGRPCWeb {
		return nil, formatNone
	}
	list, f := decode(&c.req.Body, t, schema.ParseAll)
	if len(list) == 0 {
		return nil, f
	}
	return &list[0], f
}

// got is the answer's body.
func (c *call) got() ([]schema.Value, format) { return c.gotBy(schema.ParseAll) }

// glance is got for those who look at it now and keep none of it.
func (c *call) glance() ([]schema.Value, format) { return c.gotBy(c.names.reader.ParseAll) }

func (c *call) gotBy(read parse) ([]schema.Value, format) {
	if c.style == StyleGRPCWeb || c.style == StyleWebSocket {
		return nil, formatOther
	}
	if c.style == StyleEvents && len(c.from.Messages) > 0 {
		return messages(c.from.Messages, func(m *capture.Message) bool { return !m.Sent }), formatEvents
	}
	return decode(c.body, c.resType, read)
}

// unread: there is an answer, of which not all can be had.
func (c *call) unread() bool {
	if c.style == StyleGRPCWeb || c.style == StyleWebSocket {
		return false
	}
	_, err := c.body.Bytes(maxBody)
	return err != nil
}

// messages are those that are JSON.
func messages(list []capture.Message, wanted func(*capture.Message) bool) []schema.Value {
	var values []schema.Value
	for i := range list {
		m := &list[i]
		if !wanted(m) {
			continue
		}
		values = append(values, readable(m)...)
	}
	return values
}

// pick is the part of an answer that is for a sub.
func (s sub) pick(values []schema.Value) []schema.Value {
	if s.batch < 0 || len(values) != 1 || values[0].Kind != schema.Array {
		return values
	}
	if s.batch >= len(values[0].Items) {
		return nil
	}
	return values[0].Items[s.batch : s.batch+1]
}

// inOrder sorts calls as they were made; those of one moment by what they are, so that the order of the capture does not count.
func inOrder(list []*call) {
	slices.SortStableFunc(list, func(a, b *call) int {
		return cmp.Or(a.started.Compare(b.started), strings.Compare(a.address, b.address), strings.Compare(a.method, b.method), strings.Compare(a.id, b.id))
	})
}
