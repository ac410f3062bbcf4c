package webm

import (
	"bytes"
	"fmt"
	"strings"

	"seine/assemble/demux/fmp4"
	"seine/assemble/ebml"
	"seine/assemble/media"
)

// head is what stands in front of the clusters.
type head struct {
	scale   int64 // nanoseconds of a tick of block times (RFC 9559 §11.1)
	entries []trackEntry
	others  []string
}

// trackEntry is one track (RFC 9559 §5.1.4.1).
type trackEntry struct {
	number  uint64
	track   media.Track
	codec   media.Codec // nil until the first key picture tells
	coding  string      // CodecID
	private []byte
	delay   int64 // nanoseconds of sound that are not played, in front (CodecDelay)
	frame   int64 // nanoseconds of a frame (DefaultDuration), 0 when not said
	width   int
	height  int
	rate    float64
	sounds  int // channels
	place   int // among the demuxer's tracks
}

const usualScale = 1_000_000

// parseHead reads Info and Tracks, wherever they stand.
func parseHead(b []byte) (*head, error) {
	h := &head{scale: usualScale}
	found := false
	err := top(b, func(e ebml.Element) error {
		switch e.ID {
		case ebml.Info:
			return ebml.Each(e.Data, func(e ebml.Element) error {
				if n := e.Uint(); e.ID == ebml.TimestampScale && n > 0 && n <= 1e9 {
					h.scale = int64(n)
				}
				return nil
			})
		case ebml.Tracks:
			found = true
			return ebml.Each(e.Data, h.track)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, ErrNoInit
	}
	return h, nil
}

// top calls f for the elements on the level of Info, up to the first cluster.
func top(b []byte, f func(ebml.Element) error) error {
	for len(b) > 0 {
		e, rest, err := ebml.Next(b)
		if err != nil {
			return damaged("%v", err)
		}
		if e.ID == ebml.Cluster {
			return nil
		}
		if e.ID == ebml.Segment {
			b = b[len(b)-len(e.Data)-len(rest):]
			continue
		}
		if err := f(e); err != nil {
			return err
		}
		b = rest
	}
	return nil
}

// track reads a TrackEntry.
func (h *head) track(e ebml.Element) error {
	if e.ID != ebml.TrackEntry {
		return nil
	}
	t := trackEntry{}
	kind := uint64(0)
	err := ebml.Each(e.Data, func(e ebml.Element) error {
		switch e.ID {
		case ebml.TrackNumber:
			t.number = e.Uint()
		case ebml.TrackType:
			kind = e.Uint()
		case ebml.CodecID:
			t.coding = name(e.Data)
		case ebml.CodecPrivate:
			t.private = bytes.Clone(e.Data)
		case ebml.CodecDelay:
			t.delay = bounded(e.Uint())
		case ebml.DefaultDuration:
			t.frame = bounded(e.Uint())
		case ebml.Language:
			if t.track.Language == "" {
				t.track.Language = name(e.Data)
			}
		case ebml.LanguageBCP47:
			t.track.Language = name(e.Data)
		case ebml.ContentEncodings:
			return encoded(e)
		case ebml.Video, ebml.Audio:
			return ebml.Each(e.Data, t.shape)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return h.add(t, kind)
}

// shape reads what Video and Audio hold.
func (t *trackEntry) shape(e ebml.Element) error {
	switch e.ID {
	case ebml.PixelWidth:
		t.width = int(min(e.Uint(), 0xffff))
	case ebml.PixelHeight:
		t.height = int(min(e.Uint(), 0xffff))
	case ebml.SamplingFrequency:
		t.rate = e.Float()
	case ebml.Channels:
		t.sounds = int(min(e.Uint(), 255))
	}
	return nil
}

// encoded refuses what is encrypted (RFC 9559 §5.1.4.1.31.6; the WebM encryption of Widevine) or compressed.
func encoded(e ebml.Element) error {
	if bytes.Contains(e.Data, ebml.AppendID(nil, ebml.ContentEncryption)) {
		return &fmp4.ProtectedError{System: "WebM encryption"}
	}
	return &fmp4.UnsupportedError{Name: "WebM with compressed tracks"}
}

func (h *head) add(t trackEntry, kind uint64) error {
	switch kind {
	case ebml.TypeVideo:
		t.track.Kind = media.Video
	case ebml.TypeAudio:
		t.track.Kind = media.Audio
	default:
		h.others = append(h.others, t.coding)
		return nil
	}
	if len(h.entries) == maxTracks {
		return damaged("more than %d tracks", maxTracks)
	}
	if t.track.Language == "und" {
		t.track.Language = ""
	}
	make, ok := codings[t.coding]
	if !ok {
		return &fmp4.UnsupportedError{Name: fmt.Sprintf("%q in WebM", t.coding)}
	}
	if err := make(&t); err != nil {
		return err
	}
	if t.track.Timescale == 0 {
		t.track.Timescale = media.Clock
	}
	h.entries = append(h.entries, t)
	return nil
}

// name makes remote bytes fit to be shown.
func name(b []byte) string {
	b = bytes.TrimRight(b[:min(len(b), 64)], "\x00")
	return strings.Map(func(c rune) rune {
		if c < ' ' || c > '~' {
			return '?'
		}
		return c
	}, string(b))
}

// bounded is a number of nanoseconds that makes sense, else 0.
func bounded(n uint64) int64 {
	if n > 60e9 {
		return 0
	}
	return int64(n)
}
