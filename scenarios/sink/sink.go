// Package sink writes rows and texts to files: CSV, JSON, JSON lines, SQLite, text. Every file lies in one folder that nothing leads out of.
package sink

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
)

// Formats of files.
const (
	CSV    = "csv"
	JSON   = "json"
	JSONL  = "jsonl"
	SQLite = "sqlite"
	Text   = "text"
)

var byExtension = map[string]string{
	".csv": CSV, ".json": JSON, ".jsonl": JSONL, ".ndjson": JSONL, ".sqlite": SQLite, ".sqlite3": SQLite, ".db": SQLite,
}

// FormatOf is what a file name says; Text if it says nothing.
func FormatOf(name string) string {
	if f := byExtension[strings.ToLower(path.Ext(name))]; f != "" {
		return f
	}
	return Text
}

// Options say how rows are written.
type Options struct {
	Format  string   // "": FormatOf
	Columns []string // and no others; nil: those that come, in the order of hints, then of their names
	Table   string   // of SQLite; "": rows
}

// Errors of writing.
var (
	// ErrShape: a value that the format cannot hold.
	ErrShape = errors.New("cannot be written so")
	// ErrFormat: no such format.
	ErrFormat = errors.New("no format of files")
)

// Sink takes rows in order. It is not safe for concurrent use.
type Sink interface {
	// Add adds a row (object), a list of rows, or a text. Hints are the names of columns in their order.
	Add(v any, hints []string) error
	// Close makes what was added safe.
	Close() error
}

// Create writes a new file in place of one that is there, under a temporary name until Close. Abandon, behind Close too, removes what
// is not finished.
func Create(root *os.Root, name string, o Options) (s Sink, abandon func(), err error) {
	if err := makeFolder(root, name); err != nil {
		return nil, nil, err
	}
	part := temporary(name)
	if err := root.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) { // of a run that was killed
		return nil, nil, err
	}
	inner, err := open(root, part, o.of(name), os.O_CREATE|os.O_EXCL|os.O_RDWR)
	if err != nil {
		return nil, nil, err
	}
	f := &finishing{Sink: inner, root: root, part: part, name: name}
	return f, f.abandon, nil
}

// Append goes on with a file, or begins it.
func Append(root *os.Root, name string, o Options) (Sink, error) {
	if err := makeFolder(root, name); err != nil {
		return nil, err
	}
	return open(root, name, o.of(name), os.O_CREATE|os.O_RDWR)
}

// Put writes a file that holds one value. A text alone stands in a text file as it is, and any value in a JSON file.
func Put(root *os.Root, name string, v any, hints []string, o Options) error {
	o = o.of(name)
	if _, list := v.([]any); !list && o.Format == Text {
		text, err := cell(v)
		if err != nil {
			return err
		}
		return putText(root, name, text)
	}
	if o.Format == JSON {
		text, err := marshal(v)
		if err != nil {
			return err
		}
		return putText(root, name, text+"\n")
	}
	s, abandon, err := Create(root, name, o)
	if err != nil {
		return err
	}
	defer abandon()
	if err := s.Add(v, hints); err != nil {
		_ = s.Close()
		return err
	}
	return s.Close()
}

func putText(root *os.Root, name, text string) error {
	if err := makeFolder(root, name); err != nil {
		return err
	}
	part := temporary(name)
	if err := root.WriteFile(part, []byte(text), 0o666); err != nil {
		return errors.Join(err, root.Remove(part))
	}
	return root.Rename(part, name)
}

func (o Options) of(name string) Options {
	if o.Format == "" {
		o.Format = FormatOf(name)
	}
	if o.Table == "" {
		o.Table = "rows"
	}
	return o
}

func open(root *os.Root, name string, o Options, flags int) (Sink, error) {
	if o.Format == SQLite {
		return openSQLite(root, name, o, flags&os.O_EXCL != 0)
	}
	f, err := root.OpenFile(name, flags, 0o666)
	if err != nil {
		return nil, err
	}
	var s Sink
	switch o.Format {
	case CSV:
		s, err = newCSV(root, name, f, o)
	case JSON:
		s, err = newJSON(f)
	case JSONL:
		s, err = newLines(f, jsonLine)
	case Text:
		s, err = newLines(f, textLine)
	default:
		err = fmt.Errorf("%w: %q", ErrFormat, o.Format)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return s, nil
}

func makeFolder(root *os.Root, name string) error {
	if dir := path.Dir(name); dir != "." {
		return root.MkdirAll(dir, 0o777)
	}
	return nil
}

func temporary(name string) string { return path.Join(path.Dir(name), "."+path.Base(name)+".part") }

// finishing gives a file its name when it is whole.
type finishing struct {
	Sink
	root       *os.Root
	part, name string
	failed     bool
	done       bool
}

func (f *finishing) Add(v any, hints []string) error {
	err := f.Sink.Add(v, hints)
	f.failed = f.failed || err != nil
	return err
}

func (f *finishing) Close() error {
	if f.done {
		return nil
	}
	f.done = true
	err := f.Sink.Close()
	if err == nil && !f.failed {
		return f.root.Rename(f.part, f.name)
	}
	return errors.Join(err, f.root.Remove(f.part))
}

func (f *finishing) abandon() {
	if !f.done {
		f.failed = true
		_ = f.Close()
	}
}
