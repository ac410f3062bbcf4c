package openapi

import (
	_ "embed"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"seine/capture"
	"seine/capture/openapi/schema"
)

// Decision says of one exchange whether it is a call of an API, and by which rule. The first rule that fits decides.
type Decision struct {
	Exchange *capture.Exchange
	Call     bool
	Rule     string // its name
	Why      string
}

//go:embed notcalls.txt
var notCallList string

var notCalls = mustRules(notCallList)

type exclusion struct{ where, what, why string }

func mustRules(text string) (list []exclusion) {
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) < 3 || !slices.Contains([]string{"host", "path", "part", "ending"}, words[0]) {
			panic(fmt.Sprintf("notcalls.txt: %q", line)) // it is embedded
		}
		list = append(list, exclusion{words[0], words[1], strings.Join(words[2:], " ")})
	}
	return list
}

func (x exclusion) fits(u *url.URL) bool {
	switch x.where {
	case "host":
		return u.Hostname() == x.what || strings.HasSuffix(u.Hostname(), "."+x.what)
	case "path":
		return strings.HasPrefix(u.Path, x.what)
	case "part":
		return strings.HasSuffix(u.Path, "/"+x.what) || strings.Contains(u.Path, "/"+x.what+"/")
	}
	return strings.HasSuffix(u.Path, x.what)
}

// rule is one question; ok says whether it decides.
type rule struct {
	name string
	call bool
	fits func(x *question) (why string, ok bool)
}

// question is an exchange with what the rules ask of it.
type question struct {
	e    *capture.Exchange
	u    *url.URL
	kind string // media type of the response
	sent string // media type of the request
	req  *capture.Request
	res  *capture.Response
	body *capture.Body
}

// rules are asked in order. What none fits is no call.
var rules = []rule{
	{"scheme", false, func(x *question) (string, bool) {
		return "not asked of a server: " + x.u.Scheme, !slices.Contains([]string{"http", "https", "ws", "wss"}, x.u.Scheme) || x.u.Host == ""
	}},
	{"preflight", false, func(x *question) (string, bool) {
		return "the browser asks whether it may ask", x.e.Type == "Preflight" || x.req.Method == http.MethodOptions && x.req.Header.Get("Access-Control-Request-Method") != ""
	}},
	{"advert", false, func(x *question) (string, bool) {
		return x.u.Hostname() + " serves adverts", capture.Advertises(x.u.Hostname())
	}},
	{"tracker", false, func(x *question) (string, bool) {
		return x.u.Hostname() + " follows visitors", capture.Tracks(x.u.Hostname())
	}},
	{"list", false, func(x *question) (string, bool) {
		for _, n := range notCalls {
			if n.fits(x.u) {
				return n.what + ": " + n.why, true
			}
		}
		return "", false
	}},
	{"unanswered", false, func(x *question) (string, bool) {
		return "nothing was answered", x.res == nil && x.e.Type != "WebSocket"
	}},
	{"method", false, func(x *question) (string, bool) {
		return x.req.Method + " asks for no content", x.req.Method == http.MethodHead || x.req.Method == http.MethodTrace || x.req.Method == http.MethodConnect
	}},
	{"websocket", true, func(x *question) (string, bool) { return "WebSocket", isWebSocket(x.e) }},
	{"events", true, func(x *question) (string, bool) { return "server-sent events", x.kind == "text/event-stream" }},
	{"grpc-web", true, func(x *question) (string, bool) {
		return "gRPC-web", strings.HasPrefix(x.kind, "application/grpc") || strings.HasPrefix(x.sent, "application/grpc")
	}},
	{"static", false, staticFile},
	{"json-sent", true, func(x *question) (string, bool) { return "JSON was sent", isJSONType(x.sent) }},
	{"json", true, func(x *question) (string, bool) {
		return "JSON came", isJSONType(x.kind) || isLinesType(x.kind)
	}},
	{"form", true, func(x *question) (string, bool) {
		return "a form was sent", x.req.Method != http.MethodGet && (x.sent == formType || x.sent == multipartType)
	}},
	{"document", false, func(x *question) (string, bool) { return "a page", x.e.Type == "Document" && !looksJSON(x) }},
	{"json-in-text", true, func(x *question) (string, bool) {
		return "JSON came, called " + x.kind, looksJSON(x)
	}},
	{"value", true, func(x *question) (string, bool) {
		return "a number or a word of JSON came, called " + x.kind, mayCall(x.e) && isValue(x)
	}},
	{"xml", true, func(x *question) (string, bool) { return "XML came", isXMLType(x.kind) && mayCall(x.e) }},
	{"changes", true, func(x *question) (string, bool) {
		return x.req.Method + " of a script", mayCall(x.e) && !slices.Contains([]string{http.MethodGet, http.MethodOptions}, x.req.Method)
	}},
	{"empty", true, func(x *question) (string, bool) {
		return "a script asked for JSON, and got nothing", mayCall(x.e) && x.body.Size == 0 && strings.Contains(x.req.Header.Get("Accept"), "json")
	}},
}

