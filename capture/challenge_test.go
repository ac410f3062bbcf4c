package capture_test

import (
	"net/http"
	"testing"

	"seine/capture"
)

func TestChallenge(t *testing.T) {
	page := func(frame string, status int, header http.Header, head string) *capture.Exchange {
		return &capture.Exchange{Type: "Document", FrameID: frame, Response: &capture.Response{Status: status, Header: header}, Body: capture.Body{Head: []byte(head)}}
	}
	mitigated := http.Header{"Cf-Mitigated": {"challenge"}}
	film := page("main", 200, nil, `<video src="film.mp4"></video><script src="https://www.google.com/recaptcha/api.js"></script>`)
	for name, c := range map[string]struct {
		list []*capture.Exchange
		want string
	}{
		"none":                       {nil, ""},
		"a page with a captcha":      {[]*capture.Exchange{film}, ""},
		"an error":                   {[]*capture.Exchange{page("main", 403, nil, "<h1>Forbidden</h1>")}, ""},
		"Cloudflare":                 {[]*capture.Exchange{page("main", 403, mitigated, "<title>Just a moment...</title>")}, "Cloudflare"},
		"Cloudflare, passed":         {[]*capture.Exchange{page("main", 403, mitigated, ""), film}, ""},
		"in a frame":                 {[]*capture.Exchange{film, page("frame", 403, mitigated, "")}, ""},
		"AWS":                        {[]*capture.Exchange{page("main", 202, http.Header{"X-Amzn-Waf-Action": {"challenge"}}, "")}, "AWS WAF"},
		"DataDome":                   {[]*capture.Exchange{page("main", 403, nil, `<script src="https://ct.captcha-delivery.com/c.js">`)}, "DataDome"},
		"a captcha in place of page": {[]*capture.Exchange{page("main", 429, nil, `<script src="https://www.google.com/recaptcha/api.js">`)}, "a captcha"},
		"Akamai":                     {[]*capture.Exchange{page("main", 403, http.Header{"Server": {"AkamaiGHost"}}, "<TITLE>Access Denied</TITLE>")}, "Akamai"},
		"an image":                   {[]*capture.Exchange{{Type: "Image", Response: &capture.Response{Status: 403, Header: mitigated}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := (&capture.Capture{Exchanges: c.list}).Challenge(); got != c.want {
				t.Errorf("%q, not %q", got, c.want)
			}
		})
	}
}
