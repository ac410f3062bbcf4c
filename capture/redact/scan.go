package redact

import "strings"

// names remembers which names are secret: in one text the same ones come again and again.
type names map[string]bool

func (n names) secret(name string) bool {
	yes, known := n[name]
	if !known {
		yes = IsSecretName(name)
		n[name] = yes
	}
	return yes
}

// longestName is in bytes. What is longer is no name.
const longestName = 192

// parameters finds name=value behind what separates parameters, as in an address, also one that is in HTML or JSON.
func parameters(s string, known names, list []span) []span {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], '=')
		if i < 0 {
			return list
		}
		i += at
		name := nameBefore(s[at:i])
		from := i + 1
		at = from
		if name == "" || !known.secret(name) {
			continue
		}
		to := from
		for to < len(s) && !endsValue(s[to]) {
			to++
		}
		if to > from {
			list = append(list, span{from: from, to: to})
			at = to
		}
	}
}

// nameBefore is the parameter's name that s ends with, if a separator stands before it: ? & # ; (of &amp;) or \u0026.
func nameBefore(s string) string {
	from := len(s)
	for from > 0 && len(s)-from < longestName && isNameByte(s[from-1]) {
		from--
	}
	if from == 0 || from == len(s) {
		return ""
	}
	switch s[from-1] {
	case '?', '&', '#', ';':
		return s[from:]
	case '\\':
		if name, ok := strings.CutPrefix(s[from:], "u0026"); ok {
			return name
		}
	}
	return ""
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_.$-[]%", c) >= 0
}

func endsValue(c byte) bool { return strings.IndexByte("&#;\"'<>\\ \t\r\n\v\f", c) >= 0 }

// jsonSpans finds fields of JSON and of object literals, also inside of strings, where quotes are escaped.
func jsonSpans(s string, known names) []span {
	var list []span
	for at, low := 0, 0; ; { // low: before it, all is told
		i := strings.IndexByte(s[at:], ':')
		if i < 0 {
			return list
		}
		i += at
		at = i + 1
		name := quotedBefore(s[low:i])
		if name == "" || !known.secret(name) {
			continue
		}
		p := valueAfter(s, i+1)
		if p.to > p.from {
			list = append(list, p)
			at, low = p.to, p.to
		}
	}
}

// quotedBefore is what stands in quotes at the end of s, blanks aside.
func quotedBefore(s string) string {
	end := len(strings.TrimRight(s, " \t\r\n"))
	if end == 0 || !isQuote(s[end-1]) {
		return ""
	}
	end = len(strings.TrimRight(s[:end-1], `\`))
	from := end
	for from > 0 && end-from <= longestName && !isQuote(s[from-1]) && s[from-1] != '\\' && s[from-1] != '\n' && s[from-1] != '\r' {
		from--
	}
	if from == 0 || !isQuote(s[from-1]) {
		return ""
	}
	return s[from:end]
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }

// valueAfter is the string or number that begins there, blanks aside; empty if there is neither.
func valueAfter(s string, at int) span {
	at = len(s) - len(strings.TrimLeft(s[at:], " \t\r\n"))
	value := len(s) - len(strings.TrimLeft(s[at:], `\`))
	if value < len(s) && isQuote(s[value]) {
		return span{value + 1, endOfString(s, value+1, s[at:value+1]), false}
	}
	digits := strings.TrimPrefix(s[at:], "-")
	if digits == "" || digits[0] < '0' || digits[0] > '9' {
		return span{}
	}
	return span{at, len(s) - len(strings.TrimLeft(digits, "0123456789.eE+-")), true}
}

// endOfString finds the quote that closes what open began: with as many backslashes before it or, where there were
// none, with an even number.
func endOfString(s string, from int, open string) int {
	quote, depth := open[len(open)-1], len(open)-1
	run := 0
	for i := from; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			run++
			continue
		case s[i] == quote && (run == depth || depth == 0 && run%2 == 0):
			return i - depth*min(run, 1)
		}
		run = 0
	}
	return len(s)
}
