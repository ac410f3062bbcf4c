package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/program"
)

// outcome is what came of an item.
type outcome struct {
	value  any
	writes []delivery
	until  bool
	err    error
}

// each runs the steps for each item, so many at once. Values stay with their item; what collect says is joined in the order of the items.
func (a *actor) each(ctx context.Context, s scenarios.Each, scope map[string]any) error {
	next, all, err := itemsOf(s.In)
	if err != nil {
		return err
	}
	pos := s.Pos.String()
	a.met[pos]++
	at := fmt.Sprintf("%s/%s#%d", a.at, pos, a.met[pos])
	found := collection{endless: all == 0 && s.Collect != nil, known: map[string]bool{}}
	done := 0
	if s.Workers > 1 {
		defer a.lend()()
	}
	pages := &idle{}
	err = pool[any, outcome]{
		workers: s.Workers,
		next:    next,
		work: func(ctx context.Context, i int, item any) outcome {
			return a.eachItem(ctx, s, at, scope, i, item, pages)
		},
		emit: func(ctx context.Context, i int, o outcome) error {
			done++
			a.r.told.tell(Progressed{a.run, s, done, all})
			if o.err != nil {
				return a.itemFailed(ctx, s, i, o.err)
			}
			a.appends.list = append(a.appends.list, o.writes...)
			if s.Collect != nil && !found.add(o.value) && found.endless || o.until {
				return errDone
			}
			return nil
		},
	}.run(ctx)
	if e := pages.close(); err == nil {
		err = e
	}
	if err == nil && s.As != "" {
		scope[s.As] = found.list
	}
	return err
}

func (a *actor) itemFailed(ctx context.Context, s scenarios.Each, i int, err error) error {
	err = fmt.Errorf("item %d: %w", i+1, err)
	if ctx.Err() != nil || s.OnError != "skip" {
		return err
	}
	a.note(s.Pos, "an item was left out", err)
	a.r.skipped(Failure{Run: a.run, What: fmt.Sprintf("item %d of %s", i+1, s.Pos), Err: err})
	return nil
}

// eachItem does one item, unless an earlier run has.
func (a *actor) eachItem(ctx context.Context, s scenarios.Each, at string, scope map[string]any, i int, item any, pages *idle) (o outcome) {
	sum := hash(item)
	if e, ok := a.r.journal.find(a.run, at, i+1, sum); ok {
		return outcome{value: e.Value, writes: e.Writes}
	}
	b := a.item(fmt.Sprintf("%s:%d", at, i+1), s.Workers <= 1, pages)
	if s.Workers > 1 {
		defer func() { o.err = b.leave(ctx, i, o.err) }()
	}
	o.err = again(ctx, s.Retries, func() error {
		b.appends.list = nil
		inner := maps.Clone(scope)
		inner[s.ItemName()], inner["index"] = item, i
		if err := b.steps(ctx, s.Steps, inner); err != nil {
			return err
		}
		var err error
		if o.value, err = b.p.Value(ctx, s.Collect, inner); err != nil || s.Until == nil {
			return err
		}
		v, err := b.p.Value(ctx, s.Until, inner)
		o.until = truth(v)
		return err
	}, func(err error) { a.note(s.Pos, fmt.Sprintf("item %d: trying again", i+1), err) })
	if o.writes = b.appends.list; o.err == nil && !o.until {
		o.err = a.r.journal.add(entry{Run: a.run, Step: at, Item: i + 1, Hash: sum, Value: o.value, Writes: o.writes})
	}
	return o
}

// itemsOf gives the items one after another, and how many there are; 0: nobody knows.
func itemsOf(in any) (next func() (any, bool), all int, err error) {
	switch v := in.(type) {
	case []any:
		return over(v), len(v), nil
	case map[string]any:
		return nil, 0, fmt.Errorf("%w: each goes over a list, and this is an object; ${.x | to_entries} makes a list of it", ErrType)
	case string:
		if first, ok := strings.CutSuffix(v, ".."); ok {
			n := 0
			if _, err := fmt.Sscan(first, &n); err == nil {
				return func() (any, bool) { n++; return n - 1, true }, 0, nil
			}
		}
		list, err := program.Range(v)
		if err == nil {
			return over(list), len(list), nil
		}
	case nil:
		return nil, 0, fmt.Errorf("%w: each goes over a list, and this is null", ErrType)
	}
	if n, err := expr.Normal(in); err == nil {
		if list, ok := n.([]any); ok {
			return over(list), len(list), nil
		}
	}
	return nil, 0, fmt.Errorf("%w: each goes over a list or a range, and this is neither", ErrType)
}

