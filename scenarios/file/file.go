// Package file reads and writes scenario files: YAML, or JSON of the same form. Whoever reads goes by the model's types and
// their tags (see package scenarios): an unknown field or a wrong type is an error that shows the line.
package file

import (
	"fmt"
	"reflect"
	"strings"

	"seine/scenarios"
	"seine/scenarios/internal/tree"
)

// Error is a mistake in a file, with its place.
type Error = tree.Error

// Errors are all mistakes of a file.
type Errors = tree.Errors

// Document is a flow that was read, and knows where everything stands.
type Document struct {
	Flow   scenarios.UserFlow
	source *tree.Source
	nodes  map[string]*tree.Node // by path

	steps     map[scenarios.Position]string // the path of each step's inside
	selectors map[*tree.Node]bool           // lists of them
}

// Parse reads a file. Its name is that in errors; one that ends in .json is read as JSON. The error is an *Error or Errors.
// Expressions are not looked at: that is for package program.
func Parse(name string, data []byte) (*Document, error) {
	source := tree.NewSource(name, data)
	root, err := tree.Parse(source)
	if err != nil {
		return nil, err
	}
	return FromTree(source, root)
}

// FromTree reads a tree in the form of a scenario file, which another package may have made of a file of its own kind.
func FromTree(source *tree.Source, root *tree.Node) (*Document, error) {
	d := &decoder{source: source, nodes: map[string]*tree.Node{}, paths: map[scenarios.Position]string{}, lists: map[*tree.Node]bool{}}
	doc := &Document{source: source, nodes: d.nodes, steps: d.paths, selectors: d.lists}
	d.structure(root, reflect.ValueOf(&doc.Flow).Elem(), "", "a scenario")
	if err := d.errors.Err(); err != nil {
		return nil, err
	}
	return doc, nil
}

// Name is the file's.
func (d *Document) Name() string { return d.source.Name }

// Source is the file's text.
func (d *Document) Source() []byte { return d.source.Data }

// Errorf makes an error of the value at a path, such as steps[2].each.in, at a byte of its text. The path's nearest parent
// is taken if nothing stands there.
func (d *Document) Errorf(path string, offset int, format string, args ...any) *Error {
	n := d.nodes[path]
	for at := len(path); n == nil && at > 0; n = d.nodes[path[:at]] {
		for at--; at > 0 && path[at] != '.' && path[at] != '['; at-- {
		}
	}
	if n == nil {
		return d.source.Errorf(scenarios.Position{File: d.source.Name}, 0, format, args...)
	}
	if offset == 0 {
		return d.source.Errorf(n.Pos, n.Width, format, args...)
	}
	return d.source.Errorf(n.At(d.source, offset), 1, format, args...)
}

// Excerpt is the line of a step, with the step marked.
func (d *Document) Excerpt(step scenarios.Position) string {
	width := 1
	if path, ok := d.steps[step]; ok {
		width = len(path) - strings.LastIndexByte(path, '.') - 1 // its name
	}
	return d.source.Errorf(step, width, "").Excerpt()
}

// Item is the path of an element of a list.
func Item(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// Join is the path of a map's entry.
func Join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// StepPath is the path of the inside of a step that stands at path.
func StepPath(path string, s scenarios.Step) string { return Join(path, s.Type()) }
