package fetch

import "context"

// Lane fetches within a part of Ordered. It holds a slot of the host that the part comes from.
type Lane struct {
	pool *Pool
	room *room
	slot *host
	// urgent: all others wait for this one.
	urgent func() bool
}

// Get fetches one resource. Segments are paid for from the window, one for a part, and the slot goes with them from one mirror
// to another; keys are neither.
func (l *Lane) Get(ctx context.Context, r Request) (*Body, error) {
	if r.Kind != Segment {
		return l.pool.get(ctx, r, &Lane{pool: l.pool})
	}
	if l.room != nil {
		l.room.standing = r.Standing
	}
	return l.pool.get(ctx, r, l)
}

// Rest waits without a slot: others may go meanwhile. Behind the wait it takes one of the hosts of these addresses again.
func (l *Lane) Rest(ctx context.Context, wait func() error, addresses func() []string) error {
	l.leave()
	if err := wait(); err != nil {
		return err
	}
	list := addresses()
	if len(list) == 0 {
		return nil
	}
	return l.enter(ctx, list)
}

// enter takes a slot of one of the hosts.
func (l *Lane) enter(ctx context.Context, addresses []string) (err error) {
	list := make([]*host, len(addresses))
	for i, a := range addresses {
		list[i] = l.pool.hosts.of(a)
	}
	l.slot, err = l.pool.hosts.acquire(ctx, list, l.urgent, l.order())
	return err
}

// move changes the slot for one of another host.
func (l *Lane) move(ctx context.Context, to *host) (err error) {
	if l.slot == nil || l.slot == to {
		return nil
	}
	l.leave()
	l.slot, err = l.pool.hosts.acquire(ctx, []*host{to}, l.urgent, l.order())
	return err
}

// order has the parts that are wanted earlier go first; what is no part goes before them.
func (l *Lane) order() int {
	if l.room == nil {
		return -1
	}
	return l.room.index
}

func (l *Lane) leave() {
	if l.slot != nil {
		l.slot.release()
		l.slot = nil
	}
}
