package expr

import "fmt"

const (
	opening = "${"
	escaped = "$${"
)

// SyntaxError is a text that cannot be read.
type SyntaxError struct {
	Offset int // bytes into the text
	What   string
}

// Error says it without the place, which only the file's line can show.
func (e *SyntaxError) Error() string { return e.What }

// closing finds the } that ends the expression whose ${ is at start. Strings (with \(…) in them), comments and brackets of
// the program are stepped over.
func closing(text string, start int) (int, error) {
	var open []byte // what will close the brackets and strings that are open
	for i := start + len(opening); i < len(text); i++ {
		c := text[i]
		if len(open) > 0 && open[len(open)-1] == '"' {
			switch {
			case c == '"':
				open = open[:len(open)-1]
			case c == '\\' && i+1 < len(text) && text[i+1] == '(':
				open = append(open, ')')
				i++
			case c == '\\':
				i++
			}
			continue
		}
		switch c {
		case '"':
			open = append(open, '"')
		case '(':
			open = append(open, ')')
		case '[':
			open = append(open, ']')
		case '{':
			open = append(open, '}')
		case '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case ')', ']', '}':
			if len(open) == 0 && c == '}' {
				return i, nil
			}
			if len(open) == 0 || open[len(open)-1] != c {
				return 0, &SyntaxError{i, fmt.Sprintf("unexpected %q in the expression", c)}
			}
			open = open[:len(open)-1]
		}
		if len(open) > maxDepth {
			return 0, &SyntaxError{i, "the expression is nested too deep"}
		}
	}
	return 0, &SyntaxError{start, "the expression has no end: } is missing (to write ${ itself, write $${)"}
}
