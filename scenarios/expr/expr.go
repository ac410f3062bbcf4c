// Package expr reads and evaluates the expressions of scenario files: texts with ${…} in them, where … is a program in jq.
//
// Its input is one object: the inputs, the values that steps named, the item of an each. Only what stands in the file is
// ever read as an expression: what an expression gives is data, and stays what it is though it holds ${.
package expr

import (
	"context"
	"strings"
)

// Template is a compiled text. It is safe for concurrent use.
type Template struct {
	source string
	parts  []part
}

// part is literal text, or an expression.
type part struct {
	text  string
	query *Query
}

// Compile reads a text. Its errors are *SyntaxError.
func Compile(text string) (*Template, error) {
	if len(text) > maxText {
		return nil, &SyntaxError{What: "the text is too long for one with expressions"}
	}
	t := &Template{source: text}
	var literal strings.Builder
	for at := 0; at < len(text); {
		switch rest := text[at:]; {
		case strings.HasPrefix(rest, escaped):
			literal.WriteString(opening)
			at += len(escaped)
		case strings.HasPrefix(rest, opening):
			end, err := closing(text, at)
			if err != nil {
				return nil, err
			}
			q, err := compile(text[at+len(opening):end], at+len(opening))
			if err != nil {
				return nil, err
			}
			t.flush(&literal)
			t.parts = append(t.parts, part{query: q})
			at = end + 1
		default:
			literal.WriteByte(text[at])
			at++
		}
	}
	t.flush(&literal)
	return t, nil
}

func (t *Template) flush(literal *strings.Builder) {
	if literal.Len() > 0 {
		t.parts = append(t.parts, part{text: literal.String()})
		literal.Reset()
	}
}

// Literal writes a text so that it is read as itself: ${ becomes $${.
func Literal(text string) string { return strings.ReplaceAll(text, opening, escaped) }

// Plain gives the text of a template without expressions.
func (t *Template) Plain() (string, bool) {
	switch {
	case len(t.parts) == 0:
		return "", true
	case len(t.parts) == 1 && t.parts[0].query == nil:
		return t.parts[0].text, true
	}
	return "", false
}

// Whole gives the expression of a text that is nothing but ${…}.
func (t *Template) Whole() (*Query, bool) {
	if len(t.parts) == 1 && t.parts[0].query != nil {
		return t.parts[0].query, true
	}
	return nil, false
}

// Each hands over the parts in order: literal text, or an expression.
func (t *Template) Each(do func(text string, q *Query)) {
	for _, p := range t.parts {
		do(p.text, p.query)
	}
}

// Names are the values that the expressions ask for, with where in the text.
func (t *Template) Names() []Name {
	var all []Name
	for _, p := range t.parts {
		if p.query != nil {
			all = append(all, p.query.Names()...)
		}
	}
	return all
}

// Eval gives the value: that of the expression with its type if the text is nothing but one ${…}, else a text.
func (t *Template) Eval(ctx context.Context, scope any) (any, error) {
	if q, ok := t.Whole(); ok {
		return q.One(ctx, scope)
	}
	return t.Text(ctx, scope)
}

// Text gives the text, in which values that are no texts stand as JSON. Null is an error: nothing would be there to see.
func (t *Template) Text(ctx context.Context, scope any) (string, error) {
	return t.Mapped(ctx, scope, func(s string) string { return s })
}

// Mapped is Text with each value, as a text, put through as.
func (t *Template) Mapped(ctx context.Context, scope any, as func(string) string) (string, error) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.query == nil {
			b.WriteString(p.text)
			continue
		}
		v, err := p.query.One(ctx, scope)
		if err != nil {
			return "", err
		}
		s, err := textOf(v)
		if err != nil {
			return "", &EvalError{Query: p.query.source, Err: err}
		}
		if b.Len()+len(s) > maxResult {
			return "", &EvalError{Query: p.query.source, Err: ErrSize}
		}
		b.WriteString(as(s))
	}
	return b.String(), nil
}
