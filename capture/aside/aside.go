// Package aside gives names for what is being made beside its place, and gets it when it is complete. Who is killed meanwhile leaves it
// behind; whoever comes next removes it, and nothing of those who still live: each name has a lock beside it, which ends with its owner.
package aside

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

const lockSuffix = ".lock"

// Claim is a name that is somebody's.
type Claim struct {
	path string
	lock *flock.Flock
}

// Take removes what the dead left of prefix in dir, and claims a new name there. Rescue (may be nil) is told of each before it is removed.
func Take(dir, prefix string, rescue func(path string)) (*Claim, error) {
	sweep(dir, prefix, rescue)
	const tries = 100 // others sweep too, and may take a lock for one of the dead before we hold it
	for range tries {
		c := claim(filepath.Join(dir, prefix+rand.Text()[:10]))
		got, err := c.hold()
		if _, missing := os.Lstat(c.lock.Path()); err != nil && missing != nil {
			return nil, err
		}
		if got || err != nil { // where there are no locks, nobody sweeps
			return c, nil
		}
	}
	return nil, errors.New("no name of one's own was to be had in " + dir)
}

func claim(path string) *Claim {
	return &Claim{path, flock.New(path+lockSuffix, flock.SetPermissions(0o600))}
}

// hold locks the name, if nobody else does and the lock is still the one that has the name.
func (c *Claim) hold() (bool, error) {
	got, err := c.lock.TryLock()
	if !got || err != nil {
		return false, err
	}
	named, err := os.Lstat(c.lock.Path())
	held, heldErr := c.lock.Stat()
	if err == nil && heldErr == nil && os.SameFile(named, held) {
		return true, nil
	}
	return false, c.lock.Close()
}

// Path is where to make it.
func (c *Claim) Path() string { return c.path }

// Release removes what is still there, and gives the name up.
func (c *Claim) Release() error {
	removed := os.RemoveAll(c.path)
	err := errors.Join(removed, c.lock.Close())
	if removed == nil { // else it waits for who comes next
		err = errors.Join(err, os.Remove(c.lock.Path()))
	}
	if errors.Is(err, os.ErrNotExist) { // somebody swept in between
		return nil
	}
	return err
}

// sweep does what it can: what is in the way of it is not in the way of us.
func sweep(dir, prefix string, rescue func(string)) {
	list, _ := os.ReadDir(dir)
	names := map[string]bool{}
	for _, e := range list {
		name, isLock := strings.CutSuffix(e.Name(), lockSuffix)
		if strings.HasPrefix(name, prefix) && (!isLock || e.Type().IsRegular()) {
			names[name] = true
		}
	}
	for name := range names {
		c := claim(filepath.Join(dir, name))
		if got, err := c.hold(); !got || err != nil {
			continue
		}
		if rescue != nil {
			rescue(c.path)
		}
		_ = c.Release()
	}
}
