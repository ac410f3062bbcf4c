package join

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/media"
	clips "seine/testdata/media"
)

// looked is how some clips of all kinds are coded, each a period.
func looked(t testing.TB) map[int][]media.Codec {
	t.Helper()
	known := map[int][]media.Codec{}
	for i, name := range []string{"film/360p/seg_000.ts", "clips/hevc.ts", "clips/mp3.ts", "clips/ac3.ts", "fmp4/muxed/init.mp4", "fmp4/hevc/init.mp4"} {
		b, err := fs.ReadFile(clips.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if known[i*3], err = Codecs(b, b, nil); err != nil || len(known[i*3]) == 0 {
			t.Fatal(name, known[i*3], err)
		}
	}
	return known
}

// What is kept of codings comes back as the same ones.
func TestCodings(t *testing.T) {
	for _, want := range []map[int][]media.Codec{{}, looked(t)} {
		b := EncodeCodings(want)
		got, err := DecodeCodings(b)
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b media.Codec) bool { return a.Equal(b) })); diff != "" || err != nil {
			t.Error(err, diff)
		}
		for n := range b {
			if _, err := DecodeCodings(b[:n]); !errors.Is(err, ErrRecord) {
				t.Errorf("cut at %d: %v", n, err)
			}
		}
	}
}

// FuzzCodings reads anything without a panic, and what it reads is what would be written.
func FuzzCodings(f *testing.F) {
	f.Add(EncodeCodings(looked(f)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		known, err := DecodeCodings(b)
		if err != nil {
			return
		}
		again, err := DecodeCodings(EncodeCodings(known))
		if err != nil || !cmp.Equal(known, again, cmp.Comparer(func(a, b media.Codec) bool { return a.Equal(b) })) {
			t.Fatal(err)
		}
	})
}
