package join

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// growing joins list in fragments; each is called behind each part.
func growing(t *testing.T, o Options, list []segment, each func(n int, j *Joiner, m *memory, records [][]byte)) *memory {
	t.Helper()
	o.Fragments = true
	m := &memory{}
	j := New(m, o)
	var records [][]byte
	for i, s := range list {
		r, err := j.Add(s.Part, bytes.Clone(s.data))
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
		if each != nil {
			each(i+1, j, m, records)
		}
	}
	if _, err := j.Finish(); err != nil {
		t.Fatal(err)
	}
	return m
}

// asKilled is the file as a process leaves it that is killed: head and fragments.
func asKilled(t *testing.T, j *Joiner, m *memory) string {
	t.Helper()
	head, err := j.Head()
	if err != nil {
		t.Fatal(err)
	}
	b := bytes.Clone(m.b)
	copy(b, head)
	return kept(t, b)
}

func kept(t *testing.T, b []byte) string {
	path := filepath.Join(t.TempDir(), "movie.mp4")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestGrows: while it grows, the file can be played to where it ends, with the same pictures and sounds as the finished one, which has those of a file
// that was not written in fragments.
func TestGrows(t *testing.T) {
	for name, list := range map[string][]segment{
		"transport": playlist(t, "film/360p", 0), "fmp4": interleave(playlist(t, "fmp4/video", 0), playlist(t, "fmp4/audio", 1)),
		"two streams": interleave(playlist(t, "split/video", 0), playlist(t, "split/audio", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			o := options(list)
			o.Duration = 0
			whole, _ := movie(t, list)
			kinds := []string{"v", "a"}
			m := growing(t, o, list, func(n int, j *Joiner, m *memory, records [][]byte) {
				if n != 1 && n != len(list)-1 {
					return
				}
				path := asKilled(t, j, m)
				for _, kind := range kinds {
					if len(j.streams) > 1 && n == 1 && kind == "a" {
						continue
					}
					got, want := decoded(t, path, kind), decoded(t, whole, kind)
					if len(got) == 0 || len(got) > len(want) || kind == "v" && !slices.Equal(got, want[:len(got)]) {
						t.Errorf("after %d parts: %d frames of %d of %s, or others", n, len(got), len(want), kind)
					}
				}
				rising(t, probe(t, path))
				again := &memory{b: bytes.Clone(m.b)}
				k := New(again, j.opt)
				if err := k.Restore(records); err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(j.line.bases, k.line.bases); d != "" || j.line.end != k.line.end {
					t.Error("after Restore fragments go elsewhere", d)
				}
			})
			path := kept(t, m.b)
			for _, kind := range kinds {
				if d := cmp.Diff(decoded(t, whole, kind), decoded(t, path, kind)); d != "" {
					t.Errorf("decoded %s differs (-without fragments +with):\n%s", kind, d)
				}
			}
			if d := cmp.Diff(probe(t, whole).Packets, probe(t, path).Packets); d != "" {
				t.Error("the finished file has other packets", d)
			}
		})
	}
}

// TestGrowsOn: a file that grows goes on over discontinuities, where timestamps begin anew, and each of its tracks lies as it does in the finished file.
func TestGrowsOn(t *testing.T) {
	for name, list := range map[string][]segment{
		"transport":   playlist(t, "film/360p", 0),
		"two streams": interleave(playlist(t, "split/video", 0), playlist(t, "split/audio", 1)),
	} {
		t.Run(name, func(t *testing.T) {
			n := len(list)
			for period := 1; period < 3; period++ {
				for _, s := range list[:n] {
					s.Period, s.Discontinuity = period, s.Sequence == 0
					list = append(list, s)
				}
			}
			whole, _ := movie(t, list)
			o := options(list)
			o.Duration = 0
			growing(t, o, list, func(n int, j *Joiner, m *memory, _ [][]byte) {
				if n == len(list) {
					beside(t, probe(t, asKilled(t, j, m)), probe(t, whole))
				}
			})
		})
	}
}

// beside checks that two files have the same samples at the same times, but for one shift of all tracks.
func beside(t *testing.T, got, want probed) {
	t.Helper()
	low, high, n := math.Inf(1), math.Inf(-1), 0
	for _, kind := range []string{"video", "audio"} {
		a, b := got.times(kind), want.times(kind)
		if len(a) != len(b) {
			t.Fatalf("%d samples of %s, want %d", len(a), kind, len(b))
		}
		for i := range a {
			low, high, n = min(low, a[i]-b[i]), max(high, a[i]-b[i]), n+1
		}
	}
	if high-low > 0.1 || n == 0 {
		t.Errorf("of %d samples some lie %.3f s beside others", n, high-low)
	}
}

// TestTogether: what comes before both have begun is not presented.
func TestTogether(t *testing.T) {
	list := append(playlist(t, "film/360p", 0)[1:], playlist(t, "film/180p", 1)...)
	o := options(list)
	o.Together, o.Fragments = true, true
	path := filepath.Join(t.TempDir(), "movie.mp4")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sum, _ := run(t, f, o, list)
	p := probe(t, path)
	for _, s := range p.Streams {
		if math.Abs(s.StartTime) > 0.03 {
			t.Errorf("%s begins at %v", s.CodecType, s.StartTime)
		}
	}
	want := total(list)
	for _, k := range sum.Tracks {
		if k.Start != 0 || (k.Duration-want).Abs() > 100*time.Millisecond {
			t.Errorf("%v from %v for %v, want %v", k.Kind, k.Start, k.Duration, want)
		}
	}
}

// TestGrowsForDays: a limit of weeks is no reason to begin with a gigabyte of nothing, which the head of the file would have each time.
func TestGrowsForDays(t *testing.T) {
	list := playlist(t, "film/360p", 0)
	o := options(list)
	o.Duration = 1000 * time.Hour
	m := growing(t, o, list[:3], func(_ int, j *Joiner, _ *memory, _ [][]byte) {
		if head, err := j.Head(); err != nil || len(head) > 9<<20 {
			t.Errorf("a head of %d bytes, %v", len(head), err)
		}
	})
	if len(m.b) > 12<<20 {
		t.Errorf("%d bytes", len(m.b))
	}
}
