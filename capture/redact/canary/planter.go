package canary

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"seine/capture"
)

// planter puts canaries into a Capture, one kind of place after the other.
type planter struct {
	all     canaries
	capture *capture.Capture
}

// escaped is a new canary as it stands in a query.
func (p *planter) escaped() string { return url.QueryEscape(p.all.next()) }

func (p *planter) add(x *capture.Exchange) {
	if x.Request.Header == nil {
		x.Request.Header = http.Header{}
	}
	if x.Response == nil {
		x.Response = &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}}
	}
	x.ID = fmt.Sprint(len(p.capture.Exchanges))
	p.capture.Exchanges = append(p.capture.Exchanges, x)
}

func get(u string) capture.Request {
	return capture.Request{Method: "GET", URL: u, Header: http.Header{}}
}

func (p *planter) post(contentType, body string) {
	p.add(&capture.Exchange{Request: capture.Request{
		Method: "POST", URL: "https://a.example/", Header: http.Header{"Content-Type": {contentType}}, Body: capture.BodyOf([]byte(body)),
	}})
}

func (p *planter) answer(contentType, body string) {
	p.add(&capture.Exchange{
		Request: get("https://a.example/"), Body: capture.BodyOf([]byte(body)),
		Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {contentType}}},
	})
}

// sent is a request with one header.
func (p *planter) sent(name, value string) {
	x := &capture.Exchange{Request: get("https://a.example/")}
	x.Request.Header.Set(name, value)
	p.add(x)
}

func (p *planter) cookies() {
	for range 5 {
		p.capture.Cookies = append(p.capture.Cookies, capture.Cookie{Name: "k", Value: p.all.next()})
		x := &capture.Exchange{Request: get("https://a.example/"), Response: &capture.Response{Status: 200, Header: http.Header{}}}
		x.Request.Header.Set("Cookie", "visitor="+p.all.next()+"; odd value="+p.all.next())
		x.Response.Header["Set-Cookie"] = []string{"s=" + p.all.next() + "; Path=/; HttpOnly", "q=\"" + p.all.next() + "\""}
		p.add(x)
	}
}

