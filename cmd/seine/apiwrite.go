package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"seine/assemble"
	"seine/capture/openapi"
	"seine/capture/openapi/curl"
	"seine/capture/openapi/document"
	"seine/capture/openapi/goclient"
	"seine/capture/openapi/httpfile"
	"seine/capture/openapi/merge"
	"seine/capture/openapi/page"
	"seine/capture/openapi/postman"
	"seine/capture/openapi/spec"
	"seine/cmd/internal/ui"
)

// output is one way to write an API to a file. All are views of the document.
type output struct {
	flag, what string
	write      func(w io.Writer, s *spec.Spec, name string) error
}

var outputs = []output{
	{"html", "The page", func(w io.Writer, s *spec.Spec, _ string) error { return page.Write(w, s) }},
	{"go", "The client", func(w io.Writer, s *spec.Spec, name string) error {
		return goclient.Write(w, s, filepath.Base(filepath.Dir(absolute(name))))
	}},
	{"http", "The requests are", func(w io.Writer, s *spec.Spec, _ string) error { return httpfile.Write(w, s) }},
	{"postman", "The collection", func(w io.Writer, s *spec.Spec, _ string) error { return postman.Write(w, s) }},
}

// absolute tells the folder of a file that is named without one.
func absolute(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		return abs
	}
	return name
}

// write writes all files that were asked for.
func (a *apis) write(found *openapi.API) error {
	doc := found.Document()
	if name := a.c.String("openapi"); name != "" {
		merged, err := a.document(doc, name)
		if err != nil {
			return err
		}
		doc = merged
	}
	s := spec.Of(doc)
	found.Illustrate(s)
	for _, o := range outputs {
		name := a.c.String(o.flag)
		if name == "" {
			continue
		}
		if err := replaceFile(name, func(w io.Writer) error { return o.write(w, s, name) }); err != nil {
			return err
		}
		what := o.what
		if !strings.HasSuffix(what, " are") {
			what += " is"
		}
		a.con.Say("%s in %s", what, ui.Remote(name))
	}
	if a.c.Bool("curl") {
		return a.commands(s)
	}
	return nil
}

type commandJSON struct {
	Operation string `json:"operation"`
	Command   string `json:"command"`
}

// commands prints them to be read, or to be run.
func (a *apis) commands(s *spec.Spec) error {
	var b strings.Builder
	if err := curl.Write(&b, s); err != nil {
		return err
	}
	for _, o := range s.Operations {
		_ = a.con.Emit("command", commandJSON{o.ID, curl.Command(o, s.Request(o))})
	}
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = ui.Remote(l).String()
	}
	a.con.Print(strings.Join(lines, "\n"))
	return nil
}

// document writes the OpenAPI document, into the one that is there if there is one: what was changed in it by hand stays.
func (a *apis) document(doc document.Object, name string) (document.Object, error) {
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if a.c.Bool("force") {
		old = nil
	}
	res, err := merge.Into(old, doc, strings.EqualFold(filepath.Ext(name), ".json"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w; --force writes it anew", ui.Remote(name), err)
	}
	if err := replaceFile(name, func(w io.Writer) error { _, err := w.Write(res.Text); return err }); err != nil {
		return nil, err
	}
	for _, c := range res.Conflicts {
		_ = a.con.Emit("conflict", c)
		a.con.Warn("%s: yours stays, %s; heard was %s", ui.Remote(c.Where), ui.Remote(c.Yours), ui.Remote(c.Heard))
	}
	switch {
	case res.Edits > 0:
		a.con.Say("The document is in %s, with %s by hand", ui.Remote(name), ui.Count(res.Edits, "change"))
	default:
		a.con.Say("The document is in %s", ui.Remote(name))
	}
	if res.CommentsLost {
		a.con.Warn("%s is written in a way that could not be kept: its comments are gone", ui.Remote(name))
	}
	return res.Document, nil
}

// generator is in every file that seine has written.
const generator = "x-seine-generator"

// writable looks before anything is visited whether the files can be written. What somebody else wrote is left alone.
func (a *apis) writable() error {
	names := []string{a.c.String("openapi")}
	for _, o := range outputs {
		names = append(names, a.c.String(o.flag))
	}
	known := map[string]bool{}
	for _, name := range names {
		if name == "" {
			continue
		}
		if known[absolute(name)] {
			return &usageError{what: fmt.Sprintf("%s would be written twice", ui.Remote(name))}
		}
		known[absolute(name)] = true
		if err := directory(filepath.Dir(filepath.Clean(name))); err != nil {
			return err
		}
		text, err := os.ReadFile(name)
		if err == nil && len(text) > 0 && !strings.Contains(string(text), generator) && !a.c.Bool("force") {
			return fmt.Errorf("%w: %s was not written by seine; --force replaces it", assemble.ErrExists, ui.Remote(name))
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// replaceFile writes in one step: a reader never sees half of it.
func replaceFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".api-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = errors.Join(write(f), f.Chmod(0o600), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	return err
}
