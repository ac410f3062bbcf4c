package folder

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"seine/capture"
	"seine/capture/aside"
	"seine/capture/har"
	"seine/capture/redact"
)

// Options of Save. The zero value redacts.
type Options struct {
	Secrets    bool      // keep cookies, authorization and tokens
	Version    string    // of seine
	When       time.Time // zero: now
	Ended      string    // why the visit came to no end; "": it did
	Screenshot []byte    // PNG
}

// Check says early whether Save can put a capture at dir: nothing is there, or an empty folder, or a capture, which is replaced.
// Errors: ErrOccupied, or those of the file system.
func Check(dir string) error {
	list, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		_, err = os.Stat(filepath.Dir(filepath.Clean(dir)))
		return err
	}
	if err != nil {
		return err
	}
	manifest := false
	for _, e := range list {
		if !slices.Contains(ours, e.Name()) {
			return fmt.Errorf("%w: %s: %q", ErrOccupied, dir, e.Name())
		}
		manifest = manifest || e.Name() == manifestName
	}
	if len(list) > 0 && !manifest {
		return fmt.Errorf("%w: %s", ErrOccupied, dir)
	}
	return nil
}

// Save writes c as the folder dir, which is there completely or not at all; files have mode 0600, folders 0700. Bodies are copied as
// they are read: they are never in memory as a whole.
func Save(dir string, c *capture.Capture, o Options) (err error) {
	if err := Check(dir); err != nil {
		return err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return err
	}
	parent, err := os.OpenRoot(filepath.Dir(dir))
	if err != nil {
		return err
	}
	defer parent.Close()
	claim, err := aside.Take(parent.Name(), claimPrefix, rescue)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, claim.Release()) }()
	temporary := filepath.Base(claim.Path())
	if err := errors.Join(parent.Mkdir(temporary, 0o700), parent.Mkdir(filepath.Join(temporary, newName), 0o700)); err != nil {
		return err
	}
	root, err := parent.OpenRoot(filepath.Join(temporary, newName))
	if err != nil {
		return err
	}
	w := &writer{root: root, c: c, opt: o}
	if err := errors.Join(w.write(), syncFolder(root), root.Close()); err != nil {
		return err
	}
	return replace(parent, temporary, filepath.Base(dir))
}

// A capture is made in a hidden folder beside its place: what is new in one, what gives way to it in the other, under its own name.
const (
	claimPrefix = ".seine-folder-"
	newName     = "new"
	oldName     = "old"
)

// replace puts the new folder in the place of an old one.
func replace(parent *os.Root, temporary, to string) error {
	old := filepath.Join(temporary, oldName, to)
	if err := parent.Mkdir(filepath.Dir(old), 0o700); err != nil {
		return err
	}
	if err := parent.Rename(to, old); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := parent.Rename(filepath.Join(temporary, newName), to); err != nil {
		if back := parent.Rename(old, to); !errors.Is(back, os.ErrNotExist) {
			err = errors.Join(err, back)
		}
		return err
	}
	return syncFolder(parent)
}

// rescue puts back what a killed run had taken away and not replaced yet.
func rescue(temporary string) {
	list, _ := os.ReadDir(filepath.Join(temporary, oldName))
	for _, e := range list {
		place := filepath.Join(filepath.Dir(temporary), e.Name())
		if _, err := os.Lstat(place); errors.Is(err, os.ErrNotExist) {
			_ = os.Rename(filepath.Join(temporary, oldName, e.Name()), place)
		}
	}
}

// syncFolder makes the names in a folder durable, where the system can.
func syncFolder(root *os.Root) error {
	f, err := root.Open(".")
	if err != nil {
		return err
	}
	_ = f.Sync()
	return f.Close()
}

// writer fills a folder.
type writer struct {
	root   *os.Root
	c      *capture.Capture
	opt    Options
	files  []file
	inline int64 // bytes of messages that go into the HAR itself
	lost   int
}

// file is a body that is still to be copied.
type file struct {
	name string
	body capture.Body
	kind redact.Kind
}

// Small messages stay in the HAR: a file for each of a hundred thousand helps nobody.
const (
	smallMessage = 4 << 10
	mostInline   = 32 << 20
)

func (w *writer) attach(b *capture.Body, contentType string) string {
	if contentType == "" && b.Size <= smallMessage && w.inline+b.Size <= mostInline {
		w.inline += b.Size
		return ""
	}
	name := nameOf(bodiesName, len(w.files)+1, contentType, b.Head)
	w.files = append(w.files, file{name, *b, redact.KindOf(contentType, b.Head)})
	return name
}

