package sink

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
)

// csvFile has a head line. A column that comes later is added to the lines before it, so that the file stays one table.
type csvFile struct {
	root    *os.Root
	name    string
	f       *os.File
	fixed   bool
	columns []string
	out     *csv.Writer
	buffer  *bufio.Writer
}

func newCSV(root *os.Root, name string, f *os.File, o Options) (*csvFile, error) {
	c := &csvFile{root: root, name: name, f: f, fixed: o.Columns != nil}
	head, err := csv.NewReader(f).Read()
	switch {
	case errors.Is(err, io.EOF):
	case err != nil:
		return nil, fmt.Errorf("%s is no CSV file to go on with: %w", name, err)
	default:
		c.columns = head
	}
	if _, err := f.Seek(0, io.SeekEnd); err != nil {
		return nil, err
	}
	c.write(f)
	if c.columns == nil && c.fixed {
		c.columns = o.Columns
		return c, c.out.Write(c.columns)
	}
	return c, nil
}

func (c *csvFile) write(f *os.File) {
	c.f, c.buffer = f, bufio.NewWriterSize(f, 64<<10)
	c.out = csv.NewWriter(c.buffer)
}

func (c *csvFile) Add(v any, hints []string) error {
	var rows []map[string]any
	for _, r := range listOf(v) {
		rows = append(rows, flat(r))
	}
	if more := columnsOf(rows, c.columns, hints); len(more) > 0 && !c.fixed {
		if err := c.widen(more); err != nil {
			return err
		}
	}
	line := make([]string, len(c.columns))
	for _, r := range rows {
		for i, name := range c.columns {
			var err error
			if line[i], err = cell(r[name]); err != nil {
				return err
			}
		}
		if err := c.out.Write(line); err != nil {
			return err
		}
	}
	return c.flush()
}

func (c *csvFile) flush() error {
	c.out.Flush()
	return errors.Join(c.out.Error(), c.buffer.Flush())
}

// widen writes the file anew with more columns.
func (c *csvFile) widen(more []string) error {
	if c.columns == nil {
		c.columns = more
		return c.out.Write(more)
	}
	if err := c.flush(); err != nil {
		return err
	}
	if _, err := c.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	wide := temporary(c.name)
	next, err := c.root.OpenFile(wide, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o666)
	if err != nil {
		return err
	}
	old := c.f
	c.write(next)
	if err := c.copyWide(old, more); err != nil {
		return errors.Join(err, c.root.Remove(wide))
	}
	c.columns = append(c.columns, more...)
	return errors.Join(old.Close(), c.root.Rename(wide, c.name))
}

func (c *csvFile) copyWide(old io.Reader, more []string) error {
	in := csv.NewReader(bufio.NewReaderSize(old, 64<<10))
	in.ReuseRecord, in.FieldsPerRecord = true, -1
	add := more
	for {
		line, err := in.Read()
		if errors.Is(err, io.EOF) {
			return c.flush()
		}
		if err == nil {
			err = c.out.Write(append(line, add...))
		}
		if err != nil {
			return err
		}
		add = make([]string, len(more))
	}
}

func (c *csvFile) Close() error { return errors.Join(c.flush(), c.f.Close()) }
