package assemble

import (
	"context"
	"sync"
	"time"

	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// renewPause is the least time between two renewals of a channel's addresses.
const renewPause = 5 * time.Second

// channel is where the lists of a broadcast are. It is safe for concurrent use.
type channel struct {
	run *run

	mu      sync.Mutex
	streams []plan.Stream
	vars    map[string]string
	count   int // renewals
	renewed time.Time
}

func newChannel(r *run) *channel {
	return &channel{run: r, streams: r.plan.Streams, vars: r.vars}
}

// stream says where a list is, and the variables that it may import.
func (c *channel) stream(i int) (plan.Stream, map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.streams[i], c.vars
}

// generation counts the renewals.
func (c *channel) generation() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

// renew gets new addresses, unless somebody has since a generation, or a moment ago. What fails is tried again when it is asked for again.
func (c *channel) renew(ctx context.Context, generation int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.run
	if c.count != generation || time.Since(c.renewed) < renewPause || r.renewal() == nil {
		return
	}
	r.log.Info("the origin refuses the addresses: getting new ones")
	r.report.update(func(p *Progress) { p.Renewing = true })
	err := c.again(ctx)
	c.renewed = time.Now()
	r.report.update(func(p *Progress) {
		p.Renewing = false
		if err == nil {
			p.Renewals++
		}
	})
	if err != nil {
		r.log.Info("no new addresses", "err", err)
	}
}

func (c *channel) again(ctx context.Context) error {
	r := c.run
	job := *r.job
	job.Manifest = nil
	if job.Refresh != nil {
		s, err := job.Refresh(ctx)
		if err != nil {
			return err
		}
		job.URL, job.Manifest, job.Client = s.URL, s.Manifest, s.Client
	}
	in, err := inspect(ctx, &job, r.pool.Ahead(job.Client), nil)
	if err != nil {
		return err
	}
	if len(in.Streams) != len(c.streams) {
		return ErrChanged
	}
	r.client.now.Store(&job.Client)
	c.streams, c.count = in.Streams, c.count+1
	c.vars = in.variables()
	return nil
}

// listed has the document of all streams name the segments of one.
func (c *channel) listed(ctx context.Context, i int) (*manifest.Playlist, error) {
	panic("dynamic")
}
