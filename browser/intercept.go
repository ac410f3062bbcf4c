package browser

import (
	"context"
	"maps"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
)

// interceptor answers for the requests that Chrome stops. One goroutine owns it.
type interceptor struct {
	root     *Session
	requests Requests
	asked    map[fetch.RequestID]bool // a password was given: if it is asked for again, it is wrong
}

// maxAsked bounds what is remembered of requests, whose end is not told.
const maxAsked = 10_000

// intercept has Chrome stop the requests that b.requests concerns, of all targets: on the root session Fetch.enable reaches workers too.
func (b *Browser) intercept(ctx context.Context) error {
	patterns := b.requests.patterns()
	if len(patterns) == 0 {
		return nil
	}
	root := b.link.router.root
	paused, stopPaused := root.Subscribe("Fetch.requestPaused")
	auth, stopAuth := root.Subscribe("Fetch.authRequired")
	b.intercepting.Go(func() {
		defer stopPaused()
		defer stopAuth()
		i := &interceptor{root: root, requests: b.requests, asked: map[fetch.RequestID]bool{}}
		i.run(paused, auth)
	})
	_, err := cdp.Call(ctx, cdp.Session(root), fetch.Enable, fetch.EnableParams{Patterns: patterns, HandleAuthRequests: new(b.requests.authenticates())})
	return err
}

// run ends with the connection.
func (i *interceptor) run(paused, auth <-chan jsonv2.Value) {
	for paused != nil || auth != nil {
		select {
		case v, ok := <-paused:
			if !ok {
				paused = nil
				continue
			}
			i.paused(v)
		case v, ok := <-auth:
			if !ok {
				auth = nil
				continue
			}
			i.auth(v)
		}
	}
}

type pausedRequest struct {
	ID      fetch.RequestID `json:"requestId"`
	Kind    Kind            `json:"resourceType"`
	Request struct {
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
	} `json:"request"`
}

func (i *interceptor) paused(params jsonv2.Value) {
	var ev pausedRequest
	if !unmarshal(params, &ev) {
		return
	}
	if i.requests.blocks(ev.Request.URL, ev.Kind) {
		i.send(fetch.CommandFailRequest, fetch.FailRequestParams{RequestID: ev.ID, ErrorReason: network.ErrorReasonBlockedByClient})
		return
	}
	i.send(fetch.CommandContinueRequest, fetch.ContinueRequestParams{RequestID: ev.ID, Headers: i.headers(&ev)})
}

// headers are all that a request is to have, or nil if nothing is added. Chrome adds cookies itself.
func (i *interceptor) headers(ev *pausedRequest) (list []*fetch.HeaderEntry) {
	a := i.requests.access(OriginOf(ev.Request.URL))
	if a == nil || len(a.Header) == 0 {
		return nil
	}
	for name, value := range ev.Request.Headers {
		if len(a.Header.Values(name)) == 0 {
			list = append(list, &fetch.HeaderEntry{Name: name, Value: value})
		}
	}
	for name := range maps.Keys(a.Header) {
		list = append(list, &fetch.HeaderEntry{Name: name, Value: strings.Join(a.Header.Values(name), ", ")})
	}
	return list
}

func (i *interceptor) auth(params jsonv2.Value) {
	var ev struct {
		ID        fetch.RequestID `json:"requestId"`
		Challenge struct {
			Source string `json:"source"`
			Origin string `json:"origin"`
		} `json:"authChallenge"`
	}
	if !unmarshal(params, &ev) {
		return
	}
	answer := &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseCancelAuth}
	user := i.requests.ProxyUser
	if ev.Challenge.Source != "Proxy" {
		user = nil
		if a := i.requests.access(OriginOf(ev.Challenge.Origin)); a != nil {
			user = a.User
		}
	}
	if user != nil && !i.asked[ev.ID] {
		if len(i.asked) >= maxAsked {
			clear(i.asked)
		}
		i.asked[ev.ID] = true
		password, _ := user.Password()
		answer = &fetch.AuthChallengeResponse{Response: fetch.AuthChallengeResponseResponseProvideCredentials, Username: user.Username(), Password: password}
	}
	i.send(fetch.CommandContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: ev.ID, AuthChallengeResponse: answer})
}

// send does not wait: a request that has ended meanwhile is nobody's concern.
func (i *interceptor) send(method string, params any) {
	_, _ = i.root.Send(context.Background(), method, params)
}
