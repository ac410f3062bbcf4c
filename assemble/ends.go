package assemble

import (
	"fmt"
	"sync"

	"seine/assemble/bmff"
	"seine/assemble/demux/fmp4"
	"seine/assemble/demux/mpegts"
	"seine/assemble/demux/webm"
	"seine/assemble/fetch"
	"seine/assemble/journal"
	"seine/assemble/plan"
)

// endProof is how many segments tell what is usual in a stream.
const endProof = 3

// ends watches how segments end: a server may itself call a segment shorter than it is, and one that ends inside of a packet shows
// it. It is safe for concurrent use.
type ends struct {
	lenient bool // damaged segments are better than none
	plan    *plan.Plan

	mu      sync.Mutex
	known   map[int]bool // by part, true for one that is cut
	streams []endCount
}

// endCount counts the segments of a stream that were seen.
type endCount struct{ parts, whole, cut int }

func newEnds(p *plan.Plan, lenient bool) *ends {
	e := &ends{lenient: lenient, plan: p, known: map[int]bool{}, streams: make([]endCount, len(p.Streams))}
	for i := range p.Parts {
		e.streams[p.Parts[i].Stream].parts++
	}
	return e
}

// check adds to the check of part i one of its end. What is cut is asked for again; when it comes again with the same length, it counts as
// damaged, unless it is usual in this stream.
func (e *ends) check(i, stream int, check func(*fetch.Body) error) func(*fetch.Body) error {
	last := -1
	return func(b *fetch.Body) error {
		if err := check(b); err != nil {
			return err
		}
		short := isCut(b.Data)
		usual, proved := e.count(i, stream, short)
		again := len(b.Data) == last
		last = len(b.Data)
		if !short || again && (usual || e.lenient || fmp4.Looks(b.Data) || webm.Looks(b.Data)) { // what is missing of a fragment, the demuxer knows better
			return nil
		}
		err := fmt.Errorf("%w: its end is cut off, %d bytes came", ErrContent, len(b.Data))
		if again && proved {
			return permanentError{err}
		}
		return err
	}
}

// count books part i, and tells whether cut segments are usual in its stream, and whether enough were seen to know.
func (e *ends) count(i, stream int, short bool) (usual, proved bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := &e.streams[stream]
	if was, ok := e.known[i]; ok {
		s.add(was, -1)
	}
	e.known[i] = short
	s.add(short, 1)
	return s.parts < endProof || s.cut >= endProof && s.cut > s.whole, s.whole+s.cut >= endProof
}

func (s *endCount) add(short bool, n int) {
	if short {
		s.cut += n
	} else {
		s.whole += n
	}
}

// recall takes over what an earlier run has seen. Lengths are all that is on record; where they mislead, cut segments are taken for
// usual too late or too early, as if nothing were known.
func (e *ends) recall(records []journal.Record) {
	for i := range records {
		if n := records[i].Print.Length; !records[i].Missing && n > 0 {
			e.count(i, e.plan.Parts[i].Stream, n%188 != 0 && n%192 != 0 && n%204 != 0)
		}
	}
}

// isCut reports whether a segment ends inside of a packet or a box. Of packed audio nobody can tell.
func isCut(b []byte) bool {
	switch {
	case fmp4.Looks(b):
		_, err := bmff.Boxes(b)
		return err != nil
	case webm.Looks(b):
		return !webm.Complete(b)
	case mpegts.Looks(b):
		return !mpegts.Complete(b)
	}
	return false
}
