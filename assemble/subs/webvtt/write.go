package webvtt

import (
	"bytes"
	"fmt"
	"strings"

	"seine/assemble/subs"
)

// Write makes a file of cues, which are in order. A time before 0 is 0.
func Write(list []subs.Cue) []byte {
	var b bytes.Buffer
	b.WriteString("WEBVTT\n")
	for i := range list {
		c := &list[i]
		start := max(subs.Milliseconds(c.Start), 0)
		fmt.Fprintf(&b, "\n%s --> %s", clock(start), clock(max(subs.Milliseconds(c.End), start+1)))
		if c.Settings != "" {
			b.WriteString(" " + c.Settings)
		}
		b.WriteByte('\n')
		for _, r := range c.Runs {
			b.WriteString(styled(r))
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func clock(ms int64) string {
	return fmt.Sprintf("%02d:%02d:%02d.%03d", ms/3_600_000, ms/60_000%60, ms/1000%60, ms%1000)
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\u00a0", "&nbsp;", "\u200e", "&lrm;", "\u200f", "&rlm;")

func styled(r subs.Run) string {
	text := escapes.Replace(r.Text)
	for _, name := range []string{"u", "i", "b"} {
		if r.Style&styles[name] != 0 {
			text = "<" + name + ">" + text + "</" + name + ">"
		}
	}
	return text
}
