package assemble

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"seine/assemble/journal"
)

// output is the file in the making. All names are opened inside of one folder.
type output struct {
	root *os.Root
	// inside is nil, or the folder that path begins at and stays in.
	inside *os.Root
	path   string
	base   string
	// final is the name of the finished file where that is not base.
	final string
	// force discards an unfinished film of another job, replace a finished one; repairs says that the part file is a copy of a
	// finished film.
	force, replace, repairs bool
	lock                    *journal.Lock

	part    *os.File
	direct  *direct // the part file, past the page cache
	disk    *writeback
	file    *os.File // of the journal
	journal *journal.Journal
	header  journal.Header
	mode    fs.FileMode
	// fresh is true when the journal was empty.
	fresh bool
	// ours is true when the part file is known to be.
	ours bool
	done bool
}

// openOutput makes sure, before anything is fetched, that the output can be written and that nobody else does so.
func openOutput(j *Job) (*output, error) {
	return claim(j.Output, &output{inside: j.Root, force: j.Force, replace: j.Force})
}

// claim opens the folder and takes the lock.
func claim(path string, o *output) (*output, error) {
	o.path, o.base = path, filepath.Base(path)
	if path == "" || o.base == "." || o.base == ".." || o.base == string(filepath.Separator) {
		return nil, marked{fmt.Errorf("%w: %q is no file name", ErrOutput, path), errName}
	}
	var err error
	if o.root, err = o.folder(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if err := o.acquire(); err != nil {
		o.root.Close()
		return nil, err
	}
	return o, nil
}

func (o *output) folder() (*os.Root, error) {
	if o.inside == nil {
		return os.OpenRoot(filepath.Dir(o.path))
	}
	root, err := o.inside.OpenRoot(filepath.Dir(o.path))
	o.path = filepath.Join(o.inside.Name(), o.path)
	return root, err
}

func (o *output) acquire() (err error) {
	if err := o.free(); err != nil {
		o.sweep()
		return err
	}
	o.lock, err = journal.Acquire(o.path + ".part.lock")
	if errors.Is(err, ErrBusy) {
		return fmt.Errorf("%w: %s", err, o.path)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	// Once more: the run that held the lock may just have finished.
	if err := o.free(); err != nil {
		return errors.Join(err, o.lock.Unlock())
	}
	return nil
}

// sweep removes what a process left that was killed just after it had given the film its name: journal and lock, without
// a part file. Failing to is no harm.
func (o *output) sweep() {
	if o.there(".part") || !o.there(".part.journal") && !o.there(".part.lock") {
		return
	}
	lock, err := journal.Acquire(o.path + ".part.lock")
	if err != nil {
		return // somebody is at work, or nobody may be
	}
	_ = errors.Join(o.remove(".part.journal"), lock.Unlock())
}

func (o *output) there(suffix string) bool {
	_, err := o.root.Lstat(o.base + suffix)
	return err == nil
}

// free reports whether the name can be taken.
func (o *output) free() error {
	info, err := o.root.Lstat(o.name())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", ErrOutput, err)
	case info.IsDir():
		return marked{fmt.Errorf("%w: %s is a folder", ErrOutput, o.finished()), errName}
	case o.replace:
		return nil
	}
	return fmt.Errorf("%w: %s", ErrExists, o.finished())
}

// finished is the path of the finished file.
func (o *output) finished() string { return filepath.Join(filepath.Dir(o.path), o.name()) }

// begin opens part file and journal and returns the records whose bytes are in place, and the header that was found.
func (o *output) begin(h journal.Header) ([]journal.Record, journal.Header, error) {
	found, records, err := o.open(h)
	if err != nil {
		return nil, found, err
	}
	n, err := journal.Verify(o.part, records)
	if err != nil {
		return nil, found, err
	}
	if n < len(records) && o.repairs {
		return nil, found, fmt.Errorf("%w: %s is not what was downloaded any more", ErrChanged, o.path)
	}
	records, err = o.keep(records[:n])
	return records, found, err
}

// keep cuts journal and part file to the given records, or a few less, and returns them.
func (o *output) keep(records []journal.Record) ([]journal.Record, error) {
	n, err := o.journal.Keep(len(records))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	size := int64(0)
	if n > 0 {
		size = records[n-1].Size
	}
	if err := o.part.Truncate(size); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return records[:n], nil
}

// reread returns what is on record.
func (o *output) reread() ([]journal.Record, error) {
	_, _, records, err := journal.Open(o.file, o.header)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return records, nil
}

// restart begins anew, with another header.
func (o *output) restart(h journal.Header) ([]journal.Record, error) {
	err := errors.Join(o.file.Truncate(0), o.part.Truncate(0))
	if err == nil {
		h.Mode = o.mode
		o.journal, o.header, _, err = journal.Open(o.file, h)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return nil, nil
}

func (o *output) open(h journal.Header) (journal.Header, []journal.Record, error) {
	var err error
	if o.file, err = o.openRegular(o.base+".part.journal", 0o644); err != nil {
		return h, nil, err
	}
	h.Mode = o.umasked()
	jn, found, records, err := journal.Open(o.file, h)
	if errors.Is(err, ErrChanged) && o.force {
		if err := o.discard(); err != nil {
			return h, nil, err
		}
		jn, found, records, err = journal.Open(o.file, h)
	}
	if err != nil {
		return h, nil, fmt.Errorf("%s.part: %w", o.path, err)
	}
	o.journal, o.mode, o.header = jn, found.Mode, found
	if o.part, err = o.openRegular(o.base+".part", 0o600); err != nil {
		return h, nil, err
	}
	if err := o.foreign(); err != nil {
		return h, nil, err
	}
	info, err := o.part.Stat()
	if err != nil {
		return h, nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	o.direct = openDirect(o.part)
	o.disk = startWriteback(o.part, info.Size())
	return found, records, nil
}

// foreign refuses a part file that has no journal: another program may have made it.
func (o *output) foreign() error {
	info, err := o.part.Stat()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if info.Size() == 0 || !o.fresh || o.force {
		o.ours = true
		return nil
	}
	return fmt.Errorf("%w: %s.part, without the journal of an unfinished download", ErrExists, o.path)
}

// umasked is the mode that new files get here, as the kernel has just shown with the journal, which then becomes private.
func (o *output) umasked() fs.FileMode {
	mode := fs.FileMode(0o644)
	if info, err := o.file.Stat(); err == nil && info.Size() == 0 {
		mode &= info.Mode().Perm()
		o.fresh = true
	}
	if err := o.file.Chmod(0o600); err != nil {
		return 0o600
	}
	return mode
}

func (o *output) discard() error {
	if err := o.file.Truncate(0); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if err := o.root.Remove(o.base + ".part"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return nil
}

// openRegular opens or creates a file, but no link that somebody has planted.
func (o *output) openRegular(name string, mode fs.FileMode) (*os.File, error) {
	if info, err := o.root.Lstat(name); err == nil && !info.Mode().IsRegular() {
		return nil, marked{fmt.Errorf("%w: %s is no regular file", ErrOutput, name), errName}
	}
	f, err := o.root.OpenFile(name, os.O_RDWR|os.O_CREATE, mode)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return f, nil
}
