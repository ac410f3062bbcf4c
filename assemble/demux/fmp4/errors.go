package fmp4

import (
	"errors"
	"fmt"
)

// Errors of the demuxer. Unlike a transport stream, a damaged fragment cannot be used in part: its tables say where all is.
var (
	// ErrDamaged says that boxes contradict themselves or each other; the text says which.
	ErrDamaged = errors.New("damaged fragmented mp4")
	// ErrNoInit says that neither an initialization section nor the segment itself describes the tracks.
	ErrNoInit = errors.New("fragmented mp4 without an initialization section (EXT-X-MAP)")
	// ErrState says that a saved state cannot be read.
	ErrState = errors.New("fmp4: damaged saved state")
)

// ProtectedError is media that a rights system has encrypted (ISO/IEC 23001-7).
type ProtectedError struct{ System string }

func (e *ProtectedError) Error() string {
	return fmt.Sprintf("it is protected by %s", e.System)
}

// UnsupportedError is media that is legal to have and that cannot be taken apart.
type UnsupportedError struct{ Name string }

func (e *UnsupportedError) Error() string { return e.Name + " is not supported yet" }

// named is e, or a new error, with the first system that has a name.
func (e *ProtectedError) named(system string) *ProtectedError {
	if e == nil || e.System == unnamed {
		return &ProtectedError{System: system}
	}
	return e
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}
