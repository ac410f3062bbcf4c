package fmp4

import (
	"bytes"
	"testing"

	"seine/assemble/bmff"
	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/internal/hostile"
)

// sealedInit is a sound track under a scheme, whose samples bring vectors of so many bytes, or none.
func sealedInit(scheme string, vector byte) []byte {
	tenc := append([]byte{1, 0, 0, 0, 0, 0, 1, vector}, make([]byte, 16)...)
	if vector == 0 {
		tenc = append(append(tenc, 16), make([]byte, 16)...)
	}
	sinf := box("sinf", nil, box("frma", []byte("mp4a")), box("schm", append(append(u32(0), scheme...), u32(0x10000)...)),
		box("schi", nil, box("tenc", tenc)))
	return initOf(box("trak", nil,
		box("tkhd", append(u32(0, 0, 0, 1), make([]byte, 64)...)),
		box("mdia", nil,
			box("mdhd", append(u32(0, 0, 0, 1000, 0), 0x15, 0xc7, 0, 0)),
			box("hdlr", append(append(u32(0, 0), "soun"...), make([]byte, 13)...)),
			box("minf", nil, box("stbl", nil, box("stsd", u32(0, 1), box("enca", make([]byte, 28), sinf)))))), trex(1, 1, 1, 0))
}

// sealedSegment is count samples of size bytes, with the boxes of their encryption.
func sealedSegment(count, size uint32, boxes ...[]byte) []byte {
	list := append([][]byte{box("tfhd", u32(tfhdBaseIsMoof|tfhdSize, 1, size))}, boxes...)
	list = append(list, box("trun", u32(trunOffset, count, 1000)))
	return segmentOf(string(make([]byte, count*size)), box("traf", nil, list...))
}

// sencOf is the vectors of samples, each with so many subsamples that protect so many bytes.
func sencOf(samples, vector, parts int, protected uint32) []byte {
	w := &bmff.Writer{}
	w.Bytes(u32(2, uint32(samples)))
	for range samples {
		w.Zero(vector)
		w.U16(uint16(parts))
		for range parts {
			w.U16(0)
			w.U32(protected)
		}
	}
	return box("senc", w.Buf)
}

// sealedSegments are encrypted in the costliest ways.
func sealedSegments() []hostile.Input {
	const most = maxSamples
	shared := [][]byte{box("saiz", append([]byte{0, 0, 0, 0, 254}, u32(4000)...)), box("saio", u32(0, 1, 0))}
	var trafs [][]byte
	for range most / 4000 {
		trafs = append(trafs, box("traf", nil, box("tfhd", u32(tfhdBaseIsMoof|tfhdSize, 1, 0)), shared[0], shared[1], box("trun", u32(0, 4000))))
	}
	const n = hostile.Size
	return []hostile.Input{
		{Name: "samples of a byte", Data: sealedSegment(most, 1)},
		{Name: "empty samples", Data: sealedSegment(most, 0)},
		{Name: "samples of a block", Data: sealedSegment(n/16, 16)},
		{Name: "samples of a byte with vectors", Data: sealedSegment(n/9, 1, box("senc", u32(0, n/9), make([]byte, 8*(n/9))))},
		{Name: "one sample of empty subsamples", Data: sealedSegment(16, 1, sencOf(16, 8, 10_000, 0))},
		{Name: "one sample of small subsamples", Data: sealedSegment(1, 40_000*16, sencOf(1, 8, 40_000, 16))},
		{Name: "shared vectors", Data: segmentOf(string(make([]byte, n)), trafs...)},
	}
}

// clearSegments cost as much as boxes can.
func clearSegments() []hostile.Input {
	const n = hostile.Size
	fragment := segmentOf("a", traf(u32(tfhdBaseIsMoof, 1), nil, u32(trunOffset, 1, 1000)))
	var runs [][]byte
	for range n / 20 {
		runs = append(runs, u32(0, 1))
	}
	header := initOf(trakBox(1, 1000, "soun", "mp4a"), trex(1, 1, 1, 0))
	return append(hostile.Common(),
		hostile.Input{Name: "small boxes", Data: hostile.Fill("\x00\x00\x00\x08free")},
		hostile.Input{Name: "samples of a byte", Data: sealedSegment(n, 1)},
		hostile.Input{Name: "most samples of a byte", Data: sealedSegment(maxSamples, 1)},
		hostile.Input{Name: "empty samples", Data: sealedSegment(maxSamples, 0)},
		hostile.Input{Name: "runs of a sample", Data: segmentOf(string(make([]byte, n)), traf(u32(tfhdBaseIsMoof, 1), nil, runs...))},
		hostile.Input{Name: "fragments", Data: bytes.Repeat(fragment, n/len(fragment))},
		hostile.Input{Name: "headers", Data: bytes.Repeat(header, n/len(header))},
		hostile.Input{Name: "small boxes in a fragment", Data: box("moof", nil, box("traf", hostile.Fill("\x00\x00\x00\x08free")))},
	)
}

func take(init []byte, key *sampleaes.Key) func([]byte) {
	return func(segment []byte) {
		d := &Demuxer{Key: key}
		_ = d.Reset(init, segment)
		_ = CheckInit(segment, key != nil)
		for _, err := d.Next(); err == nil; {
			_, err = d.Next()
		}
	}
}

// hostileRuns calls run with each way to read.
func hostileRuns(run func(name string, list []hostile.Input, take func([]byte))) {
	run("clear", clearSegments(), take(initOf(trakBox(1, 1000, "soun", "mp4a"), trex(1, 1, 1, 0)), nil))
	for _, scheme := range []string{schemeCBCS, schemeCENC} {
		key := &sampleaes.Key{Counter: scheme == schemeCENC}
		run(scheme, append(clearSegments(), sealedSegments()...), take(sealedInit(scheme, 0), key))
		run(scheme+" with vectors", sealedSegments(), take(sealedInit(scheme, 8), key))
	}
}

func TestHostileMemory(t *testing.T) {
	hostileRuns(func(name string, list []hostile.Input, take func([]byte)) {
		t.Run(name, func(t *testing.T) { hostile.Memory(t, list, take) })
	})
}

func BenchmarkHostile(b *testing.B) {
	hostileRuns(func(name string, list []hostile.Input, take func([]byte)) {
		b.Run(name, func(b *testing.B) { hostile.Bench(b, list, take) })
	})
}
