package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/page"

	"seine/browser"
	"seine/scenarios"
)

// ErrHistory: there is no page to go back or forward to.
var ErrHistory error = lasting("there is no such page in the history")

// history does what the browser's own buttons do, and waits until the document has been read, or is shown again as it was.
func (p *Page) history(ctx context.Context, s scenarios.History) error {
	ctx, cancel := early(ctx)
	defer cancel()
	session, err := p.session(ctx, s.Target)
	if err != nil {
		return err
	}
	a, stop := arrivals(session)
	defer stop()
	if s.Go == "reload" {
		err = session.Call(ctx, page.CommandReload, nil, nil)
	} else {
		a.to, a.late, err = leaf(ctx, session, s)
	}
	if err != nil {
		return err
	}
	if err = a.await(ctx, p, s); err == nil {
		handled(ctx, session)
	}
	return err
}

// handled waits until a page has done what is to be done when it is shown again or comes to another place in its document: its handlers of
// pageshow and popstate run before a task that is asked for now.
func handled(ctx context.Context, s *browser.Session) {
	_, _ = later[int](ctx, frame{session: s, id: cdp.FrameID(s.TargetID()), bears: answerLimit}, "task()") // a page that is silent is told of by the next step
}

// leaf goes to an entry of the history (Page.navigateToHistoryEntry), and gives its address. Where that is the present one, it may be a frame
// that goes, of any process: once it has gone, late ends the waiting for the page itself.
func leaf(ctx context.Context, session *browser.Session, s scenarios.History) (to string, late <-chan time.Time, err error) {
	by := max(s.By, 1)
	if s.Go == "back" {
		by = -by
	}
	var all page.GetNavigationHistoryResult
	at := 0
	for { // what was done before may still be on its way
		if all, err = cdp.Call(ctx, cdp.Session(session), page.GetNavigationHistory, cdp.Empty{}); err != nil {
			return "", nil, err
		}
		if at = int(all.CurrentIndex); at < len(all.Entries) && at+by >= 0 && at+by < len(all.Entries) {
			break
		}
		if err := wait(ctx, nil, pace); err != nil {
			return "", nil, fmt.Errorf("%w: it has %d, and the page is number %d of them: %w", ErrHistory, len(all.Entries), at+1, err)
		}
	}
	entry := all.Entries[at+by]
	if _, err = cdp.Call(ctx, cdp.Session(session), page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: entry.ID}); err != nil {
		return "", nil, err
	}
	if entry.URL != all.Entries[at].URL {
		return entry.URL, nil, nil
	}
	err = waiting(ctx, "the page "+s.Go, func(ctx context.Context) (string, error) {
		now, err := cdp.Call(ctx, cdp.Session(session), page.GetNavigationHistory, cdp.Empty{})
		if err != nil || int(now.CurrentIndex) == at+by {
			return "", err
		}
		return "it did not come", nil
	})
	return entry.URL, time.After(hearLimit), err
}

// arrival is what tells that a page has come somewhere.
type arrival struct {
	navigated, within, read <-chan jsonv2.Value
	to                      string           // address, which may be in the same document; "": another one must come
	late                    <-chan time.Time // nil: never
}

func arrivals(s *browser.Session) (a arrival, stop func()) {
	var stops [3]func()
	a.navigated, stops[0] = s.Subscribe("Page.frameNavigated")
	a.within, stops[1] = s.Subscribe("Page.navigatedWithinDocument")
	a.read, stops[2] = s.Subscribe("Page.domContentEventFired")
	return a, func() {
		for _, end := range stops {
			end()
		}
	}
}

// await waits for the document. One that takes longer than the step may is gone on with, as by navigate.
func (a arrival) await(ctx context.Context, p *Page, s scenarios.History) error {
	read := (<-chan jsonv2.Value)(nil) // of the document that comes
	for {
		select {
		case params, ok := <-a.navigated:
			switch {
			case !ok:
				return p.visit.gone()
			case inFrame(params):
			case restored(params):
				return nil
			default:
				read, a.late = a.read, nil
			}
		case params := <-a.within:
			if a.comes(params) {
				return nil
			}
		case <-read:
			return nil
		case <-a.late:
			return nil
		case <-ctx.Done():
			if cause := context.Cause(ctx); read == nil || !errors.Is(cause, errStepTimeout) {
				return fmt.Errorf("%s: the page did not come: %w", s.Go, cause)
			}
			p.visit.tally.add(IncidentLoading, "", p.visit.url, 1)
			return nil
		}
	}
}

// comes reports whether an address within the document (Page.navigatedWithinDocument) is the one to go to.
func (a arrival) comes(params jsonv2.Value) bool {
	var ev struct {
		URL string `json:"url"`
	}
	return jsonv2.Unmarshal(params, &ev, jsonv2.AllowInvalidUTF8(true)) == nil && a.to != "" && ev.URL == a.to
}
