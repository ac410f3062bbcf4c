package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"seine/browser"
	"seine/capture/call"
	"seine/capture/session"
	"seine/scenarios"
	"seine/scenarios/replay"
)

// pageAsker is one page of one browser, which is started when a server is found to want it. It asks for one thing at a time.
type pageAsker struct {
	stage *replay.Stage

	mu     sync.Mutex
	page   *replay.Page
	origin string // that the page stands on
}

// page is the asker of all clients. Called by one of them at a time.
func (k *calling) page() (*pageAsker, error) {
	if k.asker != nil {
		return k.asker, nil
	}
	options, err := browserOptions(k.c, k.con, nil)
	if err != nil {
		return nil, err
	}
	conf := session.Config{AllowPrivate: k.c.Bool("allow-private")}
	if conf.Cookies, err = cookiesOf(k.c, k.con); err != nil {
		return nil, err
	}
	if k.heard != nil {
		var own []session.Cookie
		for _, c := range k.heard.Cookies {
			own = append(own, session.Cookie(c))
		}
		conf.Cookies = append(own, conf.Cookies...)
	}
	k.con.Say("The server does not answer plain HTTP as it answers a browser: asking from within a page")
	k.asker = &pageAsker{stage: &replay.Stage{
		Keeper: browser.NewKeeper(k.c.Context, options, replay.SalvageLimit), Runner: replay.Runner{Session: conf, Version: version(), Log: k.con.Logger()},
	}}
	return k.asker, nil
}

// pageSettles is how long a page may take until its scripts have run; afterwards it is asked as it is.
const pageSettles = 15 * time.Second

// askLimit bounds one answer.
const askLimit, askMost = 2 * time.Minute, 64 << 20

// Ask opens the page when it is first asked, or when it stands elsewhere.
func (a *pageAsker) Ask(ctx context.Context, page string, r call.PageRequest) (*call.Answer, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	if err := a.stand(ctx, page); err != nil {
		return nil, err
	}
	t, err := a.page.Ask(ctx, replay.Asked{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body, Most: askMost})
	if err != nil {
		_ = a.leave() // it may have crashed, or gone elsewhere: the next is asked from a new one
		return nil, err
	}
	return call.NewAnswer(t.URL, t.Status, t.Header, t.Body), nil
}

func (a *pageAsker) stand(ctx context.Context, page string) error {
	if a.page != nil && a.origin == browser.OriginOf(page) {
		return nil
	}
	if err := a.leave(); err != nil {
		return err
	}
	p, err := a.stage.Open(ctx, "", nil)
	if err != nil {
		return err
	}
	a.page, a.origin = p, browser.OriginOf(page)
	if _, err := p.Do(ctx, scenarios.Navigate{URL: page}); err != nil {
		return fmt.Errorf("opening the page to ask from: %w", err)
	}
	settle, cancel := context.WithTimeout(ctx, pageSettles)
	defer cancel()
	_, _ = p.Do(settle, scenarios.WaitForExpression{Expression: "document.readyState === 'complete'"}) // what is there then is asked
	return nil
}

func (a *pageAsker) leave() error {
	if a.page == nil {
		return nil
	}
	p := a.page
	a.page, a.origin = nil, ""
	return p.Close()
}

func (a *pageAsker) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	_ = a.leave()
	_ = a.stage.Keeper.Close()
}
