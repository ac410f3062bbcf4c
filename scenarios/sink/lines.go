package sink

import (
	"bufio"
	"errors"
	"io"
	"os"
	"strings"
)

// lines are values, one a line.
type lines struct {
	f    *os.File
	out  *bufio.Writer
	line func(any) (string, error)
}

func newLines(f *os.File, line func(any) (string, error)) (*lines, error) {
	_, err := f.Seek(0, io.SeekEnd)
	return &lines{f, bufio.NewWriterSize(f, 64<<10), line}, err
}

func jsonLine(v any) (string, error) { return marshal(v) }
func textLine(v any) (string, error) { return cell(v) }

func (l *lines) Add(v any, _ []string) error {
	for _, e := range listOf(v) {
		text, err := l.line(e)
		if err != nil {
			return err
		}
		if !strings.HasSuffix(text, "\n") {
			text += "\n"
		}
		if _, err := l.out.WriteString(text); err != nil {
			return err
		}
	}
	return l.out.Flush()
}

func (l *lines) Close() error { return errors.Join(l.out.Flush(), l.f.Close()) }

// array is a list in JSON, one element a line.
type array struct {
	f     *os.File
	out   *bufio.Writer
	parts int
}

func newJSON(f *os.File) (*array, error) {
	info, err := f.Stat()
	if err == nil && info.Size() > 0 {
		err = errors.New("a JSON file cannot be gone on with; a .jsonl file can")
	}
	return &array{f: f, out: bufio.NewWriterSize(f, 64<<10)}, err
}

func (a *array) Add(v any, _ []string) error {
	for _, e := range listOf(v) {
		text, err := marshal(e)
		if err != nil {
			return err
		}
		before := ",\n"
		if a.parts == 0 {
			before = "[\n"
		}
		a.parts++
		if _, err := a.out.WriteString(before + text); err != nil {
			return err
		}
	}
	return a.out.Flush()
}

func (a *array) Close() error {
	end := "\n]\n"
	if a.parts == 0 {
		end = "[]\n"
	}
	_, err := a.out.WriteString(end)
	return errors.Join(err, a.out.Flush(), a.f.Close())
}
