package capture

import (
	"slices"
	"time"
)

// Made is a text or file that a script of the page put together or took apart: a playlist that came in pieces, enciphered or in
// Base64 is on the wire in no form that could be recognised, but it is handed to the browser, or parsed, in the end.
type Made struct {
	How         MadeBy
	URL         string // of the Blob, if it got one
	ContentType string // as the script says, often empty
	FrameID     string
	Frame       string // URL of the document, or of the worker's script
	Target      Target
	Time        time.Time
	Data        []byte // up to a bound
	Size        int64  // of all of it, in bytes
}

// MadeBy names the function that was called with it, or gave it.
type MadeBy string

// The functions that are listened to.
const (
	MadeBlob MadeBy = "createObjectURL" // URL.createObjectURL(Blob)
	MadeJSON MadeBy = "JSON.parse"
	MadeAtob MadeBy = "atob"
	MadeText MadeBy = "TextDecoder.decode"
	MadeKey  MadeBy = "importKey" // raw AES key of SubtleCrypto.importKey
)

// Buffer is a SourceBuffer of a player that uses Media Source Extensions.
type Buffer struct {
	Type    string `json:"type"` // as in addSourceBuffer: video/mp4; codecs="avc1.4d401e"
	Appends int    `json:"appends"`
	Bytes   int64  `json:"bytes"`
}

// MediaSource is one that a script has made (W3C Media Source Extensions §3): what feeds a player.
type MediaSource struct {
	FrameID string
	Frame   string // URL of the document, or of the worker's script
	Target  Target
	URL     string // of createObjectURL; a worker's has none, its element gets a handle
	Buffers []Buffer
}

// Bytes were appended to it in all.
func (m *MediaSource) Bytes() (n int64) {
	for _, b := range m.Buffers {
		n += b.Bytes
	}
	return n
}

// WithBuffers gives players what feeds them, by the address of their source. Those without an address get what workers feed, in order.
func WithBuffers(players []Player, sources []*MediaSource) []Player {
	players = slices.Clone(players)
	fed := map[*MediaSource]bool{}
	for _, fits := range []func(*Player, *MediaSource) bool{
		func(p *Player, m *MediaSource) bool { return m.URL != "" && m.URL == p.Source },
		func(p *Player, m *MediaSource) bool { return p.Source == "" && m.Target.Kind == "worker" },
	} {
		for i := range players {
			p := &players[i]
			n := slices.IndexFunc(sources, func(m *MediaSource) bool { return !fed[m] && len(m.Buffers) > 0 && fits(p, m) })
			if len(p.Buffers) == 0 && n >= 0 {
				p.Buffers, fed[sources[n]] = slices.Clone(sources[n].Buffers), true
			}
		}
	}
	return players
}
