package join

import (
	"bytes"
	"slices"
	"testing"
)

// Segments that may be written over make the very same film and records, a part that is refused in between included.
func TestScratch(t *testing.T) {
	for _, dir := range []string{"film/360p", "codecs/hevc", "split/audio", "fmp4/muxed"} {
		list := playlist(t, dir, 0)
		want, got := &memory{}, &memory{}
		_, records := run(t, want, options(list), list)
		j := New(got, options(list))
		for i, s := range list {
			s.Scratch = true
			broken := append(bytes.Clone(s.data[:len(s.data)/2]), bytes.Repeat([]byte("no"), len(s.data)/4)...)
			bad := s.Part
			bad.Period = -1
			if _, err := j.Add(bad, broken); err == nil {
				t.Fatal("an impossible part is taken")
			}
			own := slices.Clone(s.data)
			record, err := j.Add(s.Part, own)
			if err != nil {
				t.Fatal(err)
			}
			for k := range own { // whoever gave it takes it back
				own[k] = 0xee
			}
			if !bytes.Equal(record, records[i]) {
				t.Errorf("%s: another record of segment %d", dir, i)
			}
		}
		if _, err := j.Finish(); err != nil || !bytes.Equal(got.b, want.b) {
			t.Errorf("%s: another film: %v", dir, err)
		}
	}
}
