package fetch

import (
	"context"
	"sync/atomic"
	"time"
)

// stallFloor is the least speed that counts as alive, in bytes per second.
const stallFloor = 1 << 10

// stallWatch cancels a try whose bytes come too slowly; waiting for the first one counts.
type stallWatch struct {
	cancel context.CancelCauseFunc
	every  time.Duration
	timer  *time.Timer
	got    atomic.Int64
	paused atomic.Bool
}

func watchStall(cancel context.CancelCauseFunc, every time.Duration) *stallWatch {
	w := &stallWatch{cancel: cancel, every: every}
	w.timer = time.AfterFunc(every, w.check)
	return w
}

func (w *stallWatch) check() {
	need := int64(w.every.Seconds() * stallFloor)
	if got := w.got.Swap(0); got < need && !w.paused.Load() {
		w.cancel(ErrStall)
		return
	}
	w.timer.Reset(w.every)
}

// pause excuses a wait that is our own: the reader stands still because memory is full.
func (w *stallWatch) pause(wait func() error) error {
	w.paused.Store(true)
	err := wait()
	w.got.Store(1 << 40)
	w.paused.Store(false)
	return err
}

func (w *stallWatch) stop() { w.timer.Stop() }
