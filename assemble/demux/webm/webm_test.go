package webm

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/demux/fmp4"
	"seine/assemble/ebml"
	"seine/assemble/internal/hostile"
	"seine/assemble/media"
)

// opusHead is stereo with 312 samples in front.
const opusHead = "OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00\x00\x00\x00"

func trackOf(number, kind uint64, codec, private string, more ...[]byte) []byte {
	b := ebml.AppendUint(nil, ebml.TrackNumber, number)
	b = ebml.AppendUint(b, ebml.TrackType, kind)
	b = ebml.AppendText(b, ebml.CodecID, codec)
	if private != "" {
		b = ebml.AppendText(b, ebml.CodecPrivate, private)
	}
	for _, m := range more {
		b = append(b, m...)
	}
	return ebml.AppendBytes(nil, ebml.TrackEntry, b)
}

func picture(codec, private string) []byte {
	v := ebml.AppendUint(ebml.AppendUint(nil, ebml.PixelWidth, 320), ebml.PixelHeight, 180)
	return trackOf(1, ebml.TypeVideo, codec, private, ebml.AppendBytes(nil, ebml.Video, v))
}

func sound(codec, private string) []byte {
	a := ebml.AppendUint(ebml.AppendFloat(nil, ebml.SamplingFrequency, 48000), ebml.Channels, 2)
	return trackOf(2, ebml.TypeAudio, codec, private, ebml.AppendBytes(nil, ebml.Audio, a), ebml.AppendUint(nil, ebml.CodecDelay, 6_500_000), ebml.AppendText(nil, ebml.Language, "ger"))
}

func initOf(tracks ...[]byte) []byte {
	b := ebml.AppendBytes(nil, ebml.Header, ebml.AppendText(nil, ebml.DocType, "webm"))
	b = ebml.AppendSizeIn(ebml.AppendID(b, ebml.Segment), ebml.Unknown, 8)
	b = ebml.AppendBytes(b, ebml.Info, ebml.AppendUint(nil, ebml.TimestampScale, 1_000_000))
	return ebml.AppendBytes(b, ebml.Tracks, bytes.Join(tracks, nil))
}

func simple(track byte, at int16, flags byte, data string) []byte {
	return ebml.AppendBytes(nil, ebml.SimpleBlock, append([]byte{0x80 | track, byte(uint16(at) >> 8), byte(at), flags}, data...))
}

func clusterAt(time uint64, blocks ...[]byte) []byte {
	return ebml.AppendBytes(nil, ebml.Cluster, append(ebml.AppendUint(nil, ebml.Timestamp, time), bytes.Join(blocks, nil)...))
}

type got struct {
	Track         int
	PTS, Duration int64
	Key           bool
	Data          string
}

func samples(t *testing.T, d *Demuxer, init, segment []byte) (list []got, err error) {
	t.Helper()
	if err := d.Reset(init, segment); err != nil {
		return nil, err
	}
	for {
		s, err := d.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if s.DTS != s.PTS {
			t.Error("decoding is not presentation")
		}
		list = append(list, got{s.Track, s.PTS, int64(s.Duration), s.Key, string(s.Data)})
	}
}

