// Package redact takes out of text what lets others act as the user: the values of cookies, of authorizing headers, and of parameters,
// form and JSON fields with names that say so; and each of these values wherever else it stands, also percent-encoded and in base64.
//
// It takes two passes: Secrets collects from everything that is to be kept, and the Cleaner that it gives takes out.
package redact

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"
)

// Mark stands where a secret stood.
const Mark = "[redacted]"

// Cleaner takes secrets out of text. It is safe for concurrent use.
type Cleaner struct {
	known  *strings.Replacer
	masked *strings.Replacer // with as many bytes as there were
}

// Cleaner knows all secrets that were seen so far.
func (s *Secrets) Cleaner() *Cleaner {
	var known, masked []string
	for _, f := range s.all() {
		known, masked = append(known, f, Mark), append(masked, f, strings.Repeat("*", len(f)))
	}
	return &Cleaner{strings.NewReplacer(known...), strings.NewReplacer(masked...)}
}

// Text takes secrets out by their places and by their values. Form says that it is application/x-www-form-urlencoded.
func (c *Cleaner) Text(s string, form bool) string {
	var b strings.Builder
	end := 0
	for _, p := range secretsIn(s, form) {
		b.WriteString(s[end:p.from])
		if p.bare {
			b.WriteString(`"` + Mark + `"`)
		} else {
			b.WriteString(Mark)
		}
		end = p.to
	}
	b.WriteString(s[end:])
	clean := c.known.Replace(b.String())
	if !strings.Contains(clean, "%") {
		return clean
	}
	return encoded.ReplaceAllStringFunc(clean, c.decoded)
}

// In is Text in place.
func (c *Cleaner) In(list ...*string) {
	for _, s := range list {
		*s = c.Text(*s, false)
	}
}

// Bytes does what Text does, or, for what is Opaque, only masks known values: nothing else of it changes.
func (c *Cleaner) Bytes(b []byte, k Kind) []byte {
	if k == Opaque {
		return []byte(c.masked.Replace(string(b)))
	}
	return []byte(c.Text(string(b), k == Form))
}

// Base64 cleans what an encoded text says; what is none is taken for a secret.
func (c *Cleaner) Base64(s string, k Kind) string {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return base64.StdEncoding.EncodeToString([]byte(Mark))
	}
	return base64.StdEncoding.EncodeToString(c.Bytes(raw, k))
}

// encoded are stretches with percent-encoding, of which there are as many ways as there are programs.
var encoded = regexp.MustCompile(`[\w.~!*'()+\-=/]*(?:%[0-9A-Fa-f]{2}[\w.~!*'()+\-=/]*)+`)

// decoded keeps a stretch unless it holds a secret once its encoding, or double encoding, is undone.
func (c *Cleaner) decoded(s string) string {
	plain := s
	for range 2 {
		for _, decode := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
			text, err := decode(plain)
			if err != nil {
				return s
			}
			if clean := c.known.Replace(text); clean != text {
				return url.PathEscape(clean)
			}
		}
		plain, _ = url.PathUnescape(plain)
	}
	return s
}
