package aac

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/media"
)

func frame(crc bool) []byte { return tstest.Frame(rand.New(rand.NewPCG(1, 2)), 300, crc) }

func TestParseADTS(t *testing.T) {
	for _, c := range []struct {
		name string
		b    []byte
		want Header
		err  error
	}{
		{"seven bytes", frame(false), Header{ObjectType: 2, RateIndex: 3, ChannelCfg: 2, Size: 7, Frame: 307, Blocks: 1}, nil},
		{"nine bytes", frame(true), Header{ObjectType: 2, RateIndex: 3, ChannelCfg: 2, Size: 9, Frame: 309, Blocks: 1}, nil},
		{"44.1 kHz mono", []byte{0xff, 0xf1, 0x50, 0x40, 0x02, 0x1f, 0xfc}, Header{ObjectType: 2, RateIndex: 4, ChannelCfg: 1, Size: 7, Frame: 16, Blocks: 1}, nil},
		{"MP3", []byte{0xff, 0xfb, 0x90, 0x64, 0, 0, 0}, Header{}, ErrSync},
		{"short", frame(false)[:6], Header{}, ErrSync},
		{"empty frame", []byte{0xff, 0xf1, 0x50, 0x40, 0, 0xff, 0xfc}, Header{}, ErrSync},
		{"reserved rate", []byte{0xff, 0xf1, 0x7c, 0x40, 0x02, 0x1f, 0xfc}, Header{}, ErrSync},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseADTS(c.b)
			if !errors.Is(err, c.err) {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestHeaderCodec(t *testing.T) {
	h, err := ParseADTS(frame(false))
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Codec()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(&media.AAC{AudioSpecificConfig: []byte{0x11, 0x90}, ObjectType: 2, SampleRate: 48000, Channels: 2}, got); d != "" {
		t.Error(d)
	}
	if got.String() != "mp4a.40.2" {
		t.Error(got)
	}
	for _, h := range []Header{{ObjectType: 2, RateIndex: 3, Blocks: 1}, {ObjectType: 2, RateIndex: 3, ChannelCfg: 2, Blocks: 3}} {
		if _, err := h.Codec(); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%+v: %v", h, err)
		}
	}
}

func TestConfigRefused(t *testing.T) {
	for _, b := range [][]byte{nil, {0x11}, {0, 0}, {0xf9, 0x90}, {0x17, 0x90}, {0x11, 0x80}, make([]byte, 300)} {
		if c, err := Codec(b); !errors.Is(err, ErrConfig) {
			t.Errorf("%x: %+v, %v", b, c, err)
		}
	}
}

func FuzzADTS(f *testing.F) {
	f.Add(frame(false))
	f.Add(frame(true))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := ParseADTS(b)
		if err != nil {
			return
		}
		if h.Frame <= h.Size || h.Frame > MaxFrame || h.SampleRate() < 7350 {
			t.Fatalf("%+v", h)
		}
		if c, err := h.Codec(); err == nil && (c.Channels < 1 || c.SampleRate != h.SampleRate()) {
			t.Fatalf("%+v from %+v", c, h)
		}
	})
}
