package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"seine/browser"
	"seine/cmd/internal/ui"
)

// each goes on after an address that failed. Of several, what went wrong is told at once.
func each(ctx context.Context, pages []string, con *ui.Console, do func(string) error) error {
	partial := &partialError{all: len(pages)}
	for _, page := range pages {
		err := do(page)
		if err != nil && ctx.Err() != nil {
			return err
		}
		partial.add(con, page, err)
		if errors.Is(err, browser.ErrBrowserGone) {
			partial.failed = partial.all - partial.done
			break
		}
	}
	return partial.err()
}

// partialError: some of several addresses failed, and each was told of. If all did, it is what the first one is.
type partialError struct {
	done, failed, all int
	first             error
	noun              string // in the plural; "": addresses
}

// add counts what became of an address.
func (e *partialError) add(con *ui.Console, address string, err error) {
	if err == nil {
		e.done++
		return
	}
	e.failed++
	e.first = cmp.Or(e.first, err)
	if e.all > 1 {
		code, name := exitOf(err)
		tell(con, "failed", failure{URL: shown(address).String(), Exit: code, Name: name, Error: sentence(err), Hint: hint(err)})
	}
}

// err is nil if none failed, and the failure itself where there was but one address.
func (e *partialError) err() error {
	switch {
	case e.first == nil:
		return nil
	case e.all == 1:
		return e.first
	}
	return e
}

func (e *partialError) Error() string {
	return fmt.Sprintf("%d of %d %s failed", e.failed, e.all, cmp.Or(e.noun, "addresses"))
}

func (e *partialError) Unwrap() error {
	if e.failed < e.all {
		return nil
	}
	return e.first
}

// isPartial: of several addresses some failed, and some did not.
func isPartial(err error) bool {
	var p *partialError
	var r *runError
	return errors.As(err, &p) && p.failed < p.all || errors.As(err, &r) && r.failed < r.all || as[*leftOutError](err)
}
