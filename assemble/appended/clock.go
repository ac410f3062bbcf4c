package appended

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// errTime: the player's offset gives a time that the fragment has no room for.
var errTime = errors.New("a time that does not fit into its field")

// clock follows buffers in the mode "sequence".
type clock struct {
	group  float64 // where the next segment begins, in seconds
	offset float64 // from the media's own time
	known  bool
}

// jump is what two segments may lie apart and still belong together, in seconds.
const jump = 0.5

// place gives a fragment its time in the player; nil for one outside of the append window.
func (r *reader) place(f *fragment) (*fragment, error) {
	f.start, f.end = math.Inf(1), math.Inf(-1)
	for _, d := range f.times {
		start := float64(d.value) / float64(d.scale)
		f.start, f.end = math.Min(f.start, start), math.Max(f.end, start+float64(d.ticks)/float64(d.scale))
	}
	a := r.appendAt(f.at)
	offset := a.Offset
	if a.Sequence {
		offset = r.sequence(f, a)
	}
	f.start, f.end = f.start+offset, f.end+offset
	if f.end <= a.From || f.start >= a.To || f.end <= 0 {
		return nil, nil
	}
	return f, r.correct(f, offset)
}

// sequence is the offset at which f follows what came before it (§5.5.1 of the specification, step 3).
func (r *reader) sequence(f *fragment, a *Append) float64 {
	c := r.clocks[f.lane]
	if c == nil {
		c = &clock{group: a.Offset}
		r.clocks[f.lane] = c
	}
	if !c.known || a.Reset || math.Abs(f.start+c.offset-c.group) > jump {
		c.offset, c.known = c.group-f.start, true
	}
	c.group = f.end + c.offset
	return c.offset
}

// correct writes the player's time into the fragment.
func (r *reader) correct(f *fragment, offset float64) error {
	for _, d := range f.times {
		ticks := int64(math.Round(offset * float64(d.scale)))
		if ticks == 0 {
			continue
		}
		value := max(int64(d.value)+ticks, 0)
		b := binary.BigEndian.AppendUint64(nil, uint64(value))
		if !d.wide {
			if value > math.MaxUint32 {
				return fmt.Errorf("%w: %d", errTime, value)
			}
			b = b[4:]
		}
		if _, err := r.f.WriteAt(b, d.at); err != nil {
			return err
		}
	}
	return nil
}
