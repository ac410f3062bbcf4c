package assemble

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/decrypt"
	"seine/testdata/media"
)

// fragmented is a job for a playlist of testdata/media/fmp4.
func (o *origin) fragmented(t testing.TB, name string) Job {
	job := o.job(t)
	job.URL = o.URL + "/fmp4/" + name
	return job
}

// filmOf runs a job that must succeed, and returns the film.
func filmOf(t *testing.T, job Job) []byte {
	t.Helper()
	b, err := os.ReadFile(finished(t, job))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// finished runs a job and returns the path of the film.
func finished(t *testing.T, job Job) string {
	t.Helper()
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Warnings) != 0 {
		t.Fatal(err, v.Warnings)
	}
	return job.Output
}

// Picture and sound in playlists of their own, one of them a single file: each section is asked for once.
func TestFragments(t *testing.T) {
	o := newOrigin(t)
	job := o.fragmented(t, "master.m3u8")
	v, err := Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Tracks) != 2 || v.Tracks[0].Codec != "avc1.4d400c" || v.Tracks[0].Width != 320 || v.Tracks[1].SampleRate != 48000 ||
		v.Tracks[1].Language != "en" || len(v.Warnings) != 0 || (v.Duration-8*time.Second).Abs() > 100*time.Millisecond {
		t.Errorf("%+v", v)
	}
	for name, n := range map[string]int{"fmp4/video/init.mp4": 1, "fmp4/video/seg_000.m4s": 1, "fmp4/audio/all.mp4": 4} {
		if o.count(name) != n {
			t.Errorf("%s was asked for %d times, want %d", name, o.count(name), n)
		}
	}
	wantOnly(t, filepath.Dir(job.Output), "film.mp4")
}

// A run that lacks any segment is followed by one to the same packets, with the section fetched again.
func TestFragmentsResume(t *testing.T) {
	o := newOrigin(t)
	want := packets(t, finished(t, o.fragmented(t, "muxed/index.m3u8")))
	for stop := range 4 {
		bad := newOrigin(t)
		bad.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if !strings.HasSuffix(r.URL.Path, "/seg_00"+string(rune('0'+stop))+".m4s") {
				return false
			}
			http.NotFound(w, r)
			return true
		}
		job := bad.fragmented(t, "muxed/index.m3u8")
		if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) {
			t.Fatal(err)
		}
		bad.behave()
		bad.reset()
		if diff := cmp.Diff(want, packets(t, finished(t, job))); diff != "" {
			t.Errorf("without segment %d: %.1000s", stop, diff)
		}
		if n := bad.count("fmp4/muxed/init.mp4"); n != 1 {
			t.Errorf("the section was asked for %d times", n)
		}
	}
}

// encryptFragments serves the muxed film with every segment encrypted, and the section too if initIV is given.
func encryptFragments(o *origin, keyLine, mapKeyLine string, initIV *[16]byte) {
	o.playlist = func(s string) string {
		s = strings.Replace(s, "#EXT-X-MAP", mapKeyLine+"#EXT-X-MAP", 1)
		return strings.Replace(s, "#EXTINF", keyLine+"#EXTINF", 1)
	}
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		name := strings.TrimPrefix(r.URL.Path, "/")
		iv := decrypt.SequenceIV(uint64(name[max(len(name)-5, 0)] - '0'))
		switch {
		case strings.HasSuffix(name, "init.mp4") && initIV != nil:
			iv = *initIV
		case !strings.HasSuffix(name, ".m4s"):
			return false
		}
		b, err := fs.ReadFile(media.FS, name)
		if err != nil {
			return false
		}
		_, _ = w.Write(sealed(b, iv))
		return true
	}
}

func sealed(b []byte, iv [16]byte) []byte {
	block, err := aes.NewCipher(keyBytes("key"))
	if err != nil {
		panic(err)
	}
	pad := 16 - len(b)%16
	b = append(bytes.Clone(b), bytes.Repeat([]byte{byte(pad)}, pad)...)
	cipher.NewCBCEncrypter(block, iv[:]).CryptBlocks(b, b)
	return b
}

func TestFragmentsEncrypted(t *testing.T) {
	o := newOrigin(t)
	want := filmOf(t, o.fragmented(t, "muxed/index.m3u8"))
	const key, keyIV = "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n", "#EXT-X-KEY:METHOD=AES-128,URI=\"key\",IV=0x07070707070707070707070707070707\n"
	seven := [16]byte(bytes.Repeat([]byte{7}, 16))
	for name, c := range map[string]struct {
		key, mapKey string
		iv          *[16]byte
		err         error
	}{
		"section encrypted":              {key, keyIV, &seven, nil},
		"section clear before the key":   {key, "", nil, nil},
		"section clear in spite of it":   {"", key, nil, nil},
		"section encrypted without IV":   {"", key, &seven, ErrContent},
		"section encrypted, other IV":    {key, strings.Replace(keyIV, "0x07", "0x09", 1), &seven, ErrWrongKey},
		"section encrypted, key missing": {key, strings.Replace(keyIV, `"key"`, `"gone"`, 1), &seven, ErrIncomplete},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			encryptFragments(o, c.key, c.mapKey, c.iv)
			job := o.fragmented(t, "muxed/index.m3u8")
			if c.err != nil {
				if _, err := Run(t.Context(), job); !errors.Is(err, c.err) {
					t.Errorf("got %v, want %v", err, c.err)
				}
				return
			}
			if !bytes.Equal(filmOf(t, job), want) {
				t.Error("the film differs")
			}
			if n := o.count("fmp4/muxed/key"); n != 1 {
				t.Errorf("the key was asked for %d times", n)
			}
		})
	}
}

// What can be wrong with a section is told, and no segment of a protected film is fetched.
func TestFragmentsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(init []byte) []byte
		want   error
		says   string
	}{
		"DRM":  {func(b []byte) []byte { return bytes.ReplaceAll(b, []byte("avc1"), []byte("encv")) }, ErrDRM, "an unnamed rights system"},
		"HTML": {func([]byte) []byte { return []byte("<html>") }, ErrIncomplete, "its initialization section (EXT-X-MAP): not media: the server answered with an HTML page"},
		"cut":  {func(b []byte) []byte { return b[:len(b)-9] }, ErrIncomplete, "without an initialization section"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if !strings.HasSuffix(r.URL.Path, "init.mp4") {
					return false
				}
				b, err := fs.ReadFile(media.FS, strings.TrimPrefix(r.URL.Path, "/"))
				if err != nil {
					return false
				}
				_, _ = w.Write(c.change(b))
				return true
			}
			_, err := Run(t.Context(), o.fragmented(t, "video/index.m3u8"))
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.says)
			}
			if n := o.count("fmp4/video/seg_000.m4s"); n != 0 {
				t.Errorf("a segment was fetched %d times", n)
			}
		})
	}
}
