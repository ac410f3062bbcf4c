package assemble

import (
	"bytes"
	"crypto/aes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"seine/assemble/codec/ac3"
	"seine/assemble/demux/mpegts"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/demux/packed/packedtest"
	clips "seine/testdata/media"
)

var (
	sampleIV  = [16]byte{15: 7, 0: 0xa5}
	sampleKid = "key" // see keyBytes; tests that seal with another one put it back
)

// seal is the encryptor of these tests, by the tables of Apple's "MPEG-2 Stream Encryption Format for HTTP Live Streaming".
func seal(blocks ...[]byte) {
	block, err := aes.NewCipher(keyBytes(sampleKid))
	if err != nil {
		panic(err)
	}
	iv := sampleIV[:]
	for _, b := range blocks {
		for i := range 16 {
			b[i] ^= iv[i]
		}
		block.Encrypt(b, b)
		iv = b
	}
}

// sealUnit encrypts a NAL unit: bytes 32 to 47, and then 16 of each 160, as long as more than 16 are left; then it is escaped.
func sealUnit(unit []byte) []byte {
	unit = bytes.Clone(unit)
	if kind := unit[0] & 31; kind != 1 && kind != 5 || len(unit) <= 48 {
		return unit
	}
	var list [][]byte
	for at := 32; len(unit)-at > 16; at += 160 {
		list = append(list, unit[at:at+16])
	}
	seal(list...)
	var out []byte
	for _, c := range unit {
		if n := len(out); n >= 2 && c <= 3 && out[n-1] == 0 && out[n-2] == 0 {
			out = append(out, 3)
		}
		out = append(out, c)
	}
	return out
}

// sealFrame encrypts whole blocks from byte clear on.
func sealFrame(frame []byte, clear int) []byte {
	frame = bytes.Clone(frame)
	var list [][]byte
	for at := clear; at+16 <= len(frame); at += 16 {
		list = append(list, frame[at:at+16])
	}
	seal(list...)
	return frame
}

// adts is a frame with a header of 44.1 kHz stereo.
func adts(frame []byte) []byte {
	n := len(frame) + 7
	return append([]byte{0xff, 0xf1, 0x50, 0x80 | byte(n>>11), byte(n >> 3), byte(n<<5) | 0x1f, 0xfc}, frame...)
}

// sealTS takes a clear segment apart and makes an encrypted one.
func sealTS(t *testing.T, w *tstest.Writer, b []byte, video, sound uint8) []byte {
	t.Helper()
	d := &mpegts.Demuxer{}
	if err := d.Reset(b); err != nil {
		t.Fatal(err)
	}
	w.Program(tstest.Stream{Type: video, PID: tstest.VideoPID}, tstest.Stream{Type: sound, PID: tstest.AudioPID})
	sets := parameterSets(b)
	for flushed := false; ; {
		s, err := d.Next()
		if err != nil {
			if flushed {
				break
			}
			d.Flush()
			flushed = true
			continue
		}
		if s.Codec.Kind() == 2 {
			w.PES(tstest.PES{PID: tstest.AudioPID, ID: 0xc0, PTS: s.PTS, DTS: s.PTS, Sized: true, Data: sealFrame(adts(s.Data), 7+16)})
			continue
		}
		es := []byte{0, 0, 0, 1, 9, 0xf0}
		if s.Key {
			es = append(es, sets...)
		}
		for u := s.Data; len(u) > 0; {
			n := 4 + binary.BigEndian.Uint32(u)
			es = append(append(es, 0, 0, 0, 1), sealUnit(u[4:n])...)
			u = u[n:]
		}
		w.PES(tstest.PES{PID: tstest.VideoPID, PTS: s.PTS, DTS: s.DTS, Data: es})
	}
	out := w.Buf
	w.Buf = nil
	return out
}

// parameterSets returns SPS and PPS with their start codes; they lie in one packet of these clips.
func parameterSets(b []byte) []byte {
	at := bytes.Index(b, []byte{0, 0, 0, 1, 0x67})
	pps := at + bytes.Index(b[at:], []byte{0, 0, 0, 1, 0x68})
	end := pps + 4 + bytes.Index(b[pps+4:], []byte{0, 0, 1})
	return b[at:end]
}

const sampleKey = "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"key\",IV=0xA5000000000000000000000000000007\n"

