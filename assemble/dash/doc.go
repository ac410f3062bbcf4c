// Package dash reads MPEG-DASH manifests (MPD, ISO/IEC 23009-1:2022) into the types of package manifest.
//
// A representation of the picture becomes a variant, an adaptation set of sound or text a rendition: its best representation. Periods
// follow one another with a discontinuity between; the representations of later ones are found by role, language and codec. What an element
// does not say, the elements around it do (§5.3.7, §5.3.9.1). Sets for trick play and thumbnails are left alone, EventStream and metrics too;
// xlink, early available periods and representations that need others are refused by name.
package dash

import (
	"errors"
	"fmt"
	"net/url"

	"seine/assemble/internal/xmlbound"
	"seine/assemble/manifest"
)

// Limits on what a server may send.
const (
	MaxBytes    = 32 << 20 // one MPD
	MaxSegments = 200_000  // of one representation
	maxSets     = 256      // adaptation sets in all
	maxOptions  = 512      // representations in all
	maxPeriods  = 2000
	maxBases    = 4 // alternatives of one address
	maxDepth    = 64
	maxElements = 500_000
)

// Sentinels of Parse and of what lists segments.
var (
	// ErrTooLarge: one of the limits above is exceeded.
	ErrTooLarge = errors.New("too large for a manifest")
	// ErrMalformed: an element breaks the format in a way that would give a wrong film.
	ErrMalformed = errors.New("malformed")
	// ErrEmpty: no media is named.
	ErrEmpty = errors.New("there is nothing in it")
)

// Is reports whether some text is an MPD: its first element is called so, whatever its namespace.
func Is(text []byte) bool {
	return xmlbound.Root(text[:min(len(text), 4096)]) == "MPD"
}

// Parse reads an MPD that was finally read from base. Errors wrap ErrTooLarge, ErrMalformed, ErrEmpty or manifest.ErrUnsupported. What a rights
// system protects is returned with its keys, not refused: manifest.Usable decides.
func Parse(text []byte, base *url.URL) (*manifest.Presentation, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrTooLarge, len(text), MaxBytes)
	}
	m, err := decode(text)
	if err != nil {
		return nil, err
	}
	p, err := m.present(base)
	if err != nil {
		return nil, err
	}
	return p, nil
}

// decode reads the elements.
func decode(text []byte) (*mpd, error) {
	in := xmlbound.New(text, maxDepth, maxElements)
	m := &mpd{}
	if err := in.Decoder().Decode(m); err != nil {
		if errors.Is(err, xmlbound.ErrTooLarge) {
			return nil, fmt.Errorf("%w: %w", ErrTooLarge, err)
		}
		return nil, fmt.Errorf("%w: %w, at %s", ErrMalformed, err, in.At())
	}
	switch {
	case len(m.Periods) == 0:
		return nil, fmt.Errorf("%w: it has no Period", ErrEmpty)
	case len(m.Periods) > maxPeriods:
		return nil, fmt.Errorf("%w: %d periods, the limit is %d", ErrTooLarge, len(m.Periods), maxPeriods)
	}
	return m, nil
}
