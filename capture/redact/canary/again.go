package canary

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"seine/capture"
)

// scatter writes each secret again where no name gives it away: in addresses, bodies, headers, messages.
func (p *planter) scatter() {
	text := "binary \xff\n"
	for _, v := range p.all {
		text += v + " " + url.QueryEscape(v) + " " + base64.StdEncoding.EncodeToString([]byte(v)) + "\n"
		for _, form := range []string{v, url.QueryEscape(v), strings.ReplaceAll(url.QueryEscape(v), "%2F", "%2f"), base64.RawURLEncoding.EncodeToString([]byte(v)), base64.StdEncoding.EncodeToString([]byte(`{"user":"bob","k":"` + v + `"}`))} {
			p.add(&capture.Exchange{Request: capture.Request{Method: "GET", URL: "https://a.example/path/" + url.PathEscape(form)}, Body: capture.BodyOf([]byte("<p>" + form + "</p>"))})
		}
		echo := &capture.Exchange{Request: capture.Request{Method: "GET", URL: "https://a.example/echo", Header: http.Header{"X-Echo": {v}}}, Failure: "net::ERR of " + v}
		echo.Response = &capture.Response{StatusText: "No " + v, Header: http.Header{}}
		p.add(echo)
	}
	all := capture.BodyOf([]byte(text))
	p.add(&capture.Exchange{Request: capture.Request{Method: "POST", URL: "https://a.example/", Body: all}, Body: all})
	p.add(&capture.Exchange{Type: "WebSocket", Request: capture.Request{URL: "wss://a.example/"}, Messages: []capture.Message{{Opcode: 1, Body: all}, {Opcode: 2, Body: all}}})
}

// echo repeats each secret in what is no exchange.
func (p *planter) echo() {
	c := p.capture
	for i, v := range p.all {
		c.Console = append(c.Console, capture.ConsoleMessage{Text: v + " " + base64.StdEncoding.EncodeToString([]byte(v)) + " " + url.QueryEscape(v)})
		c.Made = append(c.Made, &capture.Made{How: capture.MadeText, Data: []byte("<b>" + v + "</b>" + base64.RawURLEncoding.EncodeToString([]byte(v)))})
		c.Players = append(c.Players, capture.Player{Error: "cannot play " + url.PathEscape(v)})
		c.Notes = append(c.Notes, capture.Note{Text: v})
		if i%40 == 0 { // across the windows in which what is large is looked at
			p.answer("text/plain", strings.Repeat("x ", 2<<20-i*3)+v+strings.Repeat(" y", 1<<20))
			p.answer("video/mp4", "\x00\x00\x00\x18ftypmp42"+strings.Repeat("\xff\x00", 50)+v)
		}
	}
}