// TestSampleAES: with the stream types of the format and with those of clear streams, the film has the packets of the clear one,
// and ffmpeg, which reads the encrypted playlist itself, sees the same.
func TestSampleAES(t *testing.T) {
	o := newOrigin(t)
	clear := o.job(t)
	if _, err := Run(t.Context(), clear); err != nil {
		t.Fatal(err)
	}
	for name, types := range map[string][2]uint8{"marked": {0xdb, 0xcf}, "with clear types": {0x1b, 0x0f}} {
		t.Run(name, func(t *testing.T) {
			files, w, list := map[string][]byte{"key": keyBytes("key")}, &tstest.Writer{}, [][]byte(nil)
			for i := range 12 {
				b, err := fs.ReadFile(clips.FS, seg(i))
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, sealTS(t, w, b, types[0], types[1]))
			}
			playlistOf(list, 24, "sealed", files, sampleKey)
			o := newOrigin(t)
			o.serve(files)
			job := o.job(t)
			job.URL = o.URL + "/sealed.m3u8"
			v, err := Run(t.Context(), job)
			if err != nil || len(v.Warnings) != 0 {
				t.Fatal(err, v.Warnings)
			}
			for _, kind := range []string{"v", "a"} {
				want := strings.Join(framemd5(t, clear.Output, "-map", "0:"+kind, "-c", "copy"), " ")
				if got := strings.Join(framemd5(t, job.Output, "-map", "0:"+kind, "-c", "copy"), " "); got != want {
					t.Errorf("%s: other packets than those of the clear film", kind)
				}
				if types[0] != 0xdb { // ffmpeg goes by the types
					continue
				}
				frames, oracle := framemd5(t, clear.Output, "-map", "0:"+kind), framemd5(t, job.URL, "-map", "0:"+kind)
				// Past the last segment ffmpeg hands the packets that it still has on as they are, encrypted.
				if n := len(frames) - 4; len(oracle) != len(frames) || strings.Join(frames[:n], " ") != strings.Join(oracle[:n], " ") {
					t.Errorf("%s: ffmpeg decodes other frames from the encrypted playlist: %d, want %d", kind, len(oracle), len(frames))
				}
			}
		})
	}
}

// TestSampleAESPacked: packed audio of each coding.
func TestSampleAESPacked(t *testing.T) {
	for _, name := range []string{"sound.aac", "sound.ac3", "sound.eac3"} {
		t.Run(name, func(t *testing.T) {
			play := func(seal bool, lines string) []string {
				s := soundOf(t, name, seal)
				files := map[string][]byte{"key": keyBytes("key")}
				playlistOf(s.Segments(5003, 90_000, packedtest.Tag), 4, "sound", files, lines)
				o := newOrigin(t)
				o.serve(files)
				job := o.job(t)
				job.URL = o.URL + "/sound.m3u8"
				if v, err := Run(t.Context(), job); err != nil || len(v.Warnings) != 0 {
					t.Fatal(err, v.Warnings)
				}
				return framemd5(t, job.Output, "-c", "copy")
			}
			if got, want := play(true, sampleKey), play(false, ""); strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%d packets differ from %d clear ones", len(got), len(want))
			}
		})
	}
}

// TestSampleAESDolby: AC-3 and Enhanced AC-3 in a transport stream, with the types of the format.
func TestSampleAESDolby(t *testing.T) {
	for name, c := range map[string]struct {
		clear, sealed uint8
	}{"sound.ac3": {0x81, 0xc1}, "sound.eac3": {0x87, 0xc2}} {
		t.Run(name, func(t *testing.T) {
			b, err := fs.ReadFile(clips.FS, "packed/"+name)
			if err != nil {
				t.Fatal(err)
			}
			play := func(kind uint8, seal bool) []string {
				w, list, pts := &tstest.Writer{}, [][]byte(nil), int64(90_000)
				for rest := b; len(rest) > 0; {
					w.Program(tstest.Stream{Type: kind, PID: tstest.AudioPID})
					for n := 0; n < 40 && len(rest) > 0; n++ {
						h, err := ac3.Parse(rest)
						if err != nil {
							t.Fatal(err)
						}
						frame := rest[:h.Frame]
						if seal {
							frame = sealFrame(frame, 16)
						}
						w.PES(tstest.PES{PID: tstest.AudioPID, ID: 0xbd, PTS: pts, DTS: pts, Sized: true, Data: frame})
						rest, pts = rest[h.Frame:], pts+2880
					}
					list = append(list, w.Buf)
					w.Buf = nil
				}
				files, line := map[string][]byte{"key": keyBytes("key")}, ""
				if seal {
					line = sampleKey
				}
				playlistOf(list, 4, "sound", files, line)
				o := newOrigin(t)
				o.serve(files)
				job := o.job(t)
				job.URL = o.URL + "/sound.m3u8"
				if v, err := Run(t.Context(), job); err != nil || len(v.Warnings) != 0 {
					t.Fatal(err, v.Warnings)
				}
				return framemd5(t, job.Output, "-c", "copy")
			}
			got, want := play(c.sealed, true), play(c.clear, false)
			if len(want) < 50 || strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("%d packets differ from %d clear ones", len(got), len(want))
			}
		})
	}
}

// TestSampleAESRefused: rights systems stay refused, and what the format does not know is named.
func TestSampleAESRefused(t *testing.T) {
	for name, c := range map[string]struct {
		line, dir string
		want      error
	}{
		"FairPlay":        {`#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"`, film, ErrDRM},
		"SAMPLE-AES-CTR":  {`#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="key"`, film, ErrUnsupported},
		"HEVC":            {`#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key"`, "codecs/hevc", ErrUnsupported},
		"MP3":             {`#EXT-X-KEY:METHOD=SAMPLE-AES,URI="key"`, "codecs/mp3", ErrUnsupported},
		"key of no bytes": {`#EXT-X-KEY:METHOD=SAMPLE-AES,URI="data:,"`, film, ErrKey},
	} {
		o := newOrigin(t)
		o.playlist = func(s string) string { return strings.Replace(s, "#EXTINF", c.line+"\n#EXTINF", 1) }
		job := o.job(t)
		job.URL = fmt.Sprintf("%s/%s/index.m3u8", o.URL, c.dir)
		if _, err := Run(t.Context(), job); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
