package assemble

import "os"

const (
	// writebackStep is how much is gathered before the disk is asked to begin, in bytes: few calls, and little left for the end.
	writebackStep = 8 << 20
	// aheadStep is how much room is taken at once for what comes, in bytes: the file system then writes with less ado.
	aheadStep = 64 << 20
	// aheadFree is the least that the disk must have free beside it.
	aheadFree = 1 << 30
)

// writeback prepares the disk for what comes, and has it begin with what was written, so that the sync in the end has little left to
// do. It promises nothing: only that sync does.
type writeback struct {
	file  *os.File
	asked int64
	sizes chan int64
	gone  chan struct{}
	room  int64 // what has room; -1 when the file system gives none
}

// startWriteback begins with a file of so many bytes.
func startWriteback(f *os.File, size int64) *writeback {
	w := &writeback{file: f, asked: size, sizes: make(chan int64, 1), gone: make(chan struct{}), room: size}
	go func() {
		defer close(w.gone)
		for from := size; ; {
			size, ok := <-w.sizes
			if !ok {
				return
			}
			w.ahead(size)
			beginWriteback(f, from, size-from)
			from = size
		}
	}()
	return w
}

// ahead takes room behind the end of the file. What is not used goes back when the file is cut to its size.
func (w *writeback) ahead(size int64) {
	for w.room >= 0 && size+aheadStep/2 > w.room {
		if !takeRoom(w.file, w.room, aheadStep) {
			w.room = -1
			return
		}
		w.room += aheadStep
	}
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

// stop waits for the call under way, and gives room back that was not used.
func (w *writeback) stop() {
	close(w.sizes)
	<-w.gone
	if info, err := w.file.Stat(); err == nil && w.room > info.Size() {
		_ = w.file.Truncate(info.Size())
	}
}