// collection joins what items give.
type collection struct {
	list    []any
	endless bool            // what was there before is left out, to know when nothing new comes
	known   map[string]bool // hashes
}

// add reports whether something new came.
func (c *collection) add(v any) bool {
	if c.list == nil {
		c.list = []any{}
	}
	items, ok := v.([]any)
	if !ok {
		items = []any{v}
	}
	if v == nil {
		items = nil
	}
	if !c.endless {
		c.list = append(c.list, items...)
		return len(items) > 0
	}
	fresh := false
	for _, e := range items {
		if h := hash(e); !c.known[h] {
			c.known[h], fresh = true, true
			c.list = append(c.list, e)
		}
	}
	return fresh
}

// paginate runs steps on each page of a list.
func (a *actor) paginate(ctx context.Context, s scenarios.Paginate, scope map[string]any) error {
	first := 1
	if s.First != nil {
		first = *s.First
	}
	found := collection{endless: true, known: map[string]bool{}}
	for n := 0; s.Pages == 0 || n < s.Pages; n++ {
		inner := maps.Clone(scope)
		inner["page"] = first + n
		if err := a.turn(ctx, s, n, inner); errors.Is(err, errDone) {
			break
		} else if err != nil {
			return fmt.Errorf("page %d: %w", first+n, err)
		}
		a.r.told.tell(Progressed{a.run, s, n + 1, s.Pages})
		if err := a.steps(ctx, s.Steps, inner); err != nil {
			return fmt.Errorf("page %d: %w", first+n, err)
		}
		over, err := a.pageDone(ctx, s, n, inner, &found)
		if err != nil {
			return fmt.Errorf("page %d: %w", first+n, err)
		}
		if over {
			break
		}
	}
	if s.As != "" {
		scope[s.As] = found.list
	}
	return nil
}

// pageDone reports whether nothing more is to come. What is loaded by scrolling may not have begun to come at first.
func (a *actor) pageDone(ctx context.Context, s scenarios.Paginate, n int, scope map[string]any, found *collection) (over bool, err error) {
	if s.Collect != nil {
		v, err := a.p.Value(ctx, s.Collect, scope)
		if err != nil {
			return false, err
		}
		over = !found.add(v) && (n > 0 || !s.Scroll)
	}
	if s.Until != nil {
		v, err := a.p.Value(ctx, s.Until, scope)
		return over || truth(v), err
	}
	return over, nil
}

// turn goes to the next page; errDone: there is none. The first page is there already, unless it has an address.
func (a *actor) turn(ctx context.Context, s scenarios.Paginate, n int, scope map[string]any) error {
	switch {
	case s.URL != "":
		address, err := a.p.Text(ctx, s.URL, scope)
		if err != nil {
			return err
		}
		return a.pageStep(ctx, scenarios.Navigate{Base: s.Base, URL: address})
	case n == 0:
		return nil
	}
	return a.pageStep(ctx, s)
}

// pageStep gives the page a step within the step's own time.
func (a *actor) pageStep(ctx context.Context, s scenarios.Step) error {
	page, err := a.page(ctx)
	if err != nil {
		return err
	}
	if err := a.wait(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, a.p.Flow.TimeoutOf(s), errLate)
	defer cancel()
	moved, err := page.Do(ctx, s)
	if _, is := s.(scenarios.Paginate); is && err == nil && moved != true {
		return errDone
	}
	return err
}

// keptError is an item that failed on a page of its own, which was kept.
type keptError struct {
	dir string
	error
}

func (e *keptError) Unwrap() error { return e.error }

// leave is done with the page of an item: the next one gets it, unless the item failed. Then what it looks like is kept.
func (a *actor) leave(ctx context.Context, i int, failed error) error {
	if failed == nil {
		return a.handPage()
	}
	inner := (*keptError)(nil)
	if a.stage.page != nil && ctx.Err() == nil && !errors.As(failed, &inner) {
		if dir := a.r.keep(ctx, a, fmt.Sprintf("run %d item %d", a.run+1, i+1), failed); dir != "" {
			failed = &keptError{dir, failed}
		}
	}
	_ = a.closePage() // why it failed is said
	return failed
}
