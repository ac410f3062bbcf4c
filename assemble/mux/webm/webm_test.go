package webm

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"seine/assemble/bmff"
	"seine/assemble/codec/entry"
	"seine/assemble/ebml"
	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// memory is a file.
type memory struct{ b []byte }

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	if n := int(off) + len(p); n > len(m.b) {
		m.b = append(m.b, make([]byte, n-len(m.b))...)
	}
	return copy(m.b[off:], p), nil
}

func picture(t testing.TB) media.Codec {
	w := &bmff.Writer{}
	m := entry.BeginVisual(w, "vp09", 320, 180)
	b := w.Full("vpcC", 1, 0)
	w.Bytes([]byte{2, 31, 0xa2, 2, 2, 2, 0, 0})
	w.End(b)
	w.End(m)
	c, err := entry.Parse(w.Buf, media.Video)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// film writes n clusters of one block each.
func film(t testing.TB, reserve int64, n int) (*memory, int64) {
	f := &memory{}
	m := New(f)
	m.Reserve(reserve)
	for i := range n {
		heads, size := Cluster([]Block{{Track: 7, Time: int64(i) * 40, Size: 3, Key: true}})
		at := m.Size()
		m.Cues = append(m.Cues, Cue{Time: time.Duration(i) * 40 * time.Millisecond, Track: 7, Offset: at})
		if err := errors.Join(m.WriteAt(heads[0], at), m.WriteAt([]byte("abc"), at+int64(len(heads[0])))); err != nil {
			t.Fatal(err)
		}
		m.Advance(at + size)
	}
	size, err := m.Finish([]mp4.Track{{ID: 7, Kind: media.Video, Language: "de-CH", Codecs: []media.Codec{picture(t)}, Length: int64(n) * 3600}})
	if err != nil {
		t.Fatal(err)
	}
	return f, size
}

// TestLayout: every position that is written down is where something begins, whether the cues fit in front or not.
func TestLayout(t *testing.T) {
	for name, c := range map[string]struct {
		reserve int64
		n       int
		behind  bool
	}{"in front": {0, 3, false}, "behind": {0, 4000, true}, "much room": {1 << 20, 4000, false}} {
		f, size := film(t, c.reserve, c.n)
		if int64(len(f.b)) != size {
			t.Errorf("%s: %d bytes, %d said", name, len(f.b), size)
		}
		head, rest, err := ebml.Next(f.b)
		if err != nil || head.ID != ebml.Header {
			t.Fatal(head.ID, err)
		}
		segment, rest, err := ebml.Next(rest)
		if err != nil || segment.Cut || len(rest) != 0 {
			t.Fatalf("%s: the segment: %v %v %d", name, err, segment.Cut, len(rest))
		}
		begins := map[int64]uint32{}
		var cues []byte
		cluster := int64(-1)
		for b := segment.Data; len(b) > 0; {
			at := int64(len(segment.Data) - len(b))
			e, rest, err := ebml.Next(b)
			if err != nil || e.Cut {
				t.Fatal(name, err)
			}
			begins[at] = e.ID
			if e.ID == ebml.Cues {
				cues = e.Data
				if behind := cluster >= 0; behind != c.behind {
					t.Errorf("%s: cues behind the clusters: %v", name, behind)
				}
			}
			if e.ID == ebml.Cluster {
				cluster = at
			}
			b = rest
		}
		n := 0
		_ = ebml.Each(cues, func(e ebml.Element) error {
			return ebml.Each(e.Data, func(e ebml.Element) error {
				if e.ID != ebml.CueTrackPositions {
					return nil
				}
				return ebml.Each(e.Data, func(e ebml.Element) error {
					if e.ID == ebml.CueClusterPosition {
						n++
						if begins[int64(e.Uint())] != ebml.Cluster {
							t.Errorf("%s: no cluster at %d", name, e.Uint())
						}
					}
					return nil
				})
			})
		})
		if n != c.n {
			t.Errorf("%s: %d cues", name, n)
		}
		seeks := 0
		_ = ebml.Each(segment.Data, func(e ebml.Element) error {
			if e.ID != ebml.SeekHead {
				return nil
			}
			return ebml.Each(e.Data, func(e ebml.Element) error {
				var id uint32
				return ebml.Each(e.Data, func(e ebml.Element) error {
					if e.ID == ebml.SeekID {
						id = uint32(e.Uint())
					} else if begins[int64(e.Uint())] != id {
						t.Errorf("%s: no %#x at %d", name, id, e.Uint())
					} else {
						seeks++
					}
					return nil
				})
			})
		})
		if seeks != 3 {
			t.Errorf("%s: %d places in the SeekHead", name, seeks)
		}
		if again, _ := film(t, c.reserve, c.n); !bytes.Equal(again.b, f.b) {
			t.Errorf("%s: the same blocks give other bytes", name)
		}
	}
}

// TestProbe: ffprobe reads what was written.
func TestProbe(t *testing.T) {
	f, _ := film(t, 0, 50)
	path := filepath.Join(t.TempDir(), "film.webm")
	if err := os.WriteFile(path, f.b, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", "-show_packets", path).Output()
	if err != nil {
		t.Fatalf("%v; `make test` installs ffprobe", err)
	}
	var p struct {
		Format  struct{ Duration string }
		Streams []struct {
			Codec  string `json:"codec_name"`
			Width  int
			Height int
			Tags   map[string]string
		}
		Packets []struct {
			Time string `json:"pts_time"`
		}
	}
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	if p.Format.Duration != "2.000000" || len(p.Streams) != 1 || p.Streams[0].Codec != "vp9" || p.Streams[0].Width != 320 || len(p.Packets) != 50 || p.Packets[49].Time != "1.960000" {
		t.Errorf("%+v", p)
	}
}

// TestRefuses what has no place in WebM, and what cannot be.
func TestRefuses(t *testing.T) {
	var none *CodecError
	if err := Check(&media.AAC{ObjectType: 2}); !errors.As(err, &none) || none.Name != "mp4a.40.2" {
		t.Error(err)
	}
	if _, err := New(&memory{}).Finish(nil); !errors.Is(err, mp4.ErrEmpty) {
		t.Error(err)
	}
	for _, c := range [][2]int64{{0, 100}, {100, 0}, {40 << 10, 10}, {1 << 40, 1 << 50}} {
		if _, err := Resume(nil, c[0], c[1]); err == nil {
			t.Error(c, "is accepted")
		}
	}
}
