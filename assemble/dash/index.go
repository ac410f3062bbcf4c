package dash

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"seine/assemble/bmff"
	"seine/assemble/ebml"
	"seine/assemble/manifest"
)

const (
	// maxIndex bounds one index, in bytes; an entry has twelve.
	maxIndex = 4 << 20
	// maxNested bounds how deep indexes point to others.
	maxNested = 4
)

// index is the segments of one file (sidx, ISO/IEC 14496-12 §8.16.3).
type index struct {
	list  []place
	scale uint64 // ticks of a second
}

// reading is an index on its way.
type reading struct {
	index
	address string
	read    manifest.Reader
	reads   int
	init    *manifest.ByteRange // of a WebM file, nil when it is not said
	length  time.Duration       // of the period, negative when it is not known
}

// readIndex reads a sidx box, or the Cues of a WebM file.
func readIndex(ctx context.Context, address string, at manifest.ByteRange, init *place, length time.Duration, read manifest.Reader) (*index, error) {
	r := &reading{address: address, read: read, length: length}
	if init != nil {
		r.init = init.bytes
	}
	if err := r.from(ctx, at, 0); err != nil {
		return nil, fmt.Errorf("the index of the segments (bytes %d to %d): %w", at.Offset, at.Offset+at.Length-1, err)
	}
	if len(r.list) == 0 {
		return nil, fmt.Errorf("%w: the index of the segments names none", ErrEmpty)
	}
	return &r.index, nil
}

func (r *reading) from(ctx context.Context, at manifest.ByteRange, depth int) error {
	if r.reads++; depth > maxNested || r.reads > MaxSegments/100 {
		return fmt.Errorf("%w: indexes of indexes", ErrTooLarge)
	}
	if at.Length > maxIndex {
		return fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, at.Length, maxIndex)
	}
	data, err := r.read(ctx, r.address, at)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(data, ebml.AppendID(nil, ebml.Cues)) {
		return r.cues(ctx, at, data, r.init, r.length)
	}
	offset := at.Offset
	for rest := data; len(rest) > 0; {
		before := len(rest)
		var box bmff.Box
		if box, rest, err = bmff.Next(rest); err != nil {
			return fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		offset += int64(before - len(rest))
		if box.Type == "sidx" {
			return r.entries(ctx, box.Data, offset, depth)
		}
	}
	return fmt.Errorf("%w: there is no sidx box", ErrMalformed)
}

// entries reads one sidx, behind which, at an offset of the file, what it counts begins.
func (r *reading) entries(ctx context.Context, data []byte, offset int64, depth int) error {
	version, _, rest, err := bmff.FullBox(data)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	f := bmff.NewFields(rest)
	f.U32() // reference_ID
	scale := uint64(f.U32())
	at, first := f.Word(min(version, 1)), f.Word(min(version, 1))
	f.U16()
	n := int(f.U16())
	if f.Err() != nil || scale == 0 || first > 1<<62 || len(f.Rest()) < 12*n {
		return fmt.Errorf("%w: the sidx box is cut, or has no timescale", ErrMalformed)
	}
	if r.scale == 0 {
		r.scale = scale
	}
	offset += int64(first)
	for range n {
		size, duration := int64(f.U32()), uint64(f.U32())
		f.U32() // stream access points
		nested := size>>31 != 0
		size &= 1<<31 - 1
		span := manifest.ByteRange{Offset: offset, Length: size}
		offset += size
		switch {
		case scale != r.scale || size == 0 || offset < 0:
			return fmt.Errorf("%w: the sidx box has an entry of %d bytes, at %d ticks a second after %d", ErrMalformed, size, scale, r.scale)
		case nested:
			if err := r.from(ctx, span, depth+1); err != nil {
				return err
			}
			at += duration
			continue
		case len(r.list) == MaxSegments:
			return fmt.Errorf("%w: more than %d segments", ErrTooLarge, MaxSegments)
		}
		r.list = append(r.list, place{bytes: &span, piece: piece{time: at, duration: duration, number: uint64(len(r.list) + 1)}})
		at += duration
	}
	return nil
}

// within are the segments of a period that begins where a scale says, in the index's own ticks: the manifest may count in whole seconds.
func (x *index) within(p span, s scale) ([]place, scale, error) {
	own := scale{ticks: x.scale}
	zero, err := s.duration(s.offset)
	if err != nil {
		return nil, own, err
	}
	own.offset = own.count(zero)
	var kept []place
	for _, e := range x.list {
		begins, err := own.duration(e.time)
		if err != nil {
			return nil, own, err
		}
		lasts, err := own.duration(e.duration)
		if err != nil {
			return nil, own, err
		}
		if begins+lasts <= zero || p.length >= 0 && begins-zero >= p.length {
			continue
		}
		kept = append(kept, e)
	}
	return kept, own, nil
}
