package join

import (
	"testing"
	"time"

	"seine/assemble/codec/aac"
	"seine/assemble/demux/packed/packedtest"
)

// TestPackedHole: a segment of packed audio without a timestamp stays where it belongs when the one before is missing.
func TestPackedHole(t *testing.T) {
	b := file(t, "packed/sound.aac", "")
	var parts []segment
	for at := 0; at < len(b); {
		s := segment{}
		for n := 0; n < 40 && at < len(b); n++ {
			h, err := aac.ParseADTS(b[at:])
			if err != nil {
				t.Fatal(err)
			}
			s.data = append(s.data, b[at:at+h.Frame]...)
			s.Duration += 1024 * time.Second / time.Duration(h.SampleRate())
			at += h.Frame
		}
		parts = append(parts, s)
	}
	for name, tag := range map[string][]byte{"no timestamps": nil, "one in front": packedtest.Tag(5 << 20)} {
		for hole := range parts[:len(parts)-1] {
			j := New(&memory{}, Options{})
			var whole time.Duration
			for i, s := range parts {
				whole += s.Duration
				if i == 0 {
					s.data = append(append([]byte{}, tag...), s.data...)
				}
				if s.Missing = i == hole; s.Missing {
					s.data = nil
				}
				if _, err := j.Add(s.Part, s.data); err != nil {
					t.Fatal(err)
				}
			}
			sum, err := j.Finish()
			if err != nil {
				t.Fatal(err)
			}
			if off := (sum.Duration - whole).Abs(); off > 30*time.Millisecond {
				t.Errorf("%s, without segment %d: the film lasts %v, want %v", name, hole, sum.Duration, whole)
			}
		}
	}
}
