package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"seine/capture/session"
	"seine/scenarios"
	"seine/scenarios/program"
)

// actor runs steps one after another, with a page of its own once one of them needs it.
type actor struct {
	r       *runner
	p       *program.Program // that the steps belong to
	run     int
	depth   int
	at      string         // the items of eachs that it is within: what the journal knows its steps by
	met     map[string]int // how often it has come to an each, by its place
	stage   *pageHolder
	idle    *idle // of the each that it is an item of
	http    *caller
	appends *appends
}

// pageHolder opens a page when it is first asked for one.
type pageHolder struct {
	page Page
}

func (r *runner) actor(run int) *actor {
	return &actor{r: r, p: r.p, run: run, met: map[string]int{}, stage: &pageHolder{}, http: &caller{}, appends: &appends{}}
}

// item is an actor for an item of an each that is done beside others: the requests are the same person's, the page is another one.
func (a *actor) item(at string, alone bool, pages *idle) *actor {
	b := *a
	b.at, b.met, b.appends = at, map[string]int{}, &appends{}
	if !alone {
		b.stage, b.idle = &pageHolder{}, pages
		if a.stage.page != nil {
			b.http = &caller{}
		}
	}
	return &b
}

// page waits for a tab to be free.
func (a *actor) page(ctx context.Context) (Page, error) {
	if a.stage.page != nil {
		return a.stage.page, nil
	}
	if a.r.o.Stage == nil {
		return nil, ErrNoPage
	}
	if err := a.r.tabs.enter(ctx); err != nil {
		return nil, err
	}
	if p, err := a.idle.take(ctx); p != nil || err != nil {
		if a.stage.page = p; err != nil {
			a.r.tabs.leave()
		}
		return p, err
	}
	p, err := a.r.o.Stage.Open(ctx, Place{Dir: a.r.o.Dir, Cookies: slices.Concat(a.r.o.Session.Cookies, a.r.login.cookies), Storage: a.r.login.storage})
	if err != nil {
		a.r.tabs.leave()
		return nil, err
	}
	a.stage.page = p
	return p, nil
}

func (a *actor) close() error {
	a.http.close()
	return a.closePage()
}

func (a *actor) closePage() error {
	if a.stage.page == nil {
		return nil
	}
	err := a.stage.page.Close()
	a.stage.page = nil
	a.r.tabs.leave()
	return err
}

// handPage leaves the page to the items that come.
func (a *actor) handPage() error {
	if a.stage.page == nil || !a.idle.put(a.stage.page, a.r.tabs.now()) {
		return a.closePage()
	}
	a.stage.page = nil
	a.r.tabs.leave()
	return nil
}

// caller is the client of an actor's requests.
type caller struct {
	mu     sync.Mutex
	client *session.Client
	from   string // the cookies that it was made with
}

// client has the session's cookies, and those of the actor's page.
func (a *actor) client(ctx context.Context) (*session.Client, error) {
	a.http.mu.Lock()
	defer a.http.mu.Unlock()
	conf := a.r.o.Session
	conf.Cookies = append(conf.Cookies[:len(conf.Cookies):len(conf.Cookies)], a.r.login.cookies...)
	more, err := a.browserCookies(ctx)
	if err != nil {
		return nil, err
	}
	conf.Cookies = append(conf.Cookies, more...)
	text, err := json.Marshal(conf.Cookies)
	if err != nil {
		return nil, err
	}
	if a.http.client != nil && a.http.from == string(text) {
		return a.http.client, nil
	}
	c, err := session.New(conf)
	if err != nil {
		return nil, err
	}
	if a.http.client != nil {
		a.http.client.CloseIdleConnections()
	}
	a.http.client, a.http.from = c, string(text)
	return c, nil
}

// browserCookies are those of the actor's page, or those that it would have.
func (a *actor) browserCookies(ctx context.Context) (list []session.Cookie, err error) {
	switch {
	case a.stage.page != nil:
		list, err = a.stage.page.Cookies(ctx)
	case a.r.o.Stage != nil:
		list, err = a.r.o.Stage.Kept(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("the cookies of the page: %w", err)
	}
	return list, nil
}

func (c *caller) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.client != nil {
		c.client.CloseIdleConnections()
	}
}

