package heal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"seine/capture/aside"
	"seine/scenarios/program"
)

// ErrChanged: the file is not what was run any more.
var ErrChanged = errors.New("the file was changed while it ran, and stays as it is now")

var mark = []byte("\ufeff") // of the byte order, which programs do not see

// Write puts the healed text into its file, in one step, with the permissions that it had. A link stays a link.
func Write(h program.Healed) (err error) {
	name, err := filepath.EvalSymlinks(h.File)
	if err != nil {
		return err
	}
	now, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text, marked := bytes.CutPrefix(now, mark)
	if !bytes.Equal(text, h.Before) {
		return fmt.Errorf("%s: %w", h.File, ErrChanged)
	}
	after := h.After
	if marked {
		after = append(bytes.Clone(mark), after...)
	}
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	return replace(name, after, info.Mode().Perm())
}

// replace makes the new file beside the old one.
func replace(name string, text []byte, mode os.FileMode) (err error) {
	claim, err := aside.Take(filepath.Dir(name), "."+filepath.Base(name)+".", nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, claim.Release()) }()
	f, err := os.OpenFile(claim.Path(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, bytes.NewReader(text))
	if err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// Hunk is lines that stand next to each other and changed, From counted from 1. Healing keeps the number of lines.
type Hunk struct {
	From          int
	Before, After []string
}

// Diff tells what changed, line by line.
func Diff(h program.Healed) (out []Hunk) {
	before, after := bytes.Split(h.Before, []byte("\n")), bytes.Split(h.After, []byte("\n"))
	open := false
	for i := range min(len(before), len(after)) {
		if bytes.Equal(before[i], after[i]) {
			open = false
			continue
		}
		if !open {
			out = append(out, Hunk{From: i + 1})
		}
		open = true
		last := &out[len(out)-1]
		last.Before, last.After = append(last.Before, string(before[i])), append(last.After, string(after[i]))
	}
	return out
}
