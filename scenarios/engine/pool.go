package engine

import (
	"context"
	"errors"
	"sync"
)

// ahead is how many items may be done, or under way, beyond the first one that is not, for each worker.
const ahead = 8

// errDone ends a pool early: there is no more to be had.
var errDone = errors.New("done")

// pool works on items, so many at once, and hands on what came of them in their order.
type pool[T, R any] struct {
	workers int
	next    func() (T, bool)                                 // called by one goroutine
	work    func(ctx context.Context, i int, item T) R       // called by many; an error is part of R
	emit    func(ctx context.Context, i int, result R) error // in order, by one goroutine; errDone: that was the last one
}

// run returns the first error of emit, or why ctx ended.
func (p pool[T, R]) run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := max(p.workers, 1)
	results := make(chan chan R, workers*ahead) // in order
	slots := make(chan struct{}, workers)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer close(results)
		for i := 0; ; i++ {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			item, ok := p.next()
			if !ok || ctx.Err() != nil {
				return
			}
			result := make(chan R, 1)
			select {
			case results <- result:
			case <-ctx.Done():
				return
			}
			wg.Go(func() {
				defer func() { <-slots }()
				result <- p.work(ctx, i, item)
			})
		}
	})
	err := p.collect(ctx, results)
	cancel(err)
	for range results { // so that who gives out work sees that it is over
	}
	wg.Wait()
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

func (p pool[T, R]) collect(ctx context.Context, results <-chan chan R) error {
	for i := 0; ; i++ {
		result, ok := <-results
		if !ok {
			return context.Cause(ctx)
		}
		if err := p.emit(ctx, i, <-result); err != nil {
			return err
		}
	}
}

// over gives the elements of a list one after another.
func over[T any](list []T) func() (T, bool) {
	i := 0
	return func() (item T, ok bool) {
		if i == len(list) {
			return item, false
		}
		i++
		return list[i-1], true
	}
}