// mayCall: a script asked, or nobody wrote down who did.
func mayCall(e *capture.Exchange) bool {
	return e.Type == "XHR" || e.Type == "Fetch" || e.Type == "" || e.Type == "Other"
}

func isWebSocket(e *capture.Exchange) bool {
	return e.Type == "WebSocket" || e.Status() == http.StatusSwitchingProtocols || strings.HasPrefix(e.Request.URL, "ws:") || strings.HasPrefix(e.Request.URL, "wss:")
}

// staticFolders hold files that are the same for everyone.
var staticFolders = []string{"static", "assets", "dist", "locales", "i18n", "lang", "translations", "fonts", "images", "img", "css", "js", "build"}

// staticFile: what is made by a build, not by a server. Queries and changes are for servers.
func staticFile(x *question) (string, bool) {
	if x.req.Method != http.MethodGet {
		return "", false
	}
	t := x.kind
	for _, prefix := range []string{"image/", "font/", "audio/", "video/", "text/css", "text/javascript", "application/javascript", "application/wasm", "application/manifest+json", "application/speculationrules+json", "application/dash+xml", "application/vnd.apple.mpegurl", "application/x-mpegurl"} {
		if strings.HasPrefix(t, prefix) && !looksPadded(x) {
			return "a file: " + t, true
		}
	}
	if x.e.Type == "Manifest" || x.e.Type == "Stylesheet" || x.e.Type == "Image" || x.e.Type == "Font" || x.e.Type == "Media" || x.e.Type == "TextTrack" {
		return "a file: the page loads it as " + strings.ToLower(string(x.e.Type)), true
	}
	if ext := path.Ext(x.u.Path); (ext == ".json" || ext == ".xml") && x.u.RawQuery == "" {
		for part := range strings.SplitSeq(path.Dir(x.u.Path), "/") {
			if slices.Contains(staticFolders, part) {
				return "a file in " + part, true
			}
		}
	}
	return "", false
}

const (
	formType      = "application/x-www-form-urlencoded"
	multipartType = "multipart/form-data"
)

func mediaType(h string) string {
	t, _, err := mime.ParseMediaType(h)
	if err != nil {
		t, _, _ = strings.Cut(h, ";")
	}
	return strings.ToLower(strings.TrimSpace(t))
}

func isJSONType(t string) bool {
	return t == "application/json" || t == "text/json" || strings.HasSuffix(t, "+json") || t == "application/x-json" || t == "application/csp-report"
}

func isLinesType(t string) bool {
	switch t {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", "application/json-lines", "application/json-seq", "application/stream+json":
		return true
	}
	return false
}

func isXMLType(t string) bool {
	return (t == "application/xml" || t == "text/xml" || strings.HasSuffix(t, "+xml")) && t != "image/svg+xml" && t != "application/xhtml+xml"
}

func isText(t string) bool {
	return t == "" || strings.HasPrefix(t, "text/") || t == "application/octet-stream" || t == "application/javascript" || t == "application/x-javascript"
}

// looksJSON: the whole text is JSON, whatever the server calls it.
func looksJSON(x *question) bool {
	if !isText(x.kind) || x.kind == "text/css" || x.body.Size == 0 || !startsJSON(unwrapJSON(x.body.Head)) {
		return false
	}
	values, format := decode(x.body, x.kind, schema.ParseAll)
	return format == formatJSON && len(values) > 0 || format == formatLines
}

// isValue: all that came is a number, true, false or null, as with /$count of OData.
func isValue(x *question) bool {
	return x.kind == "text/plain" && x.body.Size == int64(len(x.body.Head)) && x.body.Size > 0 && bare(x.body.Head)
}

// looksPadded: JSONP, JSON as the argument of a function (application/javascript).
func looksPadded(x *question) bool {
	return strings.HasSuffix(x.kind, "javascript") && strings.Contains(x.u.RawQuery, "callback=") && looksJSON(x)
}

// decide asks the rules.
func decide(e *capture.Exchange) Decision {
	x := &question{e: e, req: &e.Request, res: e.Response, kind: mediaType(e.ContentType()), body: &e.Body}
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return Decision{e, false, "address", "its address cannot be read"}
	}
	x.u, x.sent = u, mediaType(e.Request.Header.Get("Content-Type"))
	for _, r := range rules {
		if why, ok := r.fits(x); ok {
			return Decision{e, r.call, r.name, why}
		}
	}
	return Decision{e, false, "other", "no API: " + x.kind}
}