// TestClusters: times, keys, groups, lacing, clusters without an end.
func TestClusters(t *testing.T) {
	init := initOf(picture("V_VP8", ""), sound("A_OPUS", opusHead), trackOf(3, 17, "S_TEXT/WEBVTT", ""))
	const ms20 = "\x08ab" // SILK, 20 ms, one frame
	unbounded := ebml.AppendSizeIn(ebml.AppendID(nil, ebml.Cluster), ebml.Unknown, 1)
	unbounded = append(append(unbounded, ebml.AppendUint(nil, ebml.Timestamp, 500)...), simple(1, 0, 0x80, "c")...)
	group := func(ref bool) []byte {
		b := ebml.AppendBytes(nil, ebml.Block, []byte("\x81\x00\x05\x00g"))
		if ref {
			b = ebml.AppendBytes(b, ebml.ReferenceBlock, []byte{0xff})
		}
		return ebml.AppendBytes(nil, ebml.BlockGroup, ebml.AppendUint(b, ebml.BlockDuration, 40))
	}
	for name, c := range map[string]struct {
		segment []byte
		want    []got
	}{
		"simple":        {clusterAt(1000, simple(1, 0, 0x80, "a"), simple(1, 40, 0, "b"), simple(1, -10, 0, "c")), []got{{0, 90000, 0, true, "a"}, {0, 93600, 0, false, "b"}, {0, 89100, 0, false, "c"}}},
		"long number":   {clusterAt(1000, ebml.AppendBytes(nil, ebml.SimpleBlock, []byte("\x40\x01\x00\x28\x80a"))), []got{{0, 93600, 0, true, "a"}}}, // a VINT may have more bytes than it needs
		"sound":         {clusterAt(1000, simple(2, 0, 0x80, ms20)), []got{{1, 47688, 960, true, ms20}}},
		"groups":        {clusterAt(0, group(false), group(true)), []got{{0, 450, 3600, true, "g"}, {0, 450, 3600, false, "g"}}},
		"left out":      {clusterAt(0, simple(3, 0, 0x80, "text"), simple(9, 0, 0x80, "nobody's")), nil},
		"two":           {append(clusterAt(0, simple(1, 0, 0x80, "a")), clusterAt(2000, simple(1, 0, 0x80, "b"))...), []got{{0, 0, 0, true, "a"}, {0, 180000, 0, true, "b"}}},
		"no end":        {append(bytes.Clone(unbounded), clusterAt(2000, simple(1, 0, 0x80, "b"))...), []got{{0, 45000, 0, true, "c"}, {0, 180000, 0, true, "b"}}},
		"fixed lace":    {clusterAt(0, simple(2, 7, 0x84, "\x01"+ms20+ms20)), []got{{1, 24, 960, true, ms20}, {1, 984, 960, true, ms20}}},
		"Xiph's lace":   {clusterAt(0, simple(2, 7, 0x82, "\x01\x03"+ms20+ms20)), []got{{1, 24, 960, true, ms20}, {1, 984, 960, true, ms20}}},
		"EBML's lace":   {clusterAt(0, simple(2, 7, 0x86, "\x02\x83\xbf"+ms20+ms20+ms20)), []got{{1, 24, 960, true, ms20}, {1, 984, 960, true, ms20}, {1, 1944, 960, true, ms20}}},
		"behind a head": {append(bytes.Clone(init), clusterAt(0, simple(1, 0, 0x80, "a"))...), []got{{0, 0, 0, true, "a"}}},
	} {
		var d Demuxer
		list, err := samples(t, &d, init, c.segment)
		if diff := cmp.Diff(c.want, list); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
		if !Complete(c.segment) || Complete(c.segment[:len(c.segment)-1]) && name != "no end" {
			t.Errorf("%s: whether it is complete", name)
		}
		var again Demuxer
		if err := again.RestoreState(d.AppendState(nil)); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(d.Tracks(), again.Tracks()); diff != "" {
			t.Error(diff)
		}
		if tracks := d.Tracks(); len(tracks) != 2 || tracks[1].Language != "ger" || !tracks[1].Edited || len(d.Ignored()) != 1 {
			t.Errorf("%+v %v", tracks, d.Ignored())
		}
	}
}

// TestCodecs: what a decoder needs, as a sample entry.
func TestCodecs(t *testing.T) {
	for want, c := range map[string]struct {
		track []byte
		first string
	}{
		"vp08.00.10.08": {picture("V_VP8", ""), "x"},
		"vp09.02.31.10": {picture("V_VP9", "\x01\x01\x02\x02\x01\x1f\x03\x01\x0a\x04\x01\x01"), "x"},
		"vp09.00.11.08": {picture("V_VP9", ""), "\x82\x49\x83\x42\x00"},
		"av01.0.08M.10": {picture("V_AV1", "\x81\x08\x4c\x00"), "x"},
		"Opus":          {sound("A_OPUS", opusHead), "\x08ab"},
		"vorbis":        {sound("A_VORBIS", "\x02\x01\x01abc"), "x"},
	} {
		var d Demuxer
		number := byte(1)
		if want == "Opus" || want == "vorbis" {
			number = 2
		}
		if err := d.Reset(initOf(c.track), clusterAt(0, simple(number, 0, 0x80, c.first))); err != nil {
			t.Errorf("%s: %v", want, err)
			continue
		}
		s, err := d.Next()
		if err != nil || s.Codec.String() != want {
			t.Errorf("%v, want %s: %v", s.Codec, want, err)
		}
		if e := s.Codec.(*media.Entry); e.Of == media.Video && (e.Width != 320 || e.Height != 180) || e.Of == media.Audio && (e.SampleRate != 48000 || e.Channels != 2) {
			t.Errorf("%s: %+v", want, e)
		}
	}
}

