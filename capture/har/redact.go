package har

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"

	"seine/capture"
)

// mark stands where a secret stood.
const mark = "[redacted]"

// redact takes out what lets others act as the user: the values of cookies, of authorizing headers, and of parameters,
// form and JSON fields with names that say so; and each of these values wherever else it stands, also percent-encoded and
// in base64.
func redact(h *HAR, c *capture.Capture) {
	s := secrets{seen: map[string]bool{}}
	for _, k := range c.Cookies {
		s.add(k.Value)
	}
	s.text(c.Page, false)
	for i := range h.Log.Entries {
		s.entry(&h.Log.Entries[i])
	}
	clean := cleaner{s.replacer()}
	for i := range h.Log.Pages {
		clean.in(&h.Log.Pages[i].Title)
	}
	for i := range h.Log.Entries {
		clean.entry(&h.Log.Entries[i])
	}
	h.Log.Comment = "cookies, authorization and tokens are redacted"
}

// cleaner takes secrets out of text.
type cleaner struct{ known *strings.Replacer }

func (c cleaner) in(s *string) { *s = c.text(*s, false) }

func (c cleaner) text(s string, form bool) string {
	var b strings.Builder
	end := 0
	for _, p := range secretsIn(s, form) {
		b.WriteString(s[end:p.from])
		if p.bare {
			b.WriteString(`"` + mark + `"`)
		} else {
			b.WriteString(mark)
		}
		end = p.to
	}
	b.WriteString(s[end:])
	return encoded.ReplaceAllStringFunc(c.known.Replace(b.String()), c.decoded)
}

// encoded are stretches with percent-encoding, of which there are as many ways as there are programs.
var encoded = regexp.MustCompile(`[\w.~!*'()+\-=/]*(?:%[0-9A-Fa-f]{2}[\w.~!*'()+\-=/]*)+`)

// decoded keeps a stretch unless it holds a secret once its encoding, or double encoding, is undone.
func (c cleaner) decoded(s string) string {
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

func (c cleaner) entry(e *Entry) {
	for _, s := range []*string{&e.Request.URL, &e.Response.RedirectURL, &e.Error, &e.Response.StatusText} {
		c.in(s)
	}
	for i := range e.Request.QueryString {
		p := &e.Request.QueryString[i]
		if c.in(&p.Value); isSecretName(p.Name) {
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
			if c.in(&list[i].Value); secretHeader.MatchString(list[i].Name) {
				list[i].Value = mark
			}
		}
	}
	if p := e.Request.PostData; p != nil {
		p.Text, p.Encoding = c.body(p.Text, p.Encoding, isForm(p.MimeType))
	}
	c.messages(e.Messages)
	content := &e.Response.Content
	content.Text, content.Encoding = c.body(content.Text, content.Encoding, false)
}

// messages stay what they are: base64 unless they are text.
func (c cleaner) messages(list []Message) {
	for i := range list {
		if m := &list[i]; m.Opcode == 1 {
			c.in(&m.Data)
		} else {
			m.Data = base64.StdEncoding.EncodeToString([]byte(plain(c.body(m.Data, "base64", false))))
		}
	}
}

// body looks into base64 too: what is no text may hold a secret all the same.
func (c cleaner) body(body, encoding string, form bool) (string, string) {
	if encoding != "base64" {
		return c.text(body, form), encoding
	}
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return mark, ""
	}
	if cleaned := c.text(string(raw), form); cleaned != string(raw) {
		return text([]byte(cleaned))
	}
	return body, encoding
}
