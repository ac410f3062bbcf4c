package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"

	"seine/scenarios"
)

// Gathering asks for rows: for each of many items, page by page, many items at once. What a page gave is written to a journal before it counts as
// done, and read from there when its turn has come: rows are given in the order of items and pages, and none of them stays in memory.
type Gathering struct {
	Items func() (item any, ok bool) // one after another, by one goroutine; values of JSON
	Name  func(item any) string      // for messages
	// Page asks for a page: at is nil for the first, else what the page before gave as Next.
	Page func(ctx context.Context, item, at any) (Batch, error)
	Add  func(item any, b Batch) error // takes rows in their order, by one goroutine at a time

	Root    *os.Root // where the journal is
	Journal string   // its name
	Key     string   // what is gathered: a journal of another key is begun anew
	Fresh   bool     // begin anew
	Workers int      // items at once; 0: 8
	Retries int      // of a page
	Observe func(Event)
}

// Batch is what one page gave. Values are those of JSON.
type Batch struct {
	Rows    []any
	Columns []string // their order, as far as it is known
	Next    any      // where the next page is; nil: this was the last
}

// gathered is what came of an item.
type gathered struct {
	item  any
	pages int
	was   bool // all of it was done before
	err   error
}

// gatherer is one Gather.
type gatherer struct {
	Gathering
	journal *journal
	told    teller

	mu     sync.Mutex // of what follows, and of Add
	head   int        // the item whose rows are given now
	given  int        // its pages that were
	done   map[int]int
	items  map[int]any
	report Report
	failed error // of Add
}

// Gather runs it. Its error says that nothing could be done, that ctx ended, or that rows could not be written; of items the Report tells. The
// journal is removed when all is done.
func Gather(ctx context.Context, o Gathering) (Report, error) {
	g := &gatherer{Gathering: o, told: teller{observe: o.Observe}, done: map[int]int{}, items: map[int]any{}}
	var err error
	if g.journal, err = openJournal(o.Root, o.Journal, o.Key, o.Fresh); err != nil {
		return Report{}, err
	}
	if g.Workers == 0 {
		g.Workers = 8
	}
	i := 0
	err = pool[any, gathered]{
		workers: g.Workers,
		next: func() (any, bool) {
			item, ok := g.Items()
			if ok {
				g.mu.Lock()
				g.items[i] = item
				g.mu.Unlock()
				i++
			}
			return item, ok
		},
		work: g.item,
		emit: g.end,
	}.run(ctx)
	finished := err == nil && (len(g.report.Failed) == 0 || len(g.journal.places) == 0)
	if e := g.journal.close(finished); err == nil {
		err = e
	}
	return g.report, err
}

// pageStep is what pages stand under in the journal.
const pageStep = "page"

// item asks for all pages of an item that were not asked for before.
func (g *gatherer) item(ctx context.Context, i int, item any) (x gathered) {
	x = gathered{item: item, was: true}
	what := g.Name(item)
	sum := hash(item)
	var at any
	for n := 1; ; n++ {
		e, ok := g.journal.find(i, pageStep, n, sum)
		if !ok {
			if x.was {
				g.told.tell(Started{i, what, 1})
			}
			x.was = false
			if e, x.err = g.page(ctx, i, n, item, at, sum); x.err != nil {
				break
			}
		}
		x.pages = n
		g.told.tell(Progressed{i, scenarios.Paginate{}, n, 0})
		if x.err = g.flush(i, n, e); x.err != nil {
			break
		}
		if at = e.Value; at == nil {
			break
		}
	}
	g.told.tell(Ended{i, what, x.err})
	return x
}

func (g *gatherer) page(ctx context.Context, i, n int, item, at any, sum string) (e entry, err error) {
	err = again(ctx, g.Retries, func() error {
		b, err := g.Page(ctx, item, at)
		if err != nil {
			return err
		}
		next, err := plainValue(b.Next)
		e = entry{Run: i, Step: pageStep, Item: n, Hash: sum, Value: next, Writes: []delivery{{Value: b.Rows, Hints: b.Columns}}}
		return err
	}, func(err error) { g.told.tell(Noted{Run: i, What: "trying again", Err: err}) })
	if err != nil && n > 1 {
		err = fmt.Errorf("page %d: %w", n, err)
	}
	if err != nil {
		return e, err
	}
	return e, g.journal.add(e)
}

// plainValue is a value as the journal writes and reads it.
func plainValue(v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return parseJSON(text)
}

// flush gives the rows of a page, and of those before it, if its item's turn has come; else they wait in the journal.
func (g *gatherer) flush(i, pages int, last entry) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.done[i] = pages; i != g.head || g.failed != nil {
		return g.failed
	}
	return g.give(pages, last)
}

// give gives what there is of the first item: last if it is that of the last page, else what is in the journal. Called with the lock held.
func (g *gatherer) give(pages int, last entry) error {
	item := g.items[g.head]
	for ; g.given < pages; g.given++ {
		e, ok := last, true
		if e.Item != g.given+1 {
			e, ok = g.journal.find(g.head, pageStep, g.given+1, hash(item))
		}
		if !ok || len(e.Writes) != 1 {
			g.failed = errors.New("the journal has changed while it was in use")
			return g.failed
		}
		rows, _ := e.Writes[0].Value.([]any)
		if g.failed = g.Add(item, Batch{Rows: rows, Columns: e.Writes[0].Hints}); g.failed != nil {
			return g.failed
		}
		g.report.Rows += len(rows)
	}
	return nil
}

// end is called for each item in order.
func (g *gatherer) end(_ context.Context, i int, x gathered) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.report.Runs++
	if g.failed == nil {
		_ = g.give(x.pages, entry{})
	}
	g.head, g.given = i+1, 0
	delete(g.done, i)
	delete(g.items, i)
	switch {
	case g.failed != nil:
		return g.failed
	case x.err != nil:
		g.report.Failed = append(g.report.Failed, Failure{Run: i, What: g.Name(x.item), Err: x.err})
		return nil
	}
	if g.report.Done++; x.was {
		g.report.Resumed++
	}
	return g.early()
}

// early gives what the next item has already.
func (g *gatherer) early() error {
	if pages := g.done[g.head]; pages > 0 {
		return g.give(pages, entry{})
	}
	return nil
}
