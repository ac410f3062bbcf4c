package ac3

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"testing"

	"pgregory.net/rapid"

	"seine/assemble/bmff"
	"seine/assemble/media"
)

// encoded is an elementary stream by ffmpeg, and the description that ffmpeg's own muxer puts into an MP4.
func encoded(t *testing.T, codec, box string, args ...string) (es, specific []byte) {
	t.Helper()
	dir := t.TempDir()
	all := append([]string{"-v", "error", "-f", "lavfi"}, args...)
	all = append(all, "-c:a", codec, "-f", codec, dir+"/a", "-c:a", codec, "-movflags", "+empty_moov+delay_moov", "-f", "mp4", dir+"/a.mp4")
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-nostdin"}, all...)...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, out)
	}
	es, mp4 := read(t, dir+"/a"), read(t, dir+"/a.mp4")
	stsd := bmff.Find(mp4, "moov", "trak", "mdia", "minf", "stbl", "stsd")
	return es, bmff.Find(stsd[8+36:], box)
}

func TestAgainstFFmpeg(t *testing.T) {
	const stereo, mono = "aevalsrc=exprs=sin(t*2000)|sin(t*3000):d=0.5:s=", "sine=d=0.5:r="
	const five = "aevalsrc=exprs=sin(t*2000)|0|0|0|0|sin(t*300):c=5.1:d=0.5:s="
	for _, c := range []struct {
		codec, source  string
		rate, channels int
	}{
		{"ac3", stereo + "48000", 48000, 2},
		{"ac3", mono + "44100", 44100, 1},
		{"ac3", five + "32000", 32000, 6},
		{"eac3", stereo + "48000", 48000, 2},
		{"eac3", mono + "44100", 44100, 1},
		{"eac3", five + "48000", 48000, 6},
	} {
		t.Run(c.codec+" "+c.source, func(t *testing.T) {
			box := map[string]string{"ac3": "dac3", "eac3": "dec3"}[c.codec]
			es, want := encoded(t, c.codec, box, "-i", c.source)
			frames := 0
			var codec media.Codec
			for b := es; len(b) > 0; frames++ {
				u, err := ParseUnit(b, true)
				if err != nil || u.Size > len(b) {
					t.Fatal(err, u.Size, len(b))
				}
				if codec != nil && !codec.Equal(u.Codec()) {
					t.Fatalf("frame %d has another configuration", frames)
				}
				codec = u.Codec()
				if samples, rate := u.Samples(); samples != 1536 || rate != c.rate {
					t.Fatalf("%d samples at %d Hz", samples, rate)
				}
				b = b[u.Size:]
			}
			if least := c.rate / 2 / 1536; frames < least || frames > least+3 {
				t.Errorf("%d frames, want %d", frames, least)
			}
			check(t, codec, want, c.rate, c.channels)
		})
	}
}

func check(t *testing.T, codec media.Codec, want []byte, rate, channels int) {
	t.Helper()
	var got []byte
	var again media.Codec
	var err error
	var have [2]int
	switch k := codec.(type) {
	case *media.AC3:
		got, have = k.Specific, [2]int{k.SampleRate, k.Channels}
		again, err = Plain(k.Specific, int64(k.SampleRate))
	case *media.EAC3:
		got, have = bytes.Clone(k.Specific), [2]int{k.SampleRate, k.Channels}
		again, err = Enhanced(k.Specific, int64(k.SampleRate), int64(k.FrameSamples))
		want = want[:len(got)]
		got[0], want[0] = 0, 0 // the data rate is measured otherwise
		got[1] &= 7
		want[1] &= 7
	}
	if !bytes.Equal(got, want) || have != [2]int{rate, channels} {
		t.Errorf("got %x %v\nwant %x %d %d", got, have, want, rate, channels)
	}
	if err != nil || !again.Equal(codec) {
		t.Errorf("read again: %v, %v", again, err)
	}
}

// Two substreams, the second one with the rear channels of 7.1, as the standard lays their fields out.
func TestDependent(t *testing.T) {
	first, err := hex.DecodeString("0b770007" + "3f" + "80" + "0000000000000000" + "0000")
	if err != nil {
		t.Fatal(err)
	}
	second, err := hex.DecodeString("0b774007" + "34" + "80" + "10" + "20" + "00" + "00000000000000")
	if err != nil {
		t.Fatal(err)
	}
	au := append(bytes.Clone(first), second...)
	if _, err := ParseUnit(au, false); !errors.Is(err, ErrShort) {
		t.Errorf("the unit may go on: %v", err)
	}
	u, err := ParseUnit(append(bytes.Clone(au), first...), false)
	if err != nil || u.Size != 32 {
		t.Fatal(err, u.Size)
	}
	c, ok := u.Codec().(*media.EAC3)
	if !ok || c.Specific[2+3-1]&1 != 0 {
		t.Fatalf("%+v", c)
	}
	if n, loc := u.dependents(0); n != 1 || loc != 1<<1 || c.Channels != 8 {
		t.Errorf("%d dependents at %#x, %d channels", n, loc, c.Channels)
	}
	if _, err := ParseUnit(second, true); !errors.Is(err, ErrSync) {
		t.Errorf("a dependent substream alone: %v", err)
	}
	again, err := Enhanced(c.Specific, 48000, 1536)
	if err != nil || again.Channels != 8 {
		t.Error(again, err)
	}
}

func FuzzUnit(f *testing.F) {
	f.Add([]byte("\x0b\x77\x00\x07\x3f\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("\x0b\x77\x00\x00\x14\x40\x43\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, final := range []bool{false, true} {
			u, err := ParseUnit(b, final)
			if err != nil {
				continue
			}
			if n, rate := u.Samples(); n <= 0 || rate <= 0 || u.Size < HeaderSize && u.Size < 64 {
				t.Fatalf("%d samples at %d Hz, %d bytes", n, rate, u.Size)
			}
			switch c := u.Codec().(type) {
			case *media.AC3:
				if _, err := Plain(c.Specific, int64(c.SampleRate)); err != nil && c.SampleRate >= 8000 {
					t.Fatal(err, c)
				}
			case *media.EAC3:
				if _, err := Enhanced(c.Specific, int64(c.SampleRate), int64(c.FrameSamples)); err != nil {
					t.Fatal(err, c)
				}
			}
		}
	})
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestExtent: it is what ParseUnit finds, of anything that begins as a unit.
func TestExtent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		frame := rapid.Custom(func(t *rapid.T) []byte {
			b := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "bytes")
			head := []byte{0x0b, 0x77, rapid.Byte().Draw(t, "type") & 0xf8, rapid.ByteRange(4, 20).Draw(t, "size"), rapid.Byte().Draw(t, "rate"), rapid.ByteRange(5, 17).Draw(t, "bsid") << 3}
			return append(head, b...)
		})
		var b []byte
		for _, f := range rapid.SliceOfN(frame, 1, 20).Draw(t, "frames") {
			if n := 2 * (int(f[3]) + 1); rapid.Bool().Draw(t, "whole") && n > len(f) {
				f = append(f, make([]byte, n-len(f))...)
			} else if n < len(f) {
				f = f[:n]
			}
			b = append(b, f...)
		}
		if !Starts(b) {
			t.Skip("no frame begins here: rapid draws again")
		}
		final := rapid.Bool().Draw(t, "final")
		u, want := ParseUnit(b, final)
		size, err := Extent(b, final)
		if !errors.Is(err, want) || err == nil && size != u.Size {
			t.Fatalf("%x: %d, %v; want %d, %v", b, size, err, u.Size, want)
		}
	})
}
