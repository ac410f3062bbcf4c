package replay

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"

	"seine/capture/session"
)

// bring gives the tab the user's own cookies before it asks for anything: Storage.setCookies.
func (v *visit) bring(ctx context.Context) error {
	if len(v.runner.Session.Cookies) == 0 {
		return nil
	}
	var list []*network.CookieParam
	for i := range v.runner.Session.Cookies {
		list = append(list, param(&v.runner.Session.Cookies[i]))
	}
	_, err := cdp.Call(ctx, cdp.Session(v.runner.Browser.Session()), storage.SetCookies, storage.SetCookiesParams{Cookies: list, BrowserContextID: v.tab.ContextID()})
	if err != nil {
		return fmt.Errorf("bringing the cookies along: %w", err)
	}
	return nil
}

// param is a cookie as Chrome wants it: one with a domain is for subdomains too, one with a URL for that host alone.
func param(k *session.Cookie) *network.CookieParam {
	host := strings.TrimPrefix(k.Domain, ".")
	p := &network.CookieParam{Name: k.Name, Value: k.Value, Path: k.Path, Secure: k.Secure, HTTPOnly: k.HTTPOnly, SameSite: network.CookieSameSite(k.SameSite)}
	if !k.Expires.IsZero() {
		p.Expires = cdp.TimeSinceEpoch(k.Expires.Unix())
	}
	if !k.HostOnly {
		p.Domain = "." + host
		return p
	}
	scheme := "http"
	if k.Secure {
		scheme = "https"
	}
	p.URL = scheme + "://" + host + "/"
	return p
}
