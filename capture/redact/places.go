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

// Where secrets stand in text of any kind: addresses, headers, HTML, scripts, playlists, forms. Names before = and : are found by hand, see
// scan.go.
var (
	formField = regexp.MustCompile(`(?:^|&)([^=&]{1,64})=([^&]+)`)
	multipart = regexp.MustCompile(`(?i)name="([^"]{1,64})"[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n([^\r\n]+)`)
	userInfo  = regexp.MustCompile(`:/(/)([^/?#@\s"'<>]+)@`)
	webToken  = regexp.MustCompile(`()(eyJ[\w\-]{8,}\.[\w\-]{8,}\.[\w\-]*)`) // a JSON Web Token, RFC 7519
)

// needed is what a text must have for a place to be in it: to look for that is a hundred times as fast.
var needed = map[*regexp.Regexp]string{formField: "=", multipart: "\r\n\r\n", userInfo: "@", webToken: "eyJ"}

// span is the place of a secret in a text.
type span struct {
	from, to int
	bare     bool // a JSON number, which text must not replace without quotes
}

// secretsIn finds the secrets of a text by the names before them. The spans do not overlap and are in order.
func secretsIn(s string, form bool) []span {
	known := names{}
	list := parameters(s, known, jsonSpans(s, known))
	for _, place := range []*regexp.Regexp{multipart, formField} {
		if place == formField && !form || !strings.Contains(s, needed[place]) {
			continue
		}
		for _, m := range place.FindAllStringSubmatchIndex(s, -1) {
			if known.secret(s[m[2]:m[3]]) {
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