// TestRefuses what is damaged, encrypted, or of another kind.
func TestRefuses(t *testing.T) {
	good := initOf(picture("V_VP8", ""))
	encrypted := ebml.AppendBytes(nil, ebml.ContentEncodings, ebml.AppendBytes(nil, 0x6240, ebml.AppendBytes(nil, ebml.ContentEncryption, nil)))
	block := simple(1, 0, 0x80, "abc")
	for name, c := range map[string]struct {
		init, segment []byte
		says          string
	}{
		"no head":        {nil, clusterAt(0, block), "without an initialization section"},
		"no tracks":      {initOf(), clusterAt(0, block), "neither picture nor sound"},
		"nothing":        {good, nil, "no WebM"},
		"a page":         {good, []byte("<html>"), "no WebM"},
		"a cut cluster":  {good, clusterAt(0, block)[:12], "a cluster of"},
		"a short block":  {good, clusterAt(0, ebml.AppendBytes(nil, ebml.SimpleBlock, []byte{0x81})), "a block of 1 bytes"},
		"a broken lace":  {good, clusterAt(0, simple(1, 0, 0x82, "\x05\xff")), "lace"},
		"a far time":     {good, clusterAt(1<<62, block), "a cluster at"},
		"another codec":  {initOf(picture("V_THEORA", "")), clusterAt(0, block), `"V_THEORA" in WebM`},
		"encrypted":      {initOf(trackOf(1, 1, "V_VP8", "", encrypted)), clusterAt(0, block), "protected by"},
		"Opus, no head":  {initOf(sound("A_OPUS", "Opus")), clusterAt(0, block), "without its head"},
		"AV1, no config": {initOf(picture("V_AV1", "")), clusterAt(0, block), "without its configuration"},
	} {
		err := new(Demuxer).Reset(c.init, c.segment)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var sealed *fmp4.ProtectedError
	if err := CheckInit(initOf(trackOf(1, 1, "V_VP8", "", encrypted))); !errors.As(err, &sealed) {
		t.Error(err)
	}
}

// read takes one apart whatever it is.
func read(b []byte) {
	var d Demuxer
	for _, init := range [][]byte{nil, initOf(picture("V_VP9", ""), sound("A_OPUS", opusHead))} {
		if d.Reset(init, b) != nil {
			continue
		}
		for {
			if _, err := d.Next(); err != nil {
				break
			}
		}
		_ = new(Demuxer).RestoreState(d.AppendState(nil))
	}
}

func FuzzReset(f *testing.F) {
	f.Add(append(initOf(picture("V_VP9", ""), sound("A_OPUS", opusHead)), clusterAt(0, simple(1, 0, 0x80, "\x82\x49\x83\x42\x00"), simple(2, 7, 0x86, "\x02\x83\xbfabcabcabc"))...))
	f.Add(clusterAt(9, simple(2, 0, 0x80, "\x0fabc")))
	f.Fuzz(func(t *testing.T, b []byte) {
		read(b)
		_ = new(Demuxer).RestoreState(b)
	})
}

func hostileFiles() []hostile.Input {
	many := func(name string, head, again []byte) hostile.Input {
		return hostile.Input{Name: name, Data: append(bytes.Clone(head), bytes.Repeat(again, hostile.Size/len(again))...)}
	}
	init := initOf(picture("V_VP8", ""), sound("A_OPUS", opusHead))
	open := append(bytes.Clone(init), ebml.AppendSizeIn(ebml.AppendID(nil, ebml.Cluster), ebml.Unknown, 1)...)
	return append(hostile.Common(),
		many("blocks", open, simple(1, 0, 0x80, "x")),
		many("laces", open, simple(2, 0, 0x84, "\xff"+strings.Repeat("x", 256))),
		many("empty laces", open, simple(2, 0, 0x84, "\xff")),
		many("clusters", init, clusterAt(0)),
		many("heads", nil, init),
		many("tracks", ebml.AppendSizeIn(ebml.AppendID(initOf(), ebml.Tracks), ebml.Unknown, 1), picture("V_VP8", "")),
	)
}

func TestHostileMemory(t *testing.T) { hostile.Memory(t, hostileFiles(), read) }

func BenchmarkHostile(b *testing.B) { hostile.Bench(b, hostileFiles(), read) }

func BenchmarkReset(b *testing.B) {
	init := initOf(picture("V_VP8", ""), sound("A_OPUS", opusHead))
	var blocks [][]byte
	for i := range 250 {
		blocks = append(blocks, simple(1, int16(i*40), 0x80, strings.Repeat("x", 16000)))
	}
	segment := clusterAt(0, blocks...)
	b.SetBytes(int64(len(segment)))
	b.ReportAllocs()
	var d Demuxer
	for b.Loop() {
		if err := d.Reset(init, segment); err != nil {
			b.Fatal(err)
		}
	}
}
