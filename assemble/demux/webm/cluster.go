package webm

import (
	"math"
	"slices"

	"seine/assemble/ebml"
	"seine/assemble/media"
)

// block is a Block or SimpleBlock (RFC 9559 §10).
type block struct {
	entry    *trackEntry
	time     int64 // nanoseconds
	duration int64 // nanoseconds, 0 when not said
	key      bool
	flags    byte // of a SimpleBlock, RFC 9559 §10.2
	frames   [][]byte
}

// cluster reads the blocks of a cluster.
func (d *Demuxer) cluster(b []byte) error {
	d.reserve(b)
	var base int64
	return ebml.Each(b, func(e ebml.Element) error {
		switch e.ID {
		case ebml.Timestamp:
			t := e.Uint()
			if t > uint64(media.MaxSeconds)*1_000_000_000/uint64(d.head.scale) {
				return damaged("a cluster at %d", t)
			}
			base = int64(t)
		case ebml.SimpleBlock:
			if e.Cut {
				return damaged("a block is cut")
			}
			k, err := d.block(e.Data, base)
			if err != nil || k == nil {
				return err
			}
			k.key = k.flags&0x80 != 0
			return d.take(k)
		case ebml.BlockGroup:
			return d.group(e, base)
		}
		return nil
	})
}

// reserve makes room for the frames of a cluster at once: by and by, many small ones would leave several times their size to the garbage collector.
func (d *Demuxer) reserve(b []byte) {
	n := 0
	_ = ebml.Each(b, func(e ebml.Element) error {
		switch e.ID {
		case ebml.SimpleBlock:
			n++
			if _, m, err := ebml.Varint(e.Data); err == nil && len(e.Data) > m+3 && e.Data[m+2]>>1&3 != 0 {
				n += int(e.Data[m+3])
			}
		case ebml.BlockGroup:
			n++
		}
		return nil
	})
	d.queue = slices.Grow(d.queue, max(min(n, d.most-len(d.queue)), 0))
}

// group reads a BlockGroup: what refers to no other block is a key picture.
func (d *Demuxer) group(e ebml.Element, base int64) error {
	var k *block
	key, duration := true, int64(0)
	err := ebml.Each(e.Data, func(e ebml.Element) (err error) {
		if e.Cut {
			return damaged("a block is cut")
		}
		switch e.ID {
		case ebml.Block:
			k, err = d.block(e.Data, base)
		case ebml.ReferenceBlock:
			key = false
		case ebml.BlockDuration:
			duration = int64(min(e.Uint(), 1<<32)) * d.head.scale
		}
		return err
	})
	if err != nil || k == nil {
		return err
	}
	k.key, k.duration = key, duration
	return d.take(k)
}

// block reads a block's head and takes its lacing apart. nil: it is of a track that is left out.
func (d *Demuxer) block(b []byte, base int64) (*block, error) {
	number, n, err := ebml.Varint(b)
	if err != nil || len(b) < n+3 {
		return nil, damaged("a block of %d bytes", len(b))
	}
	d.current = block{}
	k := &d.current
	for i := range d.head.entries {
		if d.head.entries[i].number == number {
			k.entry = &d.head.entries[i]
		}
	}
	if k.entry == nil {
		return nil, nil
	}
	at := base + int64(int16(uint16(b[n])<<8|uint16(b[n+1])))
	k.time, k.flags = at*d.head.scale, b[n+2]
	k.frames, err = d.unlace(b[n+3:], k.flags>>1&3)
	return k, err
}

// The kinds of lacing (RFC 9559 §10.3).
const (
	laceXiph  = 1
	laceFixed = 2
	laceEBML  = 3
)

// unlace splits what a block holds into frames, which count until the next block.
func (d *Demuxer) unlace(b []byte, lacing byte) ([][]byte, error) {
	frames := d.frames[:0]
	if lacing == 0 {
		d.frames = append(frames, b)
		return d.frames, nil
	}
	if len(b) == 0 {
		return nil, damaged("a laced block without frames")
	}
	n := int(b[0]) + 1
	rest := b[1:]
	sizes := d.sizes[:0]
	switch lacing {
	case laceFixed:
		if len(rest) < n {
			return nil, nil // frames without a byte
		}
		for range n - 1 {
			sizes = append(sizes, len(rest)/n)
		}
	case laceXiph:
		for range n - 1 {
			size := 0
			for {
				if len(rest) == 0 {
					return nil, damaged("a lace is cut")
				}
				c := rest[0]
				rest = rest[1:]
				if size += int(c); c != 255 {
					break
				}
			}
			sizes = append(sizes, size)
		}
	case laceEBML:
		last := int64(0)
		for i := range n - 1 {
			v, m, err := ebml.Varint(rest)
			if err != nil {
				return nil, damaged("a lace is cut")
			}
			rest = rest[m:]
			if i == 0 {
				last = int64(v)
			} else {
				last += int64(v) - (1<<(7*m-1) - 1)
			}
			if last < 0 || last > math.MaxInt32 {
				return nil, damaged("a lace of %d bytes", last)
			}
			sizes = append(sizes, int(last))
		}
	}
	d.sizes = sizes
	for _, size := range sizes {
		if size > len(rest) {
			return nil, damaged("laced frames of %d bytes, %d are there", size, len(rest))
		}
		frames = append(frames, rest[:size])
		rest = rest[size:]
	}
	d.frames = append(frames, rest)
	return d.frames, nil
}

// take queues the frames of a block.
func (d *Demuxer) take(k *block) error {
	t := k.entry
	if t.codec == nil {
		if !k.key || len(k.frames) == 0 {
			return nil // it cannot be decoded
		}
		if err := t.fromPicture(k.frames[0]); err != nil {
			return err
		}
	}
	at := k.time - t.delay
	for _, f := range k.frames {
		if len(f) == 0 {
			continue // a frame that nobody can decode
		}
		if len(d.queue) >= d.most {
			return damaged("more than %d frames in a segment", d.most)
		}
		length := t.lasts(f)
		if length == 0 && len(k.frames) == 1 {
			length = k.duration
		}
		scale := int64(t.track.Timescale)
		dts := media.Rescale(at, 1e9, scale)
		d.queue = append(d.queue, media.Sample{
			Track: t.place, DTS: dts, PTS: dts, Duration: uint32(min(media.Rescale(length, 1e9, scale), math.MaxUint32)),
			Key: k.key || t.track.Kind == media.Audio, Codec: t.codec, Data: f,
		})
		at += length
	}
	return nil
}

// lasts is how long a frame is, in nanoseconds; 0 when only the next one tells.
func (t *trackEntry) lasts(f []byte) int64 {
	if t.coding == "A_OPUS" {
		return opusLength(f)
	}
	if t.track.Kind == media.Audio {
		return t.frame
	}
	return 0
}

// opusLength is how long a packet is, in nanoseconds (RFC 6716 §3.1, §3.2).
func opusLength(b []byte) int64 {
	if len(b) == 0 {
		return 0
	}
	var frame int64 // in units of 2.5 ms
	switch config := b[0] >> 3; {
	case config < 12:
		frame = [...]int64{4, 8, 16, 24}[config&3]
	case config < 16:
		frame = [...]int64{4, 8}[config&1]
	default:
		frame = [...]int64{1, 2, 4, 8}[config&3]
	}
	n := int64(2)
	switch b[0] & 3 {
	case 0:
		n = 1
	case 3:
		n = 0
		if len(b) > 1 {
			n = int64(b[1] & 63)
		}
	}
	return min(frame*n, 48) * 2_500_000
}
