package engine

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"seine/scenarios"
)

// step runs one step, with its expressions' values in place.
func (a *actor) step(ctx context.Context, s scenarios.Step, scope map[string]any) error {
	resolved, err := a.resolve(ctx, s, scope)
	if err != nil {
		return err
	}
	switch s := resolved.(type) {
	case scenarios.Each:
		return a.each(ctx, s, scope)
	case scenarios.Paginate:
		return a.paginate(ctx, s, scope)
	case scenarios.If:
		return a.condition(ctx, s, scope)
	case scenarios.Call:
		return a.call(ctx, s, scope)
	case scenarios.Request:
		return name(scope, s.As)(a.request(ctx, s))
	case scenarios.Extract:
		return name(scope, s.As)(a.extract(ctx, s))
	case scenarios.Write:
		return a.write(s)
	case scenarios.Download:
		return name(scope, s.As)(a.download(ctx, s, scope))
	case scenarios.Assert:
		return a.assert(ctx, s)
	case scenarios.WaitForExpression:
		if !a.r.o.AllowJS {
			return ErrJavaScript
		}
	case scenarios.CustomStep:
		return fmt.Errorf("%q is a step of another program: seine does not know what it does", s.Name)
	}
	return a.onPage(ctx, resolved, scope)
}

// resolve puts the values of expressions in place. In names of files they are names, whatever is in them.
func (a *actor) resolve(ctx context.Context, s scenarios.Step, scope map[string]any) (scenarios.Step, error) {
	resolved, err := a.p.Resolve(ctx, s, scope)
	if err != nil {
		return nil, err
	}
	path := func(source string) string {
		if source == "" || err != nil {
			return ""
		}
		var name string
		name, err = a.path(ctx, source, scope)
		return name
	}
	switch r := resolved.(type) {
	case scenarios.Write:
		r.File = path(s.(scenarios.Write).File)
		resolved = r
	case scenarios.Screenshot:
		r.File = path(s.(scenarios.Screenshot).File)
		resolved = r
	case scenarios.PDF:
		r.File = path(s.(scenarios.PDF).File)
		resolved = r
	case scenarios.Download:
		r.Dir = path(s.(scenarios.Download).Dir)
		resolved = r
	case scenarios.Grab:
		g := s.(scenarios.Grab)
		r.Output, r.Dir, r.Screenshot = path(g.Output), path(g.Dir), path(g.Screenshot)
		resolved = r
	case scenarios.Capture:
		c := s.(scenarios.Capture)
		r.HAR, r.Save, r.Screenshot = path(c.HAR), path(c.Save), path(c.Screenshot)
		resolved = r
	}
	resolved = named(resolved, s, path)
	return resolved, err
}

// named puts the names of files that a step brings in place.
func named(resolved, s scenarios.Step, path func(string) string) scenarios.Step {
	events := slices.Clone(resolved.Common().AssertedEvents)
	has := false
	for i, e := range s.Common().AssertedEvents {
		if e.File != "" {
			events[i].File, has = path(e.File), true
		}
	}
	if !has {
		return resolved
	}
	v := reflect.New(reflect.TypeOf(resolved)).Elem()
	v.Set(reflect.ValueOf(resolved))
	v.FieldByName("AssertedEvents").Set(reflect.ValueOf(events))
	return v.Interface().(scenarios.Step)
}

// name puts what a step gave in scope.
func name(scope map[string]any, name string) func(any, error) error {
	return func(v any, err error) error {
		if err == nil && name != "" {
			scope[name] = v
		}
		return err
	}
}

func (a *actor) onPage(ctx context.Context, s scenarios.Step, scope map[string]any) error {
	if _, visits := s.(scenarios.Navigate); visits {
		if err := a.wait(ctx); err != nil {
			return err
		}
	}
	page, err := a.page(ctx)
	if err != nil {
		return err
	}
	value, err := page.Do(ctx, s)
	if err != nil {
		return err
	}
	for _, e := range s.Common().AssertedEvents {
		if e.File != "" {
			a.r.wrote(a.run, e.File)
		}
	}
	as := ""
	switch s := s.(type) {
	case scenarios.WaitForRequest:
		as = s.As
	case scenarios.Grab:
		as = s.As
		if film, ok := value.(map[string]any); ok {
			a.r.wrote(a.run, fmt.Sprint(film["file"]))
		}
	case scenarios.Screenshot:
		a.r.wrote(a.run, s.File)
	case scenarios.PDF:
		a.r.wrote(a.run, s.File)
	}
	return name(scope, as)(value, nil)
}

// truth is what jq takes for true: all but false and null.
func truth(v any) bool { return v != nil && v != false }

// assert checks a value by itself, and leaves elements, address and title to the page.
func (a *actor) assert(ctx context.Context, s scenarios.Assert) error {
	message := s.Message
	if message == "" {
		message = "what the step says is false"
	}
	if s.That != nil && !truth(s.That) {
		return fmt.Errorf("%w: %s", ErrAssert, message)
	}
	if s.Selectors == nil && s.URL == "" && s.Title == "" {
		return nil
	}
	page, err := a.page(ctx)
	if err == nil {
		_, err = page.Do(ctx, s)
	}
	if err != nil && s.Message != "" && !errors.Is(err, ErrNoPage) {
		return fmt.Errorf("%w: %s: %w", ErrAssert, s.Message, err)
	}
	return err
}

func (a *actor) condition(ctx context.Context, s scenarios.If, scope map[string]any) error {
	is := truth(s.That)
	if s.Selectors != nil {
		page, err := a.page(ctx)
		if err != nil {
			return err
		}
		if is, err = page.There(ctx, s); err != nil {
			return err
		}
	}
	if is {
		return a.steps(ctx, s.Then, scope)
	}
	return a.steps(ctx, s.Else, scope)
}

// call runs another file's steps with values of their own.
func (a *actor) call(ctx context.Context, s scenarios.Call, scope map[string]any) error {
	p := a.p.Called(s)
	if p == nil {
		return fmt.Errorf("%s was not read", s.File)
	}
	inner, err := p.BindValues(fieldsOf(s.With))
	if err != nil {
		return err
	}
	b := *a
	b.p = p // its places in files are other ones: met goes on
	if err := b.steps(ctx, p.Flow.Steps, inner); err != nil {
		return err
	}
	if s.As != "" {
		for _, in := range p.Flow.Inputs {
			delete(inner, in.Name)
		}
		scope[s.As] = inner
	}
	return nil
}

func fieldsOf(list []scenarios.Field) map[string]any {
	out := make(map[string]any, len(list))
	for _, f := range list {
		out[f.Name] = f.Value
	}
	return out
}
