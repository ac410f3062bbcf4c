package export

import (
	"fmt"
	"strings"

	"github.com/itchyny/gojq"
)

// untranslatable is a part of jq that has no counterpart here.
type untranslatable struct{ what string }

func (e *untranslatable) Error() string { return e.what + " has no counterpart in JavaScript" }

// translation writes jq as JavaScript. It gives up at the first part that it does not know.
type translation struct{ err error }

// translate writes a program whose input is the expression in: its only value, or all of them as a list.
func translate(source, in string, all bool) (string, error) {
	tree, err := gojq.Parse(source)
	if err != nil {
		return "", err
	}
	t := &translation{}
	js := ""
	if all {
		js = t.stream(tree, in)
	} else {
		js = t.query(tree, in)
	}
	return js, t.err
}

func (t *translation) unknown(what string) string {
	if t.err == nil {
		t.err = &untranslatable{what}
	}
	return "null"
}

var infix = map[gojq.Operator]string{
	gojq.OpSub: "-", gojq.OpMul: "*", gojq.OpDiv: "/", gojq.OpMod: "%", gojq.OpGt: ">", gojq.OpLt: "<", gojq.OpGe: ">=", gojq.OpLe: "<=",
}

// query is the value of q.
func (t *translation) query(q *gojq.Query, in string) string {
	if len(q.FuncDefs) > 0 {
		return t.unknown("def")
	}
	if q.Term != nil {
		return t.term(q.Term, in)
	}
	if q.Op == gojq.OpPipe && len(q.Patterns) > 0 {
		return t.bound(q, in, t.query)
	}
	if many(q) {
		return "(" + t.stream(q, in) + "[0] ?? null)"
	}
	if q.Op == gojq.OpPipe {
		left := t.query(q.Left, in)
		if plainName.MatchString(left) || strings.Count(left, ".") > 0 && plainName.MatchString(strings.NewReplacer("?.", "", ".", "").Replace(left)) {
			return t.query(q.Right, left)
		}
		return fmt.Sprintf("((x) => %s)(%s)", arrow(t.query(q.Right, "x")), left)
	}
	a, b := t.query(q.Left, in), t.query(q.Right, in)
	switch q.Op {
	case gojq.OpAdd:
		return "add(" + a + ", " + b + ")"
	case gojq.OpEq:
		return "same(" + a + ", " + b + ")"
	case gojq.OpNe:
		return "!same(" + a + ", " + b + ")"
	case gojq.OpAnd:
		return "(truth(" + a + ") && truth(" + b + "))"
	case gojq.OpOr:
		return "(truth(" + a + ") || truth(" + b + "))"
	case gojq.OpAlt:
		return "other(" + a + ", () => " + arrow(b) + ")"
	}
	if op := infix[q.Op]; op != "" {
		return "(" + a + " " + op + " " + b + ")"
	}
	return t.unknown(q.Op.String())
}

// bound is: value as $name | body.
func (t *translation) bound(q *gojq.Query, in string, body func(*gojq.Query, string) string) string {
	if len(q.Patterns) != 1 || q.Patterns[0].Name == "" {
		return t.unknown("as [ ] or { }")
	}
	return fmt.Sprintf("((%s) => %s)(%s)", q.Patterns[0].Name, arrow(body(q.Right, in)), t.query(q.Left, in))
}

// many reports whether q may give several values, or none.
func many(q *gojq.Query) bool {
	if q == nil {
		return false
	}
	if q.Term == nil {
		return q.Op == gojq.OpComma || many(q.Left) || many(q.Right)
	}
	for _, s := range q.Term.SuffixList {
		if s.Iter {
			return true
		}
	}
	switch q.Term.Type {
	case gojq.TermTypeFunc:
		switch q.Term.Func.Name {
		case "select", "empty", "range":
			return true
		}
	case gojq.TermTypeQuery:
		return many(q.Term.Query)
	}
	return false
}

// stream is the list of all values of q.
func (t *translation) stream(q *gojq.Query, in string) string {
	switch {
	case q == nil:
		return "[]"
	case q.Term != nil:
		return t.termStream(q.Term, in)
	case !many(q) && q.Op != gojq.OpPipe:
		return "[" + t.query(q, in) + "]"
	case q.Op == gojq.OpPipe && len(q.Patterns) > 0:
		return t.bound(q, in, t.stream)
	case q.Op == gojq.OpPipe && !many(q.Right):
		return fmt.Sprintf("%s.map((x) => %s)", t.stream(q.Left, in), arrow(t.query(q.Right, "x")))
	case q.Op == gojq.OpPipe:
		return fmt.Sprintf("%s.flatMap((x) => %s)", t.stream(q.Left, in), t.stream(q.Right, "x"))
	case q.Op == gojq.OpComma:
		return fmt.Sprintf("[...%s, ...%s]", t.stream(q.Left, in), t.stream(q.Right, in))
	case !many(q.Right):
		// A value for each on the left: .a[] + 1
		each := &gojq.Query{Left: &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIdentity}}, Op: q.Op, Right: q.Right}
		if usesInput(q.Right) {
			return t.unknown("an operator between several values")
		}
		return fmt.Sprintf("%s.map((x) => %s)", t.stream(q.Left, in), arrow(t.query(each, "x")))
	}
	return t.unknown("an operator between several values")
}

// usesInput reports whether q is more than a constant.
func usesInput(q *gojq.Query) bool {
	return q.Term == nil || q.Term.Type != gojq.TermTypeNumber && (q.Term.Type != gojq.TermTypeString || q.Term.Str.Queries != nil)
}

func (t *translation) termStream(term *gojq.Term, in string) string {
	for i, s := range term.SuffixList {
		if !s.Iter {
			continue
		}
		head := *term
		head.SuffixList = term.SuffixList[:i]
		list := "members(" + t.term(&head, in) + ")"
		if i+1 == len(term.SuffixList) {
			return list
		}
		rest := gojq.Term{Type: gojq.TermTypeIdentity, SuffixList: term.SuffixList[i+1:]}
		tail := &gojq.Query{Term: &rest}
		if many(tail) {
			return list + ".flatMap((x) => " + t.termStream(&rest, "x") + ")"
		}
		return list + ".map((x) => " + t.term(&rest, "x") + ")"
	}
	if term.Type == gojq.TermTypeQuery && len(term.SuffixList) == 0 {
		return t.stream(term.Query, in)
	}
	if term.Type == gojq.TermTypeFunc && len(term.SuffixList) == 0 {
		switch f := term.Func; {
		case f.Name == "empty":
			return "[]"
		case f.Name == "select" && len(f.Args) == 1:
			return fmt.Sprintf("(truth(%s) ? [%s] : [])", t.query(f.Args[0], in), in)
		case f.Name == "range" && len(f.Args) == 1:
			return "range(0, " + t.query(f.Args[0], in) + ")"
		case f.Name == "range" && len(f.Args) == 2:
			return "range(" + t.query(f.Args[0], in) + ", " + t.query(f.Args[1], in) + ")"
		case f.Name == "range":
			return t.unknown("range with a step")
		}
	}
	return "[" + t.term(term, in) + "]"
}
