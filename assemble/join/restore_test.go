package join

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"seine/assemble/demux/fmp4"
	"seine/assemble/demux/mpegts"
)

// jobs are lists of parts that the tests of this package run through.
func jobs(tb testing.TB) map[string][]segment {
	film, small := playlist(tb, "film/360p", 0), playlist(tb, "film/180p", 0)
	island := slices.Concat(film[:2], small[5:7], film[2:4])
	for i := range island {
		island[i].Period = i / 2
		island[i].Discontinuity = i == 2 || i == 4
	}
	muxed := playlist(tb, "fmp4/muxed", 0)
	inserted := slices.Concat(muxed[:2], fragmentClip(tb), muxed[2:])
	for i := range inserted {
		inserted[i].Period = [...]int{0, 0, 1, 2, 2}[i]
		inserted[i].Discontinuity = i == 2 || i == 3
	}
	hole := slices.Clone(muxed)
	hole[2].Missing, hole[2].data = true, nil
	gap := slices.Clone(film[:6])
	gap[3].Missing, gap[3].data = true, nil
	return map[string][]segment{
		"film": film, "split": interleave(playlist(tb, "split/video", 0), playlist(tb, "split/audio", 1)),
		"island": island, "gap": gap, "cut anywhere": cutAnywhere(film[:4]),
		"periods of two streams": twoStreamPeriods(tb),
		"fmp4":                   muxed, "fmp4 split": interleave(playlist(tb, "fmp4/video", 0), playlist(tb, "fmp4/audio", 1)),
		"fmp4 second init": inserted, "fmp4 gap": hole, "fmp4 init in the segment": selfContained(muxed),
		"hevc": cutAnywhere(playlist(tb, "codecs/hevc", 0)), "mp3": cutAnywhere(playlist(tb, "codecs/mp3low", 0)),
		"ac3": cutAnywhere(playlist(tb, "codecs/ac3", 0)), "hevc island": hevcIsland(tb),
		"fmp4 picture, ts sound": interleave(playlist(tb, "fmp4/video", 0), playlist(tb, "split/audio", 1)),
	}
}

// interleave orders the parts of two streams by time, the first stream before the second, as assemble does.
func interleave(a, b []segment) (list []segment) {
	var ta, tb time.Duration
	for len(a)+len(b) > 0 {
		if len(b) == 0 || len(a) > 0 && ta <= tb {
			list, ta, a = append(list, a[0]), ta+a[0].Duration, a[1:]
			continue
		}
		list, tb, b = append(list, b[0]), tb+b[0].Duration, b[1:]
	}
	return list
}

// cutAnywhere cuts the same packets in other places: frames of both kinds span the segments.
func cutAnywhere(list []segment) []segment {
	var all []byte
	for _, s := range list {
		all = append(all, s.data...)
	}
	out := slices.Clone(list)
	for i := range out {
		n := min(len(all)/188/len(out)+1+i, len(all)/188) * 188
		if i == len(out)-1 {
			n = len(all)
		}
		out[i].data, all = all[:n], all[n:]
	}
	return out
}

// fragmentClip is a picture of another size and timescale, with an initialization section of its own.
func fragmentClip(tb testing.TB) []segment {
	b := file(tb, "clips/fragment.mp4", "")
	at := bytes.Index(b, []byte("moof")) - 4
	return []segment{{Part{Duration: 2 * time.Second, Init: b[:at]}, b[at:]}}
}

// selfContained puts the initialization section into the first segment.
func selfContained(list []segment) []segment {
	list = slices.Clone(list)
	list[0].data = slices.Concat(list[0].Init, list[0].data)
	for i := range list {
		list[i].Init = nil
	}
	return list
}

// twoStreamPeriods plays the split film twice, with a discontinuity between.
func twoStreamPeriods(tb testing.TB) (list []segment) {
	once := interleave(playlist(tb, "split/video", 0), playlist(tb, "split/audio", 1))
	seen := map[int]bool{}
	for i, s := range slices.Concat(once, once) {
		if i >= len(once) {
			s.Period, s.Discontinuity = 1, !seen[s.Stream]
			seen[s.Stream] = true
		}
		list = append(list, s)
	}
	return list
}

