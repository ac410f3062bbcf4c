// Package document holds ordered trees of plain values, and writes them as JSON and YAML. The same tree is always the same bytes.
//
// Numbers keep the text that they came in, which no YAML library lets through beyond 64 bit; and what is quoted is decided here, by the rule
// that a string is plain only if no reader of YAML 1.1 or 1.2 could take it for something else.
package document

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// Object is a mapping in order. Values are Object, Array, Number, string, int, bool and nil.
type Object []Member

// Member is one entry of an Object.
type Member struct {
	Key   string
	Value any
}

// Array is a sequence.
type Array []any

// Number is the literal of a JSON number.
type Number string

// With is the object with one more member, or the same where there is nothing to say: "", nil, and empty objects and arrays.
func (o Object) With(key string, value any) Object {
	switch v := value.(type) {
	case nil:
		return o
	case string:
		if v == "" {
			return o
		}
	case Object:
		if len(v) == 0 {
			return o
		}
	case Array:
		if len(v) == 0 {
			return o
		}
	}
	return append(o, Member{key, value})
}

// Get is the value of a member, nil for none.
func (o Object) Get(key string) any {
	for _, m := range o {
		if m.Key == key {
			return m.Value
		}
	}
	return nil
}

// WriteJSON writes the tree as JSON, indented by two.
func WriteJSON(w io.Writer, v any) error {
	var b strings.Builder
	writeJSON(&b, v, "\n")
	b.WriteByte('\n')
	_, err := io.WriteString(w, b.String())
	return err
}

func writeJSON(b *strings.Builder, v any, line string) {
	switch v := v.(type) {
	case Object:
		between(b, "{", "}", line, len(v), func(i int) {
			b.WriteString(Quote(v[i].Key) + ": ")
			writeJSON(b, v[i].Value, line+"  ")
		})
	case Array:
		between(b, "[", "]", line, len(v), func(i int) { writeJSON(b, v[i], line+"  ") })
	default:
		b.WriteString(scalar(v, Quote))
	}
}

func between(b *strings.Builder, open, end, line string, n int, write func(i int)) {
	b.WriteString(open)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(line + "  ")
		write(i)
	}
	if n > 0 {
		b.WriteString(line)
	}
	b.WriteString(end)
}

// WriteYAML writes the tree as YAML 1.2, which 1.1 reads the same.
func WriteYAML(w io.Writer, v any) error {
	var b strings.Builder
	writeYAML(&b, v, "\n", true)
	_, err := io.WriteString(w, strings.TrimPrefix(b.String(), "\n")+"\n")
	return err
}

// writeYAML writes behind a colon, or at the beginning of a line.
func writeYAML(b *strings.Builder, v any, line string, fresh bool) {
	space := " "
	if fresh {
		space = ""
	}
	switch v := v.(type) {
	case Object:
		if len(v) == 0 {
			b.WriteString(space + "{}")
			return
		}
		for i, m := range v {
			if i > 0 || !fresh || line == "\n" {
				b.WriteString(line)
			}
			b.WriteString(plain(m.Key) + ":")
			writeYAML(b, m.Value, line+"  ", false)
		}
	case Array:
		if len(v) == 0 {
			b.WriteString(space + "[]")
			return
		}
		for i, item := range v {
			if i > 0 || !fresh || line == "\n" {
				b.WriteString(line)
			}
			b.WriteString("- ")
			writeYAML(b, item, line+"  ", true)
		}
	case Number:
		b.WriteString(space + dotted(string(v)))
	default:
		b.WriteString(space + scalar(v, plain))
	}
}

// dotted is a number as YAML 1.1 wants it: 1e3 would be a string there.
func dotted(n string) string {
	at := strings.IndexAny(n, "eE")
	if at < 0 {
		return n
	}
	mantissa, exponent := n[:at], n[at+1:]
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	if exponent[0] != '-' && exponent[0] != '+' {
		exponent = "+" + exponent
	}
	return mantissa + "e" + exponent
}

func scalar(v any, text func(string) string) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case Number:
		return string(v)
	case string:
		return text(v)
	}
	panic(fmt.Sprintf("document: a value of type %T", v)) // only this module makes trees
}

// Quote is a JSON string, which YAML reads too (YAML 1.2 §7.3.1). What is no UTF-8 becomes U+FFFD.
func Quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)                                                            // a string can always be written
	return strings.ReplaceAll(strings.TrimSpace(b.String()), "\x7f", `\u007f`) // YAML takes no DEL, nor C1
}

var (
	plainText = regexp.MustCompile(`^[A-Za-z/$_][A-Za-z0-9_/.$(),;{}<>=+ -]*[A-Za-z0-9_/.$)}>+-]$|^[A-Za-z/_]$`)
	otherType = regexp.MustCompile(`(?i)^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$`)
)

// plain is the string without quotes where it can only be that string.
func plain(s string) string {
	if plainText.MatchString(s) && !otherType.MatchString(s) && len(s) < 200 && !strings.HasPrefix(s, "---") {
		return s
	}
	return Quote(s)
}

// NumberOf is the Number of an int.
func NumberOf(n int) Number { return Number(strconv.Itoa(n)) }

// MemberYAML is one member of a mapping whose keys stand behind indent spaces: its lines, without those spaces before the first, nor a break at its end.
func MemberYAML(m Member, indent int) string {
	var b strings.Builder
	b.WriteString(plain(m.Key) + ":")
	writeYAML(&b, m.Value, "\n"+strings.Repeat(" ", indent+2), false)
	return b.String()
}

// ItemYAML is one item of a sequence whose dashes stand behind indent spaces, likewise.
func ItemYAML(v any, indent int) string {
	var b strings.Builder
	b.WriteString("- ")
	writeYAML(&b, v, "\n"+strings.Repeat(" ", indent+2), true)
	return b.String()
}
