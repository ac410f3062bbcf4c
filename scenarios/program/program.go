// Package program makes of a scenario file something that can be run: every expression in it is compiled, the files that it
// calls are read, and what can be known to be wrong without running it is told, with its place.
package program

import (
	"context"
	"errors"
	"reflect"

	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/file"
	"seine/scenarios/internal/rewrite"
)

// Program is a checked scenario. It is safe for concurrent use.
type Program struct {
	Flow  scenarios.UserFlow
	Notes []Note // what whoever runs it must know

	doc       *file.Document
	templates map[string]*expr.Template
	queries   map[scenarios.Query]*expr.Query
	calls     map[string]*Program // by the name of the file in the step
}

// Note is something that the scenario needs.
type Note struct {
	Pos  scenarios.Position
	Need Need
}

// Need is what a step cannot do without.
type Need string

// The needs.
const (
	NeedsJavaScript Need = "--allow-js"
	NeedsUploads    Need = "--upload-root"
)

// Needs reports whether a step of the program, or of one that it calls, needs it.
func (p *Program) Needs(n Need) bool {
	for _, note := range p.Notes {
		if note.Need == n {
			return true
		}
	}
	for _, c := range p.calls {
		if c.Needs(n) {
			return true
		}
	}
	return false
}

// Name is the file's, "" where there is none.
func (p *Program) Name() string {
	if p.doc == nil {
		return ""
	}
	return p.doc.Name()
}

// Called is the program of a call step.
func (p *Program) Called(c scenarios.Call) *Program { return p.calls[c.File] }

// Query is the compiled form of a query of the program.
func (p *Program) Query(q scenarios.Query) (*expr.Query, error) {
	if known := p.queries[q]; known != nil {
		return known, nil
	}
	return expr.CompileQuery(string(q))
}

// Resolve gives the step with every ${…} replaced by its value. Steps inside of it, and what is evaluated later (collect,
// until, the address of paginate, the names of downloads) stay as they are: see Value and Text. The result must not be
// resolved again: its texts are data.
func (p *Program) Resolve(ctx context.Context, s scenarios.Step, scope map[string]any) (scenarios.Step, error) {
	v, err := rewrite.Struct(reflect.ValueOf(s), "", &evaluation{p, ctx, scope})
	if err != nil {
		return nil, err
	}
	return v.Interface().(scenarios.Step), nil
}

// Value evaluates what a late field holds: a text with ${…}, or a list or map of such.
func (p *Program) Value(ctx context.Context, v any, scope map[string]any) (any, error) {
	return rewrite.Any(v, "", &evaluation{p, ctx, scope})
}

// Text evaluates a late field that is a text.
func (p *Program) Text(ctx context.Context, source string, scope map[string]any) (string, error) {
	return (&evaluation{p, ctx, scope}).Text("", source)
}

// Session gives the flow's session with its texts evaluated.
func (p *Program) Session(ctx context.Context, scope map[string]any) (scenarios.Session, error) {
	if p.Flow.Session == nil {
		return scenarios.Session{}, nil
	}
	v, err := rewrite.Struct(reflect.ValueOf(*p.Flow.Session), "", &evaluation{p, ctx, scope})
	return v.Interface().(scenarios.Session), err
}

// evaluation is the visitor that puts values in place.
type evaluation struct {
	program *Program
	ctx     context.Context //nolint:containedctx // it lives no longer than the call that brought it
	scope   map[string]any
}

// ErrNotCompiled: a text was evaluated that is none of the program's. It may come from a page, so it is never read as an expression.
var ErrNotCompiled = errors.New("this text is not in the scenario file, and is not read as an expression")

func (e *evaluation) template(source string) (*expr.Template, error) {
	if t := e.program.templates[source]; t != nil {
		return t, nil
	}
	if t, err := expr.Compile(source); err == nil {
		if _, ok := t.Plain(); ok {
			return t, nil
		}
	}
	return nil, ErrNotCompiled
}

func (e *evaluation) Text(_, source string) (string, error) {
	t, err := e.template(source)
	if err != nil {
		return "", err
	}
	return t.Text(e.ctx, e.scope)
}

func (e *evaluation) Value(_, source string) (any, error) {
	t, err := e.template(source)
	if err != nil {
		return nil, err
	}
	return t.Eval(e.ctx, e.scope)
}

func (e *evaluation) Query(string, scenarios.Query) error { return nil }
