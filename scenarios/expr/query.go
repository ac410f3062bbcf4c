package expr

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/itchyny/gojq"
)

// Query is a compiled program in jq. It is safe for concurrent use.
type Query struct {
	source string
	tree   *gojq.Query
	code   *gojq.Code
	names  []Name
	fickle bool // it asks for the time
	memo   *memo
}

// CompileQuery reads a program without ${ } around it. Its errors are *SyntaxError.
func CompileQuery(source string) (*Query, error) {
	if len(source) > maxText || depth(source) > maxDepth {
		return nil, &SyntaxError{What: "the expression is too long or nested too deep"}
	}
	return compile(source, 0)
}

// compile reads what stands at offset base of a text.
func compile(source string, base int) (*Query, error) {
	if strings.TrimSpace(source) == "" {
		return nil, &SyntaxError{base, "the expression is empty"}
	}
	if depth(source) > maxDepth {
		return nil, &SyntaxError{base, "the expression is nested too deep"}
	}
	tree, err := gojq.Parse(source)
	if err != nil {
		return nil, parseError(err, source, base)
	}
	l := look{source: source, base: base}
	l.query(tree, true)
	if l.refused != nil {
		return nil, l.refused
	}
	code, err := gojq.Compile(tree)
	if err != nil {
		return nil, &SyntaxError{base + place(source, undefined(err)), "jq: " + err.Error()}
	}
	return &Query{source, tree, code, l.names, fickle.MatchString(source), &memo{}}, nil
}

// fickle are the programs that give another value at another time.
var fickle = regexp.MustCompile(`\b(now|localtime|mktime|strflocaltime)\b`)

func parseError(err error, source string, base int) error {
	p := (*gojq.ParseError)(nil)
	if !errors.As(err, &p) {
		return &SyntaxError{base, "jq: " + err.Error()}
	}
	at := min(max(p.Offset-len(p.Token), 0), len(source))
	return &SyntaxError{base + at, "jq: " + strings.Replace(p.Error(), "EOF", "end of the expression", 1)}
}

// undefined is the name in gojq's "function not defined: name/0".
func undefined(err error) string {
	_, name, _ := strings.Cut(err.Error(), "not defined: ")
	name, _, _ = strings.Cut(name, "/")
	return name
}

// place finds a name in a program, 0 if it is not there.
func place(source, name string) int {
	if name == "" {
		return 0
	}
	for at := 0; ; at++ {
		i := strings.Index(source[at:], name)
		if i < 0 {
			return 0
		}
		at += i
		if end := at + len(name); (at == 0 || !word(source[at-1])) && (end == len(source) || !word(source[end])) {
			return at
		}
	}
}

func word(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// String is the program.
func (q *Query) String() string { return q.source }

// Names are the fields of the input that the program asks for.
func (q *Query) Names() []Name { return q.names }

// EvalError is a program that failed on its input.
type EvalError struct {
	Query string
	Err   error
}

// Error names the expression.
func (e *EvalError) Error() string { return fmt.Sprintf("the expression %s: %v", e.Query, e.Err) }

// Unwrap gives what happened.
func (e *EvalError) Unwrap() error { return e.Err }

var errSeveral = errors.New("it gives several values where one is needed; put it in [ ] for a list of them")

// One gives the program's only value; null if it gives none.
func (q *Query) One(ctx context.Context, input any) (any, error) {
	all, err := q.All(ctx, input)
	switch {
	case err != nil:
		return nil, err
	case len(all) > 1:
		return nil, &EvalError{q.source, errSeveral}
	case len(all) == 0:
		return nil, nil
	}
	return all[0], nil
}

// All gives the program's values. The input is what JSON may hold, and is not changed.
func (q *Query) All(ctx context.Context, input any) (all []any, err error) {
	defer func() {
		if r := recover(); r != nil {
			all, err = nil, &EvalError{q.source, fmt.Errorf("jq failed: %v", r)}
		}
	}()
	in, err := Normal(input)
	if err != nil {
		return nil, &EvalError{q.source, err}
	}
	limited, cancel := limit(ctx)
	defer cancel()
	room := maxResult
	for next := q.code.RunWithContext(limited, in); ; {
		v, ok := next.Next()
		if !ok {
			return all, nil
		}
		if failed, is := v.(error); is {
			return nil, &EvalError{q.source, limited.why(failed)}
		}
		if room -= size(v, room); room < 0 {
			return nil, &EvalError{q.source, ErrSize}
		}
		all = append(all, v)
	}
}
