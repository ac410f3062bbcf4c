package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"seine/capture/redact"
	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/engine"
	"seine/scenarios/program"
	"seine/scenarios/trace"
)

// tracing looks at the pages of a run behind each step.
type tracing struct {
	ctx   context.Context //nolint:containedctx // that of the command: a witness is given none
	trace *trace.Trace

	mu      sync.Mutex
	secrets *redact.Secrets // nil: they are kept
	last    map[engine.Page]*trace.Sight
}

// looker is a page that can be looked at.
type looker interface {
	Look(ctx context.Context) *trace.Sight
}

func newTracing(c *cli.Context, p *program.Program, values map[string]string) *tracing {
	t := &tracing{ctx: c.Context, trace: trace.New(cmp.Or(p.Flow.Title, p.Name())), last: map[engine.Page]*trace.Sight{}}
	if c.Bool("with-secrets") {
		return t
	}
	t.secrets = redact.New()
	for _, in := range p.Flow.Inputs {
		if in.Secret {
			t.secrets.Value(values[in.Name])
		}
	}
	return t
}

// Step is that of engine.Witness.
func (t *tracing) Step(w engine.Witnessed) func(engine.Page, error) {
	began := time.Now()
	return func(page engine.Page, err error) {
		step := trace.Step{
			Run: w.Run, What: w.What, Depth: w.Depth, Place: w.Step.Common().Pos.String(), Type: w.Step.Type(), Text: trace.Text(w.Step),
		}
		if err != nil {
			step.Error = err.Error()
		}
		ended := time.Now()
		var before, after *trace.Sight
		if l, ok := page.(looker); ok && seen(w.Step) {
			after = l.Look(t.ctx)
			before = t.swap(page, after)
			t.collect(after)
		}
		t.trace.Add(step, began, ended, before, after)
	}
}

// seen reports whether a step does something that can be seen on a page: those that run others do not by themselves.
func seen(s scenarios.Step) bool {
	switch s.(type) {
	case scenarios.Each, scenarios.If, scenarios.Call, scenarios.Request, scenarios.Write, scenarios.Download:
		return false
	}
	return true
}

// swap gives what the page was seen like before.
func (t *tracing) swap(page engine.Page, now *trace.Sight) *trace.Sight {
	t.mu.Lock()
	defer t.mu.Unlock()
	before := t.last[page]
	t.last[page] = &trace.Sight{Picture: now.Picture}
	return before
}

// collect takes the secrets that stand in addresses.
func (t *tracing) collect(s *trace.Sight) {
	if t.secrets == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.secrets.Text(s.URL, false)
	for _, r := range s.Requests {
		t.secrets.Text(r.URL, false)
	}
	for _, line := range s.Console {
		t.secrets.Text(line, false)
	}
}

// write writes the trace, with mode 0600: its pictures show what the pages showed.
func (t *tracing) write(con *ui.Console, name string) error {
	var b bytes.Buffer
	clean := func(s string) string { return s }
	if t.secrets != nil {
		cleaner := t.secrets.Cleaner()
		clean = func(s string) string { return cleaner.Text(s, false) }
	}
	if err := t.trace.Write(&b, clean); err != nil {
		return err
	}
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		return errors.Join(fmt.Errorf("the trace was not written"), err)
	}
	con.Say("The trace is in %s", ui.Remote(name))
	return nil
}
