package program

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"regexp"

	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/file"
	"seine/scenarios/internal/tree"
)

// step checks one step and those inside of it; path is that of its inside.
func (c *checker) step(s scenarios.Step, path string) {
	c.texts(reflect.ValueOf(s), path)
	c.selectors(s, path)
	for i, e := range s.Common().AssertedEvents {
		c.local(file.Join(file.Item(file.Join(path, "assertedEvents"), i), "file"), e.File)
	}
	switch s := s.(type) {
	case scenarios.WaitForExpression:
		c.note(s, NeedsJavaScript)
	case scenarios.Upload:
		c.note(s, NeedsUploads)
		c.uploads(s, path)
	case scenarios.Assert:
		if s.That == nil && s.Selectors == nil && s.URL == "" && s.Title == "" {
			c.wrong(path, 0, "assert says nothing").Hinted("it needs one of that, selectors, url, title")
		}
	case scenarios.Extract:
		c.extract(s, path)
	case scenarios.Request:
		c.one(path, "request can have one of json, form, body", 0, s.JSON != nil, s.Form != nil, s.Body != "")
		c.named(path, s.As)
	case scenarios.Write:
		c.local(file.Join(path, "file"), s.File)
	case scenarios.Download:
		c.aside(func() { c.late(file.Join(path, "file"), s.File) }, "item", "index")
		c.local(file.Join(path, "dir"), s.Dir)
		c.named(path, s.As)
	case scenarios.Screenshot:
		c.local(file.Join(path, "file"), s.File)
	case scenarios.PDF:
		c.local(file.Join(path, "file"), s.File)
	case scenarios.WaitForRequest:
		c.named(path, s.As)
	case scenarios.Grab:
		c.named(path, s.As)
	default:
		c.control(s, path)
	}
}

// control checks the steps that hold others.
func (c *checker) control(s scenarios.Step, path string) {
	switch s := s.(type) {
	case scenarios.Each:
		c.each(s, path)
	case scenarios.Paginate:
		c.paginate(s, path)
	case scenarios.If:
		c.one(path, "if needs one of that, selectors", 1, s.That != nil, s.Selectors != nil)
		c.steps(s.Then, file.Join(path, "then"))
		c.steps(s.Else, file.Join(path, "else"))
	case scenarios.Call:
		c.call(s, path)
	}
}

func (c *checker) note(s scenarios.Step, n Need) {
	c.program.Notes = append(c.program.Notes, Note{s.Common().Pos, n})
}

// one holds that at least and at most one of several is given; without least, none may be.
func (c *checker) one(path, what string, least int, given ...bool) {
	n := 0
	for _, g := range given {
		if g {
			n++
		}
	}
	if n < least || n > 1 {
		c.wrong(path, 0, "%s", what)
	}
}

func (c *checker) extract(s scenarios.Extract, path string) {
	c.one(path, "extract needs one of rows (or only columns), table, jq", 1, s.Rows != "" || s.Columns != nil, s.Table != "", s.JQ != "")
	if s.Rows != "" && s.Columns == nil {
		c.wrong(path, 0, "extract with rows needs columns")
	}
	c.selector(file.Join(path, "rows"), s.Rows)
	c.selector(file.Join(path, "table"), s.Table)
	for _, col := range s.Columns {
		c.selector(file.Join(file.Join(path, "columns."+col.Name), "select"), col.Select)
	}
	c.named(path, s.As)
}

// ranges are the texts that a list of numbers may be written as.
var ranges = regexp.MustCompile(`^-?[0-9]{1,9}\.\.(-?[0-9]{1,9})?$`)

