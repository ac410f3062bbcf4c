package dash

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seine/assemble/ebml"
	"seine/assemble/manifest"
)

// cueFile is a WebM file whose clusters an index names (RFC 9559 §5.1.5; DASH for WebM: indexRange is that of Cues).
type cueFile struct {
	begins   int64 // offset of what Segment holds
	ends     int64 // offset behind it, 0 when it is not said
	scale    uint64
	duration time.Duration // 0 when it is not said
}

// maxHead bounds an initialization section, in bytes.
const maxHead = 4 << 20

// cues reads the index at some bytes of a file, of which init is the initialization section: nil for all that stands in front.
func (r *reading) cues(ctx context.Context, at manifest.ByteRange, data []byte, init *manifest.ByteRange, length time.Duration) error {
	head := manifest.ByteRange{Length: at.Offset}
	if init != nil {
		head = *init
	}
	if head.Length <= 0 || head.Length > maxHead {
		return fmt.Errorf("%w: an initialization section of %d bytes", ErrMalformed, head.Length)
	}
	b, err := r.read(ctx, r.address, head)
	if err != nil {
		return err
	}
	f, err := parseCueFile(b, head.Offset)
	if err != nil {
		return err
	}
	if f.ends == 0 || at.Offset > f.begins && at.Offset < f.ends && lastCluster(data, f.begins) < at.Offset {
		f.ends = at.Offset // the index is behind the clusters
	}
	if length < 0 {
		length = f.duration
	}
	return r.clusters(f, data, length)
}

// parseCueFile reads as much of an initialization section as an index needs.
func parseCueFile(b []byte, offset int64) (*cueFile, error) {
	f := &cueFile{scale: 1_000_000}
	var ticks float64
	all := len(b)
	for len(b) > 0 {
		e, rest, err := ebml.Next(b)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		switch e.ID {
		case ebml.Segment:
			rest = b[len(b)-len(e.Data)-len(rest):]
			if f.begins = offset + int64(all-len(rest)); e.Size > 0 {
				f.ends = f.begins + e.Size
			}
		case ebml.Info:
			_ = ebml.Each(e.Data, func(e ebml.Element) error {
				if n := e.Uint(); e.ID == ebml.TimestampScale && n > 0 && n <= 1e9 {
					f.scale = n
				} else if e.ID == ebml.Duration {
					ticks = e.Float()
				}
				return nil
			})
		}
		b = rest
	}
	if f.begins == 0 {
		return nil, fmt.Errorf("%w: the initialization section has no Segment", ErrMalformed)
	}
	if d := ticks * float64(f.scale); d > 0 && d < float64(maxDuration) {
		f.duration = time.Duration(d)
	}
	return f, nil
}

// cue is one entry of an index, with the offset of its cluster.
type cue struct {
	time uint64
	at   int64
}

func readCues(data []byte, begins int64) (list []cue, err error) {
	e, _, err := ebml.Next(data)
	if err != nil || e.ID != ebml.Cues {
		return nil, fmt.Errorf("%w: there are no Cues", ErrMalformed)
	}
	err = ebml.Each(e.Data, func(e ebml.Element) error {
		if e.ID != ebml.CuePoint {
			return nil
		}
		if len(list) == MaxSegments {
			return fmt.Errorf("%w: more than %d segments", ErrTooLarge, MaxSegments)
		}
		c := cue{at: -1}
		err := ebml.Each(e.Data, func(e ebml.Element) error {
			switch {
			case e.ID == ebml.CueTime:
				c.time = e.Uint()
			case e.ID == ebml.CueTrackPositions && c.at < 0:
				return ebml.Each(e.Data, func(e ebml.Element) error {
					if n := e.Uint(); e.ID == ebml.CueClusterPosition && n < 1<<60 {
						c.at = begins + int64(n)
					}
					return nil
				})
			}
			return nil
		})
		if c.at >= 0 && (len(list) == 0 || c.at > list[len(list)-1].at && c.time >= list[len(list)-1].time) {
			list = append(list, c)
		}
		return err
	})
	if err != nil && !errors.Is(err, ErrTooLarge) {
		err = fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return list, err
}

// lastCluster is the offset of the last cluster that an index names.
func lastCluster(data []byte, begins int64) int64 {
	list, err := readCues(data, begins)
	if err != nil || len(list) == 0 {
		return 0
	}
	return list[len(list)-1].at
}

// clusters makes a segment of what lies between two cues.
func (r *reading) clusters(f *cueFile, data []byte, length time.Duration) error {
	list, err := readCues(data, f.begins)
	if err != nil {
		return err
	}
	if 1_000_000_000%f.scale != 0 {
		return fmt.Errorf("%w: a TimestampScale of %d ns", ErrMalformed, f.scale)
	}
	r.scale = 1_000_000_000 / f.scale
	for i, c := range list {
		end, until := f.ends, c.time
		if length > 0 {
			until = max(until, uint64(length)/f.scale)
		}
		if i+1 < len(list) {
			end, until = list[i+1].at, list[i+1].time
		}
		if end <= c.at {
			return fmt.Errorf("%w: a cluster at byte %d, and the file ends at %d", ErrMalformed, c.at, end)
		}
		r.list = append(r.list, place{
			bytes: &manifest.ByteRange{Offset: c.at, Length: end - c.at},
			piece: piece{time: c.time, duration: max(until-c.time, 1), number: uint64(i + 1)},
		})
	}
	return nil
}
