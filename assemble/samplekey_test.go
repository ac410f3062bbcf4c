package assemble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seine/assemble/codec/aac"
	"seine/assemble/codec/ac3"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/demux/packed/packedtest"
	clips "seine/testdata/media"
)

// sealedFilm is the film of testdata/media under SAMPLE-AES, from segment other on with another key than the playlist names.
func sealedFilm(t *testing.T, other int) map[string][]byte {
	t.Helper()
	t.Cleanup(func() { sampleKid = "key" })
	files, w, list := map[string][]byte{"key": keyBytes("key")}, &tstest.Writer{}, [][]byte(nil)
	for i := range segments {
		if i == other {
			sampleKid = "other"
		}
		b, err := fs.ReadFile(clips.FS, seg(i))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, sealTS(t, w, b, 0xdb, 0xcf))
	}
	sampleKid = "key"
	playlistOf(list, 24, "film", files, sampleKey)
	return files
}

// soundOf is one of testdata/media/packed, sealed as SAMPLE-AES has it or clear.
func soundOf(t *testing.T, name string, seal bool) *packedtest.Stream {
	t.Helper()
	b, err := fs.ReadFile(clips.FS, "packed/"+name)
	if err != nil {
		t.Fatal(err)
	}
	s := &packedtest.Stream{Ticks: 1920, Per: 1}
	if name != "sound.aac" {
		s.Ticks = 2880
	}
	for rest := b; len(rest) > 0; {
		n, clear := 0, 16
		if name == "sound.aac" {
			h, _ := aac.ParseADTS(rest)
			n, clear = h.Frame, h.Size+16
		} else {
			h, _ := ac3.Parse(rest)
			n = h.Frame
		}
		s.Starts = append(s.Starts, len(s.Data))
		frame := rest[:n]
		if seal {
			frame = sealFrame(frame, clear)
		}
		s.Data = append(s.Data, frame...)
		rest = rest[n:]
	}
	return s
}

// sealedSound is a film of it, under SAMPLE-AES.
func sealedSound(t *testing.T, name string) map[string][]byte {
	t.Helper()
	s := soundOf(t, name, true)
	files := map[string][]byte{"key": keyBytes("key")}
	playlistOf(s.Segments(8000, 90_000, packedtest.Tag), 4, "film", files, sampleKey)
	return files
}

// apart is picture and sound in playlists of their own, under one key.
func apart(t *testing.T) map[string][]byte {
	t.Helper()
	read := func(name string) []byte {
		b, err := fs.ReadFile(clips.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	all := read("fmp4/audio/all.mp4")
	at := bytes.Index(all, []byte("moof")) - 4
	sound := [][]byte{all[:at]}
	for at < len(all) {
		end := bytes.Index(all[at+8:], []byte("moof")) + at + 4
		if end < at+4 {
			end = len(all)
		}
		sound, at = append(sound, all[at:end]), end
	}
	files := map[string][]byte{"key": keyBytes("key")}
	for name, parts := range map[string][][]byte{
		"video": {read("fmp4/video/init.mp4"), read("fmp4/video/seg_000.m4s"), read("fmp4/video/seg_001.m4s"), read("fmp4/video/seg_002.m4s"), read("fmp4/video/seg_003.m4s")},
		"audio": sound,
	} {
		c, each := &commonEncryption{scheme: "cbcs"}, 8/float64(len(parts)-1)
		files[name+"/init.mp4"] = c.init(parts[0])
		text := "#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI=\"init.mp4\"\n" + strings.Replace(keyLine, "key\"", "../key\"", 1)
		for i, b := range parts[1:] {
			files[fmt.Sprint(name, "/", i)] = c.segment(b, map[uint32]bool{1: name == "audio"}, false)
			text += fmt.Sprintf("#EXTINF:%.3f,\n%d\n", each, i)
		}
		files[name+"/list.m3u8"] = []byte(text + "#EXT-X-ENDLIST\n")
	}
	files["film.m3u8"] = []byte("#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"a\",DEFAULT=YES,URI=\"audio/list.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=100000,AUDIO=\"a\"\nvideo/list.m3u8\n")
	return files
}

// TestWrongSampleKey: samples have no padding, so a wrong key is known by what their sound looks like. Nothing is left of the film.
func TestWrongSampleKey(t *testing.T) {
	for name, files := range map[string]func(*testing.T) map[string][]byte{
		"transport stream": func(t *testing.T) map[string][]byte { return sealedFilm(t, segments) },
		"AAC":              func(t *testing.T) map[string][]byte { return sealedSound(t, "sound.aac") },
		"AC-3":             func(t *testing.T) map[string][]byte { return sealedSound(t, "sound.ac3") },
		"Enhanced AC-3":    func(t *testing.T) map[string][]byte { return sealedSound(t, "sound.eac3") },
		"cbcs":             func(t *testing.T) map[string][]byte { return (&commonEncryption{scheme: "cbcs"}).muxed(t, keyLine) },
		"cenc": func(t *testing.T) map[string][]byte {
			return (&commonEncryption{scheme: "cenc", sample: 8}).muxed(t, ctrLine)
		},
		"apart": apart,
		"cbcs with a vector": func(t *testing.T) map[string][]byte {
			return (&commonEncryption{scheme: "cbcs", sample: 16}).muxed(t, keyLine)
		},
	} {
		for _, gaps := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, gaps %v", name, gaps), func(t *testing.T) {
				right := files(t)
				job := newOrigin(t).serving(t, right)
				if v, err := Run(t.Context(), job); err != nil || len(v.Warnings) > 0 {
					t.Fatal("the right key: ", err, v.Warnings)
				}
				right["key"] = keyBytes("wrong")
				job = newOrigin(t).serving(t, right)
				job.AllowGaps = gaps
				v, err := Run(t.Context(), job)
				if !errors.Is(err, ErrWrongKey) || v.Finished {
					t.Errorf("%+v, %v", v, err)
				}
				if left, _ := os.ReadDir(filepath.Dir(job.Output)); len(left) > 0 {
					t.Errorf("left: %v", left)
				}
			})
		}
	}
}

// TestSampleKeyChanges: segments under another key than the playlist says are missing.
func TestSampleKeyChanges(t *testing.T) {
	job := newOrigin(t).serving(t, sealedFilm(t, 7))
	v, err := Run(t.Context(), job)
	if !errors.Is(err, ErrIncomplete) || !errors.Is(err, ErrWrongKey) || v.Finished || len(v.Missing) != segments-7 {
		t.Errorf("%v, %+v", err, v.Missing)
	}
}

// TestSampleKeyRenewed: a key that fits nothing any more is a reason to ask for new addresses.
func TestSampleKeyRenewed(t *testing.T) {
	files, o := sealedFilm(t, segments), newOrigin(t)
	job := o.serving(t, files)
	want := filmOf(t, job)
	old := files["film.m3u8"]
	files["old"], files["film.m3u8"] = keyBytes("wrong"), bytes.Replace(old, []byte(`URI="key"`), []byte(`URI="old"`), 1)
	again := newOrigin(t)
	job = again.serving(t, files)
	job.Manifest = files["film.m3u8"]
	job.Refresh = func(context.Context) (Source, error) {
		return Source{URL: job.URL, Manifest: old, Client: job.Client}, nil
	}
	v, err := Run(t.Context(), job)
	if err != nil || v.Renewals != 1 {
		t.Fatalf("%v, %+v", err, v)
	}
	if got, _ := os.ReadFile(job.Output); !bytes.Equal(got, want) {
		t.Error("the film differs")
	}
}
