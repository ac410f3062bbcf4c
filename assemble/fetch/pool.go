package fetch

import (
	"context"
	"net/url"
	"sync"
)

// Pool fetches for one film. It starts goroutines only inside Ordered, which waits for them.
type Pool struct {
	doer Doer
	opts Options
	bufs *buffers

	mu    sync.Mutex
	hosts map[string]*host
}

// NewPool returns a pool that asks through d.
func NewPool(d Doer, o Options) *Pool {
	o = o.withDefaults()
	return &Pool{doer: d, opts: o, bufs: &buffers{limit: o.Window}, hosts: map[string]*host{}}
}

// host returns the state of the server that an address names.
func (p *Pool) host(address string) *host {
	name := ""
	if u, err := url.Parse(address); err == nil {
		name = u.Host
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.hosts[name]
	if h == nil {
		h = newHost(p.opts.PerHost)
		p.hosts[name] = h
	}
	return h
}

// Get fetches one resource and keeps to the host's limit. A failure is an *Error.
func (p *Pool) Get(ctx context.Context, r Request) (*Body, error) {
	h := p.host(r.URL)
	if err := h.acquire(ctx); err != nil {
		return nil, err
	}
	defer h.release()
	return p.get(ctx, r, nil)
}

// get tries until it works or the policy says enough. The caller holds a slot of the host throughout, so that a part that
// others wait for never stands in line again.
func (p *Pool) get(ctx context.Context, r Request, room *room) (*Body, error) {
	h := p.host(r.URL)
	var kept partial
	defer func() { p.bufs.put(kept.buf) }()
	for try, vain := 1, 1; ; try, vain = try+1, vain+1 {
		if err := h.wait(ctx); err != nil {
			return nil, err
		}
		had := len(kept.buf)
		body, err := p.try(ctx, r, h, room, &kept)
		if err == nil {
			return body, nil
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if len(kept.buf) >= had+minResume {
			vain = 1 // a server that always breaks gets there, too, piece by piece
		}
		c := classify(ctx, err)
		if vain >= p.opts.Retry.tries(r.Kind, c) {
			return nil, &Error{Kind: r.Kind, Name: r.Name, URL: withoutQuery(r.URL), Tries: try, Err: err}
		}
		wait := p.opts.Retry.backoff(vain)
		p.opts.OnRetry(Retry{Kind: r.Kind, Name: r.Name, Tries: try, Wait: wait, Err: err})
		if c == throttled {
			h.hold(wait) // or until the Retry-After that the try has set, if that is later
			continue
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}
