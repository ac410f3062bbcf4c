package mpegts

import (
	"errors"
	"fmt"
)

// Errors of the demuxer. A damaged stream is no error: damage is counted in Stats, and what remains is delivered.
var (
	// ErrNotTS says that the bytes are no MPEG-2 transport stream; the text says what they look like.
	ErrNotTS = errors.New("not an MPEG-2 transport stream")
	// ErrNoProgram says that packets are there, but no PAT and PMT that name the streams.
	ErrNoProgram = errors.New("transport stream without PAT and PMT")
	// ErrState says that a saved state cannot be read.
	ErrState = errors.New("mpegts: damaged saved state")
)

// UnsupportedError names an elementary stream that cannot be carried over yet.
type UnsupportedError struct {
	StreamType uint8 // stream_type of ISO/IEC 13818-1 Table 2-34
	Name       string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s (stream type 0x%02x) is not supported yet", e.Name, e.StreamType)
}
