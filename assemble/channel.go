package assemble

import (
	"context"
	"fmt"
	"sync"
	"time"

	"seine/assemble/live"
	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// renewPause is the least time between two renewals of a channel's addresses.
const renewPause = 5 * time.Second

// channel is where the lists of a broadcast are. It is safe for concurrent use.
type channel struct {
	run *run

	reading sync.Mutex // of the document of all streams
	failed  int        // how often it could not be read; reading guards it

	mu       sync.Mutex
	in       *Inspection // as it was read last
	read     time.Time   // when that was
	count    int         // renewals
	renewed  time.Time
	renewing chan struct{}    // closed when the renewal under way has ended, nil for none
	numbered []live.Numbering // of the streams, where their document has no numbers that last
}

func newChannel(r *run) *channel {
	return &channel{run: r, in: r.inspected, read: time.Now(), numbered: make([]live.Numbering, len(r.inspected.Streams))}
}

// number gives the segments of a list numbers that last.
func (c *channel) number(i int, list *manifest.Playlist) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.numbered[i].Number(list)
}

// stream says where a list is, and the variables that it may import.
func (c *channel) stream(i int) (plan.Stream, map[string]string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.in.Streams[i], c.in.variables()
}

// generation counts the renewals.
func (c *channel) generation() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.count
}

// renew gets new addresses, unless somebody has since a generation, or a moment ago; where somebody is about to, it waits for that. It may take as long
// as a visit of a page, during which the old ones are in force. What fails is tried again when it is asked for again.
func (c *channel) renew(ctx context.Context, generation int) {
	done, mine := c.begins(generation)
	switch {
	case done == nil:
		return
	case !mine:
		select {
		case <-done:
		case <-ctx.Done():
		}
		return
	}
	r := c.run
	r.log.Info("the origin refuses the addresses: getting new ones")
	r.report.update(func(p *Progress) { p.Renewing = true })
	err := c.again(ctx)
	c.mu.Lock()
	c.renewed, c.renewing = time.Now(), nil
	c.mu.Unlock()
	close(done)
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

// begins returns what is closed when the addresses are renewed, nil when they shall not be, and whether the caller is to do it.
func (c *channel) begins(generation int) (done chan struct{}, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.renewing != nil {
		return c.renewing, false
	}
	if c.count != generation || time.Since(c.renewed) < renewPause || c.run.renewal() == nil {
		return nil, false
	}
	c.renewing = make(chan struct{})
	return c.renewing, true
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
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(in.Streams) != len(c.in.Streams) {
		return ErrChanged
	}
	r.client.now.Store(&job.Client)
	if in.start.IsZero() {
		in.start = c.in.start
	}
	c.in, c.read, c.count = in, time.Now(), c.count+1
	return nil
}

// listed has the document of all streams, as it is now, name the segments of one.
func (c *channel) listed(ctx context.Context, i int) (*manifest.Playlist, error) {
	in, err := c.document(ctx)
	if err != nil {
		return nil, err
	}
	s := in.Streams[i]
	if err := readListed(ctx, in, &s, c.run.pool.Ahead(c.run.client)); err != nil {
		return nil, err
	}
	c.number(i, s.Playlist)
	return s.Playlist, nil
}

// document is that of all streams. It is read again when it no longer holds.
func (c *channel) document(ctx context.Context) (*Inspection, error) {
	c.reading.Lock()
	defer c.reading.Unlock()
	in, read := c.inspected()
	b := in.Presentation.Broadcast
	if b == nil || b.Update < 0 || time.Since(read) < max(b.Update, leastUpdate) {
		return in, nil
	}
	addresses := append(b.Locations[:len(b.Locations):len(b.Locations)], in.Presentation.URL)
	u := addresses[c.failed%len(addresses)]
	began := time.Now()
	doc, err := readPlaylist(ctx, c.run.pool.Ahead(c.run.client), "the manifest", u.String(), nil)
	if err != nil {
		c.failed++
		return nil, err
	}
	if doc.Presentation == nil {
		return nil, fmt.Errorf("%w: the manifest (%s) names segments now, not streams", ErrChanged, short(u))
	}
	next := *in
	next.Presentation = plan.Fold(doc.Presentation)
	if next.Streams, err = plan.Select(next.Presentation, c.run.job.Choice); err != nil {
		return nil, err
	}
	if len(next.Streams) != len(in.Streams) {
		return nil, fmt.Errorf("%w: it has %d streams now, in place of %d", ErrChanged, len(next.Streams), len(in.Streams))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in != in {
		return c.in, nil // renewed meanwhile
	}
	c.in, c.read, c.failed = &next, began, 0
	return &next, nil
}

// leastUpdate is between two looks at a document that says that it may change at any time.
const leastUpdate = time.Second

func (c *channel) inspected() (*Inspection, time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.in, c.read
}
