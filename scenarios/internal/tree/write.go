package tree

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// JSON writes a tree, indented by two.
func JSON(n *Node) []byte {
	var b bytes.Buffer
	writeJSON(&b, n, "\n")
	b.WriteByte('\n')
	return b.Bytes()
}

func writeJSON(b *bytes.Buffer, n *Node, newline string) {
	open, end, count := "[", "]", len(n.Items)
	if n.Kind == Map {
		open, end, count = "{", "}", len(n.Pairs)
	}
	switch {
	case n.Kind != List && n.Kind != Map:
		b.WriteString(jsonScalar(n))
		return
	case count == 0:
		b.WriteString(open + end)
		return
	}
	inner := newline + "  "
	b.WriteString(open)
	for i := range count {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(inner)
		if n.Kind == List {
			writeJSON(b, n.Items[i], inner)
			continue
		}
		b.WriteString(quoted(n.Pairs[i].Key.Text()) + ": ")
		writeJSON(b, n.Pairs[i].Value, inner)
	}
	b.WriteString(newline + end)
}

func jsonScalar(n *Node) string {
	switch v := n.Value.(type) {
	case string:
		return quoted(v)
	case float64:
		return number(v)
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return "null"
}

// number keeps a float one: 2.0 is not 2.
func number(f float64) string {
	if size := math.Abs(f); size != 0 && (size < 1e-6 || size >= 1e15) {
		s := strconv.FormatFloat(f, 'e', -1, 64)
		if !strings.Contains(s, ".") { // without it YAML has no number
			s = strings.Replace(s, "e", ".0e", 1)
		}
		return s
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// quoted is a text of JSON, which is one of YAML too.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text has no errors
	out := strings.TrimSuffix(b.String(), "\n")
	var clean strings.Builder
	for _, r := range out { // what a terminal would obey, and what YAML would take for the end of a line
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) && r <= 0xffff {
			clean.WriteString(`\u` + strconv.FormatInt(0x10000+int64(r), 16)[1:])
		} else {
			clean.WriteRune(r)
		}
	}
	return clean.String()
}

// YAML writes a tree in block style; short lists of scalars stand on one line.
func YAML(n *Node) []byte {
	var b bytes.Buffer
	writeYAML(&b, n, 0)
	return b.Bytes()
}

func writeYAML(b *bytes.Buffer, n *Node, indent int) {
	pad := strings.Repeat(" ", indent)
	switch {
	case n.Kind == Map && len(n.Pairs) > 0:
		for i, p := range n.Pairs {
			if i > 0 || indent == 0 {
				b.WriteString(pad)
			}
			b.WriteString(scalar(p.Key, false) + ":")
			writeEntry(b, p.Value, indent)
		}
	case n.Kind == List && len(n.Items) > 0:
		for i, e := range n.Items {
			if writeComment(b, e.Comment, pad, i == 0) || i > 0 || indent == 0 {
				b.WriteString(pad)
			}
			b.WriteString("-")
			writeItem(b, e, indent)
		}
	default:
		b.WriteString(inline(n) + "\n")
	}
}

// writeComment writes lines above an item, behind an empty one; what stands before the first item is indented already. It reports whether
// there were any.
func writeComment(b *bytes.Buffer, text, pad string, first bool) bool {
	if text == "" {
		return false
	}
	if !first {
		b.WriteByte('\n')
	}
	for i, line := range strings.Split(text, "\n") {
		if i > 0 || !first {
			b.WriteString(pad)
		}
		b.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
	return true
}

// writeEntry writes what stands behind a key.
func writeEntry(b *bytes.Buffer, n *Node, indent int) {
	if s, ok := block(n, indent+2); ok {
		b.WriteString(" " + s)
		return
	}
	if s := inline(n); s != "" {
		b.WriteString(" " + s + "\n")
		return
	}
	b.WriteString("\n" + strings.Repeat(" ", indent+2))
	writeYAML(b, n, indent+2)
}

// writeItem writes what stands behind a dash.
func writeItem(b *bytes.Buffer, n *Node, indent int) {
	if s, ok := block(n, indent+2); ok {
		b.WriteString(" " + s)
		return
	}
	if s := inline(n); s != "" {
		b.WriteString(" " + s + "\n")
		return
	}
	b.WriteString(" ")
	writeYAML(b, n, indent+2)
}

// longestInline is how wide a list may be that stands on one line.
const longestInline = 100

// inline is a node that can stand on one line, else "".
func inline(n *Node) string {
	switch n.Kind {
	case Map:
		if len(n.Pairs) > 0 {
			return ""
		}
		return "{}"
	case List:
		var parts []string
		for _, e := range n.Items {
			if e.Kind == Map && len(e.Pairs) > 0 || e.Kind == List && inline(e) == "" || strings.Contains(e.Text(), "\n") {
				return ""
			}
			if e.Kind == List || e.Kind == Map {
				parts = append(parts, inline(e))
			} else {
				parts = append(parts, scalar(e, true))
			}
		}
		s := "[" + strings.Join(parts, ", ") + "]"
		if len(s) > longestInline {
			return ""
		}
		return s
	}
	return scalar(n, false)
}

// block is a text of several lines in YAML's literal style, if that can hold it.
func block(n *Node, indent int) (string, bool) {
	s := n.Text()
	body := strings.TrimSuffix(s, "\n")
	if n.Kind != String || !strings.Contains(body, "\n") || !literal.MatchString(body) {
		return "", false
	}
	head := "|-\n"
	if body != s {
		head = "|\n"
	}
	pad := strings.Repeat(" ", indent)
	return head + pad + strings.ReplaceAll(body, "\n", "\n"+pad) + "\n", true
}

// literal: lines of what can be seen, none of them empty, indented or with a space at its end.
var literal = regexp.MustCompile(`^[!-~]([ -~]*[!-~])?(\n[!-~]([ -~]*[!-~])?)*$`)

// scalar is a node without parts. In [ ] and { } more must be quoted.
func scalar(n *Node, flow bool) string {
	s, ok := n.Value.(string)
	switch {
	case !ok:
		return jsonScalar(n)
	case bare(s) && (!flow || !strings.ContainsAny(s, ",[]{}")):
		return s
	case simple.MatchString(s) && strings.ContainsAny(s, `"\\`):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return quoted(s)
}

// bare reports whether a text needs no quotation marks.
func bare(s string) bool {
	return plain.MatchString(s) && !strings.Contains(s, ": ") && !strings.Contains(s, " #") && !reserved.MatchString(s) && !strings.HasSuffix(s, ":")
}

var (
	// plain texts need no quotation marks: they begin with a letter, or with what no YAML gives a meaning to.
	plain = regexp.MustCompile(`^([A-Za-z_/.$(]|[0-9]+[a-z]+|[0-9]+\.\.|[0-9]+/[smh])[^\x00-\x1f\x7f-\x{10ffff}]*$`)
	// simple texts have nothing that needs an escape.
	simple = regexp.MustCompile(`^[ -~]*$`)
	// reserved are texts that some reader of YAML takes for something else, and those with a space at the end.
	reserved = regexp.MustCompile(`(?i)^(null|true|false|yes|no|on|off|y|n|[-+]?\.?(inf|nan)|[-+.]?[0-9][0-9_.]*(e[-+]?[0-9]+)?|0[xob][0-9a-f_]+|[0-9:.]+)$| $|^\.[0-9]|^[0-9]+e[0-9]`)
)
