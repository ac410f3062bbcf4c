package record

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/recorder"
)

// Marshal writes a flow with its comments, or as a recording of Chrome's Recorder, which has none.
func Marshal(flow scenarios.UserFlow, comments map[int]string, asRecorder bool) ([]byte, error) {
	if asRecorder {
		return recorder.Marshal(flow, defaults(flow))
	}
	return file.MarshalNoted(flow, comments)
}

// defaults are the values that Chrome's Recorder, which knows no inputs, is given in their place.
func defaults(flow scenarios.UserFlow) map[string]any {
	values := map[string]any{}
	for _, in := range flow.Inputs {
		if in.Default != nil {
			values[in.Name] = in.Default
		}
	}
	return values
}

// File is where a recording is written as it goes: after each Save the file is whole, whatever happens to this process, and one that
// fails leaves what was there before.
type File struct {
	path string
	last []byte
}

// NewFile writes to path, from the first Save on.
func NewFile(path string) *File { return &File{path: path} }

// Save replaces the file's text: a file beside it is written, brought to the disk, and put in its place.
func (f *File) Save(data []byte) (err error) {
	if bytes.Equal(data, f.last) {
		return nil
	}
	dir, name := filepath.Split(f.path)
	if dir == "" {
		dir = "."
	}
	t, err := os.CreateTemp(dir, "."+name+".*")
	if err != nil {
		return fmt.Errorf("writing the recording: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(t.Name())
			err = fmt.Errorf("writing the recording: %w", err)
		}
	}()
	_, err = t.Write(data)
	if err = errors.Join(err, t.Chmod(f.mode()), t.Sync(), t.Close()); err != nil {
		return err
	}
	if err = os.Rename(t.Name(), f.path); err == nil {
		f.last = bytes.Clone(data)
	}
	return err
}

// mode is that of the file which is there, or of a new one: others may read it, for no secret is in it.
func (f *File) mode() os.FileMode {
	if info, err := os.Stat(f.path); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}
