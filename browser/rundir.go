package browser

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// runFolder holds all that one Chrome writes: DIR/profile, DIR/tmp, and DIR/owner.json about who made it. It belongs to us as long as
// we hold the lock on DIR.lock beside it, which the kernel takes back from a killed process.
type runFolder struct {
	dir  string
	temp string // where Chrome puts temporary files; inside dir unless its path is too long
	lock *flock.Flock
	kept *profile // in place of DIR/profile; nil for none
}

// owner is the content of owner.json.
type owner struct {
	PID   int       `json:"pid"`
	Start time.Time `json:"start"`
	Temp  string    `json:"temp,omitempty"` // a temporary folder outside
}

// maxTemp is the longest TMPDIR (bytes) under which Chrome can still bind TMPDIR/org.chromium.Chromium.XXXXXX/SingletonSocket:
// sun_path has 108 bytes on Linux, 104 elsewhere; over that Chrome aborts.
const maxTemp = 50

const (
	runPrefix  = "run-"
	lockSuffix = ".lock"
	tempPrefix = "seine-run-"
)

// newRunFolder sweeps what dead runs left in state, and makes a folder.
func newRunFolder(ctx context.Context, state string, log *slog.Logger) (*runFolder, error) {
	if err := os.MkdirAll(state, 0o700); err != nil {
		return nil, fmt.Errorf("the folder for Chrome's profile: %w", err)
	}
	// Between the making of a folder and its lock a sweeper must not see it.
	door := flock.New(filepath.Join(state, "door"+lockSuffix), flock.SetPermissions(0o600))
	if _, err := door.TryLockContext(ctx, 10*time.Millisecond); err != nil {
		return nil, fmt.Errorf("locking %s: %w", state, err)
	}
	defer door.Close()
	sweep(state, log)
	return makeRunFolder(state)
}

func makeRunFolder(state string) (*runFolder, error) {
	r := &runFolder{dir: filepath.Join(state, runPrefix+strings.ToLower(rand.Text()[:8]))}
	r.lock = flock.New(r.dir+lockSuffix, flock.SetPermissions(0o600))
	if ok, err := r.lock.TryLock(); err != nil || !ok {
		return nil, fmt.Errorf("locking %s: %w", r.dir, errors.Join(err, fs.ErrExist))
	}
	if err := r.fill(); err != nil {
		return nil, errors.Join(fmt.Errorf("the folder for Chrome's profile: %w", err), r.remove())
	}
	return r, nil
}

func (r *runFolder) fill() error {
	me := owner{PID: os.Getpid(), Start: time.Now()}
	if err := os.Mkdir(r.dir, 0o700); err != nil {
		return err
	}
	r.temp = filepath.Join(r.dir, "tmp")
	if len(r.temp) > maxTemp {
		r.temp = filepath.Join(shortTemp(), tempPrefix+filepath.Base(r.dir))
		me.Temp = r.temp
	}
	text, err := json.Marshal(me)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(r.dir, "owner.json"), text, 0o600); err != nil {
		return err
	}
	if err := os.Mkdir(r.temp, 0o700); err != nil {
		return err
	}
	return nil
}

// profile is Chrome's --user-data-dir.
func (r *runFolder) profile() string {
	if r.kept != nil {
		return r.kept.dir
	}
	return filepath.Join(r.dir, "profile")
}

// remove ends every process that still uses the folder and removes it.
func (r *runFolder) remove() error {
	_, err := killUsers(r.dir)
	if r.temp != "" && !strings.HasPrefix(r.temp, r.dir) {
		_, e := killUsers(r.temp) // Chrome's crash handler outlives it for a moment, knows this folder only, and makes it anew
		err = errors.Join(err, e, removeAll(r.temp))
	}
	if r.kept != nil {
		err = errors.Join(err, r.kept.lock.Close())
	}
	err = errors.Join(err, removeAll(r.dir), r.lock.Close())
	// While the lock file stands, the next sweep finds what could not be removed.
	if _, gone := os.Stat(r.dir); errors.Is(gone, fs.ErrNotExist) {
		err = errors.Join(err, ignoreMissing(os.Remove(r.dir+lockSuffix)))
	}
	return err
}

// sweep removes the folders whose owner is dead. What fails is left for the next sweep. The caller holds the door.
func sweep(state string, log *slog.Logger) {
	entries, err := os.ReadDir(state)
	if err != nil {
		log.Warn("sweeping stale browser folders", "err", err)
		return
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, runPrefix) || (e.IsDir() && exists(filepath.Join(state, name+lockSuffix))) {
			continue // its lock file comes by itself
		}
		sweepOne(filepath.Join(state, strings.TrimSuffix(name, lockSuffix)), log)
	}
}

func sweepOne(dir string, log *slog.Logger) {
	r := &runFolder{dir: dir, lock: flock.New(dir+lockSuffix, flock.SetPermissions(0o600))}
	if ok, err := r.lock.TryLock(); err != nil || !ok {
		return // its owner lives
	}
	var was owner
	if text, err := os.ReadFile(filepath.Join(dir, "owner.json")); err == nil && json.Unmarshal(text, &was) == nil {
		// Only a folder of the name that we would have given it: the file is no authority to remove anything else.
		if was.Temp == filepath.Join(shortTemp(), tempPrefix+filepath.Base(dir)) {
			r.temp = was.Temp
		}
	}
	err := r.remove()
	log.Info("swept the folder of a browser whose owner died", "dir", dir, "pid", was.PID, "since", was.Start, "err", err)
}

// removeAll removes a folder into which a dying process may still write.
func removeAll(dir string) error {
	var err error
	for wait := time.Millisecond; wait < 2*time.Second; wait *= 2 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(wait)
	}
	return err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
