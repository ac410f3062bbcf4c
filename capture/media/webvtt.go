package media

import (
	"bytes"
	"regexp"
	"strings"
)

var cueOfPicture = regexp.MustCompile(`(?i)(#xywh=(pixel:|percent:)?\d+,\d+,\d+,\d+|\.(jpe?g|png|webp|gif|bif|avif)(\?\S*)?)\s*$`)

// isThumbnails tells a WebVTT file whose cues are pictures (Media Fragments URI §4.2.2) by its first cues: those of players'
// progress bars.
func isThumbnails(head []byte) bool {
	pictures, cue := 0, false
	for line := range strings.Lines(string(head[:min(len(head), 4096)])) {
		line = strings.TrimSpace(line)
		switch {
		case strings.Contains(line, "-->"):
			cue = true
		case cue && cueOfPicture.MatchString(line):
			pictures++
			cue = false
		case cue && line != "":
			return false // words
		}
	}
	return pictures > 0
}

var subRip = regexp.MustCompile(`^\d+[ \t]*\r?\n\d{1,2}:\d\d:\d\d[,.]\d{1,3} --> \d{1,2}:\d\d:\d\d`)

func isSubRip(text []byte) bool {
	return bytes.Contains(text[:min(len(text), 64)], []byte(" --> ")) && subRip.Match(text[:min(len(text), 128)])
}

// LanguageOf is the language that a TTML file says it is in (xml:lang on its root), "" for any other text.
func LanguageOf(text []byte) (language string) {
	if byRoot(bytes.TrimLeft(text, " \t\r\n")).Kind != Subtitles {
		return ""
	}
	eachTag(text, func(t tag) bool {
		language = t.attr("lang")
		return false
	})
	return language
}
