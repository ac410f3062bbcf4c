package openapi

import (
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"seine/capture"
	"seine/capture/internal/form"
	"seine/capture/openapi/document"
	"seine/capture/openapi/lexical"
	"seine/capture/openapi/schema"
	"seine/capture/redact"
)

// scheme is one way in which calls say who they are.
type scheme struct {
	name   string // in the document
	kind   string // http, apiKey
	scheme string // of http: bearer, basic
	in     string // of apiKey
	param  string
	jwt    bool
	csrf   bool
	source string // where the value came from, in words
}

// schemes are all that were seen, by name.
type schemes map[string]*scheme

var csrfName = regexp.MustCompile(`(?i)csrf|xsrf|requestverificationtoken|authenticity.?token`)

// sessionNames are cookies that are a session though no word of them says so.
var sessionNames = regexp.MustCompile(`(?i)^(?:sid|connect\.sid|phpsessid|jsessionid|asp\.net_sessionid|laravel_session|_session_id|.*sess(?:ion)?(?:_?id)?|auth.*|.*_auth|remember_.*|jwt|id_token|__secure-.*|__host-.*)$`)

func sessionCookie(name string) bool {
	return !csrfName.MatchString(name) && (sessionNames.MatchString(name) || redact.IsSecretName(name))
}

// authHeader tells headers that let in.
func authHeader(name string) bool {
	return !strings.EqualFold(name, "Cookie") && (redact.IsSecretHeader(name) || csrfName.MatchString(name))
}

var apiKeyParam = regexp.MustCompile(`(?i)^(?:(?:x-)?api[-_]?key|access[-_]?token|auth[-_]?token|token|key|app[-_]?(?:id|key)|appid|subscription-key|client[-_]?(?:id|secret)|sid|jwt|auth)$`)

// see takes what one call says of who makes it, and gives the names of the schemes.
func (s schemes) see(c *call) []string {
	var names []string
	for h, values := range c.req.Header {
		if len(values) > 0 && c.names.auth(h) {
			names = append(names, s.header(http.CanonicalHeaderKey(h), values[0]))
		}
	}
	for _, k := range cookiesOf(c.req.Header) {
		if c.names.session(k.name) {
			names = append(names, s.add(&scheme{name: "cookie-" + k.name, kind: "apiKey", in: "cookie", param: k.name}))
		}
	}
	for _, q := range pairs(c.query) {
		if c.names.key(q.name) && isKey(q) {
			names = append(names, s.add(&scheme{name: "query-" + q.name, kind: "apiKey", in: "query", param: q.name}))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// isKey: the value was made by a machine; of short names the name alone says too little.
func isKey(q pair) bool {
	k := lexical.Of(q.value)
	return q.value == redact.Mark || len(q.value) >= 16 || len(q.value) >= 8 && k.Strong() && k != lexical.Integer
}

func (s schemes) header(name, value string) string {
	word, credentials, _ := strings.Cut(value, " ")
	switch {
	case name != "Authorization":
		prefix := "header-"
		if csrfName.MatchString(name) {
			prefix = "csrf-"
		}
		return s.add(&scheme{name: prefix + name, kind: "apiKey", in: "header", param: name, csrf: prefix == "csrf-"})
	case strings.EqualFold(word, "bearer"):
		return s.add(&scheme{name: "bearer", kind: "http", scheme: "bearer", jwt: isJWT(credentials)})
	case strings.EqualFold(word, "basic"), strings.EqualFold(word, "digest"):
		return s.add(&scheme{name: strings.ToLower(word), kind: "http", scheme: strings.ToLower(word)})
	}
	return s.add(&scheme{name: "authorization", kind: "apiKey", in: "header", param: "Authorization"})
}

func isJWT(token string) bool {
	return strings.HasPrefix(token, "eyJ") && strings.Count(token, ".") == 2
}

var schemeName = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

func (s schemes) add(x *scheme) string {
	x.name = schemeName.ReplaceAllString(x.name, "_")
	if old := s[x.name]; old != nil {
		old.jwt = old.jwt && x.jwt
		return x.name
	}
	s[x.name] = x
	return x.name
}

// document is the Security Scheme Object (OpenAPI 3.1 §4.8.27).
func (x *scheme) document() document.Object {
	o := document.Object{{Key: "type", Value: x.kind}}
	if x.kind == "http" {
		o = append(o, document.Member{Key: "scheme", Value: x.scheme})
		if x.jwt {
			o = append(o, document.Member{Key: "bearerFormat", Value: "JWT"})
		}
	} else {
		o = append(o, document.Member{Key: "in", Value: x.in}, document.Member{Key: "name", Value: x.param})
	}
	if x.csrf {
		o = o.With("description", "Against forged requests.").With("x-seine-source", x.source)
	}
	return o
}

// csrfSources finds where the values of headers against forgery came from: the earliest of a cookie, an answer, a page.
func (s schemes) csrfSources(calls []*call, c *capture.Capture) {
	heard := slices.SortedStableFunc(slices.Values(c.Exchanges), func(a, b *capture.Exchange) int {
		return cmp.Or(a.Started.Compare(b.Started), strings.Compare(a.Request.URL, b.Request.URL), strings.Compare(a.ID, b.ID))
	})
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if !s[name].csrf {
			continue
		}
		for _, one := range calls {
			if v := one.req.Header.Get(s[name].param); v != "" && v != redact.Mark {
				if s[name].source = sourceOf(v, one, heard); s[name].source != "" {
					break
				}
			}
		}
	}
}

func sourceOf(value string, one *call, heard []*capture.Exchange) string {
	for _, k := range cookiesOf(one.req.Header) {
		if k.value == value || form.Unescape(k.value) == value {
			return "cookie " + k.name
		}
	}
	for _, e := range heard {
		if e == one.from || e.Response == nil || e.Started.After(one.started) {
			continue
		}
		if where := within(e, value); where != "" {
			return where
		}
	}
	return ""
}

var metaTag = regexp.MustCompile(`(?is)<(meta|input)\b[^>]*>`)

// within says where an answer has the value: a header, a member of its JSON, a tag of its HTML, or its text.
func within(e *capture.Exchange, value string) string {
	for name, values := range e.Response.Header {
		if slices.Contains(values, value) {
			return "header " + http.CanonicalHeaderKey(name) + " of " + pathOf(e)
		}
	}
	text, err := e.Body.Bytes(maxBody)
	if err != nil || !strings.Contains(string(text), value) {
		return ""
	}
	list, _ := decode(&e.Body, e.ContentType(), schema.ParseAll)
	where := ""
	for i := range list {
		list[i].Walk(func(_, field string, v *schema.Value) {
			if v.Text == value && where == "" {
				where = "member " + field + " of the answer of " + pathOf(e)
			}
		})
	}
	if where != "" {
		return where
	}
	for _, tag := range metaTag.FindAllString(string(text), 1000) {
		if strings.Contains(tag, value) {
			name := attribute.FindStringSubmatch(tag)
			if name != nil {
				return "tag " + strings.ToLower(tag[1:strings.IndexAny(tag, " \t\n/")]) + " " + name[1] + " of " + pathOf(e)
			}
		}
	}
	return "text of " + pathOf(e)
}

var attribute = regexp.MustCompile(`(?i)\bname\s*=\s*["']?([\w.:-]+)`)
