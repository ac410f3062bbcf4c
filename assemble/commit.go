package assemble

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// commit gives the finished file its name: contents first, then the name, then the folder that holds the name. The journal of a film
// with gaps stays beside it, for Repair.
func (o *output) commit(gaps bool) (size int64, err error) {
	o.settle()
	info, err := o.part.Stat()
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if err := errors.Join(o.part.Chmod(o.mode), o.part.Sync(), o.part.Close()); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	o.part = nil
	if err := o.free(); err != nil {
		return 0, err
	}
	if err := o.root.Rename(o.base+".part", o.name()); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	o.done = true
	if gaps {
		err = o.root.Rename(o.base+".part.journal", o.base+gapsSuffix)
	} else {
		err = o.remove(gapsSuffix) // of an earlier film of this name
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	o.syncFolder()
	return info.Size(), nil
}

// rename gives the finished file another extension, if that name is free.
func (o *output) rename(ext string) error {
	o.final = strings.TrimSuffix(o.base, filepath.Ext(o.base)) + ext
	return o.free()
}

// name is that of the finished file.
func (o *output) name() string { return cmp.Or(o.final, o.base) }

// settle waits for what still works on the part file.
func (o *output) settle() {
	if o.disk != nil {
		o.disk.stop()
		o.disk = nil
	}
	o.direct.close()
	o.direct = nil
}

// syncFolder makes the new name last. Some file systems cannot, and the film is complete all the same.
func (o *output) syncFolder() {
	if d, err := o.root.Open("."); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

// close leaves what the next run needs, and nothing else. A repair that came to nothing needs its copy no more.
func (o *output) close() error {
	o.settle()
	for _, f := range []*os.File{o.part, o.file} {
		if f != nil {
			f.Close()
		}
	}
	var err error
	if o.done || o.repairs || o.journal != nil && o.journal.Len() == 0 {
		err = o.remove(".part.journal")
		if o.ours || o.repairs {
			err = errors.Join(err, o.remove(".part"))
		}
	}
	return errors.Join(err, o.lock.Unlock(), o.root.Close())
}

func (o *output) remove(suffix string) error {
	if err := o.root.Remove(o.base + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
