package capture

import (
	"bytes"
	"net/http"
	"strings"
)

// wall is a service that lets nobody pass of whom it is not sure that it is a person, told by what it documents or cannot hide.
type wall struct {
	name  string
	marks func(h http.Header, status int, head []byte) bool
}

func inHead(status int, head []byte, marks ...string) bool {
	if status < 400 && status != http.StatusAccepted {
		return false
	}
	for _, m := range marks {
		if bytes.Contains(head, []byte(m)) {
			return true
		}
	}
	return false
}

var walls = []wall{
	{"Cloudflare", func(h http.Header, status int, head []byte) bool {
		return strings.EqualFold(h.Get("Cf-Mitigated"), "challenge") || inHead(status, head, "/cdn-cgi/challenge-platform/", "cf-browser-verification")
	}},
	{"AWS WAF", func(h http.Header, _ int, _ []byte) bool {
		action := strings.ToLower(h.Get("X-Amzn-Waf-Action"))
		return action == "challenge" || action == "captcha"
	}},
	{"DataDome", func(_ http.Header, status int, head []byte) bool { return inHead(status, head, "captcha-delivery.com") }},
	{"HUMAN (PerimeterX)", func(_ http.Header, status int, head []byte) bool {
		return inHead(status, head, "_pxAppId", "px-captcha")
	}},
	{"Imperva", func(_ http.Header, status int, head []byte) bool { return inHead(status, head, "_Incapsula_Resource") }},
	{"DDoS-Guard", func(h http.Header, status int, head []byte) bool {
		return strings.EqualFold(h.Get("Server"), "ddos-guard") && inHead(status, head, "ddos-guard/js-challenge", "check.ddos-guard.net")
	}},
	{"Akamai", func(h http.Header, status int, head []byte) bool {
		return status == http.StatusForbidden && strings.HasPrefix(h.Get("Server"), "AkamaiGHost") && inHead(status, head, "Access Denied")
	}},
	{"a captcha", func(_ http.Header, status int, head []byte) bool {
		return inHead(status, head, "hcaptcha.com/1/api.js", "google.com/recaptcha/", "challenges.cloudflare.com/turnstile")
	}},
}

// Challenge names the service that answered with a test for a person in place of the page, empty for none: what the page's own frame
// got last counts, as a test may pass by itself.
func (c *Capture) Challenge() string {
	var page *Exchange
	for _, e := range c.Exchanges {
		if e.Type == "Document" && e.Response != nil && (page == nil || e.FrameID == page.FrameID) {
			page = e
		}
	}
	if page == nil {
		return ""
	}
	for _, w := range walls {
		if w.marks(page.Response.Header, page.Status(), page.Body.Head) {
			return w.name
		}
	}
	return ""
}
