// Package canary plants secrets in a Capture, for the tests of everything that writes one down.
package canary

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"seine/capture"
)

// canaries are secrets that are planted one by one; a third of them have characters that are escaped wherever they go.
type canaries []string

func (c *canaries) next() string {
	n := len(*c)
	v := fmt.Sprintf("C%03dnary%c%x", n, "xyz"[n%3], n*7919+104729)
	if n%3 == 1 {
		v += "/+=" + v[:4]
	}
	*c = append(*c, v)
	return v
}

// Plant hides canaries in every place where a secret can be.
func Plant() (*capture.Capture, []string) {
	var all canaries
	c := &capture.Capture{Page: "https://a.example/watch?token=" + url.QueryEscape(all.next())}
	add := func(x *capture.Exchange) {
		if x.Request.Header == nil {
			x.Request.Header = http.Header{}
		}
		if x.Response == nil {
			x.Response = &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}}
		}
		x.ID = fmt.Sprint(len(c.Exchanges))
		c.Exchanges = append(c.Exchanges, x)
	}
	get := func(u string) capture.Request { return capture.Request{Method: "GET", URL: u, Header: http.Header{}} }
	post := func(contentType, body string) {
		add(&capture.Exchange{Request: capture.Request{
			Method: "POST", URL: "https://a.example/", Header: http.Header{"Content-Type": {contentType}}, Body: capture.BodyOf([]byte(body)),
		}})
	}
	answer := func(contentType, body string) {
		add(&capture.Exchange{Request: get("https://a.example/"), Body: capture.BodyOf([]byte(body)), Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {contentType}}}})
	}
	for range 5 {
		c.Cookies = append(c.Cookies, capture.Cookie{Name: "k", Value: all.next()})
		x := &capture.Exchange{Request: get("https://a.example/"), Response: &capture.Response{Status: 200, Header: http.Header{}}}
		x.Request.Header.Set("Cookie", "visitor="+all.next()+"; odd value="+all.next())
		x.Response.Header["Set-Cookie"] = []string{"s=" + all.next() + "; Path=/; HttpOnly", "q=\"" + all.next() + "\""}
		add(x)
	}
	for _, scheme := range []string{"Bearer ", "Token ", ""} {
		x := &capture.Exchange{Request: get("https://a.example/")}
		x.Request.Header.Set("Authorization", scheme+all.next())
		add(x)
	}
	for _, name := range []string{"X-Csrf-Token", "X-Api-Key", "X-Auth", "X-Session-Id", "Proxy-Authorization", "X-Amz-Security-Token"} {
		x := &capture.Exchange{Request: get("https://a.example/")}
		x.Request.Header.Set(name, all.next())
		add(x)
	}
	basic := &capture.Exchange{Request: get("https://a.example/")}
	basic.Request.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("bob:"+all.next())))
	add(basic)
	for _, name := range []string{
		"token", "access_token", "sig", "Signature", "X-Amz-Signature", "Key-Pair-Id", "Policy", "hdnea", "apiKey", "auth", "session", "jwt", "pwd", "%74oken", "st", "sid",
	} {
		add(&capture.Exchange{Request: get("https://a.example/x?a=1&" + name + "=" + url.QueryEscape(all.next()) + "&z=%zz")})
	}
	add(&capture.Exchange{Request: get("https://user:" + url.PathEscape(all.next()) + "@a.example/no-query")})
	hop := capture.Hop{Request: get("https://a.example/login"), Response: capture.Response{Status: 302, Header: http.Header{}}}
	hop.Response.Header.Set("Location", "https://b.example/cb?code="+url.QueryEscape(all.next())+"#access_token="+url.QueryEscape(all.next()))
	referred := &capture.Exchange{Redirects: []capture.Hop{hop}, Request: get("https://b.example/cb")}
	referred.Request.Header.Set("Referer", "https://a.example/?session_id="+url.QueryEscape(all.next()))
	add(referred)
	const form = "application/x-www-form-urlencoded"
	post(form, "password="+url.QueryEscape(all.next())+"&user=bob&otp="+url.QueryEscape(all.next()))
	post(form+"; charset=UTF-8", "a=1&csrf_token="+url.QueryEscape(all.next())+"&bad=%zz")
	post("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"passwd\"\r\n\r\n"+all.next()+"\r\n--x\r\nContent-Disposition: form-data; name=\"token\"\r\nContent-Type: text/plain\r\n\r\n"+all.next()+"\r\n--x--")
	post("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"secret\"\r\n\r\n"+all.next()+"\r\n--x\r\n\r\n\x00\xff\xfe")
	for _, name := range []string{"token", "refreshToken", "client_secret", "password", "sessionId", "auth"} {
		post("application/json", fmt.Sprintf(`{"user":"bob", %q : %q}`, name, all.next()))
		answer("application/json", fmt.Sprintf(`{"data":{"list":[{"id":1,%q:%q}]}}`, name, all.next()))
	}
	answer("application/json", `{"tokens":["`+all.next()+`","`+all.next()+`"]}`)
	answer("application/json", `{"inner":"{\"token\":\"`+all.next()+`\"}"}`)
	answer("text/html", `<script>window.config = {'apiKey': '`+all.next()+`', n: 1}</script><a href="/x?a=1&amp;token=`+url.QueryEscape(all.next())+`">`)
	answer("application/vnd.apple.mpegurl", "#EXTM3U\nseg.ts?x=1&token="+url.QueryEscape(all.next())+"\n")
	socket := &capture.Exchange{Type: "WebSocket", Request: get("wss://a.example/live"), Body: capture.Body{Reason: capture.ReasonMessages}}
	for opcode, text := range map[int]string{1: `{"op":"login","token":"%s"}`, 2: "\x00\xff{\"password\":\"%s\"}"} {
		socket.Messages = append(socket.Messages, capture.Message{Sent: true, Opcode: opcode, Body: capture.BodyOf(fmt.Appendf(nil, text, all.next()))})
	}
	add(socket)
	stream := &capture.Exchange{Type: "EventSource", Request: get("https://a.example/events"), Body: capture.BodyOf([]byte("data: {\"session_key\":\"" + all.next() + "\"}\n\n"))}
	stream.Body.Reason = capture.ReasonEndless
	add(stream)
	c.Title = "Film ?token=" + url.QueryEscape(all.next())
	c.Console = []capture.ConsoleMessage{
		{Level: "log", Text: `logged in {"sessionToken":"` + all.next() + `"}`, URL: "https://a.example/app.js?sig=" + url.QueryEscape(all.next())},
		{Level: "error", Text: "GET https://a.example/?access_token=" + url.QueryEscape(all.next()) + " 404", Frame: "https://a.example/#auth=" + url.QueryEscape(all.next())},
	}
	c.Made = []*capture.Made{
		{How: capture.MadeJSON, Data: []byte(`{"jwt":"` + all.next() + `"}`)},
		{How: capture.MadeBlob, ContentType: "application/vnd.apple.mpegurl", URL: "blob:https://a.example/1", Data: []byte("#EXTM3U\nseg.ts?token=" + url.QueryEscape(all.next()) + "\n")},
	}
	c.Players = []capture.Player{{Source: "https://cdn.example/film.mp4?signature=" + url.QueryEscape(all.next()), Frame: "https://a.example/?sid=" + url.QueryEscape(all.next())}}
	answer("text/plain", strings.Repeat("nothing to hide here, ", 300_000)+"?api_key="+url.QueryEscape(all.next())+strings.Repeat(" and nothing there", 100))
	answer("application/json", `{"pad":"`+strings.Repeat("-", 5<<20)+`","tokens":["`+all.next()+`"]}`)
	for len(all) < 120 {
		answer("application/json", `{"user_token":"`+all.next()+`"}`)
	}
	scatter(add, all)
	for i, v := range all {
		c.Console = append(c.Console, capture.ConsoleMessage{Text: v + " " + base64.StdEncoding.EncodeToString([]byte(v)) + " " + url.QueryEscape(v)})
		c.Made = append(c.Made, &capture.Made{How: capture.MadeText, Data: []byte("<b>" + v + "</b>" + base64.RawURLEncoding.EncodeToString([]byte(v)))})
		c.Players = append(c.Players, capture.Player{Error: "cannot play " + url.PathEscape(v)})
		c.Notes = append(c.Notes, capture.Note{Text: v})
		if i%40 == 0 { // across the windows in which what is large is looked at
			answer("text/plain", strings.Repeat("x ", 2<<20-i*3)+v+strings.Repeat(" y", 1<<20))
			answer("video/mp4", "\x00\x00\x00\x18ftypmp42"+strings.Repeat("\xff\x00", 50)+v)
		}
	}
	return c, all
}

