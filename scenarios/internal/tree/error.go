package tree

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"seine/scenarios"
)

// Error is a mistake in a file.
type Error struct {
	Pos   scenarios.Position
	What  string
	Hint  string // what to try, "" for nothing
	Line  string // the text of the line
	Width int    // characters that are wrong, from Pos.Column
}

// mostLine is how much of a line is shown.
const mostLine = 160

// Error is the message, the line with the place marked, and the hint, a line each.
func (e *Error) Error() string {
	text := e.What
	if p := e.Pos.String(); p != "" {
		text = p + ": " + text
	}
	text += e.Excerpt()
	if e.Hint != "" {
		text += "\n  " + e.Hint
	}
	return text
}

// Excerpt is the line with the place marked, "" where there is none.
func (e *Error) Excerpt() string {
	if e.Pos.Line == 0 || strings.TrimSpace(e.Line) == "" {
		return ""
	}
	line, column := []rune(strings.ReplaceAll(e.Line, "\t", " ")), max(e.Pos.Column, 1)
	if from := column - mostLine/2; len(line) > mostLine && from > 0 {
		from = min(from, len(line)-mostLine/2)
		line, column = append([]rune("…"), line[from:]...), column-from+1
	}
	if len(line) > mostLine {
		line = append(slices.Clone(line[:mostLine]), '…')
	}
	number := fmt.Sprintf("%4d", e.Pos.Line)
	marks := max(min(e.Width, len(line)-column+1), 1)
	return fmt.Sprintf("\n%s │ %s\n%s │ %s%s", number, string(line), strings.Repeat(" ", len(number)), strings.Repeat(" ", min(column-1, mostLine)), strings.Repeat("^", marks))
}

// Hinted adds what to try.
func (e *Error) Hinted(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// Near adds "did you mean" if a word of the list is close to the wrong one.
func (e *Error) Near(wrong string, words []string) *Error {
	if w := Nearest(wrong, words); w != "" {
		return e.Hinted("did you mean %q?", w)
	}
	return e
}

// Advice is what can still be said of an error that was noted.
type Advice struct{ of *Error }

// Note adds an error to the list.
func (e *Errors) Note(one *Error) Advice {
	*e = append(*e, one)
	return Advice{one}
}

// Hinted adds what to try.
func (a Advice) Hinted(format string, args ...any) { a.of.Hint = fmt.Sprintf(format, args...) }

// Near adds "did you mean" if a word of the list is close to the wrong one, else what otherwise says.
func (a Advice) Near(wrong string, words []string, otherwise string) {
	if a.of.Hint = otherwise; Nearest(wrong, words) != "" {
		_ = a.of.Near(wrong, words)
	}
}

// Errors are the mistakes of a file, in its order.
type Errors []*Error

// Error has a paragraph for each.
func (e Errors) Error() string {
	parts := make([]string, len(e))
	for i, x := range e {
		parts[i] = x.Error()
	}
	return strings.Join(parts, "\n")
}

// Unwrap gives the single ones.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, x := range e {
		list[i] = x
	}
	return list
}

// mostErrors are shown; further ones often follow from them.
const mostErrors = 20

// Err sorts the errors by place and gives nil if there are none.
func (e Errors) Err() error {
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), a.Pos.Line-b.Pos.Line, a.Pos.Column-b.Pos.Column)
	})
	return e[:min(len(e), mostErrors)]
}

// Nearest is the word that was most likely meant, "" if none is close.
func Nearest(wrong string, words []string) string {
	best, word := max(len(wrong)/3, 1)+1, ""
	for _, w := range words {
		if strings.EqualFold(w, wrong) {
			return w
		}
		if d := distance(strings.ToLower(wrong), strings.ToLower(w)); d < best {
			best, word = d, w
		}
	}
	return word
}

// distance is Levenshtein's, with neighbours swapped as one step; long words are not compared.
func distance(a, b string) int {
	if len(a) > 40 || len(b) > 40 {
		return 40
	}
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		old, last, now := rows[0], rows[1], rows[2]
		now[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], old[j-2]+1)
			}
		}
		rows = [3][]int{last, now, old}
	}
	return rows[1][len(b)]
}
