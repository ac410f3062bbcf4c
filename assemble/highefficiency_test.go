package assemble

import (
	"bytes"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seine/assemble/codec/aac"
	"seine/assemble/demux/mpegts/tstest"
)

// bitString is written from the highest bit of each byte on.
type bitString struct {
	b []byte
	n int
}

func (s *bitString) put(v uint, width int) {
	for width--; width >= 0; width-- {
		if s.n%8 == 0 {
			s.b = append(s.b, 0)
		}
		s.b[s.n/8] |= byte(v>>width&1) << (7 - s.n%8)
		s.n++
	}
}

// replicated puts spectral band replication into an AAC frame: a fill element with an EXT_SBR_DATA payload in front of ID_END (ISO/IEC 14496-3
// §4.4.2.1, Tables 4.57 and 4.62). Its header flag is 0, so a decoder doubles the rate and adds nothing to the upper half.
func replicated(frame []byte) []byte {
	last := len(frame) - 1
	for frame[last] == 0 {
		last--
	}
	s := &bitString{b: bytes.Clone(frame[:last+1]), n: 8*(last+1) - bits.TrailingZeros8(frame[last])}
	s.n -= 3 // ID_END
	s.b = s.b[:(s.n+7)/8]
	s.b[len(s.b)-1] &= 0xff << ((8 - s.n%8) % 8)
	s.put(6, 3)     // ID_FIL
	s.put(3, 4)     // bytes
	s.put(0xd, 4)   // EXT_SBR_DATA
	s.put(0, 4+2*8) // no header
	s.put(7, 3)     // ID_END
	return s.b
}

// highEfficiency is a sound of 24 kHz with replication, in ADTS frames.
func highEfficiency(t *testing.T) (frames [][]byte) {
	t.Helper()
	plain, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "aevalsrc=0.4*sin(440*2*PI*t)|0.4*sin(660*2*PI*t):s=24000:d=6",
		"-c:a", "aac", "-b:a", "64k", "-f", "adts", "-").Output()
	if err != nil {
		t.Fatal("ffmpeg:", err)
	}
	for len(plain) > 0 {
		h, err := aac.ParseADTS(plain)
		if err != nil {
			t.Fatal(err)
		}
		frame := append(bytes.Clone(plain[:7]), replicated(plain[h.Size:h.Frame])...)
		n := len(frame)
		frame[1] |= 1 // no checksum
		frame[3], frame[4], frame[5] = frame[3]&0xfc|byte(n>>11), byte(n>>3), byte(n<<5)|frame[5]&0x1f
		frames, plain = append(frames, frame), plain[h.Frame:]
	}
	return frames
}

// The descriptors that an encrypted HE-AAC stream has (MPEG-2 Stream Encryption Format for HTTP Live Streaming §2.3.3): private_data_indicator
// aacd, and a registration of apad with the setup: zach, no priming, version 1, and an AudioSpecificConfig of 24 kHz with replication.
var sealedHE = append([]byte{0x0f, 4, 'a', 'a', 'c', 'd', 0x05, 4 + 8 + 4},
	'a', 'p', 'a', 'd', 'z', 'a', 'c', 'h', 0, 0, 1, 4, 0x2b, 0x11, 0x88, 0)

// TestSampleAESHighEfficiency: HE-AAC comes out of its encryption as it went in, and as twice its core's sample rate.
func TestSampleAESHighEfficiency(t *testing.T) {
	frames := highEfficiency(t)
	play := func(s tstest.Stream, seal bool) (path string) {
		w, list, pts := &tstest.Writer{}, [][]byte(nil), int64(90_000)
		for rest := frames; len(rest) > 0; {
			w.Program(s)
			for n := 0; n < 12 && len(rest) > 0; n++ { // of several frames each
				var data []byte
				begin := pts
				for range min(4, len(rest)) {
					frame := rest[0]
					if seal {
						frame = sealFrame(frame, 7+16)
					}
					data, rest, pts = append(data, frame...), rest[1:], pts+90_000*1024/24_000
				}
				w.PES(tstest.PES{PID: tstest.AudioPID, ID: 0xc0, PTS: begin, DTS: begin, Sized: true, Data: data})
			}
			list = append(list, w.Buf)
			w.Buf = nil
		}
		files, line := map[string][]byte{"key": keyBytes("key")}, ""
		if seal {
			line = sampleKey
		}
		playlistOf(list, 6, "sound", files, line)
		o := newOrigin(t)
		o.serve(files)
		job := o.job(t)
		job.URL = o.URL + "/sound.m3u8"
		v, err := Run(t.Context(), job)
		if err != nil || len(v.Warnings) != 0 || len(v.Tracks) != 1 {
			t.Fatal(err, v)
		}
		if k := v.Tracks[0]; k.SampleRate != 24_000 || k.Samples != len(frames) || (k.Duration-6*time.Second).Abs() > 100*time.Millisecond {
			t.Errorf("%+v", k)
		}
		return job.Output
	}
	clear := play(tstest.Stream{Type: tstest.ADTS, PID: tstest.AudioPID}, false)
	source := filepath.Join(t.TempDir(), "sound.aac")
	if err := os.WriteFile(source, bytes.Join(frames, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]tstest.Stream{
		"marked":           {Type: 0xcf, PID: tstest.AudioPID, Descriptors: sealedHE},
		"without a setup":  {Type: 0xcf, PID: tstest.AudioPID},
		"with clear types": {Type: tstest.ADTS, PID: tstest.AudioPID},
	} {
		t.Run(name, func(t *testing.T) {
			sealed := play(s, true)
			for _, args := range [][]string{{"-c", "copy"}, nil} { // packets, and what they sound like
				got, want := strings.Join(framemd5(t, sealed, args...), " "), strings.Join(framemd5(t, clear, args...), " ")
				if oracle := strings.Join(framemd5(t, source, args...), " "); got != want || args == nil && got != oracle {
					t.Errorf("%v: %d bytes of hashes, %d of the clear stream, %d of the source", args, len(got), len(want), len(oracle))
				}
			}
			out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_entries", "stream=profile,sample_rate", "-of", "csv=p=0", sealed).CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != "HE-AAC,48000" {
				t.Errorf("ffprobe: %v, %s", err, out)
			}
		})
	}
}