// TestRestore stops after every part, goes on from the records in a new Joiner, and wants the same bytes and records.
func TestRestore(t *testing.T) {
	for name, list := range jobs(t) {
		t.Run(name, func(t *testing.T) {
			whole := &memory{}
			sum, records := run(t, whole, options(list), list)
			for stop := range len(list) + 1 {
				f := &memory{}
				first := New(f, options(list))
				for _, s := range list[:stop] {
					if _, err := first.Add(s.Part, s.data); err != nil {
						t.Fatal(err)
					}
				}
				f.b = append(f.b, "bytes of a part that has no record"...)
				second := New(f, options(list))
				if err := second.Restore(records[:stop]); err != nil {
					t.Fatalf("restore of %d parts: %v", stop, err)
				}
				if second.Size() != first.Size() || int64(len(f.b)) != first.Size() {
					t.Fatalf("after %d parts: size %d, file %d, uninterrupted %d", stop, second.Size(), len(f.b), first.Size())
				}
				for i, s := range list[stop:] {
					r, err := second.Add(s.Part, s.data)
					if err != nil {
						t.Fatal(err)
					}
					if !bytes.Equal(r, records[stop+i]) {
						t.Fatalf("after %d parts: record %d differs", stop, stop+i)
					}
				}
				got, err := second.Finish()
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(f.b, whole.b) {
					t.Fatalf("after %d parts: the file differs", stop)
				}
				if d := cmp.Diff(sum, got); d != "" {
					t.Fatalf("after %d parts: %s", stop, d)
				}
			}
		})
	}
}

// TestFailedPartChangesNothing feeds rubbish and a failing file in between.
func TestFailedPartChangesNothing(t *testing.T) {
	for name, list := range jobs(t) {
		t.Run(name, func(t *testing.T) {
			want := &memory{}
			run(t, want, options(list), list)
			f := &flaky{}
			j := New(f, options(list))
			for i, s := range list {
				bad := s.Part
				bad.Missing = false
				if _, err := j.Add(bad, []byte("<!DOCTYPE html><p>busy")); !errors.Is(err, mpegts.ErrNotTS) && !errors.Is(err, fmp4.ErrDamaged) {
					t.Fatalf("part %d: %v", i, err)
				}
				f.broken = true
				if _, err := j.Add(s.Part, s.data); !s.Missing && !errors.Is(err, errDisk) {
					t.Fatalf("part %d: %v", i, err)
				}
				f.broken = false
				if s.Missing {
					continue
				}
				if _, err := j.Add(s.Part, s.data); err != nil {
					t.Fatalf("part %d: %v", i, err)
				}
			}
			f.broken = true
			if _, err := j.Finish(); !errors.Is(err, errDisk) {
				t.Fatal(err)
			}
			f.broken = false
			if _, err := j.Finish(); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(f.b, want.b) {
				t.Error("the file differs")
			}
		})
	}
}

var errDisk = errors.New("disk full")

type flaky struct {
	memory
	broken bool
}

func (f *flaky) WriteAt(p []byte, off int64) (int, error) {
	if f.broken {
		return 0, errDisk
	}
	return f.memory.WriteAt(p, off)
}

func TestRestoreRefuses(t *testing.T) {
	list := playlist(t, "film/180p", 0)[:4]
	f := &memory{}
	_, records := run(t, f, options(list), list)
	damaged := bytes.Clone(records[1])
	damaged[len(damaged)/2] ^= 1
	other := bytes.Clone(records[0])
	other[0]++
	for name, c := range map[string]struct {
		records [][]byte
		file    []byte
		want    error
	}{
		"damaged":       {[][]byte{records[0], damaged}, f.b, ErrRecord},
		"cut":           {[][]byte{records[0][:len(records[0])-1]}, f.b, ErrRecord},
		"empty":         {[][]byte{nil}, f.b, ErrRecord},
		"other version": {[][]byte{other}, f.b, ErrRecord},
		"first missing": {records[1:], f.b, ErrRecord},
		"out of order":  {[][]byte{records[1], records[0]}, f.b, ErrRecord},
		"short file":    {records, f.b[:len(f.b)/2], ErrShort},
	} {
		t.Run(name, func(t *testing.T) {
			err := New(&memory{b: bytes.Clone(c.file)}, options(list)).Restore(c.records)
			if !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
