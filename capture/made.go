package capture

import "time"

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
