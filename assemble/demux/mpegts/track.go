package mpegts

import (
	"errors"

	"seine/assemble/demux/frames"
	"seine/assemble/media"
)

// maxCarry bounds what one track may hold without a sample coming of it: a picture of 32 MiB has not been seen.
const maxCarry = 32 << 20

// track assembles the PES packets of one elementary stream.
type track struct {
	media.Track
	pid      uint16
	cc       int8   // last continuity counter, -1 before the first packet
	head     []byte // a PES header that its first packet did not hold whole
	heading  bool   // head is being gathered
	seen     bool   // a packet came in this segment
	active   bool   // a PES packet is open, or its bytes wait
	left     int    // payload bytes still to come, -1 when its length is open
	stuffed  bool   // the last packet ended in stuffing, as the last one of a PES packet does
	random   bool   // random_access_indicator
	pts, dts int64
	arena    []byte // picture: samples of this segment, one behind the other
	from     int    // picture: the open access unit is arena[from:], where it becomes the next sample without a copy
	own      []byte // picture: what arena was before it came to lie in the segment, see Demuxer.enter
	inside   bool   // it lies there
	entered  bool   // it has done so in this segment
	video    videoState
	audio    frames.Stream

	streamType uint8 // for messages
	sealed     bool  // its type says that it is encrypted
	opened     bool  // it is decrypted when there is a key
}

// complete reports whether the pending bytes are known to be a whole access unit.
func (t *track) complete() bool { return !t.heading && (t.left == 0 || t.left < 0 && t.stuffed) }

// push takes the payload of one packet.
func (d *Demuxer) push(i int, k *packet) error {
	t := &d.tracks[i]
	if k.start {
		t.head, t.heading = t.head[:0], true
	}
	b := k.payload
	if t.heading {
		var err error
		if b, err = d.begin(i, k); err != nil || t.heading {
			return err
		}
	}
	if !t.active {
		d.stats.LostBytes += int64(len(b))
		return nil
	}
	t.stuffed = k.stuffed
	if t.left >= 0 {
		b = b[:min(len(b), t.left)]
		t.left -= len(b)
	}
	if len(t.pending())+len(b) > maxCarry {
		d.stats.LostBytes += int64(len(t.pending()))
		t.discard()
		return nil
	}
	if t.Kind == media.Video {
		if len(t.arena) == t.from {
			b = t.video.lead(b)
		}
		d.fit(t, len(b))
		t.arena = append(t.arena, b...)
		return nil
	}
	t.audio.Push(b)
	return nil
}

// pending returns the bytes that no sample has been made of yet.
func (t *track) pending() []byte {
	if t.Kind == media.Video {
		return t.arena[t.from:]
	}
	return t.audio.Pending()
}

// discard drops the pending bytes and what follows them up to the next PES packet.
func (t *track) discard() {
	if t.Kind == media.Video {
		t.arena = t.arena[:t.from]
	}
	t.audio.Discard()
	t.active, t.heading = false, false
}

// rewind makes room for a new segment: what is pending moves to the front.
func (t *track) rewind() {
	t.leave(0)
	if t.Kind == media.Video {
		t.arena = t.arena[:copy(t.arena, t.arena[t.from:])]
		t.from = 0
		return
	}
	t.audio.Rewind()
}

// begin gathers and reads a PES header, and returns the payload behind it. A video packet without a timestamp goes on
// with the picture before it (ISO/IEC 13818-1 §2.4.3.7); any other one ends what was open.
func (d *Demuxer) begin(i int, k *packet) ([]byte, error) {
	t := &d.tracks[i]
	b := k.payload
	if len(t.head) > 0 || len(b) < pesNeed(b) {
		t.head = append(t.head, b...)
		if b = t.head; len(b) < pesNeed(b) {
			return nil, nil
		}
	}
	t.heading = false
	h, err := parsePES(b)
	if errors.Is(err, errScrambled) {
		return nil, errScrambled
	}
	if err != nil {
		d.stats.LostBytes += int64(len(b))
		d.drain(i, false)
		t.active = false
		return nil, nil
	}
	if h.timed || t.Kind == media.Audio {
		d.drain(i, false)
		d.enter(i)
		t.random = k.random
	}
	if h.timed {
		t.dts = d.clock.unwrap(h.dts)
		t.pts = t.dts + (h.pts-h.dts)&(wrap-1)
		t.audio.Anchor(t.pts)
	}
	if t.Kind == media.Audio || h.timed {
		t.active = true
	}
	t.left = h.payload
	return b[h.size:], nil
}

// drain turns what is pending into samples. final says that nothing follows in this segment.
func (d *Demuxer) drain(i int, final bool) {
	t := &d.tracks[i]
	if t.Kind == media.Video {
		d.drainVideo(i)
		return
	}
	from := len(d.queue)
	queue, lost, err := t.audio.Drain(d.queue, final)
	d.queue = queue
	for k := range queue[from:] {
		queue[from+k].Track = i
	}
	d.stats.LostBytes += lost.Bytes
	d.stats.DroppedFrames += lost.Frames
	if err == nil {
		return
	}
	var u *frames.UnsupportedError
	if errors.As(err, &u) {
		d.fail(&UnsupportedError{t.streamType, u.Name})
	}
}

func (d *Demuxer) emit(s media.Sample) { d.queue = append(d.queue, s) }
