package hls

import (
	"bytes"
	"fmt"

	"github.com/grafov/m3u8"
)

// watcher is the catch-all decoder: grafov hands it every line, in order, before it looks at the line itself. note may
// not keep an error to itself; it stores the first and ignores the rest.
type watcher struct {
	note func(line string)
	seen seenTag
}

type seenTag struct{}

func (seenTag) TagName() string       { return "" }
func (seenTag) Encode() *bytes.Buffer { return nil }
func (seenTag) String() string        { return "" }

// TagName is the prefix of every line.
func (w *watcher) TagName() string { return "" }

// SegmentTag is false: grafov attaches such tags to one segment only, by rules of its own.
func (w *watcher) SegmentTag() bool { return false }

// Decode notes the line. It never fails: grafov reads the name of the tag it returns even then.
func (w *watcher) Decode(line string) (m3u8.CustomTag, error) {
	w.note(line)
	return w.seen, nil
}

// grafovDecode runs the decoder in its lax mode. Its known panics cannot be reached with normalised text; an unknown one
// must not end the program.
func grafovDecode(p m3u8.Playlist, text []byte, note func(line string)) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: the decoder gave up: %v", ErrMalformed, r)
		}
	}()
	p = p.WithCustomDecoders([]m3u8.CustomDecoder{&watcher{note: note}})
	return p.Decode(*bytes.NewBuffer(text), false) // DecodeFrom would copy it first
}
