package mpa

import (
	"errors"
	"fmt"
	"os/exec"
	"testing"
)

// TestAgainstFFmpeg walks through what encoders write: each header leads to the next.
func TestAgainstFFmpeg(t *testing.T) {
	for _, c := range []struct {
		codec          string
		rate, channels int
		bitrate        string
		layer          uint8
		samples        int
		object         string
	}{
		{"libmp3lame", 44100, 2, "128k", 3, 1152, "mp4a.6b"},
		{"libmp3lame", 48000, 1, "64k", 3, 1152, "mp4a.6b"},
		{"libmp3lame", 24000, 2, "64k", 3, 576, "mp4a.69"},
		{"libmp3lame", 11025, 1, "16k", 3, 576, "mp4a.69"},
		{"mp2", 32000, 2, "128k", 2, 1152, "mp4a.6b"},
		{"mp2", 22050, 1, "64k", 2, 1152, "mp4a.69"},
	} {
		t.Run(fmt.Sprint(c.codec, c.rate), func(t *testing.T) {
			es, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", fmt.Sprint("sine=d=1:r=", c.rate), "-c:a", c.codec,
				"-ac", fmt.Sprint(c.channels), "-b:a", c.bitrate, "-write_xing", "0", "-id3v2_version", "0", "-f", "mp3", "-").Output()
			if c.codec == "mp2" {
				es, err = exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", fmt.Sprint("sine=d=1:r=", c.rate), "-c:a", c.codec,
					"-ac", fmt.Sprint(c.channels), "-b:a", c.bitrate, "-f", "mp2", "-").Output()
			}
			if err != nil {
				t.Fatal(err)
			}
			frames := 0
			for ; len(es) >= HeaderSize; frames++ {
				h, err := Parse(es)
				if err != nil || h.Layer != c.layer || h.SampleRate != c.rate || h.Channels != c.channels || h.Samples != c.samples {
					t.Fatalf("frame %d: %+v, %v", frames, h, err)
				}
				if h.Codec().String() != c.object {
					t.Fatal(h.Codec())
				}
				if again, err := Codec(int64(h.Layer), int64(h.SampleRate), int64(h.Channels)); err != nil || !again.Equal(h.Codec()) {
					t.Fatal(again, err)
				}
				es = es[min(h.Frame, len(es)):]
			}
			if least := c.rate / c.samples; frames < least || frames > least+4 {
				t.Errorf("%d frames, want %d", frames, least)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, b := range []string{"", "\xff\xfb\x90", "\xff\xf1\x90\x00", "\xff\xfb\x00\x00", "\xff\xfb\xf0\x00", "\xff\xfb\x9c\x00", "\xff\xeb\x90\x00"} {
		if h, err := Parse([]byte(b)); !errors.Is(err, ErrSync) {
			t.Errorf("%x: %+v", b, h)
		}
	}
	if _, err := Codec(4, 44100, 2); !errors.Is(err, ErrSync) {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\xff\xfb\x90\x00"))
	f.Add([]byte("\xff\xe3\x18\xc0"))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := Parse(b)
		if err == nil && (h.Frame < HeaderSize || h.Frame > 1<<12 || h.SampleRate < 8000 || h.Samples < 384) {
			t.Fatalf("%+v", h)
		}
	})
}
