package replay

import (
	"context"
	"errors"
	"slices"

	"seine/assemble"
	"seine/capture"
	"seine/capture/session"
	"seine/scenarios"
)

// mostAgain bounds the steps that are done once more for new addresses of a film.
const mostAgain = 200

// memory is what was done on a page, for a visit that is made again.
type memory struct {
	all  done // since it was opened
	here done // since the main page last went to an address
	over bool // nothing more is kept
}

type done struct {
	steps []scenarios.Step
	cut   bool // there were too many
}

func (d *done) add(s scenarios.Step) {
	if d.cut = d.cut || len(d.steps) == mostAgain; !d.cut {
		d.steps = append(d.steps, s)
	}
}

// add keeps a step that was done, if the page would be another one without it. Nothing is written by it once more.
func (m *memory) add(s scenarios.Step) {
	if m.over {
		return
	}
	switch step := s.(type) {
	case scenarios.Navigate:
		if step.Target == "" || step.Target == "main" {
			m.here = done{}
		}
	case scenarios.WaitForElement, scenarios.WaitForExpression, scenarios.Listen:
	case scenarios.Capture:
		step.HAR, step.Save, step.Screenshot = "", "", ""
		s = step
	default:
		if !acts(s) {
			return
		}
	}
	m.all.add(s)
	m.here.add(s)
}

// acted reports whether more was done since the last address than looking and playing.
func (m *memory) acted() bool {
	return slices.ContainsFunc(m.here.steps, func(s scenarios.Step) bool {
		switch s.(type) {
		case scenarios.Navigate, scenarios.Play, scenarios.Scroll, scenarios.SetViewport:
			return false
		}
		return acts(s)
	})
}

// errForgotten: too much was done to do it again.
var errForgotten = errors.New("too many steps were done on the page to do them again")

// again does the steps before a grab once more, in a page of its own: as the person that the page has made of us by now, from the last
// address on, or from the beginning, forms and all. Where a form was filled in since that address, the beginning comes first: the site
// may know us now, and show none. With a profile there is only one page.
func (p *Page) again(ctx context.Context, old *capture.Stream) (assemble.Source, *session.Client, error) {
	if p.stage.Profile {
		return p.replay(ctx, p.done.here, old)
	}
	ways := []func(context.Context, *capture.Stream) (assemble.Source, *session.Client, error){p.asWeAre, p.fromTheStart}
	if p.done.acted() {
		slices.Reverse(ways)
	}
	source, client, err := ways[0](ctx, old)
	if err != nil && ctx.Err() == nil && p.visit.runner.Browser.Err() == nil {
		var other error
		if source, client, other = ways[1](ctx, old); other == nil {
			return source, client, nil
		}
	}
	return source, client, err
}

func (p *Page) asWeAre(ctx context.Context, old *capture.Stream) (assemble.Source, *session.Client, error) {
	cookies, err := p.Cookies(ctx)
	if err != nil {
		return assemble.Source{}, nil, err
	}
	storage, err := p.Storage(ctx)
	if err != nil {
		return assemble.Source{}, nil, err
	}
	return p.elsewhere(ctx, p.done.here, cookies, storage, old)
}

func (p *Page) fromTheStart(ctx context.Context, old *capture.Stream) (assemble.Source, *session.Client, error) {
	return p.elsewhere(ctx, p.done.all, nil, p.storage, old)
}

// elsewhere does the steps in another page; nobody is told of them.
func (p *Page) elsewhere(ctx context.Context, d done, cookies []session.Cookie, storage []session.Storage, old *capture.Stream) (assemble.Source, *session.Client, error) {
	quiet := *p.visit.runner
	quiet.Observe = nil
	next, err := p.stage.open(ctx, &quiet, p.dir, cookies, storage)
	if err != nil {
		return assemble.Source{}, nil, err
	}
	defer func() { _ = next.Close() }()
	return next.replay(ctx, d, old)
}

// replay does the steps on this page, and finds the film.
func (p *Page) replay(ctx context.Context, d done, old *capture.Stream) (assemble.Source, *session.Client, error) {
	if d.cut {
		return assemble.Source{}, nil, errForgotten
	}
	v := p.visit
	defer func(was memory) { p.done = was }(p.done)
	p.done.over = true
	for _, s := range d.steps {
		if err := p.repeated(ctx, s); err != nil {
			return assemble.Source{}, nil, err
		}
	}
	if v.result.Capture == nil {
		if err := v.capture(ctx, scenarios.Capture{}); err != nil {
			return assemble.Source{}, nil, err
		}
	}
	stream, err := v.chooseLike(old)
	if err != nil {
		return assemble.Source{}, nil, err
	}
	return v.source(stream)
}

// repeated does a step within its time.
func (p *Page) repeated(ctx context.Context, s scenarios.Step) error {
	ctx, cancel := context.WithTimeoutCause(ctx, p.visit.flow.TimeoutOf(s), errStepTimeout)
	defer cancel()
	_, err := p.Do(ctx, s)
	return err
}
