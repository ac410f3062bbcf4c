package engine

import (
	"errors"
	"os"
	"path"
	"strings"
	"sync"

	"seine/scenarios"
	"seine/scenarios/sink"
)

// appends are what a run or item adds to files that others add to as well; it is written when its turn has come.
type appends struct {
	list []delivery
}

// write writes a file of the run's own at once; one that is added to waits for its turn.
func (a *actor) write(s scenarios.Write) error {
	if s.Append {
		a.appends.list = append(a.appends.list, delivery{
			File: s.File, Value: s.Value, Append: true, Format: s.Format, Columns: s.Columns, Hints: a.r.hints.all(),
		})
		return nil
	}
	err := sink.Put(a.r.root, s.File, s.Value, a.r.hints.all(), sink.Options{Format: s.Format, Columns: s.Columns})
	if err == nil {
		a.r.wrote(a.run, s.File)
	}
	return err
}

// deliveries are the files that runs write to together. Until the end each stands beside its place: a run that goes on after its end
// writes it anew, from the journal.
type deliveries struct {
	mu    sync.Mutex
	root  *os.Root
	open  map[string]sink.Sink
	files []string
}

func partOf(name string) string { return path.Join(path.Dir(name), "."+path.Base(name)+".run") }

func (d *deliveries) add(list []delivery) (rows int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, w := range list {
		s, err := d.sink(w)
		if err == nil {
			err = s.Add(w.Value, w.Hints)
		}
		if err != nil {
			return rows, err
		}
		if l, ok := w.Value.([]any); ok {
			rows += len(l)
		} else if w.Value != nil {
			rows++
		}
	}
	return rows, nil
}

func (d *deliveries) sink(w delivery) (sink.Sink, error) {
	if s := d.open[w.File]; s != nil {
		return s, nil
	}
	part := partOf(w.File)
	if err := d.root.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if w.Append {
		if err := copyFile(d.root, w.File, part); err != nil {
			return nil, err
		}
	}
	format := w.Format
	if format == "" {
		format = sink.FormatOf(w.File)
	}
	s, err := sink.Append(d.root, part, sink.Options{Format: format, Columns: w.Columns, Table: w.Table})
	if err != nil {
		return nil, err
	}
	if d.open == nil {
		d.open = map[string]sink.Sink{}
	}
	d.open[w.File] = s
	d.files = append(d.files, w.File)
	return s, nil
}

// close gives the files their names if keep, else leaves them as they are, hidden.
func (d *deliveries) close(keep bool) (files []string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, name := range d.files {
		e := d.open[name].Close()
		if e == nil && keep {
			e = d.root.Rename(partOf(name), name)
		}
		err = errors.Join(err, e)
	}
	files, d.files, d.open = d.files, nil, nil
	return files, err
}

// copyFile copies what is there, if anything is.
func copyFile(root *os.Root, from, to string) error {
	if dir := path.Dir(to); dir != "." {
		if err := root.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	in, err := root.Open(from)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := root.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	_, err = out.ReadFrom(in)
	return errors.Join(err, out.Close())
}

// tableOf is the name of a scenario as that of a table.
func tableOf(title string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, title)
	if name == "" {
		return "rows"
	}
	return name
}
