// Package srt writes SubRip files. There is no standard; what is written here is what players agree on: UTF-8, numbers from 1,
// milliseconds behind a comma, and i, b and u as in HTML.
package srt

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"seine/assemble/subs"
)

// Write appends nothing but cues, which are in order.
func Write(list []subs.Cue) []byte {
	var b bytes.Buffer
	for i := range list {
		c := &list[i]
		start := max(subs.Milliseconds(c.Start), 0)
		fmt.Fprintf(&b, "%d\n%s --> %s\n", i+1, clock(start), clock(max(subs.Milliseconds(c.End), start+1)))
		for _, r := range c.Runs {
			b.WriteString(styled(r))
		}
		b.WriteString("\n\n")
	}
	return b.Bytes()
}

// clock is hours:minutes:seconds,milliseconds.
func clock(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d,%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

// tags are written in this order, and closed in the other one.
var tags = []struct {
	style subs.Style
	name  string
}{{subs.Bold, "b"}, {subs.Italic, "i"}, {subs.Underline, "u"}}

func styled(r subs.Run) string {
	text := lines(strings.ReplaceAll(r.Text, "-->", "->")) // which would be taken for a time
	for i := len(tags) - 1; i >= 0; i-- {
		if t := tags[i]; r.Style&t.style != 0 {
			text = "<" + t.name + ">" + text + "</" + t.name + ">"
		}
	}
	return text
}

// lines guards a line that is a number alone: some players take it for the next cue's.
func lines(text string) string {
	if !strings.Contains(text, "\n") {
		return text
	}
	list := strings.Split(text, "\n")
	for i, l := range list {
		if _, err := strconv.Atoi(l); err == nil && i > 0 {
			list[i] = l + "\u200b"
		}
	}
	return strings.Join(list, "\n")
}
