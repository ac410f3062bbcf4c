package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gofrs/flock"
)

// ErrBusy: another process is at work on the same output.
var ErrBusy = errors.New("another run is writing the same file")

// Lock excludes other processes, and other runs in this one, until Unlock or the end of the process.
type Lock struct {
	path string
	lock *flock.Flock
}

// Acquire locks the file at path, creating it, without waiting: ErrBusy.
func Acquire(path string) (*Lock, error) {
	for range 100 {
		if info, err := os.Lstat(path); err == nil && !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is no regular file: %w", path, fs.ErrInvalid)
		}
		l := &Lock{path: path, lock: flock.New(path, flock.SetPermissions(0o600))}
		ok, err := l.lock.TryLock()
		if err != nil {
			return nil, err
		}
		if !ok {
			l.lock.Close()
			return nil, ErrBusy
		}
		if l.current() {
			return l, nil
		}
		// Its owner removed the file between our opening and locking it: that lock means nothing.
		l.lock.Close()
	}
	return nil, ErrBusy
}

func (l *Lock) current() bool {
	mine, err := l.lock.Stat()
	if err != nil {
		return false
	}
	there, err := os.Lstat(l.path)
	return err == nil && os.SameFile(mine, there)
}

// Unlock removes the file and gives way.
func (l *Lock) Unlock() error {
	err := os.Remove(l.path) // while it is ours
	errClose := l.lock.Close()
	if err != nil {
		err = os.Remove(l.path) // where open files cannot be removed
	}
	return errors.Join(err, errClose)
}
