package replay

import (
	"context"
	"errors"
	"sync"

	"seine/browser"
)

// Batch visits pages, several at once, in tabs of one browser, each in a browser context of its own. A page whose tab or browser crashed
// is tried again; the others are not lost with it.
type Batch struct {
	Keeper *browser.Keeper
	Runner Runner // what all visits share, but for the Browser
	Tabs   int    // how many at once; 0: 1
	Tries  int    // of each page; 0: 3
	// Again is told, before a page is tried again, what happened; nil: nobody. It may be called by several goroutines.
	Again func(page int, try int, err error)

	alone sync.RWMutex
}

// Run calls visit for each page with a runner of its own, and returns what they returned, in the order of the pages. When ctx ends, what
// was not begun is context.Cause(ctx).
func (b *Batch) Run(ctx context.Context, pages int, visit func(ctx context.Context, r *Runner, page int) error) []error {
	errs := make([]error, pages)
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(max(b.Tabs, 1), pages) {
		wg.Go(func() {
			for i := range next {
				errs[i] = b.try(ctx, i, visit)
			}
		})
	}
	for i := range pages {
		next <- i
	}
	close(next)
	wg.Wait()
	return errs
}

func (b *Batch) try(ctx context.Context, page int, visit func(context.Context, *Runner, int) error) error {
	tries := b.Tries
	if tries == 0 {
		tries = 3
	}
	alone := false
	for try := 1; ; try++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err, gone := b.once(ctx, page, alone, visit)
		crashed := gone || errors.Is(err, browser.ErrTabCrashed)
		if err == nil || !crashed || try == tries || ctx.Err() != nil {
			return err
		}
		// Nobody knows which of the pages made the browser crash. By itself each harms only itself.
		alone = alone || gone
		if b.Again != nil {
			b.Again(page, try+1, err)
		}
	}
}

// once makes one visit, and says whether the browser was lost.
func (b *Batch) once(ctx context.Context, page int, alone bool, visit func(context.Context, *Runner, int) error) (err error, gone bool) {
	lock, unlock := b.alone.RLock, b.alone.RUnlock
	if alone {
		lock, unlock = b.alone.Lock, b.alone.Unlock
	}
	lock()
	defer unlock()
	running, err := b.Keeper.Browser()
	if err != nil {
		return err, false
	}
	r := b.Runner
	r.Browser = running
	err = visit(ctx, &r, page)
	return err, err != nil && (running.Err() != nil || errors.Is(err, browser.ErrBrowserGone))
}