func (p *planter) headers() {
	for _, scheme := range []string{"Bearer ", "Token ", ""} {
		p.sent("Authorization", scheme+p.all.next())
	}
	for _, name := range []string{"X-Csrf-Token", "X-Api-Key", "X-Auth", "X-Session-Id", "Proxy-Authorization", "X-Amz-Security-Token"} {
		p.sent(name, p.all.next())
	}
	p.sent("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("bob:"+p.all.next())))
}

func (p *planter) addresses() {
	for _, name := range []string{
		"token", "access_token", "sig", "Signature", "X-Amz-Signature", "Key-Pair-Id", "Policy", "hdnea", "apiKey", "auth", "session", "jwt", "pwd", "%74oken", "st", "sid",
	} {
		p.add(&capture.Exchange{Request: get("https://a.example/x?a=1&" + name + "=" + p.escaped() + "&z=%zz")})
	}
	p.add(&capture.Exchange{Request: get("https://user:" + url.PathEscape(p.all.next()) + "@a.example/no-query")})
}

func (p *planter) redirects() {
	hop := capture.Hop{Request: get("https://a.example/login"), Response: capture.Response{Status: 302, Header: http.Header{}}}
	hop.Response.Header.Set("Location", "https://b.example/cb?code="+p.escaped()+"#access_token="+p.escaped())
	referred := &capture.Exchange{Redirects: []capture.Hop{hop}, Request: get("https://b.example/cb")}
	referred.Request.Header.Set("Referer", "https://a.example/?session_id="+p.escaped())
	p.add(referred)
}

func (p *planter) forms() {
	const form = "application/x-www-form-urlencoded"
	p.post(form, "password="+p.escaped()+"&user=bob&otp="+p.escaped())
	p.post(form+"; charset=UTF-8", "a=1&csrf_token="+p.escaped()+"&bad=%zz")
	p.post("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"passwd\"\r\n\r\n"+p.all.next()+
		"\r\n--x\r\nContent-Disposition: form-data; name=\"token\"\r\nContent-Type: text/plain\r\n\r\n"+p.all.next()+"\r\n--x--")
	p.post("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"secret\"\r\n\r\n"+p.all.next()+"\r\n--x\r\n\r\n\x00\xff\xfe")
}

func (p *planter) json() {
	for _, name := range []string{"token", "refreshToken", "client_secret", "password", "sessionId", "auth"} {
		p.post("application/json", fmt.Sprintf(`{"user":"bob", %q : %q}`, name, p.all.next()))
		p.answer("application/json", fmt.Sprintf(`{"data":{"list":[{"id":1,%q:%q}]}}`, name, p.all.next()))
	}
	p.answer("application/json", `{"tokens":["`+p.all.next()+`","`+p.all.next()+`"]}`)
	p.answer("application/json", `{"inner":"{\"token\":\"`+p.all.next()+`\"}"}`)
}

func (p *planter) texts() {
	p.answer("text/html", `<script>window.config = {'apiKey': '`+p.all.next()+`', n: 1}</script><a href="/x?a=1&amp;token=`+p.escaped()+`">`)
	p.answer("application/vnd.apple.mpegurl", "#EXTM3U\nseg.ts?x=1&token="+p.escaped()+"\n")
}

// streams are messages of a socket, and a stream of events.
func (p *planter) streams() {
	socket := &capture.Exchange{Type: "WebSocket", Request: get("wss://a.example/live"), Body: capture.Body{Reason: capture.ReasonMessages}}
	for opcode, text := range map[int]string{1: `{"op":"login","token":"%s"}`, 2: "\x00\xff{\"password\":\"%s\"}"} {
		socket.Messages = append(socket.Messages, capture.Message{Sent: true, Opcode: opcode, Body: capture.BodyOf(fmt.Appendf(nil, text, p.all.next()))})
	}
	p.add(socket)
	stream := &capture.Exchange{
		Type: "EventSource", Request: get("https://a.example/events"),
		Body: capture.BodyOf([]byte("data: {\"session_key\":\"" + p.all.next() + "\"}\n\n")),
	}
	stream.Body.Reason = capture.ReasonEndless
	p.add(stream)
}

func (p *planter) console() {
	p.capture.Title = "Film ?token=" + p.escaped()
	p.capture.Console = []capture.ConsoleMessage{
		{Level: "log", Text: `logged in {"sessionToken":"` + p.all.next() + `"}`, URL: "https://a.example/app.js?sig=" + p.escaped()},
		{Level: "error", Text: "GET https://a.example/?access_token=" + p.escaped() + " 404", Frame: "https://a.example/#auth=" + p.escaped()},
	}
}

// made is what scripts made, and what players play.
func (p *planter) made() {
	p.capture.Made = []*capture.Made{
		{How: capture.MadeJSON, Data: []byte(`{"jwt":"` + p.all.next() + `"}`)},
		{How: capture.MadeBlob, ContentType: "application/vnd.apple.mpegurl", URL: "blob:https://a.example/1", Data: []byte("#EXTM3U\nseg.ts?token=" + p.escaped() + "\n")},
	}
	p.capture.Players = []capture.Player{{Source: "https://cdn.example/film.mp4?signature=" + p.escaped(), Frame: "https://a.example/?sid=" + p.escaped()}}
}

// large bodies are looked at in windows.
func (p *planter) large() {
	p.answer("text/plain", strings.Repeat("nothing to hide here, ", 300_000)+"?api_key="+p.escaped()+strings.Repeat(" and nothing there", 100))
	p.answer("application/json", `{"pad":"`+strings.Repeat("-", 5<<20)+`","tokens":["`+p.all.next()+`"]}`)
}
