package expr_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seine/scenarios/expr"
)

var scope = map[string]any{
	"base": "http://x", "pages": 3, "rows": []any{map[string]any{"a": 1}}, "evil": "${.secret} {{.secret}}", "secret": "s", "half": 0.5, "none": nil, "yes": true,
	"big": json.Number("12345678901234567890123"),
}

func TestEval(t *testing.T) {
	for text, want := range map[string]any{
		"":                                     "",
		"plain":                                "plain",
		"${.pages}":                            3,
		"${.rows}":                             []any{map[string]any{"a": 1}},
		"${.none}":                             nil,
		"${empty}":                             nil,
		"${.base}/p?page=${.pages}":            "http://x/p?page=3",
		"${.rows} ${.half} ${.yes}":            `[{"a":1}] 0.5 true`,
		" ${.pages}":                           " 3",
		"$${.pages}":                           "${.pages}",
		"$$${.pages}":                          "$${.pages}",
		"a $ b {c} {{.base}} $x $":             "a $ b {c} {{.base}} $x $",
		`${{"a": "}", b: {c: .pages}} | .b.c}`: 3,
		`${"\("}" + "{")\u007d"}`:              "}{}",
		"${.pages # a } comment\n}":            3,
		"${.evil}":                             "${.secret} {{.secret}}",
		"<${.evil}>":                           "<${.secret} {{.secret}}>",
		"${[range(1; .pages + 1)]}":            []any{1, 2, 3},
		"${.big | tostring}":                   "12345678901234567890123",
	} {
		tpl, err := expr.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := tpl.Eval(t.Context(), scope)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", text, err, diff)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, row := range []struct {
		text, what string
		at         int
	}{
		{"ab ${", "no end", 3},
		{"${.a", "no end", 0},
		{"${}", "empty", 2},
		{"x ${ }", "empty", 4},
		{"x ${.a |}", "unexpected end", 8},
		{"x ${.a | | .b}", `unexpected token "|"`, 9},
		{"${(.a]}", "unexpected ']'", 5},
		{"x ${nosuch(.a)}", "not defined: nosuch/1", 4},
		{"x ${.a | input}", "input is not available", 9},
		{"${inputs}", "inputs is not available", 2},
		{"${.a | debug}", "debug is not available", 7},
		{"${env.HOME}", "env is not available", 2},
		{"${$ENV.HOME}", "$ENV is not available", 3},
		{"${{$ENV}}", "$ENV is not available", 4},
		{`${"\(env)"}`, "env is not available", 5},
		{"${halt}", "halt is not available", 2},
		{"${input_filename}", "not available", 2},
		{"${def f: env; f}", "env is not available", 9},
		{`${include "a"; .}`, "import", 2},
		{"${" + strings.Repeat("[", 200) + strings.Repeat("]", 200) + "}", "nested", 102},
		{strings.Repeat("x", 1<<17), "too long", 0},
	} {
		_, err := expr.Compile(row.text)
		var syntax *expr.SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(syntax.What, row.what) || syntax.Offset != row.at {
			t.Errorf("%.40s: %+v, want %q at %d", row.text, err, row.what, row.at)
		}
	}
}

