package fetch

import (
	"context"

	"golang.org/x/time/rate"
)

// Pool fetches for one film. It starts goroutines only inside Ordered, which waits for them.
type Pool struct {
	doer  Doer
	opts  Options
	bufs  *buffers // for the parts of Ordered
	hosts *hosts
	rate  *rate.Limiter // nil for none
	// ahead: requests wait for no slot.
	ahead bool
}

// NewPool returns a pool that asks through d.
func NewPool(d Doer, o Options) *Pool {
	o = o.withDefaults()
	return &Pool{doer: d, opts: o, bufs: newBuffers(o.Window), hosts: newHosts(o.PerHost), rate: newLimiter(o.Rate)}
}

// Ahead returns a pool that asks through d and shares all that p knows of its hosts and may receive, but whose requests wait for no
// slot: for the few that those who hold the slots wait for. They count for their host nevertheless, and wait as long as it asks for.
func (p *Pool) Ahead(d Doer) *Pool {
	q := *p
	q.doer, q.ahead = d, true
	return &q
}

// Beside returns a pool for another film or file: what is known of the hosts, and how much may be received, are shared with p. Memory,
// patience and whoever is told are its own.
func (p *Pool) Beside(d Doer, o Options) *Pool {
	o = o.withDefaults()
	return &Pool{doer: d, opts: o, bufs: newBuffers(o.Window), hosts: p.hosts, rate: p.rate}
}

// Get fetches one resource and keeps to its host's limit; but a playlist, or what steers it, waits for nobody: others may hold the slots and wait
// for it. A failure is an *Error.
func (p *Pool) Get(ctx context.Context, r Request) (*Body, error) {
	lane := &Lane{pool: p, urgent: func() bool { return p.ahead || r.Kind.text() }}
	if err := lane.enter(ctx, r.addresses()); err != nil {
		return nil, err
	}
	defer lane.leave()
	return p.get(ctx, r, lane)
}

// get tries until it works or the policy says enough. The lane holds a slot throughout; where there are mirrors, that of the
// host that is asked.
func (p *Pool) get(ctx context.Context, r Request, lane *Lane) (*Body, error) {
	f := p.pursue(r, lane)
	defer func() { p.bufs.put(f.kept.buf) }()
	for {
		if err := f.begin(ctx); err != nil {
			return nil, err
		}
		if f.stale(f.at) {
			if err := f.outdated(); err != nil {
				return nil, err
			}
			continue
		}
		r.URL = f.at.url
		if !f.kept.goesOnAt(r.URL) {
			p.bufs.put(f.kept.take())
		}
		had, from := len(f.kept.buf), r.Rest.from()
		body, err := f.try(ctx, r)
		if err == nil {
			f.at.host.judged(true)
			return body, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err := f.failed(ctx, err, len(f.kept.buf) >= had+minResume || r.Rest.from() >= from+minResume); err != nil {
			return nil, err
		}
	}
}
