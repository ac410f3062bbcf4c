package har

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
)

// shortest is the length in bytes from which a value that was seen as a secret is also removed wherever else it stands;
// shorter ones would tear words apart.
const shortest = 6

// secrets are the values that were seen in places that make them secret.
type secrets struct{ seen map[string]bool }

// add takes a value as it stands, and what it says: it may be percent-encoded, or escaped in JSON.
func (s *secrets) add(v string) {
	v = strings.Trim(strings.TrimSpace(v), `"'`)
	if len(v) < shortest || v == mark || s.seen[v] {
		return
	}
	s.seen[v] = true
	if plain, err := url.PathUnescape(v); err == nil {
		s.add(plain)
	}
	s.add(unescape(v))
	s.add(strings.ReplaceAll(v, `\/`, "/"))
	var plain string
	if json.Unmarshal([]byte(`"`+v+`"`), &plain) == nil {
		s.add(plain)
	}
}

func (s *secrets) entry(e *Entry) {
	s.text(e.Request.URL, false)
	for _, p := range append(e.Request.Headers, e.Response.Headers...) {
		s.header(p)
	}
	for _, p := range e.Request.QueryString {
		if isSecretName(p.Name) {
			s.add(p.Value)
		}
	}
	if p := e.Request.PostData; p != nil {
		s.text(plain(p.Text, p.Encoding), isForm(p.MimeType))
	}
	s.text(plain(e.Response.Content.Text, e.Response.Content.Encoding), false)
	for _, m := range e.Messages {
		if m.Opcode == 1 {
			s.text(m.Data, false)
		} else {
			s.text(plain(m.Data, "base64"), false)
		}
	}
}

func plain(text, encoding string) string {
	if encoding != "base64" {
		return text
	}
	raw, _ := base64.StdEncoding.DecodeString(text)
	return string(raw)
}

func (s *secrets) header(p Pair) {
	s.text(p.Value, false)
	switch name := strings.ToLower(p.Name); {
	case name == "cookie":
		for _, pair := range strings.Split(p.Value, ";") {
			_, value, _ := strings.Cut(pair, "=")
			s.add(value)
		}
	case name == "set-cookie":
		pair, _, _ := strings.Cut(p.Value, ";")
		_, value, _ := strings.Cut(pair, "=")
		s.add(value)
	case secretHeader.MatchString(name):
		s.add(p.Value)
		scheme, credentials, _ := strings.Cut(p.Value, " ") // Bearer, Basic
		s.add(credentials)
		if raw, err := base64.StdEncoding.DecodeString(credentials); err == nil && strings.EqualFold(scheme, "basic") {
			s.login(string(raw))
		}
	}
}

// login is user:password.
func (s *secrets) login(v string) {
	s.add(v)
	_, password, _ := strings.Cut(v, ":")
	s.add(password)
}

// text collects from all places of a text.
func (s *secrets) text(v string, form bool) {
	for _, p := range secretsIn(v, form) {
		s.add(v[p.from:p.to])
	}
	for _, m := range userInfo.FindAllStringSubmatch(v, -1) {
		s.login(m[2])
	}
	s.json(v)
}

// json finds what names by themselves do not: lists of secrets.
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
		if isSecretName(name) {
			s.add(v)
		}
	}
}

// replacer knows each secret in all of its forms. The longest come first: where one begins with another, strings.Replacer
// takes, at each place, the first that fits.
func (s *secrets) replacer() *strings.Replacer {
	all := map[string]bool{}
	for v := range s.seen {
		for _, f := range forms(v) {
			if len(f) >= shortest {
				all[f] = true
			}
		}
	}
	var list []string
	for f := range all {
		list = append(list, f)
	}
	slices.SortFunc(list, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, f := range list {
		pairs = append(pairs, f, mark)
	}
	return strings.NewReplacer(pairs...)
}

// forms are the ways in which a value is written: raw, escaped for JSON and HTML, and in base64 by itself or as part of
// something longer. For percent-encoding see cleaner.
func forms(v string) []string {
	list := []string{v, html.EscapeString(v), strings.ReplaceAll(v, "/", `\/`)}
	for _, safe := range []bool{true, false} {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(safe)
		if e.Encode(v) == nil {
			list = append(list, strings.Trim(strings.TrimSpace(b.String()), `"`))
		}
	}
	return append(list, inBase64(v)...)
}

// inBase64 is v with padding and without, in both alphabets; and those of its characters that do not depend on what
// comes before and after, for each of the three ways in which bytes fall into groups.
func inBase64(v string) []string {
	list := []string{base64.StdEncoding.EncodeToString([]byte(v)), base64.URLEncoding.EncodeToString([]byte(v))}
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		list = append(list, e.EncodeToString([]byte(v)))
		for phase := range 3 {
			text := e.EncodeToString(append(make([]byte, phase), v...))
			if (phase+len(v))%3 != 0 {
				text = text[:len(text)-1]
			}
			if text = text[min([]int{0, 2, 3}[phase], len(text)):]; len(text) >= 8 {
				list = append(list, text)
			}
		}
	}
	return list
}