func TestEvalErrors(t *testing.T) {
	for text, want := range map[string]string{
		"${.base + 1}": "cannot add", "a ${.none}": "null", "${.rows[], 1}": "several values", `${error("no")}`: "no",
		"${.base | test(\"(\")}":    "invalid regular expression",
		"${[range(1e12)] | length}": "too long", "${def f: f; f}": "too long",
		`${"xxxxxxxxxxxxxxxx" * 20000000}`: "too large", "${(\"x\" * 1000000) as $s | [range(500) | $s]}": "too large",
	} {
		tpl, err := expr.Compile(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		var failed *expr.EvalError
		if _, err := tpl.Eval(t.Context(), scope); !errors.As(err, &failed) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	tpl, err := expr.Compile("${.pages}")
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []any{map[string]any{"a": make(chan int)}, []any{struct{}{}}} {
		if _, err := tpl.Eval(t.Context(), bad); err == nil {
			t.Errorf("%v", bad)
		}
	}
}

// TestContext: an expression ends with the run.
func TestContext(t *testing.T) {
	tpl, err := expr.Compile("${def f: f; f}")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := tpl.Eval(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestNames(t *testing.T) {
	for text, want := range map[string][]string{
		"${.a.b}":                            {"a"},
		"${.a | .b}":                         {"a"},
		"${. | .b}":                          {"b"},
		"${.a[] | {id, x: .y}}":              {"a"},
		"${{a, b: .c, (.d): 1, \"e\": .f}}":  {"a", "c", "d", "f"},
		"${[range(1; .pages + 1)]}":          {"pages"},
		"${.a | map(.b) | add}":              {"a"},
		"${.[\"a b\"]}":                      {"a b"},
		"${.a[.i]}":                          {"a", "i"},
		"${.a as $x | .b + $x}":              {"a", "b"},
		"${reduce .xs[] as $x (.s; . + .t)}": {"xs", "s"},
		"${if .a then .b else .c end}":       {"a", "b", "c"},
		"${\"\\(.a) and \\(.b)\"}":           {"a", "b"},
		"${.a // .b} ${try .c catch .d}":     {"a", "b", "c"},
		"${[.a[] | select(.b > 1)]}":         {"a"},
		"${any(.a[]; .b)}":                   {"a"}, "${.a | sub(\"(?<x>y)\"; .x)}": {"a"}, "${\"a\" | test(.re)}": nil, "${sub(.re; .x; .flags)}": {"re", "flags"}, "${limit(.n; .a[])}": {"n", "a"},
		"${any(.b)}":              nil,
		"$${.a}":                  nil,
		"${-(.a)}":                {"a"},
		"${.rows | length == 20}": {"rows"},
		"${@json \"\\(.a)\"}":     {"a"},
		"${[.items[] | .price | tonumber] | add}": {"items"},
	} {
		tpl, err := expr.Compile(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var got []string
		for _, n := range tpl.Names() {
			got = append(got, n.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

// TestLiteral: any text can be written so that it is read as itself.
func TestLiteral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[${}.a]*`)).Draw(t, "text")
		tpl, err := expr.Compile(expr.Literal(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := tpl.Plain(); !ok || got != text {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

// TestPageValues: what a page says is data, whatever it looks like.
func TestPageValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`([$][{].secret[}]|[{][{].secret[}][}]|\\|"|x)*`)).Draw(t, "text")
		for _, source := range []string{"${.v}", "<${.v}>"} {
			tpl, err := expr.Compile(source)
			if err != nil {
				t.Fatal(err)
			}
			got, err := tpl.Text(context.Background(), map[string]any{"v": text, "secret": "leak"})
			if err != nil || got != strings.Replace(source, "${.v}", text, 1) {
				t.Fatalf("%q became %q, %v", text, got, err)
			}
		}
	})
}

func FuzzCompile(f *testing.F) {
	for _, s := range []string{"${.a}", "a ${.b | {c: \"}\"}} $${", "${\"\\(.a)\"}", "${def f: .; f}", "${[.a[] as [$x] | $x]}", "${@base64 \"x\\(.)\"}", "${.a?.b[1:2]//3}", "${"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		tpl, err := expr.Compile(s)
		if err != nil {
			return
		}
		for _, n := range tpl.Names() {
			if n.Offset < 0 || n.Offset > len(s) {
				t.Errorf("%q: %+v", s, n)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		_, _ = tpl.Eval(ctx, map[string]any{"a": "x", "b": []any{1}})
	})
}

func TestOfText(t *testing.T) {
	for source, want := range map[string][]any{`gsub("/"; "")`: {"ab", "c"}, `length`: {3, 1}, `[.]`: {[]any{"a/b"}, []any{"c"}}, `if . == "c" then now | type else . end`: {"a/b", "number"}} {
		q, err := expr.CompileQuery(source)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			for i, text := range []string{"a/b", "c"} {
				if v, err := q.OfText(t.Context(), text); err != nil || !cmp.Equal(v, want[i]) {
					t.Errorf("%s of %q: %v, %v", source, text, v, err)
				}
			}
		}
		if v, err := q.OfText(t.Context(), strings.Repeat("x", 10_000)); err != nil || v == nil {
			t.Error(v, err)
		}
	}
}

func BenchmarkOfText(b *testing.B) {
	q, err := expr.CompileQuery(`gsub("[/\\\\]"; "")`)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := q.OfText(b.Context(), strconv.Itoa(i%1000)); err != nil {
			b.Fatal(err)
		}
	}
}
