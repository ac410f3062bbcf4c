package join

import (
	"fmt"
	"math"

	"seine/assemble/media"
)

// Restore replays the records of an earlier run, in the order of the parts, on a fresh Joiner; Add then goes on as if the process
// had not died, with the same bytes. What the file holds beyond what the records speak of is cut off.
//
// A record that is damaged, of another version, or does not follow the one before gives ErrRecord; a file that ends too
// early gives ErrShort. The Joiner is of no use then.
func (j *Joiner) Restore(records [][]byte) error {
	reserve := int64(0)
	for i, b := range records {
		d, err := j.replay(b)
		if err != nil {
			return fmt.Errorf("record %d of %d: %w", i+1, len(records), err)
		}
		reserve = max(reserve, d.reserve)
	}
	if err := j.resume(reserve, j.Size()); err != nil {
		return err
	}
	for i := range j.streams {
		if err := j.streams[i].rollback(); err != nil {
			return fmt.Errorf("%w: %w", ErrRecord, err)
		}
	}
	return j.trim()
}

// replay applies one record.
func (j *Joiner) replay(record []byte) (*delta, error) {
	d, err := decode(record)
	if err == nil {
		err = j.verify(d)
	}
	if err != nil {
		return nil, err
	}
	j.apply(d)
	return d, nil
}

// trim checks that the file holds what the records say, and cuts off the rest.
func (j *Joiner) trim() error {
	size := j.Size()
	if size > 0 {
		if _, err := j.file.ReadAt(make([]byte, 1), size-1); err != nil {
			return fmt.Errorf("%w: %d bytes: %w", ErrShort, size, err)
		}
	}
	return j.file.Truncate(size)
}

// verify checks what a record says against what is known, so that nothing after it can run out of bounds.
func (j *Joiner) verify(d *delta) error {
	if err := j.check(d.part); err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if d.size < 0 || d.size > math.MaxInt64/2 || d.reserve < 0 {
		return fmt.Errorf("%w: the file has %d bytes, %d of them in front", ErrRecord, d.size, d.reserve)
	}
	known := map[int]int{}
	for _, c := range d.changes {
		if c.table < 0 || c.table >= len(j.tables) || c.table/maxTracks != d.part.Stream || c.period < 0 || c.period > d.part.Period {
			return fmt.Errorf("%w: track %d in period %d", ErrRecord, c.table, c.period)
		}
		if c.kind != media.Video && c.kind != media.Audio {
			return fmt.Errorf("%w: track %d is neither picture nor sound", ErrRecord, c.table)
		}
		t := j.tables[c.table]
		if c.timescale <= 0 || c.timescale > media.MaxTimescale || t != nil && t.timescale != c.timescale {
			return fmt.Errorf("%w: track %d has a timescale of %d", ErrRecord, c.table, c.timescale)
		}
		if t != nil && (t.kind != c.kind || len(t.spans) > 0 && t.spans[len(t.spans)-1].period > c.period) {
			return fmt.Errorf("%w: track %d was %v", ErrRecord, c.table, t.kind)
		}
		if t != nil && known[c.table] == 0 {
			known[c.table] = len(t.codecs)
		}
		known[c.table] += len(c.codecs)
		if !c.sound(d.size, known[c.table]) {
			return fmt.Errorf("%w: chunks of track %d", ErrRecord, c.table)
		}
	}
	return nil
}

// sound reports whether chunks and samples agree and lie within the file.
func (c *change) sound(size int64, codecs int) bool {
	n := 0
	for _, k := range c.chunks {
		count := int(k.Count)
		if k.Offset < 0 || int(k.Entry) >= codecs || count == 0 || count > len(c.samples)-n {
			return false
		}
		end := k.Offset
		for _, s := range c.samples[n : n+count] {
			end += int64(s.size)
		}
		if end > size || end < k.Offset {
			return false
		}
		n += count
	}
	limit := maxTime * c.timescale
	for _, s := range c.samples {
		if s.dts > limit || s.dts < -limit {
			return false
		}
	}
	return n == len(c.samples) && c.shift < limit && c.shift > -limit
}

// maxTime bounds timestamps, in seconds.
const maxTime = 4 * media.MaxSeconds
