package aside

import (
	"errors"
	"os"
	"path/filepath"
)

// filePrefix is that of files in the making.
const filePrefix = ".seine-file-"

// File makes the file name, of mode 0600, in one step: nobody sees half of it, and what fails leaves what was there.
func File(name string, write func(*os.File) error) (err error) {
	c, err := Take(filepath.Dir(name), filePrefix, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Release()) }()
	f, err := os.OpenFile(c.Path(), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(write(f), f.Close()); err != nil {
		return err
	}
	return os.Rename(c.Path(), name)
}
