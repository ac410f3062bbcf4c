package program

import (
	"errors"
	"maps"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/file"
	"seine/scenarios/internal/rewrite"
	"seine/scenarios/internal/tree"
)

// checker compiles what a flow holds, and collects what is wrong with it.
type checker struct {
	program *Program
	loader  *loader
	errors  tree.Errors
	names   map[string]bool // values that are there at this place
}

func (c *checker) wrong(path string, offset int, format string, args ...any) tree.Advice {
	return c.errors.Note(c.program.doc.Errorf(path, offset, format, args...))
}

// identifier is what can stand behind a dot in jq.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (c *checker) flow() {
	f := &c.program.Flow
	c.names = map[string]bool{}
	for _, in := range f.Inputs {
		c.input(in)
		c.names[in.Name] = true
	}
	if f.Session != nil {
		c.texts(reflect.ValueOf(*f.Session), "session")
		if l := f.Session.Login; l != nil {
			c.aside(func() {
				c.steps(l.Check, "session.login.check")
				c.steps(l.Steps, "session.login.steps")
			})
		}
	}
	if len(f.Steps) == 0 {
		c.wrong("steps", 0, "there are no steps")
	}
	c.steps(f.Steps, "steps")
	for _, o := range f.Outputs {
		path := file.Join("outputs", o.File)
		c.local(path, o.File)
		c.late(file.Join(path, "value"), o.Value)
	}
}

// aside runs do with the names that are there now, and forgets those that it adds.
func (c *checker) aside(do func(), more ...string) {
	before := c.names
	c.names = maps.Clone(before)
	for _, m := range more {
		c.names[m] = true
	}
	do()
	c.names = before
}

func (c *checker) steps(list []scenarios.Step, path string) {
	for i, s := range list {
		c.step(s, file.StepPath(file.Item(path, i), s))
	}
}

// texts compiles all that a struct holds, but for late fields and nested steps.
func (c *checker) texts(v reflect.Value, path string) {
	_, _ = rewrite.Struct(v, path, c) // c gives no errors: it collects them
}

// late compiles what is evaluated later, with the names that are there now.
func (c *checker) late(path string, v any) {
	if v != nil {
		_, _ = rewrite.Any(v, path, c)
	}
}

func (c *checker) Text(path, source string) (string, error) {
	t, err := expr.Compile(source)
	if syntax := (*expr.SyntaxError)(nil); errors.As(err, &syntax) {
		c.wrong(path, syntax.Offset, "%s", syntax.What)
		return source, nil
	}
	c.program.templates[source] = t
	for _, n := range t.Names() {
		if !c.names[n.Name] {
			c.unknown(path, n)
		}
	}
	return source, nil
}

func (c *checker) unknown(path string, n expr.Name) {
	known := slices.Sorted(maps.Keys(c.names))
	otherwise := "a value is an input, or what an earlier step named with as"
	if len(known) > 0 {
		otherwise += "; there are " + strings.Join(known, ", ")
	}
	c.wrong(path, n.Offset, "there is no value %q here", n.Name).Near(n.Name, known, otherwise)
}

func (c *checker) Value(path, source string) (any, error) { return c.Text(path, source) }

func (c *checker) Query(path string, q scenarios.Query) error {
	compiled, err := expr.CompileQuery(string(q))
	if syntax := (*expr.SyntaxError)(nil); errors.As(err, &syntax) {
		c.wrong(path, syntax.Offset, "%s", syntax.What)
		return nil
	}
	c.program.queries[q] = compiled
	return nil
}

// named adds the value that a step names.
func (c *checker) named(path, name string) {
	at := file.Join(path, "as")
	switch {
	case name == "":
		return
	case !identifier.MatchString(name):
		c.wrong(at, 0, "%q is no name for a value: letters, digits and _, not beginning with a digit", name)
	case slices.ContainsFunc(c.program.Flow.Inputs, func(i scenarios.Input) bool { return i.Name == name }):
		c.wrong(at, 0, "%q is the name of an input already", name)
	}
	c.names[name] = true
}

// local holds that a file name, as far as it is known, stays in its folder.
func (c *checker) local(path, name string) {
	t, err := expr.Compile(name)
	if err != nil {
		return
	}
	if plain, ok := t.Plain(); ok && plain != "" && !filepath.IsLocal(filepath.FromSlash(plain)) {
		c.wrong(path, 0, "%q leads out of its folder", plain)
	}
}
