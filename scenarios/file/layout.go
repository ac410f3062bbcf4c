package file

import (
	"bytes"
	"strings"

	"seine/scenarios/internal/tree"
)

// parts are where the items of a list stand: of one in brackets their texts, of one with a dash for each their lines, with the comments above them.
func (d *Document) parts(list *tree.Node) ([]span, error) {
	at := d.source.Offset(list.Pos)
	if at >= len(d.source.Data) {
		return nil, ErrLayout
	}
	if d.source.Data[at] != '[' {
		return d.lines(list)
	}
	var out []span
	for _, e := range list.Items {
		from := d.source.Offset(e.Pos)
		for from < len(d.source.Data) && isSpace(d.source.Data[from]) { // the lexer takes them for a part of a text
			from++
		}
		to := valueEnd(d.source.Data, from)
		if from <= at || to <= from {
			return nil, ErrLayout
		}
		out, at = append(out, span{from, to}), to
	}
	return out, nil
}

// valueEnd is where a value ends that stands in brackets, -1 if it does not (YAML 1.2.2 §7.3, §7.4; RFC 8259).
func valueEnd(data []byte, at int) int {
	depth, begins := 0, true
	for i := at; i < len(data); i++ {
		switch c := data[i]; {
		case begins && (c == '"' || c == '\''):
			if i = quoteEnd(data, i); i < 0 || depth == 0 {
				return i
			}
			begins, i = false, i-1
		case begins && c == '[':
			depth++
		case c == ',' && depth > 0:
			begins = true
		case c == ']' && depth > 0:
			if depth--; depth == 0 {
				return i + 1
			}
			begins = false
		case c == ',' || c == ']' || c == '#' && i > at && isSpace(data[i-1]):
			if depth > 0 { // a comment within a list
				return -1
			}
			return at + len(bytes.TrimRight(data[at:i], " \t\r\n"))
		case !isSpace(c):
			begins = false
		}
	}
	return -1
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// quoteEnd is where a text in quotation marks ends: "a\"b" or 'a”b'.
func quoteEnd(data []byte, at int) int {
	quote := data[at]
	for i := at + 1; i < len(data); i++ {
		switch {
		case quote == '"' && data[i] == '\\':
			i++
		case data[i] == quote && quote == '\'' && i+1 < len(data) && data[i+1] == quote:
			i++
		case data[i] == quote:
			return i + 1
		}
	}
	return -1
}

// lines are those of the items of a list with dashes: from the comments above each to its last line.
func (d *Document) lines(list *tree.Node) ([]span, error) {
	var out []span
	last := 0 // line of the item before
	for _, e := range list.Items {
		dash, ok := dashOf(d.source.Line(e.Pos.Line), e.Pos.Column)
		if !ok || e.Pos.Line <= last {
			return nil, ErrLayout
		}
		from, end := e.Pos.Line, d.lastLine(e.Pos.Line, dash)
		for from-1 > last && d.isComment(from-1, dash) {
			from--
		}
		out = append(out, span{d.source.Start(from), d.source.Start(end) + len(d.source.Line(end))})
		last = end
	}
	return out, nil
}

// dashOf is the indentation of the dash before what stands in a column, if nothing else stands there.
func dashOf(line string, column int) (int, bool) {
	for column <= len(line) && line[max(column, 1)-1] == ' ' {
		column++
	}
	if column < 2 || column > len(line) {
		return 0, false
	}
	before := strings.TrimRight(line[:column-1], " ")
	own, ok := strings.CutSuffix(before, "-")
	return len(own), ok && strings.Trim(own, " ") == "" && len(before) < column-1
}

// lastLine is the last line that is indented further than an item's dash.
func (d *Document) lastLine(line, dash int) int {
	for next := line + 1; next <= d.source.Lines(); next++ {
		text := d.source.Line(next)
		switch indent := len(text) - len(strings.TrimLeft(text, " ")); {
		case strings.TrimSpace(text) == "":
		case indent > dash:
			line = next
		default:
			return line
		}
	}
	return line
}

func (d *Document) isComment(line, indent int) bool {
	text := d.source.Line(line)
	return strings.HasPrefix(strings.TrimLeft(text, " "), "#") && len(text)-len(strings.TrimLeft(text, " ")) == indent
}
