package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/itchyny/gojq"
)

// Name is a field of the input that an expression asks for.
type Name struct {
	Name   string
	Offset int // bytes into the text, as near as can be known
}

// unavailable are jq's functions that look out of the expression, or end the program.
var unavailable = []string{
	"input", "inputs", "debug", "stderr", "env", "$ENV", "input_filename", "input_line_number", "halt", "halt_error",
	"get_search_list", "modulemeta",
}

// onInput are functions whose arguments are evaluated with the function's own input.
var onInput = []string{
	"range", "test", "match", "capture", "scan", "split", "splits", "sub", "gsub", "join", "has", "contains", "inside", "index", "rindex",
	"indices", "startswith", "endswith", "ltrimstr", "rtrimstr", "trimstr", "limit", "first", "last", "nth", "until", "not", "error", "flatten",
	"strftime", "strptime", "pow", "min", "max", "ascii", "select", "IN", "any", "all", "isempty", "skip", "getpath", "setpath", "add",
}

// elsewhere are those of their arguments, from 0, that are evaluated with something else: elements, captures, or results.
var elsewhere = map[string][]int{"any/1": {0}, "any/2": {1}, "all/1": {0}, "all/2": {1}, "until/2": {0, 1}, "sub/2": {1}, "sub/3": {1}, "gsub/2": {1}, "gsub/3": {1}}

// look walks a program: it collects the fields of its input, and finds what may not be used.
type look struct {
	source  string
	base    int
	names   []Name
	refused error
}

func (l *look) refuse(name, why string) {
	if l.refused == nil {
		l.refused = &SyntaxError{l.base + place(l.source, strings.TrimPrefix(name, "$")), why}
	}
}

func (l *look) name(n string, root bool) {
	if root && n != "" && !slices.ContainsFunc(l.names, func(o Name) bool { return o.Name == n }) {
		l.names = append(l.names, Name{n, l.base + place(l.source, n)})
	}
}

// query looks at q, which is evaluated with the program's own input if root.
func (l *look) query(q *gojq.Query, root bool) {
	if q == nil {
		return
	}
	if len(q.Imports) > 0 || q.Meta != nil {
		l.refuse("", "an expression cannot import modules")
	}
	for _, f := range q.FuncDefs {
		l.query(f.Body, false)
	}
	if q.Term != nil {
		l.term(q.Term, root)
		return
	}
	l.query(q.Left, root)
	// The right side of a | is evaluated with what the left one gives, but for: … as $x | …
	l.query(q.Right, root && (q.Op != gojq.OpPipe || len(q.Patterns) > 0 || identity(q.Left)))
}

func identity(q *gojq.Query) bool {
	return q != nil && q.Term != nil && q.Term.Type == gojq.TermTypeIdentity && len(q.Term.SuffixList) == 0
}

func (l *look) term(t *gojq.Term, root bool) {
	switch t.Type {
	case gojq.TermTypeIndex:
		l.index(t.Index, root, root)
	case gojq.TermTypeFunc:
		l.call(t.Func, root)
	case gojq.TermTypeObject:
		for _, kv := range t.Object.KeyVals {
			l.pair(kv, root)
		}
	case gojq.TermTypeArray:
		l.query(t.Array.Query, root)
	case gojq.TermTypeUnary:
		l.term(t.Unary.Term, root)
	case gojq.TermTypeString, gojq.TermTypeFormat:
		l.text(t.Str, root)
	case gojq.TermTypeQuery:
		l.query(t.Query, root)
	default:
		l.control(t, root)
	}
	for i, s := range t.SuffixList {
		if s.Index != nil {
			// .["a"] is an index of the input itself
			l.index(s.Index, root && i == 0 && t.Type == gojq.TermTypeIdentity, root)
		}
	}
}

func (l *look) control(t *gojq.Term, root bool) {
	switch t.Type {
	case gojq.TermTypeIf:
		l.query(t.If.Cond, root)
		l.query(t.If.Then, root)
		for _, e := range t.If.Elif {
			l.query(e.Cond, root)
			l.query(e.Then, root)
		}
		l.query(t.If.Else, root)
	case gojq.TermTypeTry:
		l.query(t.Try.Body, root)
		l.query(t.Try.Catch, false)
	case gojq.TermTypeReduce:
		l.query(t.Reduce.Query, root)
		l.query(t.Reduce.Start, root)
		l.query(t.Reduce.Update, false)
	case gojq.TermTypeForeach:
		l.query(t.Foreach.Query, root)
		l.query(t.Foreach.Start, root)
		l.query(t.Foreach.Update, false)
		l.query(t.Foreach.Extract, false)
	case gojq.TermTypeLabel:
		l.query(t.Label.Body, root)
	}
}

// index looks at .name, .["name"] and .[a:b]; named says that the name is one of the input.
func (l *look) index(i *gojq.Index, named, root bool) {
	l.name(i.Name, named)
	if i.Str != nil && i.Str.Queries == nil {
		l.name(i.Str.Str, named)
	}
	l.text(i.Str, root)
	if s := literal(i.Start); s != nil && !i.IsSlice {
		l.name(*s, named)
	}
	l.query(i.Start, root)
	l.query(i.End, root)
}

// literal is the text that q is, nil if it is none.
func literal(q *gojq.Query) *string {
	if q != nil && q.Term != nil && q.Term.Type == gojq.TermTypeString && q.Term.Str != nil && q.Term.Str.Queries == nil && len(q.Term.SuffixList) == 0 {
		return &q.Term.Str.Str
	}
	return nil
}

func (l *look) pair(kv *gojq.ObjectKeyVal, root bool) {
	if kv.Val == nil && !strings.HasPrefix(kv.Key, "$") {
		l.name(kv.Key, root) // {title} is {title: .title}
	}
	if strings.HasPrefix(kv.Key, "$ENV") {
		l.refuse(kv.Key, unavailableText("$ENV"))
	}
	l.text(kv.KeyString, root)
	l.query(kv.KeyQuery, root)
	l.query(kv.Val, root)
}

func (l *look) text(s *gojq.String, root bool) {
	if s != nil {
		for _, q := range s.Queries {
			l.query(q, root)
		}
	}
}

func (l *look) call(f *gojq.Func, root bool) {
	if slices.Contains(unavailable, f.Name) {
		l.refuse(f.Name, unavailableText(f.Name))
	}
	own, not := slices.Contains(onInput, f.Name), elsewhere[fmt.Sprintf("%s/%d", f.Name, len(f.Args))]
	for i, a := range f.Args {
		l.query(a, root && own && !slices.Contains(not, i))
	}
}

func unavailableText(name string) string {
	return fmt.Sprintf("jq: %s is not available here: an expression sees its input and nothing else", name)
}
