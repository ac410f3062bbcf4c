package mp4

import (
	"cmp"
	"math"

	"seine/assemble/bmff"
	"seine/assemble/media"
)

var unity = [...]uint32{0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000}

// Moov returns the movie box (§8.2.1).
func Moov(tracks []Track) []byte { return movie(tracks, false) }

// movie returns moov; fragmented says that movie fragments follow.
func movie(tracks []Track, fragmented bool) []byte {
	w := &bmff.Writer{}
	var length int64
	next := uint32(1)
	for i := range tracks {
		length = max(length, tracks[i].Start+tracks[i].Length)
		next = max(next, tracks[i].id(i)+1)
	}
	b := w.Begin("moov")
	mvhd(w, uint64(length), next)
	for i := range tracks {
		trak(w, &tracks[i], tracks[i].id(i))
	}
	if fragmented {
		mvex(w, tracks)
	}
	w.End(b)
	return w.Buf
}

// times appends creation and modification time, which stay 0, with mid between them and the duration. It reports nothing:
// version was chosen by versionFor.
func times(w *bmff.Writer, version uint8, duration uint64, mid ...uint32) {
	w.Zero(8)
	if version == 1 {
		w.Zero(8)
	}
	for _, v := range mid {
		w.U32(v)
	}
	if version == 1 {
		w.U64(duration)
		return
	}
	w.U32(uint32(duration))
}

func versionFor(duration uint64) uint8 {
	if duration > math.MaxUint32 {
		return 1
	}
	return 0
}

func matrix(w *bmff.Writer) { moved(w, 0) }

// moved is the matrix of what is shown so many pixels further down.
func moved(w *bmff.Writer, down int) {
	for i, v := range unity {
		if i == 7 {
			v = uint32(down) << 16
		}
		w.U32(v)
	}
}

// mvhd is §8.2.2.
func mvhd(w *bmff.Writer, length uint64, next uint32) {
	v := versionFor(length)
	b := w.Full("mvhd", v, 0)
	times(w, v, length, Clock)
	w.U32(0x10000) // rate 1
	w.U16(0x100)   // volume 1
	w.Zero(10)
	matrix(w)
	w.Zero(24)
	w.U32(next)
	w.End(b)
}

func trak(w *bmff.Writer, t *Track, id uint32) {
	b := w.Begin("trak")
	tkhd(w, t, id)
	edts(w, t)
	mdia(w, t)
	udta(w, t)
	w.End(b)
}

// udta holds the name of the track (§8.10.1) in the box that QuickTime and other players look for.
func udta(w *bmff.Writer, t *Track) {
	if t.Name == "" {
		return
	}
	u := w.Begin("udta")
	n := w.Begin("name")
	w.Text(t.Name)
	w.End(n)
	w.End(u)
}

// Flags of tkhd (§8.3.2).
const (
	enabled = 1
	inMovie = 2
)

// tkhd is §8.3.2: in the movie, and enabled unless another track of its kind plays by default. All sounds are of one alternate
// group, all subtitles of another.
func tkhd(w *bmff.Writer, t *Track, id uint32) {
	length := uint64(t.Start + t.Length)
	v := versionFor(length)
	flags := uint32(enabled | inMovie)
	if t.Secondary {
		flags = inMovie
	}
	b := w.Full("tkhd", v, flags)
	times(w, v, length, id, 0)
	w.Zero(8)
	w.U16(0) // layer
	w.U16(uint16(t.Kind) - uint16(media.Video))
	if t.Kind == media.Audio {
		w.U16(0x100)
	} else {
		w.U16(0)
	}
	w.U16(0)
	if c, ok := t.Codecs[0].(*media.TimedText); ok {
		_, height := textBox(c)
		moved(w, c.Height-height)
	} else {
		matrix(w)
	}
	width, height := shown(t)
	w.U32(width)
	w.U32(height)
	w.End(b)
}

// shown returns the size of the picture as 16.16 numbers, with the aspect ratio of its samples applied to the width.
func shown(t *Track) (width, height uint32) {
	switch c := t.Codecs[0].(type) {
	case *media.H264:
		return stretched(c.Width, c.SAR), uint32(c.Height) << 16
	case *media.H265:
		return stretched(c.Width, c.SAR), uint32(c.Height) << 16
	case *media.Entry:
		return stretched(c.Width, c.SAR), uint32(c.Height) << 16
	case *media.TimedText:
		width, height := textBox(c)
		return stretched(width, media.Ratio{}), uint32(height) << 16
	}
	return 0, 0
}

func stretched(width int, sar media.Ratio) uint32 {
	wide := float64(width)
	if sar.Den != 0 {
		wide *= sar.Float()
	}
	return uint32(min(wide, 0xffff) * 0x10000)
}

// edts is the edit list (§8.6.6): an empty edit up to the start, then the media from the first picture presented.
func edts(w *bmff.Writer, t *Track) {
	if t.Start == 0 && t.MediaTime == 0 {
		return
	}
	b := w.Begin("edts")
	v := max(versionFor(uint64(t.Start)), versionFor(uint64(t.Length)), versionFor(uint64(t.MediaTime)<<1))
	e := w.Full("elst", v, 0)
	if t.Start > 0 {
		w.U32(2)
		edit(w, v, t.Start, -1)
	} else {
		w.U32(1)
	}
	edit(w, v, t.Length, t.MediaTime)
	w.End(e)
	w.End(b)
}

func edit(w *bmff.Writer, version uint8, duration, at int64) {
	if version == 1 {
		w.U64(uint64(duration))
		w.U64(uint64(at))
	} else {
		w.U32(uint32(duration))
		w.U32(uint32(at))
	}
	w.U32(0x10000) // media_rate 1
}

func mdia(w *bmff.Writer, t *Track) {
	b := w.Begin("mdia")
	length := t.duration()
	v := versionFor(length)
	h := w.Full("mdhd", v, 0)
	times(w, v, length, t.Timescale)
	w.U16(packed(t.Language))
	w.U16(0)
	w.End(h)
	hdlr(w, t)
	if t.Language != "" {
		l := w.Full("elng", 0, 0) // §8.4.6
		w.Text(t.Language)
		w.U8(0)
		w.End(l)
	}
	minf(w, t)
	w.End(b)
}

// hdlr is §8.4.3.
func hdlr(w *bmff.Writer, t *Track) {
	kind, name := "vide", "VideoHandler"
	switch t.Kind {
	case media.Audio:
		kind, name = "soun", "SoundHandler"
	case media.Text:
		kind, name = "sbtl", "SubtitleHandler"
	}
	name = cmp.Or(t.Name, name)
	b := w.Full("hdlr", 0, 0)
	w.U32(0)
	w.Text(kind)
	w.Zero(12)
	w.Text(name)
	w.U8(0)
	w.End(b)
}

func minf(w *bmff.Writer, t *Track) {
	b := w.Begin("minf")
	switch t.Kind {
	case media.Video:
		h := w.Full("vmhd", 0, 1)
		w.Zero(8)
		w.End(h)
	case media.Text:
		w.End(w.Full("nmhd", 0, 0))
	default:
		h := w.Full("smhd", 0, 0)
		w.Zero(4)
		w.End(h)
	}
	dinf(w)
	stbl(w, t)
	w.End(b)
}

// dinf says that the data is in this file (§8.7.2).
func dinf(w *bmff.Writer) {
	b := w.Begin("dinf")
	r := w.Full("dref", 0, 0)
	w.U32(1)
	u := w.Full("url ", 0, 1)
	w.End(u)
	w.End(r)
	w.End(b)
}
