// Package canary plants secrets in a Capture, for the tests of everything that writes one down.
package canary

import (
	"encoding/base64"
	"fmt"
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
	p := &planter{capture: &capture.Capture{}}
	p.capture.Page = "https://a.example/watch?token=" + p.escaped()
	for _, plant := range []func(){p.cookies, p.headers, p.addresses, p.redirects, p.forms, p.json, p.texts, p.streams, p.console, p.made, p.large} {
		plant()
	}
	for len(p.all) < 120 {
		p.answer("application/json", `{"user_token":"`+p.all.next()+`"}`)
	}
	p.scatter()
	p.echo()
	return p.capture, p.all
}

// Forms are the ways in which a secret can be read out of a file.
func Forms(v string) []string {
	list := []string{v, url.QueryEscape(v), url.PathEscape(v), strings.ReplaceAll(url.QueryEscape(v), "%2F", "%2f")}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		list = append(list, e.EncodeToString([]byte(v)))
	}
	return list
}