func (c *checker) each(s scenarios.Each, path string) {
	in := file.Join(path, "in")
	switch v := s.In.(type) {
	case string:
		if t, err := expr.Compile(v); err == nil {
			if plain, ok := t.Plain(); ok && !ranges.MatchString(plain) {
				c.wrong(in, 0, "each goes over a list or a range, and %q is neither", plain).Hinted("write it as 1..10, as [a, b, c] or as ${.name}")
			} else if ok && plain[len(plain)-1] == '.' && s.Collect == nil && s.Until == nil {
				c.wrong(in, 0, "a range without end needs collect or until to know when it is over")
			}
		}
	case []any:
	default:
		c.wrong(in, 0, "each goes over a list or a range").Hinted("write it as 1..10, as [a, b, c] or as ${.name}")
	}
	if !identifier.MatchString(s.ItemName()) {
		c.wrong(file.Join(path, "item"), 0, "%q is no name for a value: letters, digits and _, not beginning with a digit", s.Item)
	}
	c.inside(path, s.Steps, s.Until, s.Collect, s.ItemName(), "index")
	c.named(path, s.As)
}

// inside checks the steps that are run several times, and what is evaluated after each time.
func (c *checker) inside(path string, steps []scenarios.Step, until, collect any, names ...string) {
	c.aside(func() {
		c.steps(steps, file.Join(path, "steps"))
		c.late(file.Join(path, "until"), until)
		c.late(file.Join(path, "collect"), collect)
	}, names...)
}

func (c *checker) paginate(s scenarios.Paginate, path string) {
	c.one(path, "paginate needs one of next, url, scroll", 1, s.Next != nil, s.URL != "", s.Scroll)
	c.aside(func() { c.late(file.Join(path, "url"), s.URL) }, "page")
	c.inside(path, s.Steps, s.Until, s.Collect, "page")
	c.named(path, s.As)
}

func (c *checker) call(s scenarios.Call, path string) {
	at := file.Join(path, "file")
	called, err := c.loader.call(c.program.doc, s.File)
	var inside tree.Errors
	var one *tree.Error
	switch {
	case errors.As(err, &inside):
		c.errors = append(c.errors, inside...)
		return
	case errors.As(err, &one):
		c.errors = append(c.errors, one)
		return
	case err != nil:
		c.wrong(at, 0, "%v", err)
		return
	}
	c.program.calls[s.File] = called
	c.arguments(s, called, path)
	c.named(path, s.As)
}

// arguments holds what a call gives against what the file wants.
func (c *checker) arguments(s scenarios.Call, called *Program, path string) {
	given, wanted := map[string]bool{}, []string{}
	for _, f := range s.With {
		given[f.Name] = true
	}
	for _, in := range called.Flow.Inputs {
		wanted = append(wanted, in.Name)
		if in.Required && !given[in.Name] {
			c.wrong(path, 0, "%s needs the input %q", s.File, in.Name)
		}
	}
	for _, f := range s.With {
		if called.input(f.Name) == nil {
			c.wrong(file.Join(file.Join(path, "with"), f.Name), 0, "%s has no input %q", s.File, f.Name).Near(f.Name, wanted, "")
		}
	}
}

// uploads checks what is known without running: names stay in the root, and the files are there.
func (c *checker) uploads(s scenarios.Upload, path string) {
	for i, name := range s.Files {
		at := file.Item(file.Join(path, "files"), i)
		t, err := expr.Compile(name)
		if err != nil {
			continue
		}
		plain, ok := t.Plain()
		if !ok {
			continue
		}
		if !filepath.IsLocal(filepath.FromSlash(plain)) {
			c.wrong(at, 0, "%q lies outside of --upload-root", plain).Hinted("name it relative to that folder")
		} else if c.loader.options.UploadRoot != "" {
			c.exists(at, plain)
		}
	}
}

// exists looks through os.Root, which follows no link out of the folder.
func (c *checker) exists(path, name string) {
	root, err := os.OpenRoot(c.loader.options.UploadRoot)
	if err != nil {
		c.wrong(path, 0, "--upload-root: %v", err)
		return
	}
	defer root.Close()
	if _, err := root.Stat(filepath.FromSlash(name)); err != nil {
		c.wrong(path, 0, "the file for the upload: %v", err)
	}
}
