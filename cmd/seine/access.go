package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/browser"
	"seine/capture"
	"seine/cmd/internal/ui"
)

// envUser has what --user says: a command line can be read by others on the same machine.
const envUser = "SEINE_USER"

// userOf is the login of the flag, or of the address itself; nil for none.
func userOf(c *cli.Context, address string) (*url.Userinfo, error) {
	if text := c.String("user"); text != "" {
		name, password, ok := strings.Cut(text, ":")
		if !ok || name == "" {
			return nil, &usageError{what: "--user has no password", try: "--user NAME:PASSWORD, or the same in " + envUser}
		}
		return url.UserPassword(name, password), nil
	}
	if u, err := url.Parse(address); err == nil {
		return u.User, nil
	}
	return nil, nil
}

// headersOf are those of the command line.
func headersOf(c *cli.Context) (http.Header, error) {
	list := http.Header{}
	for _, h := range c.StringSlice("header") {
		name, value, ok := strings.Cut(h, ":")
		if name = strings.TrimSpace(name); !ok || name == "" {
			return nil, &usageError{what: fmt.Sprintf("--header %q has no colon", ui.Remote(h)), try: "--header 'Name: value'"}
		}
		list.Add(name, strings.TrimSpace(value))
	}
	return list, nil
}

// requestsOf says what the browser is to add to requests for the origins of the pages, and what it is to leave out.
func requestsOf(c *cli.Context, pages []string) (q browser.Requests, err error) {
	headers, err := headersOf(c)
	if err != nil {
		return q, err
	}
	for _, page := range pages {
		user, err := userOf(c, page)
		if err != nil {
			return q, err
		}
		if user != nil || len(headers) > 0 {
			q.Access = append(q.Access, browser.Access{Origin: browser.OriginOf(page), Header: headers, User: user})
		}
	}
	if err := block(c.StringSlice("block"), &q); err != nil {
		return q, err
	}
	if u, err := proxyOf(c); err == nil && u != nil {
		q.ProxyUser = u.User
	}
	if c.String("connect") != "" && (len(q.Access)+len(q.BlockKinds)+len(q.BlockHosts) > 0) {
		return q, &usageError{what: "a browser that runs already has tabs that are not ours to meddle with: leave out --connect, or --header, --user and --block"}
	}
	return q, nil
}

// block reads what is not to be loaded.
func block(list []string, q *browser.Requests) error {
	for _, text := range list {
		for _, name := range strings.Split(text, ",") {
			switch name = strings.ToLower(strings.TrimSpace(name)); {
			case name == "images":
				q.BlockKinds = append(q.BlockKinds, browser.Image)
			case name == "ads":
				q.BlockHosts = append(q.BlockHosts, capture.AdvertHosts()...)
			case name == "fonts":
				q.BlockKinds = append(q.BlockKinds, browser.Font)
			case strings.Contains(name, ".") && !strings.ContainsAny(name, "/:* "):
				q.BlockHosts = append(q.BlockHosts, name)
			default:
				return &usageError{what: fmt.Sprintf("--block %q is neither images nor fonts nor ads nor a host", ui.Remote(name)), try: "--block images,fonts,ads"}
			}
		}
	}
	return nil
}

// bare is the address without a password in it: that is given when it is asked for.
func bare(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	u.User = nil
	return u.String()
}
