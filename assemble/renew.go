package assemble

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"seine/assemble/fetch"
	"seine/assemble/journal"
)

const (
	// many refusals at the same time mean the addresses, not a segment.
	many = 3
	// maxVain is how often addresses are renewed in a row although nothing comes of it.
	maxVain = 3
)

var errVain = errors.New("new addresses are refused as well")

// renewer hands out the source in force. When the origin no longer honours its addresses (HTTP 401, 403, 404, 410, or keys that do
// not fit, for several parts), everybody waits while one of them gets new ones. A part that alone is refused is missing; new addresses
// are asked for once because of it, and not when it is asked for again later. It is safe for concurrent use, and starts no goroutines.
type renewer struct {
	renew func(context.Context) (*source, error) // nil when there is nobody to ask
	same  bool                                   // a renewal brings addresses, but no client
	got   func(i int, b *fetch.Body)             // is told of each part before anybody asks for a renewal because of others
	holds func(context.Context, *source) bool    // asks again for a part that came: whether the addresses are still good

	mu         sync.Mutex
	source     *source
	generation int
	begun      int64 // number of the latest request
	proved     int64 // number of the latest request that was answered with what was asked for
	standing   int   // requests that wait for memory: they give no news before an earlier part is done
	active     int   // requests under way, those included that wait
	doubtful   int   // parts of this generation that were refused, once or for good, and that a renewal may help
	waiting    int   // requests that were refused and wait for what becomes of it
	fresh      int   // those of them that a renewal may help
	busy       bool
	vain       int
	lost       map[int]bool // parts that new addresses were asked for in vain
	off        error        // why there are no more renewals
	changed    chan struct{}
}

func newRenewer(s *source, r *run) *renewer {
	return &renewer{renew: r.renewal(), same: r.job.Refresh == nil, got: r.cameOfFilm, holds: r.holds, source: s, lost: map[int]bool{}, changed: make(chan struct{})}
}

// now returns the source in force.
func (n *renewer) now() *source {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.source
}

// get fetches part i, with new addresses where the old ones are refused.
func (n *renewer) get(ctx context.Context, i int, g getter) (*fetch.Body, error) {
	var before *source
	for {
		a, err := n.begin(ctx)
		if err != nil {
			return nil, err
		}
		a.part, a.before, before = i, before, a.source
		body, err := a.source.get(ctx, i, observed{g, n.stands, func() bool { return n.stale(&a) }})
		if err == nil {
			n.got(i, body)
		}
		if !n.end(ctx, a, err) {
			return body, err
		}
	}
}

// observed tells of the requests that wait for memory, and of those that are refused.
type observed struct {
	getter
	stands func(bool)
	stale  func() bool
}

// Get fetches one resource.
func (o observed) Get(ctx context.Context, r fetch.Request) (*fetch.Body, error) {
	r.Standing, r.Stale = o.stands, o.stale
	return o.getter.Get(ctx, r)
}

func (n *renewer) stands(yes bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.standing--; yes {
		n.standing += 2
	}
	n.tell()
}

// stale is told that a part was refused. It need not be asked for again in the same way when a renewal has begun, or when so many parts were
// refused that one will: each such request would be one more that the origin refuses.
func (n *renewer) stale(a *attempt) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case n.renew == nil || n.off != nil || !n.helps(*a):
		return false
	case a.generation != n.generation:
		return true
	case !a.doubtful:
		a.doubtful = true
		n.doubtful++
	}
	return n.busy || n.doubtful >= many
}

// attempt is one request for a part.
type attempt struct {
	source     *source
	generation int
	number     int64
	part       int
	before     *source // that was renewed because of this part, or nil
	doubtful   bool    // it was refused
}

func (n *renewer) begin(ctx context.Context) (attempt, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for n.busy {
		if err := n.wait(ctx); err != nil {
			return attempt{}, err
		}
	}
	n.begun++
	n.active++
	return attempt{source: n.source, generation: n.generation, number: n.begun}, nil
}

// end reports whether the part shall be asked for again, under a new address.
func (n *renewer) end(ctx context.Context, a attempt, err error) (again bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	defer func() {
		if n.active--; a.doubtful && a.generation == n.generation {
			n.doubtful--
		}
		n.tell()
	}()
	if err == nil {
		delete(n.lost, a.part)
		n.proved = max(n.proved, a.number)
		if a.generation == n.generation {
			n.vain = 0
		}
		return false
	}
	if n.renew == nil || ctx.Err() != nil || !refusal(err) {
		return false
	}
	if n.helps(a) {
		n.fresh++
		defer func() { n.fresh-- }()
	}
	n.waiting++
	defer func() { n.waiting-- }()
	n.tell()
	again = n.settle(ctx, a)
	if !again && a.before != nil {
		n.lost[a.part] = true
	}
	return again
}

// helps reports whether new addresses may help a part that was refused: unless it had new ones. Those may have died again, as long as they were
// others than before and have been good for other parts. The caller holds n.mu.
func (n *renewer) helps(a attempt) bool {
	switch {
	case n.lost[a.part]:
		return false
	case a.before == nil:
		return true
	}
	return n.vain == 0 && (!n.same || a.before.asks(a.part) != a.source.asks(a.part))
}

// settle waits until it is known what a refusal means. The caller holds n.mu.
func (n *renewer) settle(ctx context.Context, a attempt) (again bool) {
	since := n.begun
	for {
		all := n.waiting+n.standing == n.active
		switch {
		case n.generation != a.generation:
			return true
		case n.off != nil, n.proved > since: // requests made after this one are answered: the part itself is missing
			return false
		case n.busy:
		case n.fresh > 0 && all && n.waiting < many && a.before != nil && n.hold(ctx):
			continue
		case n.fresh > 0 && (all || n.waiting >= many):
			n.again(ctx)
			continue
		case all:
			return false
		}
		if n.wait(ctx) != nil {
			return false
		}
	}
}

