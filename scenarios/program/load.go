package program

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/file"
	"seine/scenarios/internal/tree"
	"seine/scenarios/recorder"
)

// Limits of calls.
const (
	maxCalls = 16  // one inside of the other
	maxFiles = 100 // in all
)

// Options say where files are looked for.
type Options struct {
	Read       func(name string) ([]byte, error) // nil: from disk
	UploadRoot string                            // where uploads must come from; "": that they exist is not checked
}

// Load reads and checks a file: a scenario, or a recording of Chrome's Recorder. Mistakes are *file.Error or file.Errors; of a
// file that cannot be read it is an *fs.PathError.
func Load(name string, o Options) (*Program, error) {
	l := &loader{options: o}
	if l.options.Read == nil {
		l.options.Read = readFile
	}
	data, err := l.options.Read(name)
	if err != nil {
		return nil, err
	}
	return l.compile(name, data)
}

// Compile checks a document that was read already.
func Compile(doc *file.Document, o Options) (*Program, error) {
	l := &loader{options: o, chain: []string{filepath.Clean(doc.Name())}}
	if l.options.Read == nil {
		l.options.Read = readFile
	}
	return l.check(doc)
}

// readFile reads no more than a scenario may have, and a little, so that it is found to be too large.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, tree.MaxSize+1))
}

// loader reads a file and those that it calls.
type loader struct {
	options Options
	chain   []string // files that are being read, the outermost first
	files   int
}

func (l *loader) compile(name string, data []byte) (*Program, error) {
	l.chain = append(l.chain, filepath.Clean(name))
	defer func() { l.chain = l.chain[:len(l.chain)-1] }()
	doc, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	return l.check(doc)
}

// parse tells a recording from a scenario.
func parse(name string, data []byte) (*file.Document, error) {
	source := tree.NewSource(name, data)
	root, err := tree.Parse(source)
	if err != nil {
		return nil, err
	}
	if recorder.Is(root) {
		return recorder.FromTree(source, root)
	}
	return file.FromTree(source, root)
}

func (l *loader) check(doc *file.Document) (*Program, error) {
	p := &Program{
		Flow: doc.Flow, doc: doc, templates: map[string]*expr.Template{}, queries: map[scenarios.Query]*expr.Query{}, calls: map[string]*Program{},
	}
	c := &checker{program: p, loader: l}
	c.flow()
	return p, c.errors.Err()
}

// call reads the file of a call step.
func (l *loader) call(from *file.Document, name string) (*Program, error) {
	full := filepath.Join(filepath.Dir(from.Name()), filepath.FromSlash(name))
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, fmt.Errorf("%s is not beside this file or below", name)
	}
	if slices.Contains(l.chain, full) {
		return nil, fmt.Errorf("the files call each other in a circle: %s", circle(l.chain, full))
	}
	if l.files++; len(l.chain) >= maxCalls || l.files > maxFiles {
		return nil, errors.New("too many files call each other")
	}
	data, err := l.options.Read(full)
	if unread := (*fs.PathError)(nil); errors.As(err, &unread) {
		return nil, fmt.Errorf("%s: %w", full, unread.Err)
	} else if err != nil {
		return nil, err
	}
	return l.compile(full, data)
}

func circle(chain []string, again string) string {
	text := ""
	for _, name := range chain[slices.Index(chain, again):] {
		text += filepath.Base(name) + " → "
	}
	return text + filepath.Base(again)
}