func (w *writer) write() error {
	h := har.Build(w.c, har.Options{Secrets: w.opt.Secrets, Version: w.opt.Version, Attach: w.attach})
	players, console := slices.Clone(w.c.Players), slices.Clone(w.c.Console)
	var list []*capture.Made
	for _, m := range w.c.Made {
		kept := *m
		list = append(list, &kept)
	}
	m := w.manifest()
	clean := w.cleaner(h)
	if clean != nil {
		h.Clean(clean)
		har.CleanPlayers(clean, players)
		har.CleanConsole(clean, console)
		har.CleanMade(clean, list)
		clean.In(&m.Page, &m.Title, &m.Ended)
	}
	err := errors.Join(w.root.Mkdir(bodiesName, 0o700), w.root.Mkdir(madeName, 0o700))
	if err != nil {
		return err
	}
	for _, write := range []func() error{
		func() error { return w.bodies(clean) },
		func() error { return w.create(harName, h.Encode) },
		func() error { return w.made(list) },
		func() error { return w.json(playersName, append([]capture.Player{}, players...)) },
		func() error { return w.create(consoleName, func(to io.Writer) error { return lines(to, console) }) },
		func() error { return w.screenshot(&m) },
		func() error { m.Lost = w.lost; return w.json(manifestName, m) }, // the last: without it, it is no capture
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) manifest() Manifest {
	m := Manifest{
		Format: Format, Version: Version, Seine: w.opt.Version, Page: w.c.Page, Title: w.c.Title, When: w.opt.When.UTC(), Complete: w.opt.Ended == "",
		Ended: w.opt.Ended, Redacted: !w.opt.Secrets, Counts: w.c.Count(), ConsoleCut: w.c.ConsoleCut,
	}
	if w.opt.When.IsZero() {
		m.When = time.Now().UTC()
	}
	return m
}

// cleaner has seen everything that goes into the folder. It is nil where secrets stay.
func (w *writer) cleaner(h *har.HAR) *redact.Cleaner {
	if w.opt.Secrets {
		return nil
	}
	s := redact.New()
	har.Collect(s, w.c, h)
	for i := range w.files {
		f := &w.files[i]
		_ = s.Read(f.body.OpenPart, f.kind) // what cannot be read is not written either
	}
	return s.Cleaner()
}

func (w *writer) bodies(clean *redact.Cleaner) error {
	for i := range w.files {
		f := &w.files[i]
		r, err := f.body.OpenPart()
		if err != nil {
			w.lost++
			continue
		}
		_ = r.Close()
		err = w.create(f.name, func(to io.Writer) error {
			if clean != nil {
				_, err := clean.Copy(to, f.body.OpenPart, f.kind)
				return err
			}
			return copyAll(to, f.body.OpenPart)
		})
		if err != nil {
			return fmt.Errorf("keeping a body: %w", err)
		}
	}
	return nil
}

func copyAll(to io.Writer, open func() (io.ReadCloser, error)) error {
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(to, r)
	return err
}

func (w *writer) made(list []*capture.Made) error {
	index := []made{}
	for i, m := range list {
		j := made{m.How, m.URL, m.ContentType, m.FrameID, m.Frame, m.Target, m.Time, m.Size, ""}
		if len(m.Data) > 0 {
			j.File = nameOf(madeName, i+1, m.ContentType, m.Data[:min(len(m.Data), 4096)])
			if err := w.create(j.File, func(to io.Writer) error { _, err := to.Write(m.Data); return err }); err != nil {
				return err
			}
		}
		index = append(index, j)
	}
	return w.json(madeIndex, index)
}

func (w *writer) screenshot(m *Manifest) error {
	if m.Screenshot = bytes.HasPrefix(w.opt.Screenshot, []byte("\x89PNG")); !m.Screenshot {
		return nil
	}
	return w.create(screenshotName, func(to io.Writer) error { _, err := to.Write(w.opt.Screenshot); return err })
}

func lines(to io.Writer, list []capture.ConsoleMessage) error {
	e := json.NewEncoder(to)
	for i := range list {
		if err := e.Encode(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) json(name string, v any) error {
	return w.create(name, func(to io.Writer) error {
		e := json.NewEncoder(to)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(v)
	})
}

// create writes a file that is not there yet. What the rest stands on is made durable before the folder gets its name.
func (w *writer) create(name string, fill func(io.Writer) error) error {
	f, err := w.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = fill(f)
	if name == manifestName || name == harName {
		err = cmp.Or(err, f.Sync())
	}
	return errors.Join(err, f.Close())
}