// hold reports whether the addresses in force are still good, where no other request tells: nobody else may be under way because there is nobody, or
// because they are late. The caller holds n.mu, which is free meanwhile.
func (n *renewer) hold(ctx context.Context) bool {
	n.busy = true
	s := n.source
	n.mu.Unlock()
	good := n.holds(ctx, s)
	n.mu.Lock()
	n.busy = false
	if good {
		n.begun++
		n.proved = n.begun
	}
	n.tell()
	return good
}

// again renews the addresses, or says why that has an end. The caller holds n.mu, which is free meanwhile.
func (n *renewer) again(ctx context.Context) {
	if n.vain == maxVain {
		n.off = errVain
		return
	}
	n.busy = true
	n.mu.Unlock()
	s, err := n.renew(ctx)
	n.mu.Lock()
	n.busy = false
	if err != nil {
		n.off = fmt.Errorf("new addresses could not be had: %w", err)
	} else {
		n.source = s
		n.generation++
		n.vain++
		n.doubtful = 0
	}
	n.tell()
}

func (n *renewer) tell() {
	close(n.changed)
	n.changed = make(chan struct{})
}

// wait returns when something has changed. The caller holds n.mu, which is free meanwhile.
func (n *renewer) wait(ctx context.Context) error {
	changed := n.changed
	n.mu.Unlock()
	defer n.mu.Lock()
	select {
	case <-changed:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// failed says why the addresses were not renewed, or nil.
func (n *renewer) failed() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.off == nil && n.vain > 0 {
		return errVain
	}
	return n.off
}

// refusal is an answer that new addresses may change.
func refusal(err error) bool {
	var status *fetch.StatusError
	if errors.As(err, &status) {
		switch status.Code {
		case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
			return true
		}
	}
	return errors.Is(err, ErrKey) || errors.Is(err, ErrWrongKey)
}

// getter fetches one resource: a pool, or a lane of it.
type getter interface {
	Get(context.Context, fetch.Request) (*fetch.Body, error)
}

// currentClient is the Doer in force.
type currentClient struct{ now atomic.Pointer[fetch.Doer] }

func newCurrentClient(d fetch.Doer) *currentClient {
	c := &currentClient{}
	c.now.Store(&d)
	return c
}

// Do hands the request on.
func (c *currentClient) Do(req *http.Request) (*http.Response, error) { return (*c.now.Load()).Do(req) }

// renew gets new addresses for the same film, and tells of it.
func (r *run) renew(ctx context.Context) (*source, error) {
	r.log.Info("the origin refuses the addresses: getting new ones")
	r.report.update(func(p *Progress) { p.Renewing = true })
	s, err := r.otherSource(ctx)
	r.report.update(func(p *Progress) {
		p.Renewing = false
		if err == nil {
			p.Renewals++
		}
	})
	return s, err
}

func (r *run) otherSource(ctx context.Context) (*source, error) {
	job := *r.job
	job.Manifest = nil
	if job.Refresh != nil {
		s, err := job.Refresh(ctx)
		if err != nil {
			return nil, err
		}
		job.URL, job.Manifest, job.Client = s.URL, s.Manifest, s.Client
	}
	pool := r.pool.Ahead(job.Client) // those who wait hold all the slots
	in, err := inspect(ctx, &job, pool, r.plan.Codings)
	if err != nil {
		return nil, err
	}
	s := newSource(in.Plan, r.job.AllowGaps)
	if err := r.same(ctx, s, pool); err != nil {
		return nil, err
	}
	now := r.renewer.now()
	s.inits, s.opens, s.ends = now.inits, now.opens, now.ends // of parts that wait for their delivery, and what was seen
	r.client.now.Store(&job.Client)
	return s, nil
}

// same makes sure that a source with other addresses has the very film that is in the making: by its plan and, where paths differ
// too, by the bytes of a part that is there already.
func (r *run) same(ctx context.Context, s *source, g getter) error {
	if s.plan.Likeness() != r.plan.Likeness() {
		return fmt.Errorf("%w: its playlist has other segments now", ErrChanged)
	}
	if s.plan.Identity() == r.plan.Identity() {
		return nil
	}
	part, print := r.known()
	if part < 0 {
		return nil
	}
	return prove(ctx, s, g, part, print)
}

// prove compares a part with the print of what is in the file.
func prove(ctx context.Context, s *source, g getter, part int, print journal.Print) error {
	body, err := s.get(ctx, part, g)
	s.inits.take(part)
	s.opens.take(part)
	if err != nil {
		return fmt.Errorf("comparing it with what is there: %w", err)
	}
	defer body.Release()
	if journal.PrintOf(body.Data) != print {
		return fmt.Errorf("%w: %s is another one now", ErrChanged, s.name(&s.plan.Parts[part]))
	}
	return nil
}

// holds reports whether a source's addresses are good for a part that came, and give what they gave.
func (r *run) holds(ctx context.Context, s *source) bool {
	part, print := r.known()
	return part >= 0 && prove(ctx, newSource(s.plan, r.job.AllowGaps), r.pool.Ahead(r.client), part, print) == nil
}

// known is a part that came, or -1.
func (r *run) known() (part int, print journal.Print) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lastPart, r.lastPrint
}

func (r *run) came(part int, b *fetch.Body) { r.know(part, journal.PrintOf(b.Data)) }

func (r *run) know(part int, print journal.Print) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lastPart, r.lastPrint = part, print
}
