package engine

import (
	"context"
	"errors"
	"fmt"

	"seine/scenarios"
)

// ran is what came of a run.
type ran struct {
	writes  []delivery
	resumed bool
	failure *Failure
}

// all makes every run, and writes what they give in the order of the inputs.
func (r *runner) all(ctx context.Context) (Report, error) {
	r.files.root = r.root
	r.report.Runs = len(r.inputs.runs)
	err := r.logIn(ctx)
	if err == nil {
		i := 0
		err = pool[int, ran]{
			workers: r.runsAtOnce(),
			next:    func() (int, bool) { i++; return i - 1, i <= len(r.inputs.runs) },
			work:    func(ctx context.Context, _ int, n int) ran { return r.one(ctx, n) },
			emit:    r.emit,
		}.run(ctx)
	}
	files, e := r.files.close(err == nil)
	if err == nil {
		for _, name := range files {
			r.wrote(-1, name)
		}
		err = e
	}
	return r.report, err
}

func (r *runner) emit(_ context.Context, i int, x ran) error {
	if x.failure != nil {
		r.report.Failed = append(r.report.Failed, *x.failure)
		return nil
	}
	r.report.Done++
	if x.resumed {
		r.report.Resumed++
	}
	rows, err := r.files.add(x.writes)
	r.report.Rows += rows
	if err != nil {
		return fmt.Errorf("writing what run %d gave: %w", i+1, err)
	}
	return nil
}

// runsAtOnce: runs that need a page share the tabs.
func (r *runner) runsAtOnce() int {
	n := r.o.Workers
	if n == 0 {
		n = r.p.Flow.Pool.Workers
	}
	if needsPage(r.p) {
		return r.tabs.highest()
	}
	if n == 0 {
		n = 8
	}
	return n
}

// one makes a run, and again if it fails.
func (r *runner) one(ctx context.Context, n int) (x ran) {
	if e, ok := r.journal.find(n, "", 0, ""); ok {
		return ran{writes: e.Writes, resumed: true}
	}
	what := r.inputs.name(r.p, n)
	try, kept := 0, ""
	err := again(ctx, r.retries(), func() (err error) {
		try++
		r.told.tell(Started{n, what, try})
		x.writes, kept, err = r.try(ctx, n)
		return err
	}, func(err error) { r.told.tell(Noted{Run: n, What: "trying again", Err: err}) })
	if err == nil {
		err = r.journal.add(entry{Run: n, Writes: x.writes})
	}
	r.told.tell(Ended{n, what, err})
	if err != nil {
		x.failure = &Failure{Run: n, What: what, Err: err, Kept: kept}
	}
	return x
}

// try makes a run once. If it fails, what its page looks like is kept.
func (r *runner) try(ctx context.Context, n int) (writes []delivery, kept string, err error) {
	a := r.actor(n)
	defer func() {
		if item := (*keptError)(nil); errors.As(err, &item) {
			kept = item.dir
		} else if err != nil && a.stage.page != nil && ctx.Err() == nil {
			kept = r.keep(ctx, a, fmt.Sprintf("run %d", n+1), err)
		}
		err = errors.Join(err, a.close())
	}()
	scope := r.inputs.scope(n)
	if err := a.steps(ctx, r.p.Flow.Steps, scope); err != nil {
		return nil, "", err
	}
	for _, o := range r.p.Flow.Outputs {
		v, err := r.p.Value(ctx, o.Value, scope)
		if err != nil {
			return nil, "", fmt.Errorf("output %s: %w", o.File, err)
		}
		table := o.Table
		if table == "" {
			table = tableOf(r.p.Flow.Title)
		}
		writes = append(writes, delivery{File: o.File, Value: v, Format: o.Format, Columns: o.Columns, Table: table, Hints: r.hints.all()})
	}
	return append(a.appends.list, writes...), "", nil
}

func (r *runner) keep(ctx context.Context, a *actor, name string, why error) string {
	full, err := r.folder("failed/" + name)
	if err == nil {
		err = a.stage.page.Keep(ctx, full, r.stepThat(why))
	}
	if err != nil {
		a.note(scenarios.Position{}, "what the page looked like could not be kept", err)
		return ""
	}
	return full
}

// stepThat tells which step failed, with its line in the file.
func (r *runner) stepThat(failed error) string {
	text := failed.Error() + "\n"
	if step := (*StepError)(nil); errors.As(failed, &step) {
		text += r.p.Excerpt(step.Pos)
	}
	return text
}
