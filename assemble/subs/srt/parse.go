package srt

import (
	"bytes"
	"regexp"

	"seine/assemble/subs"
	"seine/assemble/subs/webvtt"
)

var first = regexp.MustCompile(`^\s*\d{1,9}[ \t]*\r?\n\s*\d{1,3}:\d\d:\d\d[,.]\d{1,3} *--> *\d`)

// Is reports whether a text begins with a number and times, as SubRip does.
func Is(text []byte) bool {
	return first.Match(bytes.TrimPrefix(text[:min(len(text), 256)], []byte("\xef\xbb\xbf")))
}

// Parse reads a file; dropped counts the cues that cannot be understood. WebVTT was made of SubRip: what its reader forgives is all the
// difference. Errors are those of webvtt.Parse.
func Parse(text []byte) (list []subs.Cue, dropped int, err error) {
	f, err := webvtt.Parse(append([]byte("WEBVTT\n\n"), bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))...))
	if err != nil {
		return nil, 0, err
	}
	return f.Cues, f.Dropped, nil
}
