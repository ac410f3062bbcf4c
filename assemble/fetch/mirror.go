package fetch

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"
)

// pursuit is one request on its way through tries and addresses.
type pursuit struct {
	pool *Pool
	lane *Lane
	req  Request
	list []*address
	at   *address
	kept partial
	// undivided: the body is not fetched in stripes, for that has failed.
	undivided bool

	tries   int
	refusal *Error // the first of an address that refused for good: it says more than trouble with another one
}

// address is one of those where the same bytes are to be had.
type address struct {
	url  string
	host *host
	// vain counts failed tries that brought nothing.
	vain    int
	until   time.Time // of the wait before the next one
	spent   bool
	refused error // why the last try failed, if the server refused
}

// pursue begins with the address whose host has given the lane its slot.
func (p *Pool) pursue(r Request, lane *Lane) *pursuit {
	f := &pursuit{pool: p, lane: lane, req: r}
	for _, u := range r.addresses() {
		f.list = append(f.list, &address{url: u, host: p.hosts.of(u)})
	}
	slices.SortStableFunc(f.list, func(a, b *address) int { return cmp.Compare(b.preferred(lane), a.preferred(lane)) })
	f.at = f.list[0]
	return f
}

func (a *address) preferred(lane *Lane) int {
	if lane.slot == a.host {
		return 1
	}
	return 0
}

// addresses are all of a request, each once.
func (r *Request) addresses() []string {
	list := []string{r.URL}
	for _, m := range r.Mirrors {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

// begin chooses where to ask next, and returns when that is allowed.
func (f *pursuit) begin(ctx context.Context) error {
	f.at = f.next()
	if err := sleep(ctx, time.Until(f.at.until)); err != nil {
		return err
	}
	if len(f.list) > 1 {
		if err := f.lane.move(ctx, f.at.host); err != nil {
			return err
		}
	}
	return f.at.host.wait(ctx)
}

// next is the address that may be asked first; of equals, the one behind the last.
func (f *pursuit) next() (best *address) {
	now := time.Now()
	var soonest time.Time
	from := slices.Index(f.list, f.at)
	for i := range f.list {
		a := f.list[(from+i)%len(f.list)]
		if a.spent {
			continue
		}
		if t := a.ready(now); best == nil || t.Before(soonest) {
			best, soonest = a, t
		}
	}
	return best
}

func (a *address) ready(now time.Time) time.Time {
	at, aside := a.host.ready()
	for _, t := range []time.Time{at, aside, a.until} {
		if t.After(now) {
			now = t
		}
	}
	return now
}

// failed books a failed try. An error is the end.
func (f *pursuit) failed(ctx context.Context, err error, progress bool) error {
	f.tries++
	a := f.at
	if a.vain++; progress {
		a.vain = 1 // a server that always breaks gets there, too, piece by piece
	}
	var spent *spentError
	if errors.As(err, &spent) {
		f.tries += spent.tries - 1
		err = spent.error
	}
	c := classify(ctx, err)
	retry := f.pool.opts.Retry
	if a.refused = nil; c == refused {
		a.refused = err
	}
	if n := len(f.list); spent != nil || f.stale(a) || a.vain >= (f.req.most(retry.tries(f.req.Kind, c))+n-1)/n {
		a.spent = true
		a.host.judged(false)
	}
	if end := f.end(c, err); end != nil {
		return end
	}
	wait := retry.backoff(a.vain)
	var status *StatusError
	if held := errors.As(err, &status) && status.held; held {
		a.host.hold(wait) // or until the Retry-After that the try has set, if that is later
	} else if status == nil && c == transient && a.vain == 1 {
		wait /= 8 // connections break for no reason, and others wait for this body
	}
	a.until = time.Now().Add(wait)
	if f.next() != a {
		wait = 0
	}
	f.pool.opts.OnRetry(Retry{Kind: f.req.Kind, Name: f.req.Name, Tries: f.tries, Wait: wait, Err: err})
	return nil
}

// stale reports whether an address that has refused would do so again.
func (f *pursuit) stale(a *address) bool {
	return a.refused != nil && f.req.Stale != nil && f.req.Stale()
}

// outdated gives an address up that has become stale while it was waited for. An error is the end; else another one is to be asked.
func (f *pursuit) outdated() error {
	f.at.spent = true
	f.at.host.judged(false)
	return f.end(refused, f.at.refused)
}

// end is nil while an address is left. What is wrong with the very bytes is the same everywhere.
func (f *pursuit) end(c class, err error) error {
	e := &Error{Kind: f.req.Kind, Name: f.req.Name, URL: withoutQuery(f.at.url), Tries: f.tries, Err: err}
	if f.at.spent && c == refused && f.refusal == nil {
		f.refusal = e
	}
	var check contentError
	if c != fatal || !errors.As(err, &check) {
		if slices.ContainsFunc(f.list, func(a *address) bool { return !a.spent }) {
			return nil
		}
	}
	if f.refusal != nil {
		f.refusal.Tries = f.tries
		return f.refusal
	}
	return e
}
