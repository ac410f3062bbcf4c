// Package hls reads HTTP Live Streaming playlists (RFC 8216 and its successor draft-pantos-hls-rfc8216bis) into the types
// of package manifest.
//
// Content steering (EXT-X-CONTENT-STEERING) makes mirrors of a film's pathways: see ParseSteering. A download asks for the steering manifest
// once, when it reads the playlist, and does not say how fast it is. It is not asked for again after its TTL (RELOAD-URI): that moves players
// about for the sake of the servers' load, while a download that finds one server wanting turns to the next by itself. Pathways that the
// manifest does not list come last; they are not forbidden.
//
// It is the one place that holds github.com/grafov/m3u8. That library panics on some inputs, forgets implicit byte range
// offsets, all but one key of a segment, gaps and definitions, and takes a blank line for an address. So the text is
// normalised and bounded first, the kind of playlist is decided here, the decoder runs under recover, and a catch-all tag
// decoder sees each line in order: what grafov loses is noted there and joined to its segments by ordinal.
package hls

import (
	"errors"
	"fmt"
	"net/url"

	"seine/assemble/internal/address"
	"seine/assemble/manifest"
)

// Limits on what a server may send.
const (
	MaxBytes    = 32 << 20 // one playlist
	MaxLine     = 64 << 10 // one line, after variables are filled in
	MaxSegments = 200_000
	MaxVariants = 256 // and as many renditions
)

// Sentinels of Parse.
var (
	// ErrNotPlaylist: the text is something else; the error says what.
	ErrNotPlaylist = errors.New("not an HLS playlist")
	// ErrFile is a kind of ErrNotPlaylist: a film itself.
	ErrFile = errors.New("a film in a single file")
	// ErrEmpty: a playlist that names no media.
	ErrEmpty = errors.New("there is nothing in it")
	// ErrTooLarge: one of the limits above is exceeded.
	ErrTooLarge = errors.New("too large for a playlist")
	// ErrMalformed: a line breaks the format in a way that would give a wrong film.
	ErrMalformed = errors.New("malformed")
	// ErrAddress: an address is not http or https. In a playlist that is a file itself, other files are no error here: who opens
	// them decides.
	ErrAddress = address.ErrRefused
	// ErrBase: an address is relative, and base is empty.
	ErrBase = address.ErrBase
)

// Parse reads one playlist. base is the address it was finally read from, against which all others resolve. vars are the
// variables of the multivariant playlist that a media playlist may import (EXT-X-DEFINE); nil for none.
//
// Errors wrap ErrNotPlaylist, ErrEmpty, ErrTooLarge, ErrMalformed or ErrAddress. Keys of rights systems are returned, not
// refused: manifest.Usable decides.
func Parse(text []byte, base *url.URL, vars map[string]string) (manifest.Document, error) {
	return Update(text, base, vars, nil)
}

// Update is Parse for a media playlist of which an earlier state is known: an update that leaves out segments (EXT-X-SKIP) takes them from there.
// One that leaves out more than is known is ErrMalformed.
func Update(text []byte, base *url.URL, vars map[string]string, earlier *manifest.Playlist) (manifest.Document, error) {
	if len(text) > MaxBytes {
		return manifest.Document{}, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, len(text), MaxBytes)
	}
	if err := sniff(text); err != nil {
		return manifest.Document{}, err
	}
	n, err := normalize(text, base, vars)
	if err != nil {
		return manifest.Document{}, err
	}
	switch {
	case n.master:
		p, err := decodeMaster(n, base)
		return manifest.Document{Presentation: p}, err
	case n.segments > 0, n.target && !n.ended: // a broadcast may have nothing yet
		p, err := decodeMedia(n, base, earlier)
		return manifest.Document{Playlist: p}, err
	}
	return manifest.Document{}, fmt.Errorf("%w: it has neither segments nor variants", ErrEmpty)
}
