package redact

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// secretHeader names headers that are nothing but a secret.
var secretHeader = regexp.MustCompile(`(?i)^(cookie|set-cookie|authorization|proxy-authorization|www-authenticate|authentication-info|x-csrf-.*|x-xsrf-.*|x-auth.*|x-api-?key|x-amz-.*|.*(token|secret|session|signature|api-?key|password|credential).*)$`)

// The names of secret parameters, form and JSON fields: words that are enough anywhere, words that must stand by
// themselves (or "author" and "footprint" would be secrets), and names that must be nothing else.
var (
	secretAnywhere = regexp.MustCompile(`(?i)token|secret|passw|passphrase|pwd|api[-_]?key|access[-_]?key|private[-_]?key|session|signature|credential|authori[sz]|oauth|jwt|csrf|xsrf|key-pair-id|^x-amz-`)
	secretWord     = regexp.MustCompile(`(?i)(^|[^a-z])(auth|otp|sid|sig|hmac|pin|nonce)($|[^a-z])`)
	secretExactly  = regexp.MustCompile(`(?i)^(key|hash|code|policy|hdnts|hdnea|st|e|authcode|authkey|authuser)$`)
	aboutSecret    = regexp.MustCompile(`(?i)(type|expir[a-z]*([-_]?(in|at|on))?|count|length|limit|enabled)$`) // token_type, expires_in
)

// IsSecretName tells the names of parameters, form and JSON fields whose values are secrets.
func IsSecretName(name string) bool {
	name = unescape(strings.TrimSpace(name))
	if aboutSecret.MatchString(name) {
		return false
	}
	return secretAnywhere.MatchString(name) || secretWord.MatchString(name) || secretExactly.MatchString(name)
}

// IsSecretHeader tells headers that are nothing but a secret.
func IsSecretHeader(name string) bool { return secretHeader.MatchString(name) }

func unescape(v string) string {
	if plain, err := url.QueryUnescape(v); err == nil {
		return plain
	}
	return v
}

// Where names stand before values in text of any kind: addresses, headers, HTML, scripts, playlists, forms.
var (
	parameter = regexp.MustCompile(`(?:[?&#;]|&amp;|\\u0026)((?:[\w.$\-\[\]]|%[0-9A-Fa-f]{2}){1,64})=([^&#;\s"'<>\\]+)`)
	formField = regexp.MustCompile(`(?:^|&)([^=&]{1,64})=([^&]+)`)
	multipart = regexp.MustCompile(`(?i)name="([^"]{1,64})"[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n([^\r\n]+)`)
	userInfo  = regexp.MustCompile(`:/(/)([^/?#@\s"'<>]+)@`)
	webToken  = regexp.MustCompile(`()(eyJ[\w\-]{8,}\.[\w\-]{8,}\.[\w\-]*)`) // a JSON Web Token, RFC 7519
	jsonName  = regexp.MustCompile(`["']([^"'\\\r\n]{1,64})\\*["']\s*:\s*(\\*["']|-?\d)`)
)

// needed is what a text must have for a place to be in it: to look for that is a hundred times as fast.
var needed = map[*regexp.Regexp]string{parameter: "=", formField: "=", multipart: "\r\n\r\n", userInfo: "@", webToken: "eyJ"}

// span is the place of a secret in a text.
type span struct {
	from, to int
	bare     bool // a JSON number, which text must not replace without quotes
}

// secretsIn finds the secrets of a text by the names before them. The spans do not overlap and are in order.
func secretsIn(s string, form bool) []span {
	list := jsonSpans(s)
	for _, place := range []*regexp.Regexp{parameter, multipart, formField} {
		if place == formField && !form || !strings.Contains(s, needed[place]) {
			continue
		}
		for _, m := range place.FindAllStringSubmatchIndex(s, -1) {
			if IsSecretName(s[m[2]:m[3]]) {
				list = append(list, span{from: m[4], to: m[5]})
			}
		}
	}
	for _, place := range []*regexp.Regexp{userInfo, webToken} {
		if !strings.Contains(s, needed[place]) {
			continue
		}
		for _, m := range place.FindAllStringSubmatchIndex(s, -1) {
			list = append(list, span{from: m[4], to: m[5]})
		}
	}
	return merge(list)
}

func merge(list []span) []span {
	slices.SortFunc(list, func(a, b span) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	var out []span
	for _, p := range list {
		if n := len(out); n > 0 && p.from < out[n-1].to {
			out[n-1].to = max(out[n-1].to, p.to)
			continue
		}
		out = append(out, p)
	}
	return out
}

// jsonSpans finds fields of JSON and of object literals, also inside of strings, where quotes are escaped.
func jsonSpans(s string) []span {
	var list []span
	if !strings.Contains(s, ":") {
		return nil
	}
	for at := 0; at < len(s); {
		m := jsonName.FindStringSubmatchIndex(s[at:])
		if m == nil {
			break
		}
		name, open, value := s[at+m[2]:at+m[3]], s[at+m[4]:at+m[5]], at+m[5]
		at = at + m[4]
		if !IsSecretName(name) {
			continue
		}
		p := span{value, endOfString(s, value, open), false}
		if !strings.ContainsAny(open, `"'`) {
			p = span{at, at + len(open) + strings.IndexFunc(s[value:]+" ", func(r rune) bool { return !strings.ContainsRune("0123456789.eE+-", r) }), true}
		}
		if p.to > p.from {
			list = append(list, p)
			at = p.to
		}
	}
	return list
}

// endOfString finds the quote that closes what open began: with as many backslashes before it or, where there were
// none, with an even number.
func endOfString(s string, from int, open string) int {
	quote, depth := open[len(open)-1], len(open)-1
	run := 0
	for i := from; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			run++
			continue
		case s[i] == quote && (run == depth || depth == 0 && run%2 == 0):
			return i - depth*min(run, 1)
		}
		run = 0
	}
	return len(s)
}
