package capture

import (
	"bytes"
	"cmp"
	"strings"

	"seine/capture/media"
)

// Bounds of what is looked into, in bytes: of one text, of all, and how many addresses that were only mentioned are kept.
const (
	maxText     = 4 << 20
	maxTexts    = 64 << 20
	maxMentions = 60
)

// ReasonUnasked: nothing asked for it.
const ReasonUnasked Reason = "its address was found, but nothing asked for it"

// mention is an address that stands in a text.
type mention struct {
	media.Hidden
	inside string
	by     *Exchange
}

// hidden looks into all texts that came, were said, or were made.
func (f *folder) hidden(c *Capture) {
	left := maxTexts
	look := func(e *Exchange, inside string, text []byte) {
		if len(text) > 0 && len(text) <= maxText && left > 0 {
			left -= len(text)
			f.search(e, inside, text)
		}
	}
	for _, e := range c.Exchanges {
		if inside := textKind(e); inside != "" {
			if text, err := e.Body.PartBytes(maxText); err == nil {
				look(e, inside, text)
			}
		}
		for i := range e.Messages {
			if m := &e.Messages[i]; m.Opcode <= 1 {
				if text, err := m.Body.PartBytes(maxText); err == nil {
					look(e, "message", text)
				}
			}
		}
	}
	for _, m := range c.Made {
		if m.How != MadeKey {
			look(m.exchange(), string(m.How), m.Data)
		}
	}
}

// textKind names a text that may hold addresses; "" for all else, playlists too.
func textKind(e *Exchange) string {
	if e.Response == nil || len(e.Body.Head) == 0 || media.Classify(InputOf(e)).Kind != media.None {
		return ""
	}
	t := strings.ToLower(e.ContentType())
	switch head := bytes.TrimLeft(e.Body.Head, "\ufeff \t\r\n"); {
	case strings.Contains(t, "javascript") || e.Type == "Script":
		return "script"
	case strings.Contains(t, "html"):
		return "HTML"
	case strings.Contains(t, "css") || strings.HasPrefix(t, "image/") && !strings.Contains(t, "svg") || strings.HasPrefix(t, "font/"):
		return ""
	case strings.Contains(t, "json"), bytes.HasPrefix(head, []byte("{")), bytes.HasPrefix(head, []byte("[")), bytes.HasPrefix(head, []byte(`"`)):
		return "JSON"
	case bytes.HasPrefix(head, []byte("<")):
		return "XML"
	case bytes.IndexByte(head, 0) < 0:
		return "text"
	}
	return ""
}

// search takes the playlists of a text, and notes its addresses.
func (f *folder) search(e *Exchange, inside string, text []byte) {
	for _, a := range media.Adverts(text) {
		f.adverts[a.URL] = a
	}
	if made := e.Type == typeMade; made && f.outlined(e, media.ByContent, inside, text) != nil {
		return
	}
	for _, h := range media.Find(e.base(), text) {
		switch {
		case h.Text != nil:
			f.outlined(e.holding(h.Text), media.ByContent, in(inside, h.Base64), h.Text)
		case h.Element != "":
			f.tracks[h.URL] = h
			f.found = append(f.found, mention{h, in(inside, h.Base64), e})
		case inside == "script" && h.Kind != media.HLS && h.Kind != media.DASH && h.Kind != media.Smooth:
			// a player's own clips and examples
		default:
			f.found = append(f.found, mention{h, in(inside, h.Base64), e})
		}
	}
}

func in(place string, base64 bool) string {
	if base64 {
		return "Base64 in " + place
	}
	return place
}

// typeMade is the type of exchanges that stand for a Made.
const typeMade ResourceType = "Made"

// exchange stands for what a script made, as if the page had loaded it.
func (m *Made) exchange() *Exchange {
	e := &Exchange{
		Target: m.Target, FrameID: m.FrameID, Document: m.Frame, Type: typeMade, Done: true, Started: m.Time, Ended: m.Time,
		Request:  Request{Method: "GET", URL: cmp.Or(m.URL, m.Frame)},
		Response: &Response{Status: 200, MIMEType: m.ContentType, Protocol: "blob"},
		Body:     BodyOf(m.Data),
	}
	if m.Size > int64(len(m.Data)) {
		e.Body.Reason = ReasonTooLarge
	}
	return e
}

// holding is e as if only a part of its answer had come.
func (e *Exchange) holding(text []byte) *Exchange {
	part := *e
	part.Body, part.Messages = BodyOf(text), nil
	return &part
}

// mentions adds what nothing asked for, each once.
func (f *folder) mentions() {
	n := 0
	for _, m := range f.found {
		u, _, _ := strings.Cut(m.URL, "#")
		if h, ok := f.tracks[u]; ok { // HTML says more of it than a script
			m.Hidden = h
		}
		if n == maxMentions || f.asked[u] || f.asked[spot(u)] || f.byURL[u] != nil || f.fitting(u) != nil {
			continue
		}
		f.asked[u], f.asked[spot(u)] = true, true
		n++
		e := &Exchange{
			Target: m.by.Target, FrameID: m.by.FrameID, Document: m.by.Document, Type: typeMade,
			Request: Request{Method: "GET", URL: u}, Body: Body{Reason: ReasonUnasked},
		}
		s := &Stream{Kind: m.Kind, Evidence: media.ByMention, URL: u, Exchange: e, Inside: m.inside, order: len(f.list)}
		s.Subtitles = including(nil, m.Language)
		f.list = append(f.list, s)
		f.claim(s, u)
	}
	for _, s := range f.list {
		if h, ok := f.tracks[s.URL]; ok && s.Kind == media.Subtitles {
			s.Subtitles = including(s.Subtitles, h.Language)
		}
	}
}
