package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seine/scenarios"
)

const (
	nextAppears = 1500 * time.Millisecond // for a page that was just turned to show its next button
	nothingNew  = 1500 * time.Millisecond // of quiet at the end, and nothing new comes
	noTurn      = 3 * time.Second         // of quiet after the click, and the button leads nowhere
	settled     = 250 * time.Millisecond  // without a change, and what was new is all there
)

// paginate goes on to the next page, or piece, and gives whether there is one.
func (p *Page) paginate(ctx context.Context, s scenarios.Paginate) (any, error) {
	if s.Scroll {
		return p.scrollOn(ctx, s)
	}
	if s.Next == nil {
		return nil, fmt.Errorf("%w: paginate by an address is a navigate", ErrStep)
	}
	there, err := p.nextThere(ctx, s)
	if err != nil || !there {
		return false, err
	}
	before, err := p.fingerprint(ctx, s.Place)
	if err != nil {
		return nil, err
	}
	if err := p.click(ctx, scenarios.Click{Place: s.Place, Selectors: s.Next}); err != nil {
		return nil, err
	}
	return p.turned(ctx, s, before)
}

// nextThere reports whether there is a next button that can be used.
func (p *Page) nextThere(ctx context.Context, s scenarios.Paginate) (bool, error) {
	for began := time.Now(); ; {
		there, err := p.nextNow(ctx, s)
		if err != nil && !passing(err) || there && err == nil {
			return there, err
		}
		if time.Since(began) > nextAppears && p.quietFor(settled) {
			return false, nil
		}
		if err := wait(ctx, nil, pace); err != nil {
			return false, err
		}
	}
}

func (p *Page) nextNow(ctx context.Context, s scenarios.Paginate) (bool, error) {
	f, err := p.document(ctx, s.Place)
	if err != nil {
		return false, err
	}
	for _, sel := range s.Next {
		n, err := p.matchAll(ctx, f, sel)
		if err != nil {
			return false, err
		}
		if n == 0 {
			continue
		}
		if ended, err := tell[bool](ctx, f, "ended()"); err != nil || ended {
			return false, err
		}
		if n, err = tell[int](ctx, f, "count(true, null)"); err != nil || n > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// quietFor reports whether nothing is being fetched, and nothing was for d.
func (p *Page) quietFor(d time.Duration) bool {
	inFlight, last := p.visit.recorder.Activity()
	return inFlight <= busyFew && time.Since(last) > d
}

// fingerprint changes with what a document says.
type fingerprint struct {
	URL string `json:"url"`
	Sum int64  `json:"sum"`
}

func (p *Page) fingerprint(ctx context.Context, at scenarios.Place) (now fingerprint, err error) {
	err = waiting(ctx, "the page", func(ctx context.Context) (string, error) {
		f, err := p.document(ctx, at)
		if err == nil {
			now, err = tell[fingerprint](ctx, f, "print()")
		}
		return "", err
	})
	return now, err
}

// turned waits until the page is another one and has come to rest. An address that has changed says that it will be; a button after which
// nothing does was the last one.
func (p *Page) turned(ctx context.Context, s scenarios.Paginate, before fingerprint) (bool, error) {
	last, since, clicked := before, time.Now(), time.Now()
	for {
		f, err := p.document(ctx, s.Place)
		var now fingerprint
		if err == nil {
			now, err = tell[fingerprint](ctx, f, "print()")
		}
		switch {
		case err != nil && !passing(err):
			return false, err
		case err != nil || now != last:
			last, since = now, time.Now()
		case now.Sum == before.Sum && time.Since(clicked) > noTurn && p.quietFor(noTurn):
			return now.URL != before.URL, nil
		case now.Sum != before.Sum && time.Since(since) > settled && p.quietFor(settled):
			return true, nil
		}
		if err := wait(ctx, nil, pace); err != nil {
			return false, fmt.Errorf("the next page did not come: %w", err)
		}
	}
}

// further is what the kit says of having scrolled on.
type further struct {
	Moved bool `json:"moved"`
	News  int  `json:"news"`
}

// scrollOn scrolls on, a window at a time, until something new has come; false: the end is reached, and nothing comes.
func (p *Page) scrollOn(ctx context.Context, s scenarios.Paginate) (any, error) {
	f, err := p.document(ctx, s.Place)
	if err != nil {
		return nil, err
	}
	if _, err := f.run(ctx, kit+".watch()", false); err != nil {
		return nil, err
	}
	still := time.Now()
	for {
		now, err := later[further](ctx, f, "further()")
		if err != nil {
			return nil, err
		}
		switch {
		case now.News > 0:
			return true, p.allNew(ctx, f, now.News)
		case now.Moved || !p.quietFor(nothingNew):
			still = time.Now()
		case time.Since(still) > nothingNew:
			return false, nil
		}
		if now.Moved {
			continue
		}
		if err := wait(ctx, nil, pace); err != nil {
			return nil, err
		}
	}
}

// allNew waits until no more comes of what has begun to come.
func (p *Page) allNew(ctx context.Context, f frame, news int) error {
	for since := time.Now(); time.Since(since) < settled || !p.quietFor(settled/2); {
		if err := wait(ctx, nil, pace); err != nil {
			if errors.Is(err, context.Canceled) {
				return err
			}
			return nil // a page that never comes to rest
		}
		n, err := tell[int](ctx, f, "news")
		if err != nil {
			return err
		}
		if n != news {
			news, since = n, time.Now()
		}
	}
	return nil
}
