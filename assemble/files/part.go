package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"

	"seine/assemble"
	"seine/assemble/digest"
	"seine/assemble/fetch"
)

// syncBytes is how long a file must be to be forced to the disk before it gets its name.
const syncBytes = 8 << 20

// part is an unfinished file, beside its place.
type part struct {
	name string
	file *os.File
	// noted: it has a note beside it of what it is.
	noted bool
}

// note says what an unfinished file is.
type note struct {
	// Key of the address, see Options.Key.
	Key     string      `json:"key"`
	Version string      `json:"version"`
	Header  http.Header `json:"header"`
}

// noted are the fields that say what a file is, and what it is called.
var noted = []string{"Content-Disposition", "Content-Type", "Last-Modified", "Etag", "Repr-Digest", "Digest"}

func partName(name string) string { return path.Join(path.Dir(name), "."+path.Base(name)+".part") }

func noteName(name string) string { return partName(name) + ".json" }

// recall takes up a file that has come in part.
func (t *task) recall() (*fetch.Rest, error) {
	rest := &fetch.Rest{}
	text, err := t.o.Root.ReadFile(noteName(t.provisional()))
	if errors.Is(err, fs.ErrNotExist) {
		return rest, nil
	}
	var n note
	if err != nil || len(text) > 64<<10 || json.Unmarshal(text, &n) != nil || n.Key != t.o.Key(t.entry.URL) || n.Version == "" {
		return rest, nil
	}
	if err := t.open(t.provisional()); err != nil {
		return nil, err
	}
	t.part.noted, t.streamed, t.note = true, true, n.Header
	info, err := t.part.file.Stat()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	rest.From, rest.Version, t.had = info.Size(), n.Version, info.Size()
	t.board.update(func(*Progress) { t.shown.Bytes = t.had })
	return rest, nil
}

// open makes the unfinished file ours.
func (t *task) open(name string) error {
	if err := t.folder(name); err != nil {
		return err
	}
	p := &part{name: partName(name)}
	for range 100 {
		f, err := t.o.Root.OpenFile(p.name, os.O_RDWR|os.O_CREATE, 0o666)
		if err != nil {
			return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
		}
		if err := lock(f); err != nil {
			f.Close()
			return fmt.Errorf("%w: %s", assemble.ErrBusy, name)
		}
		mine, err := f.Stat()
		now, ok := isThere(t.o.Root, p.name)
		switch {
		case err == nil && ok && os.SameFile(mine, now) && now.Mode().IsRegular():
			p.file, t.part = f, p
			return nil
		case ok && !now.Mode().IsRegular():
			f.Close()
			return fmt.Errorf("%w: %s is no regular file", assemble.ErrOutput, p.name)
		}
		f.Close() // who had the lock has given the file its name
	}
	return fmt.Errorf("%w: %s", assemble.ErrBusy, name)
}

func (t *task) folder(name string) error {
	dir := path.Dir(name)
	if dir == "." {
		return nil
	}
	if err := t.o.Root.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	return nil
}

// write puts what came into the unfinished file; what was in memory goes before it.
func (t *task) write(at int64, b []byte) error {
	if t.part == nil {
		if err := t.open(t.provisional()); err != nil {
			return permanent{err}
		}
	}
	if at == 0 || !t.streamed {
		t.streamed = true
		if err := t.anew(); err != nil {
			return permanent{err}
		}
	}
	if _, err := t.part.file.WriteAt(b, at); err != nil {
		return permanent{fmt.Errorf("%w: %w", assemble.ErrOutput, err)}
	}
	return nil
}

// provisional is the name that an unfinished file is kept under.
func (t *task) provisional() string {
	if t.name != "" {
		return t.name
	}
	sum := sha256.Sum256([]byte(t.entry.URL))
	return fmt.Sprintf("seine-%x", sum[:8])
}

