package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// writeSize is how much is gathered before it is written.
const writeSize = 1 << 20

var (
	errSync   = errors.New("no sync byte")
	startCode = []byte{0, 0, 1}
)

// demuxer knows the PIDs beforehand only as "not a table", and a stream by its stream_id.
type demuxer struct {
	w       io.Writer
	pes     [1 << 13][]byte
	out     []byte
	samples int
	bytes   int64
}

// segment takes one segment apart.
func (d *demuxer) segment(b []byte) error {
	for ; len(b) >= 188; b = b[188:] {
		p := b[:188]
		if p[0] != 0x47 {
			return errSync
		}
		pid := int(p[1]&0x1f)<<8 | int(p[2])
		if pid < 0x20 || pid == 0x1000 || pid == 0x1fff { // tables, stuffing
			continue
		}
		at := 4
		if p[3]&0x20 != 0 {
			at += 1 + int(p[4])
		}
		if p[3]&0x10 == 0 || at >= 188 {
			continue
		}
		if p[1]&0x40 != 0 {
			if err := d.packet(pid); err != nil {
				return err
			}
		}
		d.pes[pid] = append(d.pes[pid], p[at:]...)
	}
	return nil
}

// packet takes the PES packet that is complete.
func (d *demuxer) packet(pid int) error {
	b := d.pes[pid]
	d.pes[pid] = b[:0]
	if len(b) < 9 || len(b) < 9+int(b[8]) {
		return nil
	}
	es := b[9+int(b[8]):]
	if b[3]&0xf0 == 0xe0 {
		d.picture(es)
	} else {
		d.sound(es)
	}
	if len(d.out) < writeSize {
		return nil
	}
	return d.flush()
}

// picture writes NAL units behind their lengths, without delimiters and parameter sets.
func (d *demuxer) picture(es []byte) {
	d.samples++
	i := bytes.Index(es, startCode)
	for i >= 0 {
		es = es[i+len(startCode):]
		i = bytes.Index(es, startCode)
		nal := es
		if i >= 0 {
			nal = bytes.TrimRight(es[:i], "\x00")
		}
		if len(nal) == 0 || nal[0]&0x1f >= 7 && nal[0]&0x1f <= 9 {
			continue
		}
		d.out = binary.BigEndian.AppendUint32(d.out, uint32(len(nal)))
		d.out = append(d.out, nal...)
	}
}

// sound writes AAC frames without their headers of seven bytes.
func (d *demuxer) sound(es []byte) {
	const header = 7
	for len(es) >= header {
		n := int(es[3]&3)<<11 | int(es[4])<<3 | int(es[5])>>5
		if n < header || n > len(es) {
			return
		}
		d.out = append(d.out, es[header:n]...)
		d.samples++
		es = es[n:]
	}
}

func (d *demuxer) flush() error {
	n, err := d.w.Write(d.out)
	d.bytes += int64(n)
	d.out = d.out[:0]
	return err
}

// end writes what is left.
func (d *demuxer) end() error {
	for pid := range d.pes {
		if err := d.packet(pid); err != nil {
			return err
		}
	}
	return d.flush()
}
