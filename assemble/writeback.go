package assemble

import "os"

// writebackStep is how much is gathered before the disk is asked to begin, in bytes: few calls, and little left for the end.
const writebackStep = 8 << 20

// writeback has the disk begin with what was written while more is fetched, so that the sync in the end has little left to do. It
// promises nothing: only that sync does.
type writeback struct {
	asked int64
	sizes chan int64
	gone  chan struct{}
}

func startWriteback(f *os.File) *writeback {
	w := &writeback{sizes: make(chan int64, 1), gone: make(chan struct{})}
	go func() {
		defer close(w.gone)
		from := int64(0)
		for size := range w.sizes {
			beginWriteback(f, from, size-from)
			from = size
		}
	}()
	return w
}

// grown tells the length of the file now. It does not wait: when the disk is behind, a later call speaks for this one.
func (w *writeback) grown(size int64) {
	if size-w.asked < writebackStep {
		return
	}
	select {
	case w.sizes <- size:
		w.asked = size
	default:
	}
}

// stop waits for the call under way.
func (w *writeback) stop() {
	close(w.sizes)
	<-w.gone
}