// StepError says which step failed.
type StepError struct {
	Pos  scenarios.Position
	Type string
	Err  error
}

// Error puts the place before what happened.
func (e *StepError) Error() string { return fmt.Sprintf("%s: %s: %v", e.Pos, e.Type, e.Err) }

// Unwrap gives what happened.
func (e *StepError) Unwrap() error { return e.Err }

// steps runs them; values that they name are put in scope.
func (a *actor) steps(ctx context.Context, list []scenarios.Step, scope map[string]any) error {
	for _, s := range list {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		base := s.Common()
		a.r.told.tell(Stepped{a.run, s})
		err := a.witnessed(s, func() error { return a.tries(ctx, s, scope) })
		if err == nil {
			continue
		}
		if inner := (*StepError)(nil); !errors.As(err, &inner) {
			err = &StepError{base.Pos, s.Type(), err}
		}
		if !base.Optional || ctx.Err() != nil {
			return err
		}
		a.note(base.Pos, "an optional step failed", err)
	}
	return nil
}

// witnessed runs a step before a witness, if there is one.
func (a *actor) witnessed(s scenarios.Step, do func() error) error {
	a.depth++
	defer func() { a.depth-- }()
	if a.r.o.Witness == nil {
		return do()
	}
	what := ""
	if a.run >= 0 {
		what = a.r.inputs.name(a.r.p, a.run)
	}
	done := a.r.o.Witness.Step(Witnessed{a.run, what, a.depth - 1, s, a.stage.page})
	err := do()
	done(a.stage.page, err)
	return err
}

func (a *actor) note(pos scenarios.Position, what string, err error) {
	a.r.told.tell(Noted{a.run, pos, what, err})
}

// tries runs a step as often as it says. An each tries its items, not itself.
func (a *actor) tries(ctx context.Context, s scenarios.Step, scope map[string]any) error {
	retries := s.Common().Retries
	switch s.(type) {
	case scenarios.Each, scenarios.Download:
		retries = 0
	}
	return again(ctx, retries, func() error { return a.limited(ctx, s, scope) }, func(err error) {
		a.note(s.Common().Pos, "trying again", err)
	})
}

// again calls do until it succeeds, or has failed for good. Between two tries is the time that a server asked for, or else one that grows.
func again(ctx context.Context, retries int, do func() error, note func(error)) error {
	for n := 0; ; n++ {
		err := do()
		if err == nil || n >= retries || ctx.Err() != nil || permanent(err) {
			return err
		}
		note(err)
		const first, most = 250 * time.Millisecond, 30 * time.Second
		pause := min(first<<min(n, 10), most)
		pause = pause/2 + rand.N(pause/2+1)
		if asked := (interface{ RetryAfter() time.Duration })(nil); errors.As(err, &asked) {
			pause = max(pause, min(asked.RetryAfter(), 10*most))
		}
		t := time.NewTimer(pause)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return err
		}
	}
}

// permanent: trying again is in vain.
func permanent(err error) bool {
	for _, e := range []error{ErrNoPage, ErrJavaScript, ErrType, program.ErrNotCompiled} {
		if errors.Is(err, e) {
			return true
		}
	}
	p := (interface{ Permanent() bool })(nil)
	return errors.As(err, &p) && p.Permanent()
}

// errLate is why a step is ended whose time is up.
var errLate = errors.New("its time is up")

// limited runs a step within its time-out. What runs others, or fetches files, has none: it ends when they do.
func (a *actor) limited(ctx context.Context, s scenarios.Step, scope map[string]any) error {
	switch s.(type) {
	case scenarios.Each, scenarios.Paginate, scenarios.If, scenarios.Call, scenarios.Download, scenarios.Grab:
		return a.step(ctx, s, scope)
	}
	within := a.p.Flow.TimeoutOf(s)
	limited, cancel := context.WithTimeoutCause(ctx, within, errLate)
	defer cancel()
	err := a.step(limited, s, scope)
	if err != nil && errors.Is(context.Cause(limited), errLate) {
		return fmt.Errorf("not done after %s: %w", within, err)
	}
	return err
}
