package har

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"seine/capture"
)

// mark stands where a secret stood.
const mark = "[redacted]"

// shortest is the length in bytes from which a value that was seen as a secret is also removed wherever else it stands;
// shorter ones would tear words apart.
const shortest = 6

var (
	secretHeader = regexp.MustCompile(`(?i)^(cookie|set-cookie|authorization|proxy-authorization|www-authenticate|x-csrf-token|x-xsrf-token|x-auth.*|x-api-key|x-access-token|.*(token|secret|session|signature|api-?key).*)$`)
	secretName   = regexp.MustCompile(`(?i)(token|secret|passw|pwd|passphrase|api[-_]?key|access[-_]?key|auth|signature|session|jwt|otp|credential|policy|key-pair-id)|^(sig|sid|key|hash|hmac|code|pin|x-amz-.*|hdnts|hdnea|st|e)$`)
)

// redact takes out what lets others act as the user: the values of cookies, of authorizing headers, and of parameters
// and JSON fields with names that say so; and each of these values wherever else it stands, also percent-encoded and
// in base64.
func redact(h *HAR, c *capture.Capture) {
	s := secrets{seen: map[string]bool{}}
	for _, k := range c.Cookies {
		s.add(k.Value)
	}
	for i := range h.Log.Entries {
		s.collect(&h.Log.Entries[i])
	}
	clean := s.replacer()
	for i := range h.Log.Entries {
		scrub(&h.Log.Entries[i], clean)
	}
	h.Log.Comment = "cookies, authorization and tokens are redacted"
}

type secrets struct{ seen map[string]bool }

func (s *secrets) add(v string) {
	v = strings.TrimSpace(v)
	if len(v) >= shortest {
		s.seen[v] = true
	}
}

func (s *secrets) collect(e *Entry) {
	for _, k := range append(e.Request.Cookies, e.Response.Cookies...) {
		s.add(k.Value)
	}
	for _, p := range append(e.Request.Headers, e.Response.Headers...) {
		if secretHeader.MatchString(p.Name) && !strings.Contains(strings.ToLower(p.Name), "cookie") {
			s.add(p.Value)
			_, credentials, _ := strings.Cut(p.Value, " ") // Bearer, Basic
			s.add(credentials)
		}
	}
	for _, p := range e.Request.QueryString {
		if secretName.MatchString(p.Name) {
			s.add(p.Value)
		}
	}
	if p := e.Request.PostData; p != nil {
		if isForm(p.MimeType) {
			s.form(p.Text)
		}
		s.json(p.Text)
	}
	s.json(e.Response.Content.Text)
}

func (s *secrets) form(text string) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return
	}
	for name, list := range values {
		if secretName.MatchString(name) {
			for _, v := range list {
				s.add(v)
			}
		}
	}
}

func (s *secrets) json(text string) {
	if t := strings.TrimSpace(text); !strings.HasPrefix(t, "{") && !strings.HasPrefix(t, "[") {
		return
	}
	var v any
	if json.Unmarshal([]byte(text), &v) == nil {
		s.walk("", v)
	}
}

func (s *secrets) walk(name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, child := range v {
			s.walk(k, child)
		}
	case []any:
		for _, child := range v {
			s.walk(name, child)
		}
	case string:
		if secretName.MatchString(name) {
			s.add(v)
		}
	}
}

// replacer knows each secret raw, percent-encoded in both ways, and in base64 in both alphabets.
func (s *secrets) replacer() *strings.Replacer {
	var list []string
	for v := range s.seen {
		forms := map[string]bool{v: true, url.QueryEscape(v): true, url.PathEscape(v): true}
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
			forms[e.EncodeToString([]byte(v))] = true
		}
		if quoted, err := json.Marshal(v); err == nil {
			forms[string(quoted[1:len(quoted)-1])] = true
		}
		for f := range forms {
			list = append(list, f)
		}
	}
	return longestFirst(list)
}

func scrub(e *Entry, clean *strings.Replacer) {
	e.Request.URL = scrubURL(clean.Replace(e.Request.URL))
	e.Response.RedirectURL = scrubURL(clean.Replace(e.Response.RedirectURL))
	for i := range e.Request.QueryString {
		p := &e.Request.QueryString[i]
		p.Value = clean.Replace(p.Value)
		if secretName.MatchString(p.Name) {
			p.Value = mark
		}
	}
	for _, list := range [][]Cookie{e.Request.Cookies, e.Response.Cookies} {
		for i := range list {
			list[i].Value = mark
		}
	}
	for _, list := range [][]Pair{e.Request.Headers, e.Response.Headers} {
		for i := range list {
			list[i].Value = scrubHeader(list[i], clean)
		}
	}
	if p := e.Request.PostData; p != nil {
		p.Text, p.Encoding = scrubBody(p.Text, p.Encoding, clean)
	}
	content := &e.Response.Content
	content.Text, content.Encoding = scrubBody(content.Text, content.Encoding, clean)
}

func scrubHeader(p Pair, clean *strings.Replacer) string {
	if secretHeader.MatchString(p.Name) {
		return mark
	}
	return clean.Replace(p.Value)
}

// scrubURL also covers values that are too short to be looked for everywhere.
func scrubURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.RawQuery == "" {
		return address
	}
	parts := strings.Split(u.RawQuery, "&")
	for i, p := range parts {
		name, _, ok := strings.Cut(p, "=")
		if plain, err := url.QueryUnescape(name); ok && err == nil && secretName.MatchString(plain) {
			parts[i] = name + "=" + mark
		}
	}
	u.RawQuery = strings.Join(parts, "&")
	if u.User != nil {
		u.User = url.User("redacted")
	}
	return u.String()
}

// scrubBody looks into base64 too: what is no text may hold a secret all the same.
func scrubBody(body, encoding string, clean *strings.Replacer) (string, string) {
	if encoding != "base64" {
		return clean.Replace(body), encoding
	}
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return mark, ""
	}
	if cleaned := clean.Replace(string(raw)); cleaned != string(raw) {
		return text([]byte(cleaned))
	}
	return body, encoding
}

// longestFirst matters where one secret begins with another: strings.Replacer takes, at each place, the first that
// fits.
func longestFirst(list []string) *strings.Replacer {
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, s := range list {
		pairs = append(pairs, s, mark)
	}
	return strings.NewReplacer(pairs...)
}
