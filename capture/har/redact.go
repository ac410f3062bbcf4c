package har

import (
	"encoding/base64"

	"seine/capture"
	"seine/capture/redact"
)

// Collect takes the secrets of all that h holds, and of the capture that it was built of. Bodies in files of their own are the
// caller's.
func Collect(s *redact.Secrets, c *capture.Capture, h *HAR) {
	for _, k := range c.Cookies {
		s.Value(k.Value)
	}
	for _, text := range []string{c.Page, c.Title} {
		s.Text(text, false)
	}
	for _, m := range c.Made {
		if kindOf(m) != redact.Opaque {
			s.Text(string(m.Data), false)
		}
		s.Text(m.URL+" "+m.Frame, false)
	}
	for _, p := range c.Players {
		s.Text(p.Source+" "+p.Frame, false)
	}
	for i := range c.Console {
		s.Text(c.Console[i].Text, false)
		s.Text(c.Console[i].URL+" "+c.Console[i].Frame, false)
	}
	for i := range h.Log.Entries {
		collect(s, &h.Log.Entries[i])
	}
	for i := range h.out {
		b := &h.out[i]
		_ = s.Read(b.body.OpenPart, redact.KindOf(b.contentType, b.body.Head)) // what cannot be read is written nowhere
	}
}

func collect(s *redact.Secrets, e *Entry) {
	for _, text := range []string{e.Request.URL, e.Response.RedirectURL, e.Seine.Target.URL, e.Seine.Document, e.Seine.File} {
		s.Text(text, false)
	}
	for _, list := range [][]Pair{e.Request.Headers, e.Response.Headers} {
		for _, p := range list {
			s.Header(p.Name, p.Value)
		}
	}
	for _, p := range e.Request.QueryString {
		if redact.IsSecretName(p.Name) {
			s.Value(p.Value)
		}
	}
	if p := e.Request.PostData; p != nil {
		read(s, p.Text, p.Encoding, p.MimeType)
	}
	read(s, e.Response.Content.Text, e.Response.Content.Encoding, e.Response.Content.MimeType)
	for _, m := range e.Messages {
		if m.Opcode == 1 {
			read(s, m.Data, "", "")
		} else {
			read(s, m.Data, "base64", "")
		}
	}
	for _, m := range e.Events {
		read(s, m.Data, "", "")
	}
}

// read takes the secrets of a body in the file.
func read(s *redact.Secrets, text, encoding, contentType string) {
	raw := plain(text, encoding)
	if k := redact.KindOf(contentType, head(raw)); k != redact.Opaque {
		s.Text(raw, k == redact.Form)
	}
}

// head is what a kind is told by.
func head(raw string) []byte { return []byte(raw[:min(len(raw), 4096)]) }

func plain(text, encoding string) string {
	if encoding != "base64" {
		return text
	}
	raw, _ := base64.StdEncoding.DecodeString(text)
	return string(raw)
}

// Clean takes the secrets out.
func (h *HAR) Clean(c *redact.Cleaner) {
	for i := range h.Log.Pages {
		c.In(&h.Log.Pages[i].Title)
	}
	for i := range h.Log.Entries {
		clean(c, &h.Log.Entries[i])
	}
	if v := h.Log.Seine; v != nil {
		cleanVisit(c, v)
	}
	h.Log.Comment = "cookies, authorization and tokens are redacted"
}

func cleanVisit(c *redact.Cleaner, v *Visit) {
	c.In(&v.Page)
	v.Cookies = nil
	for i := range v.Notes {
		c.In(&v.Notes[i].Text, &v.Notes[i].By.URL)
	}
	CleanPlayers(c, v.Players)
	CleanConsole(c, v.Console)
	CleanMade(c, v.Made)
}

// CleanPlayers takes the secrets out of what players say.
func CleanPlayers(c *redact.Cleaner, list []capture.Player) {
	for i := range list {
		c.In(&list[i].Frame, &list[i].Source, &list[i].Error)
	}
}

// CleanConsole takes the secrets out of what was written there.
func CleanConsole(c *redact.Cleaner, list []capture.ConsoleMessage) {
	for i := range list {
		c.In(&list[i].Text, &list[i].URL, &list[i].Frame)
	}
}

// CleanMade takes the secrets out of what scripts made.
func CleanMade(c *redact.Cleaner, list []*capture.Made) {
	for _, m := range list {
		c.In(&m.URL, &m.Frame, &m.Target.URL)
		m.Data = c.Bytes(m.Data, kindOf(m))
	}
}

// kindOf leaves keys of films alone: like those that come over the network they are bytes, and no text.
func kindOf(m *capture.Made) redact.Kind {
	if m.How == capture.MadeKey {
		return redact.Opaque
	}
	return redact.KindOf(m.ContentType, m.Data[:min(len(m.Data), 4096)])
}

func clean(c *redact.Cleaner, e *Entry) {
	c.In(&e.Request.URL, &e.Response.RedirectURL, &e.Response.Error, &e.Response.StatusText, &e.Request.Method)
	if e.Initiator != nil {
		c.In(&e.Initiator.URL)
	}
	if x := e.Seine; x != nil {
		c.In(&x.Target.URL, &x.Document, &x.File)
		x.Head = c.Bytes(x.Head, redact.KindOf(e.Response.Content.MimeType, x.Head))
	}
	for i := range e.Request.QueryString {
		p := &e.Request.QueryString[i]
		if c.In(&p.Name, &p.Value); redact.IsSecretName(p.Name) {
			p.Value = redact.Mark
		}
	}
	for _, list := range [][]Cookie{e.Request.Cookies, e.Response.Cookies} {
		for i := range list {
			c.In(&list[i].Path, &list[i].Name)
			list[i].Value = redact.Mark
		}
	}
	for _, list := range [][]Pair{e.Request.Headers, e.Response.Headers} {
		for i := range list {
			if c.In(&list[i].Value); redact.IsSecretHeader(list[i].Name) {
				list[i].Value = redact.Mark
			}
		}
	}
	if p := e.Request.PostData; p != nil {
		p.Text, p.Encoding = cleanBody(c, p.Text, p.Encoding, p.MimeType)
	}
	cleanMessages(c, e)
	content := &e.Response.Content
	content.Text, content.Encoding = cleanBody(c, content.Text, content.Encoding, content.MimeType)
}

// cleanMessages leaves messages what they are: base64 unless they are text.
func cleanMessages(c *redact.Cleaner, e *Entry) {
	for i := range e.Messages {
		if m := &e.Messages[i]; m.Opcode == 1 {
			c.In(&m.Data)
		} else {
			m.Data = c.Base64(m.Data, redact.Text)
		}
	}
	for i := range e.Events {
		c.In(&e.Events[i].Data, &e.Events[i].Name, &e.Events[i].ID)
	}
}

// cleanBody looks into base64 too: what is no text may hold a secret all the same.
func cleanBody(c *redact.Cleaner, body, encoding, contentType string) (string, string) {
	raw := plain(body, encoding)
	if cleaned := c.Bytes([]byte(raw), redact.KindOf(contentType, head(raw))); string(cleaned) != raw {
		return text(cleaned)
	}
	return body, encoding
}
