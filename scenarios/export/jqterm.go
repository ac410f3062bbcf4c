package export

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

func (t *translation) term(term *gojq.Term, in string) string {
	js := t.head(term, in)
	for _, s := range term.SuffixList {
		switch {
		case s.Index != nil:
			js = t.index(js, s.Index, in, "?")
		case s.Iter:
			return "(" + t.termStream(term, in) + "[0] ?? null)"
		case s.Optional:
			return t.unknown("?")
		}
	}
	return js
}

func (t *translation) head(term *gojq.Term, in string) string {
	switch term.Type {
	case gojq.TermTypeIdentity:
		return in
	case gojq.TermTypeNull:
		return "null"
	case gojq.TermTypeTrue:
		return "true"
	case gojq.TermTypeFalse:
		return "false"
	case gojq.TermTypeNumber:
		if _, err := strconv.ParseFloat(term.Number, 64); err != nil {
			return t.unknown(term.Number)
		}
		return term.Number
	case gojq.TermTypeIndex:
		mark := "?"
		if in == "v" {
			mark = ""
		}
		return t.index(in, term.Index, in, mark)
	case gojq.TermTypeString:
		return t.string(term.Str, in)
	case gojq.TermTypeQuery:
		return "(" + t.query(term.Query, in) + ")"
	case gojq.TermTypeArray:
		if term.Array.Query == nil {
			return "[]"
		}
		return t.stream(term.Array.Query, in)
	case gojq.TermTypeObject:
		return t.object(term.Object, in)
	case gojq.TermTypeFunc:
		return t.call(term.Func, in)
	case gojq.TermTypeUnary:
		return "(-" + t.term(term.Unary.Term, in) + ")"
	case gojq.TermTypeIf:
		return t.condition(term.If, in)
	}
	return t.unknown(term.String())
}

// index is .name, ["name"], [n] and [a:b] of js; mark is ? where js may be null.
func (t *translation) index(js string, i *gojq.Index, in, mark string) string {
	switch {
	case i.Name != "":
		if mark == "" {
			return js + "." + i.Name
		}
		return js + "?." + i.Name
	case i.Str != nil:
		return js + "?.[" + t.string(i.Str, in) + "]"
	case i.IsSlice:
		from, to := "0", ""
		if i.Start != nil {
			from = t.query(i.Start, in)
		}
		if i.End != nil {
			to = ", " + t.query(i.End, in)
		}
		return js + "?.slice(" + from + to + ")"
	}
	at := t.query(i.Start, in)
	if strings.HasPrefix(at, "(-") {
		return js + "?.at" + at
	}
	return js + "?.[" + at + "]"
}

func (t *translation) string(s *gojq.String, in string) string {
	if s.Queries == nil {
		return literal(s.Str)
	}
	var b strings.Builder
	for _, q := range s.Queries {
		if q.Term != nil && q.Term.Type == gojq.TermTypeString && q.Term.Str.Queries == nil && len(q.Term.SuffixList) == 0 {
			b.WriteString(inTemplate(q.Term.Str.Str))
			continue
		}
		b.WriteString("${text(" + t.query(q, in) + ")}")
	}
	return "`" + b.String() + "`"
}

func (t *translation) object(o *gojq.Object, in string) string {
	var entries []string
	for _, kv := range o.KeyVals {
		key := property(kv.Key)
		switch {
		case kv.KeyString != nil:
			key = "[" + t.string(kv.KeyString, in) + "]"
		case kv.KeyQuery != nil:
			key = "[" + t.query(kv.KeyQuery, in) + "]"
		}
		switch {
		case kv.Val != nil && many(kv.Val):
			return t.unknown("several values in an object")
		case kv.Val != nil:
			entries = append(entries, key+": "+t.query(kv.Val, in))
		case strings.HasPrefix(kv.Key, "$"):
			entries = append(entries, property(kv.Key[1:])+": "+kv.Key)
		case kv.Key != "":
			entries = append(entries, fmt.Sprintf("%s: %s?.%s ?? null", key, in, kv.Key))
		default:
			return t.unknown(o.String())
		}
	}
	if len(entries) == 0 {
		return "{}"
	}
	return "{ " + strings.Join(entries, ", ") + " }"
}

func (t *translation) condition(c *gojq.If, in string) string {
	js := "(truth(" + t.query(c.Cond, in) + ") ? " + t.query(c.Then, in) + " : "
	end := ")"
	for _, e := range c.Elif {
		js += "truth(" + t.query(e.Cond, in) + ") ? " + t.query(e.Then, in) + " : "
	}
	if c.Else == nil {
		return js + in + end
	}
	return js + t.query(c.Else, in) + end
}

// functions by name and number of arguments; %[1]s is the input, the arguments follow.
var functions = map[string]string{
	"length/0": "length(%[1]s)", "tostring/0": "text(%[1]s)", "tonumber/0": "Number(%[1]s)", "tojson/0": "JSON.stringify(%[1]s)", "fromjson/0": "JSON.parse(%[1]s)",
	"not/0": "!truth(%[1]s)", "keys/0": "sorted(Object.keys(%[1]s))", "add/0": "%[1]s.reduce(add, null)", "first/0": "%[1]s[0]", "last/0": "%[1]s.at(-1)",
	"reverse/0": "%[1]s.toReversed()", "sort/0": "sorted(%[1]s)", "unique/0": "unique(%[1]s)", "floor/0": "Math.floor(%[1]s)", "ceil/0": "Math.ceil(%[1]s)", "round/0": "Math.round(%[1]s)",
	"ascii_downcase/0": "%[1]s.toLowerCase()", "ascii_upcase/0": "%[1]s.toUpperCase()", "trim/0": "%[1]s.trim()",
	"join/1": "%[1]s.map((x) => (x === null ? \"\" : text(x))).join(%[2]s)", "split/1": "%[1]s.split(%[2]s)", "test/1": "new RegExp(%[2]s, \"u\").test(%[1]s)",
	"startswith/1": "%[1]s.startsWith(%[2]s)", "endswith/1": "%[1]s.endsWith(%[2]s)", "has/1": "(%[2]s in %[1]s)",
	"gsub/2": "%[1]s.replace(new RegExp(%[2]s, \"gu\"), () => %[3]s)", "sub/2": "%[1]s.replace(new RegExp(%[2]s, \"u\"), () => %[3]s)",
}

func (t *translation) call(f *gojq.Func, in string) string {
	if strings.HasPrefix(f.Name, "$") && len(f.Args) == 0 {
		return f.Name
	}
	switch f.Name {
	case "empty", "select", "range":
		return "(" + t.termStream(&gojq.Term{Type: gojq.TermTypeFunc, Func: f}, in) + "[0] ?? null)"
	case "map":
		if many(f.Args[0]) {
			return fmt.Sprintf("members(%s).flatMap((x) => %s)", in, t.stream(f.Args[0], "x"))
		}
		return fmt.Sprintf("members(%s).map((x) => %s)", in, arrow(t.query(f.Args[0], "x")))
	}
	form, ok := functions[fmt.Sprintf("%s/%d", f.Name, len(f.Args))]
	if !ok {
		return t.unknown(f.Name)
	}
	values := []any{in}
	for _, a := range f.Args {
		values = append(values, t.query(a, in))
	}
	return fmt.Sprintf(form, values...)
}
