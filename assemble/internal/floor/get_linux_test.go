package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"seine/assemble/bmff"
)

// megabytes of film: a gigabyte, unless SEINE_BENCH_MB says otherwise.
const (
	megabytes    = 1000
	megabytesEnv = "SEINE_BENCH_MB"
)

// turns is how often both programs run, one after the other, so that whatever else the machine does meets both.
const turns = 3

// BenchmarkGet holds the program `seine get` against this package's, each as a process of its own and with the origin in a
// third. cpu-ratio is user and system time of the one through that of the other, rss-MB the largest peak of memory,
// written/output what went to the disk, journal and all, through the size of the film. The program that a person runs is
// measured, not a call of assemble.Run: start, command line and durable end (fsync, which the floor does without) belong to it.
func BenchmarkGet(b *testing.B) {
	size := benchSize(b)
	bin := b.TempDir()
	seine, floor := build(b, bin, "seine/cmd/seine"), build(b, bin, "seine/assemble/internal/floor")
	clear, err := makeFilm(b.TempDir(), size*1e6)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		every int // segments with one key
	}{{"clear", 0}, {"AES-128", clear.segments}, {"AES-128 rotating", 10}} {
		b.Run(c.name, func(b *testing.B) {
			f := clear
			if c.every > 0 {
				if f, err = clear.encrypt(b.TempDir(), c.every); err != nil {
					b.Fatal(err)
				}
			}
			compare(b, f, seine, floor)
		})
	}
}

// benchSize is in megabytes.
func benchSize(b *testing.B) int64 {
	b.Helper()
	s := os.Getenv(megabytesEnv)
	if s == "" {
		return megabytes
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil || n < 1 {
		b.Fatalf("%s=%q", megabytesEnv, s)
	}
	return n
}

// compare makes the film with both programs.
func compare(b *testing.B, f film, seine, floor string) {
	playlist := startOrigin(b, f.dir, "")
	var product, bare usage
	var output int64
	b.SetBytes(2 * turns * f.bytes)
	for b.Loop() {
		for range turns {
			out := filepath.Join(b.TempDir(), "floor.bin")
			u := measure(b, floor, playlist, out)
			bare.merge(u)
			payload := checkFloor(b, f, u.stdout)
			remove(b, out)
			out = filepath.Join(b.TempDir(), "film.mp4")
			product.merge(measure(b, seine, "get", "-q", playlist, "-o", out))
			output = checkFilm(b, f, out, payload)
			remove(b, out)
		}
	}
	mb := float64(f.bytes) / 1e6
	b.ReportMetric(product.cpu.Seconds()/bare.cpu.Seconds(), "cpu-ratio")
	b.ReportMetric(product.cpu.Seconds()/mb*1e3, "cpu-s/GB")
	b.ReportMetric(bare.cpu.Seconds()/mb*1e3, "floor-cpu-s/GB")
	b.ReportMetric(mb/product.wall.Seconds(), "film-MB/s")
	b.ReportMetric(mb/bare.wall.Seconds(), "floor-MB/s")
	b.ReportMetric(float64(product.rss)/1e6, "rss-MB")
	if product.written == 0 {
		b.Log("written/output NOT MEASURED: the folder for temporary files is no file system on a disk (set TMPDIR)")
		return
	}
	b.ReportMetric(float64(product.written)/float64(output), "written/output")
}

// remove frees the disk before the next turn.
func remove(b *testing.B, name string) {
	if err := os.Remove(name); err != nil {
		b.Fatal(err)
	}
}

// checkFloor wants all samples, and returns the sum of their bytes.
func checkFloor(b *testing.B, f film, stdout string) (payload int64) {
	b.Helper()
	var samples int
	if _, err := fmt.Sscan(stdout, &samples, &payload); err != nil || samples != f.samples {
		b.Fatalf("floor: %q, the film has %d samples", stdout, f.samples)
	}
	return payload
}

// checkFilm wants a film with all samples and no byte that is not theirs, and returns its size.
func checkFilm(b *testing.B, f film, name string, payload int64) int64 {
	b.Helper()
	file, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	boxes, size, err := topLevel(file)
	if err != nil {
		b.Fatal(err)
	}
	samples, bytes := stsz(boxes["moov"].data)
	if mdat := boxes["mdat"].size; samples != f.samples || bytes != payload || mdat != payload+16 {
		b.Fatalf("%d samples of %d bytes in an mdat of %d; want %d samples of %d bytes", samples, bytes, mdat, f.samples, payload)
	}
	return size
}

type box struct {
	size int64
	data []byte // of moov
}

// topLevel reads the headers of a file, and moov.
func topLevel(file *os.File) (boxes map[string]box, size int64, err error) {
	boxes = map[string]box{}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	for at := int64(0); at < info.Size(); {
		var head [16]byte
		if _, err := file.ReadAt(head[:], at); err != nil {
			return nil, 0, err
		}
		x := box{size: int64(binary.BigEndian.Uint32(head[:]))}
		if x.size == 1 {
			x.size = int64(binary.BigEndian.Uint64(head[8:]))
		}
		if x.size < 8 || x.size > info.Size()-at {
			return nil, 0, bmff.ErrBox
		}
		kind := string(head[4:8])
		if kind == "moov" {
			x.data = make([]byte, x.size-8)
			if _, err := file.ReadAt(x.data, at+8); err != nil {
				return nil, 0, err
			}
		}
		boxes[kind] = x
		at += x.size
	}
	return boxes, info.Size(), nil
}

// stsz adds up the sample sizes of all tracks (ISO/IEC 14496-12 §8.7.3).
func stsz(moov []byte) (samples int, bytes int64) {
	list, _ := bmff.Boxes(moov)
	for _, trak := range list {
		if trak.Type != "trak" {
			continue
		}
		t := bmff.Find(trak.Data, "mdia", "minf", "stbl", "stsz")
		for n := 12; n+4 <= len(t); n += 4 {
			samples++
			bytes += int64(binary.BigEndian.Uint32(t[n:]))
		}
	}
	return samples, bytes
}
