package redact

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// shortest is the length in bytes from which a value that was seen as a secret is also removed wherever else it stands;
// shorter ones would tear words apart.
const shortest = 6

// Secrets are the values that were seen in places that make them secret.
type Secrets struct{ seen map[string]bool }

// New has seen none.
func New() *Secrets { return &Secrets{seen: map[string]bool{}} }

// Value takes a value as it stands, and what it says: it may be percent-encoded, or escaped in JSON.
func (s *Secrets) Value(v string) {
	v = strings.Trim(strings.TrimSpace(v), `"'`)
	if len(v) < shortest || v == Mark || s.seen[v] {
		return
	}
	s.seen[v] = true
	if plain, err := url.PathUnescape(v); err == nil {
		s.Value(plain)
	}
	s.Value(unescape(v))
	s.Value(strings.ReplaceAll(v, `\/`, "/"))
	var plain string
	if json.Unmarshal([]byte(`"`+v+`"`), &plain) == nil {
		s.Value(plain)
	}
}

// Header takes the secrets of a header: all of it, or what is in it.
func (s *Secrets) Header(name, value string) {
	s.Text(value, false)
	switch name = strings.ToLower(name); {
	case name == "cookie":
		for _, pair := range strings.Split(value, ";") {
			_, v, _ := strings.Cut(pair, "=")
			s.Value(v)
		}
	case name == "set-cookie":
		pair, _, _ := strings.Cut(value, ";")
		_, v, _ := strings.Cut(pair, "=")
		s.Value(v)
	case secretHeader.MatchString(name):
		s.Value(value)
		scheme, credentials, _ := strings.Cut(value, " ") // Bearer, Basic
		s.Value(credentials)
		if raw, err := base64.StdEncoding.DecodeString(credentials); err == nil && strings.EqualFold(scheme, "basic") {
			s.login(string(raw))
		}
	}
}

// login is user:password.
func (s *Secrets) login(v string) {
	s.Value(v)
	_, password, _ := strings.Cut(v, ":")
	s.Value(password)
}

// Text collects from all places of a text. Form says that it is application/x-www-form-urlencoded.
func (s *Secrets) Text(v string, form bool) {
	for _, p := range secretsIn(v, form) {
		s.Value(v[p.from:p.to])
	}
	for _, m := range userInfo.FindAllStringSubmatch(v, -1) {
		s.login(m[2])
	}
	if looksJSON(v) {
		s.json(strings.NewReader(v))
	}
}

func looksJSON(v string) bool {
	t := strings.TrimLeft(v, " \t\r\n\ufeff")
	return strings.HasPrefix(t, "{") || strings.HasPrefix(t, "[")
}

// json finds what names by themselves do not: lists of secrets. It reads as far as it is JSON.
func (s *Secrets) json(r io.Reader) {
	const deepest = 1000
	d := json.NewDecoder(r)
	d.UseNumber()
	var names []string // of the fields whose values are being read, "" in a list at the top
	var objects []bool
	name, isKey := "", false
	for {
		token, err := d.Token()
		if err != nil || len(objects) > deepest {
			return
		}
		switch t := token.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				names, objects = append(names, name), append(objects, t == '{')
				isKey = t == '{'
				continue
			}
			name = names[len(names)-1]
			names, objects = names[:len(names)-1], objects[:len(objects)-1]
		case string:
			if isKey {
				name, isKey = t, false
				continue
			}
			if IsSecretName(name) {
				s.Value(t)
			}
		}
		if isKey = len(objects) > 0 && objects[len(objects)-1]; len(names) > 0 {
			name = names[len(names)-1]
		}
	}
}

// all are the forms of each secret, the longest first: where one begins with another, strings.Replacer takes, at each place, the first
// that fits.
func (s *Secrets) all() []string {
	known := map[string]bool{}
	for v := range s.seen {
		for _, f := range forms(v) {
			if len(f) >= shortest {
				known[f] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(known), func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
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