// scatter writes each secret again where no name gives it away.
func scatter(add func(*capture.Exchange), all []string) {
	text := "binary \xff\n"
	for _, v := range all {
		text += v + " " + url.QueryEscape(v) + " " + strings.ToLower(url.PathEscape("/"))[:0] + base64.StdEncoding.EncodeToString([]byte(v)) + "\n"
		for _, form := range []string{v, url.QueryEscape(v), strings.ReplaceAll(url.QueryEscape(v), "%2F", "%2f"), base64.RawURLEncoding.EncodeToString([]byte(v)), base64.StdEncoding.EncodeToString([]byte(`{"user":"bob","k":"` + v + `"}`))} {
			add(&capture.Exchange{Request: capture.Request{Method: "GET", URL: "https://a.example/path/" + url.PathEscape(form)}, Body: capture.BodyOf([]byte("<p>" + form + "</p>"))})
		}
		echo := &capture.Exchange{Request: capture.Request{Method: "GET", URL: "https://a.example/echo", Header: http.Header{"X-Echo": {v}}}, Failure: "net::ERR of " + v}
		echo.Response = &capture.Response{StatusText: "No " + v, Header: http.Header{}}
		add(echo)
	}
	add(&capture.Exchange{Request: capture.Request{Method: "POST", URL: "https://a.example/", Body: capture.BodyOf([]byte(text))}, Body: capture.BodyOf([]byte(text))})
	add(&capture.Exchange{Type: "WebSocket", Request: capture.Request{URL: "wss://a.example/"}, Messages: []capture.Message{{Opcode: 1, Body: capture.BodyOf([]byte(text))}, {Opcode: 2, Body: capture.BodyOf([]byte(text))}}})
}

// Forms are the ways in which a secret can be read out of a file.
func Forms(v string) []string {
	list := []string{v, url.QueryEscape(v), url.PathEscape(v), strings.ReplaceAll(url.QueryEscape(v), "%2F", "%2f")}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		list = append(list, e.EncodeToString([]byte(v)))
	}
	return list
}
