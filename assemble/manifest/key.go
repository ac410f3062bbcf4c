package manifest

import (
	"errors"
	"fmt"
	"strings"
)

// ErrDRM marks media that a rights system protects. It is refused, always; the error's text names the system.
var ErrDRM = errors.New("protected by DRM")

// ErrUnsupported marks media that is legal to have and that this version cannot yet put together.
var ErrUnsupported = errors.New("not supported yet")

// The encryption methods of RFC 8216 §4.3.2.4 and its successor.
const (
	MethodNone      = "NONE"
	MethodAES128    = "AES-128"
	MethodSampleAES = "SAMPLE-AES"
	MethodSampleCTR = "SAMPLE-AES-CTR"
)

// Identity is the key format of a key that is served in the clear (RFC 8216 §4.3.2.4).
const Identity = "identity"

// Key says how a segment is encrypted and where its key is.
type Key struct {
	Method string
	// URL is absolute: http, https, data: for short keys, or a rights system's own scheme.
	URL string
	// IV is nil when it follows from the media sequence number.
	IV *[16]byte
	// Format is the KEYFORMAT, never empty: Identity where none was stated.
	Format string
}

// OfSamples reports whether the samples of a segment are encrypted, not the segment as a whole.
func (k *Key) OfSamples() bool { return k.Method == MethodSampleAES || k.Method == MethodSampleCTR }

// System returns the name of the rights system that owns the key, or "" for a plain key.
func (k *Key) System() string {
	format := strings.ToLower(k.Format)
	scheme, _, _ := strings.Cut(strings.ToLower(k.URL), ":")
	switch {
	case format == "com.apple.streamingkeydelivery", scheme == "skd":
		return "FairPlay"
	case strings.HasPrefix(format, "com.apple.fps"):
		return "FairPlay"
	case format == "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", strings.Contains(format, "widevine"):
		return "Widevine"
	case format == "com.microsoft.playready", format == "urn:uuid:9a04f079-9840-4286-ab92-e65be0885f95":
		return "PlayReady"
	case format == "org.w3.clearkey", format == "urn:uuid:1077efec-c0b2-4d02-ace3-3c1e52e2fb4b":
		return "ClearKey (EME)"
	case format == "urn:uuid:3ea8778f-7742-4bf9-b18b-e834b2acbd47":
		return "ClearKey (SAMPLE-AES)"
	case format != "" && format != Identity:
		return "the key system " + quoteShort(k.Format)
	}
	return ""
}

// Usable picks the key that this program can use from the alternatives of a segment: nil for clear media. The error is
// ErrDRM when only rights systems know the key, and ErrUnsupported for a method that is plain but unknown to us.
func Usable(keys []Key) (*Key, error) {
	var drm, unsupported error
	for i := range keys {
		k := &keys[i]
		switch name := k.System(); {
		case k.Method == MethodNone:
		case name != "":
			drm = fmt.Errorf("%w: %s (METHOD=%s)", ErrDRM, name, quoteShort(k.Method))
		case k.Method == MethodAES128, k.OfSamples():
			return k, nil
		default:
			unsupported = fmt.Errorf("encryption by METHOD=%s, even with a plain key, is %w", quoteShort(k.Method), ErrUnsupported)
		}
	}
	if unsupported != nil {
		return nil, unsupported
	}
	return nil, drm
}

func quoteShort(s string) string {
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return fmt.Sprintf("%q", s)
}
