package webvtt

import (
	"html"
	"strings"

	"seine/assemble/subs"
)

// styles are the tags that mean style (§3.5); other tags, of classes, voices, languages and ruby, are left out and their text stays.
var styles = map[string]subs.Style{"b": subs.Bold, "i": subs.Italic, "u": subs.Underline}

// parseText reads the text of a cue.
func parseText(text string) (runs []subs.Run) {
	var depth [3]int // of b, i, u
	for text != "" {
		if text[0] != '<' {
			end := strings.IndexByte(text, '<')
			if end < 0 {
				end = len(text)
			}
			runs = append(runs, subs.Run{Text: html.UnescapeString(text[:end]), Style: styleOf(depth)})
			text = text[end:]
			continue
		}
		tag, rest, closed := strings.Cut(text[1:], ">")
		if !closed { // the tag goes on to the end (§6.4)
			break
		}
		text = rest
		count(&depth, tag)
	}
	return runs
}

// count enters or leaves a tag such as "b.loud" or "/b".
func count(depth *[3]int, tag string) {
	tag, ends := strings.CutPrefix(tag, "/")
	if i := strings.IndexAny(tag, ". \t\n"); i >= 0 {
		tag = tag[:i]
	}
	s, ok := styles[tag]
	if !ok {
		return
	}
	for i := range depth {
		switch {
		case s != 1<<i:
		case !ends:
			depth[i]++
		case depth[i] > 0:
			depth[i]--
		}
	}
}

func styleOf(depth [3]int) (s subs.Style) {
	for i, n := range depth {
		if n > 0 {
			s |= 1 << i
		}
	}
	return s
}

// Runs reads the text of a cue, as a sample of mp4 holds it (ISO/IEC 14496-30 §7.4).
func Runs(text string) []subs.Run {
	return subs.Tidy(parseText(strings.ToValidUTF8(strings.ReplaceAll(text, "\r", "\n"), "\ufffd")))
}

// Settings keeps of cue settings what this package understands.
func Settings(text string) string { return cleanSettings(text) }