// anew begins the unfinished file, with what was in memory, and notes what it is.
func (t *task) anew() error {
	err := t.part.file.Truncate(0)
	if err == nil && len(t.body) > 0 {
		_, err = t.part.file.WriteAt(t.body, 0)
	}
	t.body = nil
	if err != nil {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	version := fetch.VersionOf(t.header)
	if version == "" {
		return nil
	}
	h := http.Header{}
	for _, name := range noted {
		if v := t.header.Values(name); v != nil {
			h[name] = v
		}
	}
	text, err := json.Marshal(note{t.o.Key(t.entry.URL), version, h})
	if err != nil {
		return err
	}
	if err := t.o.Root.WriteFile(noteName(t.provisional()), text, 0o600); err != nil {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	t.part.noted = true
	return nil
}

// place gives a file that has come its name.
func (t *task) place(ctx context.Context, res *Result) {
	if t.streamed && len(t.head) == 0 { // it came in an earlier run
		head := make([]byte, 512)
		n, _ := t.part.file.ReadAt(head, 0)
		t.head = head[:n]
	}
	name, err := t.final(ctx)
	if err == nil && !t.streamed {
		if err = t.small(name, res); err == nil && res.Status == Unchanged {
			return
		}
	}
	if err == nil {
		err = t.commit(name, res)
	}
	if res.File, res.Err = name, err; err == nil && res.Status == Failed {
		res.Status = Fetched
	}
}

// small checks a file in memory, and writes it unless the very same is there.
func (t *task) small(name string, res *Result) error {
	if err := t.check(bytes.NewReader(t.body)); err != nil {
		return err
	}
	if f := t.lookFor(name); f != nil && f.size == int64(len(t.body)) && t.begins(name, t.body) {
		t.mark(name)
		res.Status, res.File, res.Size = Unchanged, name, f.size
		return nil
	}
	if err := t.vacant(name); err != nil {
		return err
	}
	if err := t.open(name); err != nil {
		return err
	}
	err := t.part.file.Truncate(0)
	if err == nil {
		_, err = t.part.file.Write(t.body)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	return nil
}

// check holds what came to its digests.
func (t *task) check(r io.ReadSeeker) error {
	for _, s := range t.sums() {
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
		}
		err := s.Check(r)
		switch {
		case errors.Is(err, digest.ErrMismatch):
			t.spoilt = true
			return fmt.Errorf("%w: %w; it has been thrown away", assemble.ErrContent, err)
		case err != nil:
			return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
		}
	}
	return nil
}

// vacant refuses a name that something else has.
func (t *task) vacant(name string) error {
	info, ok := isThere(t.o.Root, name)
	switch {
	case !ok:
		return nil
	case info.IsDir():
		return fmt.Errorf("%w: %s is a folder", assemble.ErrOutput, name)
	case t.o.Force:
		return nil
	}
	return fmt.Errorf("%w: %s, and the server's file is another one", assemble.ErrExists, name)
}

// commit gives the unfinished file its name: it is whole now.
func (t *task) commit(name string, res *Result) error {
	f := t.part.file
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	if t.streamed {
		if err := t.check(f); err != nil {
			return err
		}
		if there := t.lookFor(name); there != nil && there.size == info.Size() && t.equal(name, f) {
			t.spoilt = true // one is enough
			res.Status, res.Size = Unchanged, info.Size()
			t.mark(name)
			return nil
		}
	}
	if err := t.vacant(name); err != nil {
		t.spoilt = true
		return err
	}
	setOrigin(f, t.origin())
	t.date(t.part.name)
	if info.Size() >= syncBytes {
		err = f.Sync()
	}
	if err == nil {
		if err = t.folder(name); err == nil {
			err = t.o.Root.Rename(t.part.name, name)
		}
	}
	if err != nil {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	res.Size, res.Resumed = info.Size(), t.had
	if t.part.noted {
		_ = t.o.Root.Remove(noteName(t.provisional()))
	}
	f.Close()
	t.part = nil
	return nil
}

// drop lets go of an unfinished file, which stays if a later run can go on with it.
func (t *task) drop() {
	p := t.part
	if p == nil {
		return
	}
	t.part = nil
	info, err := p.file.Stat()
	if !p.noted || err != nil || info.Size() == 0 || t.spoilt {
		_ = t.o.Root.Remove(p.name)
		if p.noted {
			_ = t.o.Root.Remove(noteName(t.provisional()))
		}
	}
	p.file.Close()
}

// record is what the archive keeps.
func (t *task) record(res *Result) Record {
	return Record{
		URL: t.key(t.entry), File: res.File, Size: res.Size,
		ETag: t.header.Get("ETag"), Modified: t.header.Get("Last-Modified"),
	}
}

func headerOf(err error) http.Header {
	var status *fetch.StatusError
	if errors.As(err, &status) {
		return status.Header
	}
	return nil
}

// asksNothing: the server says that its file has not changed.
func asksNothing(err error) bool {
	var status *fetch.StatusError
	return errors.As(err, &status) && status.Code == http.StatusNotModified
}
