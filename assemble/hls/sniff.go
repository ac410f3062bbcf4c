package hls

import (
	"bytes"
	"fmt"
)

// Begins reports whether text begins as a playlist does.
func Begins(text []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n"), []byte("#EXT"))
}

// sniff tells a playlist from the things that servers answer in its place.
func sniff(text []byte) error {
	if Begins(text) {
		return nil
	}
	head := bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	if len(head) == 0 {
		return fmt.Errorf("%w: the server answered with no text at all (%d bytes)", ErrEmpty, len(text))
	}
	switch what := Describe(text); what {
	case "an MP4 file", "a WebM file", "an MPEG transport stream":
		return fmt.Errorf("%w: the server answered with %s, %w", ErrNotPlaylist, what, ErrFile)
	default:
		return fmt.Errorf("%w: the server answered with %s", ErrNotPlaylist, what)
	}
}

const dashManifest = "a DASH manifest"

var signatures = []struct {
	prefix, name string
}{
	{"<!doctype html", "an HTML page"},
	{"<html", "an HTML page"},
	{"<mpd", dashManifest},
	{"{", "JSON"},
	{"[", "JSON"},
	{"\x00\x00\x00", "an MP4 file"},
	{"\x1f\x8b", "gzip data"},
	{"\x89png", "a PNG image"},
	{"\xff\xd8\xff", "a JPEG image"},
	{"\x1a\x45\xdf\xa3", "a WebM file"},
	{"#", "a text file that is no HLS playlist"},
}

// IsText reports whether some bytes are text, as a playlist is: no control characters but line ends and tabs.
func IsText(b []byte) bool { return printable(bytes.TrimPrefix(b, []byte("\ufeff"))) }

// Describe names what some bytes look like, for error messages: "an HTML page", "JSON", "an MP4 file".
func Describe(b []byte) string {
	head := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\ufeff")), " \t\r\n")
	if len(head) > 1024 {
		head = head[:1024]
	}
	lower := bytes.ToLower(head)
	for _, s := range signatures {
		if bytes.HasPrefix(lower, []byte(s.prefix)) {
			return s.name
		}
	}
	switch {
	case len(head) == 0:
		return "nothing"
	case head[0] == 0x47 && !printable(head):
		return "an MPEG transport stream"
	case bytes.HasPrefix(lower, []byte("<")) && bytes.Contains(lower, []byte("<mpd")):
		return dashManifest
	case bytes.HasPrefix(lower, []byte("<")) && bytes.Contains(lower, []byte("<html")):
		return "an HTML page"
	case bytes.HasPrefix(lower, []byte("<")):
		return "XML"
	case printable(head):
		return "text"
	}
	return "binary data"
}

func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}
