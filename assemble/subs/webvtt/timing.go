package webvtt

import (
	"strings"
	"time"

	"seine/assemble/subs"
)

// maxHours bounds a time, so that nothing overflows.
const maxHours = 400_000

// parseTiming reads "00:01.000 --> 00:02.000 settings" (§4.1). A cue that ends when or before it begins is never shown.
func parseTiming(line string) (c subs.Cue, ok bool) {
	from, rest, _ := strings.Cut(line, "-->")
	rest = strings.TrimLeft(rest, " \t")
	to, settings := rest, ""
	if i := strings.IndexAny(rest, " \t"); i >= 0 {
		to, settings = rest[:i], rest[i:]
	}
	var a, b bool
	c.Start, a = parseTime(strings.TrimSpace(from))
	c.End, b = parseTime(to)
	c.Settings = cleanSettings(settings)
	return c, a && b && c.End > c.Start
}

// parseTime reads [hh:]mm:ss.ttt. A comma in place of the dot, as SubRip has it, and fewer or more digits behind it are understood as well.
func parseTime(s string) (time.Duration, bool) {
	s, fraction, _ := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	if len(parts) == 2 {
		parts = append([]string{"0"}, parts...)
	}
	hours, a := number(parts[0])
	minutes, b := number(parts[1])
	seconds, c := number(parts[2])
	nanos, d := number((fraction + "000000000")[:9])
	if !a || !b || !c || !d || hours > maxHours || minutes > 59 || seconds > 59 || len(fraction) > 9 {
		return 0, false
	}
	return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute + time.Duration(seconds)*time.Second + time.Duration(nanos), true
}

// number reads up to nine digits.
func number(s string) (n int64, ok bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// cleanSettings keeps the settings that need no region (§3.3), as far as they are made of what such settings are made of.
func cleanSettings(text string) string {
	var list []string
	for _, s := range strings.Fields(text) {
		name, value, _ := strings.Cut(s, ":")
		known := name == "line" || name == "position" || name == "size" || name == "align" || name == "vertical"
		odd := func(c rune) bool {
			return !strings.ContainsRune("0123456789abcdefghijklmnopqrstuvwxyz%.,-", c)
		}
		if known && value != "" && len(value) <= 40 && !strings.ContainsFunc(value, odd) && len(list) < 5 {
			list = append(list, s)
		}
	}
	return strings.Join(list, " ")
}
