package har_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seine/capture"
	"seine/capture/har"
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

// plant hides canaries in every place where a secret can be.
func plant() (*capture.Capture, []string) {
	var all canaries
	c := &capture.Capture{Page: "https://a.example/watch?token=" + url.QueryEscape(all.next())}
	add := func(x *capture.Exchange) {
		if x.Request.Header == nil {
			x.Request.Header = http.Header{}
		}
		if x.Response == nil {
			x.Response = &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}}}
		}
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
	for len(all) < 100 {
		answer("application/json", `{"user_token":"`+all.next()+`"}`)
	}
	scatter(add, all)
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

// visible are the ways in which a secret can be read out of a HAR.
func visible(v string) []string {
	list := []string{v, url.QueryEscape(v), url.PathEscape(v), strings.ReplaceAll(url.QueryEscape(v), "%2F", "%2f")}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		list = append(list, e.EncodeToString([]byte(v)))
	}
	return list
}

// readable is all text of a HAR: its strings, and what is base64 in them.
func readable(t *testing.T, raw []byte) string {
	t.Helper()
	var h har.HAR
	if err := json.Unmarshal(raw, &h); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.Write(raw)
	for _, e := range h.Log.Entries {
		for _, s := range strings.FieldsFunc(e.Response.Content.Text+" "+e.Request.URL, func(r rune) bool { return strings.ContainsRune(" \n<>/\"", r) }) {
			if raw, err := base64.StdEncoding.DecodeString(s); err == nil {
				b.Write(raw)
			}
		}
		if p := e.Request.PostData; p != nil && p.Encoding == "base64" {
			raw, _ := base64.StdEncoding.DecodeString(p.Text)
			b.Write(raw)
		}
		for _, m := range e.Messages {
			raw, _ := base64.StdEncoding.DecodeString(m.Data)
			b.WriteString(m.Data)
			b.Write(raw)
		}
		var v any
		if json.Unmarshal([]byte(e.Response.Content.Text), &v) == nil {
			fmt.Fprintln(&b, v)
		}
	}
	return b.String()
}

func TestSecretsAreRedacted(t *testing.T) {
	c, secrets := plant()
	if len(secrets) < 100 {
		t.Fatalf("%d canaries", len(secrets))
	}
	text := readable(t, write(t, c, har.Options{}))
	for _, v := range secrets {
		for _, form := range visible(v) {
			if at := strings.Index(text, form); at >= 0 {
				t.Errorf("%s is there as %q: …%.160q", v, form, text[max(at-60, 0):])
				break
			}
		}
	}
	for _, still := range []string{"https://a.example/x?a=1", "bob", "#EXTM3U", "Location", "visitor"} {
		if !strings.Contains(text, still) {
			t.Errorf("%q went too", still)
		}
	}
}

func TestSecretsAreKeptWhenAskedFor(t *testing.T) {
	c, secrets := plant()
	text := readable(t, write(t, c, har.Options{Secrets: true}))
	for _, v := range secrets {
		if !strings.Contains(text, v) && !strings.Contains(text, url.QueryEscape(v)) {
			t.Errorf("%s is gone", v)
		}
	}
}

func TestShortSecretsAreRedactedInTheirPlaces(t *testing.T) {
	c := &capture.Capture{Page: "https://a.example/", Exchanges: []*capture.Exchange{{
		Request: capture.Request{
			Method: "POST", URL: "https://a.example/?pin=7341&n=7341", Body: capture.BodyOf([]byte("pwd=7342&n=1")),
			Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Referer": {"https://a.example/?otp=7343"}},
		},
		Response: &capture.Response{Header: http.Header{"Location": {"/#token=7344"}}}, Body: capture.BodyOf([]byte(`{"pin": 7345, "password":"7346","n":1.5}`)),
	}}}
	text := string(write(t, c, har.Options{}))
	for _, v := range []string{"pin=7341", "7342", "7343", "7344", "7345", "7346"} {
		if strings.Contains(text, v) {
			t.Errorf("%s is there", v)
		}
	}
	var h har.HAR
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		t.Fatal(err)
	}
	if body := h.Log.Entries[0].Response.Content.Text; !json.Valid([]byte(body)) {
		t.Errorf("no JSON any more: %s", body)
	}
}

func TestWhatIsNoSecretStays(t *testing.T) {
	const body = `{"author":"Jane Austen","token_type":"Bearer","expires_in":3600,"footprint":"largest","code_name":"seagull","hotpink":"colour","keyboard":"german"}`
	c := &capture.Capture{Exchanges: []*capture.Exchange{{
		Request:  capture.Request{Method: "GET", URL: "https://a.example/?author=Jane+Austen&page=second", Header: http.Header{"Accept": {"text/html; q=0.9"}}},
		Response: &capture.Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}}}, Body: capture.BodyOf([]byte(body)),
	}}}
	var h har.HAR
	if err := json.Unmarshal(write(t, c, har.Options{}), &h); err != nil {
		t.Fatal(err)
	}
	e := h.Log.Entries[0]
	if e.Response.Content.Text != body || e.Request.URL != c.Exchanges[0].URL() || e.Request.Headers[0].Value != "text/html; q=0.9" {
		t.Errorf("%s\n%s\n%+v", e.Response.Content.Text, e.Request.URL, e.Request.Headers)
	}
}

func BenchmarkWrite(b *testing.B) {
	c, _ := plant()
	size := int64(0)
	for _, x := range c.Exchanges {
		size += x.Body.Size
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		write(b, c, har.Options{})
	}
}

func FuzzRedact(f *testing.F) {
	c, _ := plant()
	for i, x := range c.Exchanges {
		if body, err := x.Body.Bytes(1 << 20); err == nil && i%7 == 0 {
			f.Add(x.URL(), string(body), x.Request.Header.Get("Content-Type"))
		}
	}
	f.Add("http://u:p@h/?token=%", `{"a":"{\"token\":\"x\\\\\"}","pin":-`, "application/x-www-form-urlencoded")
	f.Fuzz(func(t *testing.T, address, body, contentType string) {
		const canary = "C000naryx1991f"
		x := &capture.Exchange{
			Request:  capture.Request{Method: "POST", URL: address, Body: capture.BodyOf([]byte(body)), Header: http.Header{"Content-Type": {contentType}}},
			Response: &capture.Response{Header: http.Header{"Location": {address}}}, Body: capture.BodyOf([]byte(body + canary)),
		}
		raw := write(t, &capture.Capture{Cookies: []capture.Cookie{{Name: "k", Value: canary}}, Exchanges: []*capture.Exchange{x}}, har.Options{})
		if !json.Valid(raw) || strings.Contains(string(raw), canary) {
			t.Errorf("%s", raw)
		}
	})
}
