package browser

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
)

// Bounds of an archive; Chrome's has some 500 files and 400 MiB.
const (
	maxFiles    = 20_000
	maxUnpacked = 4 << 30 // bytes
	maxLink     = 1 << 10 // bytes of a link's target
)

// unpack extracts a zip archive into the empty folder dir and nowhere else.
func unpack(ctx context.Context, archive, dir string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	defer z.Close() //nolint:errcheck // read only
	if len(z.File) > maxFiles {
		return fmt.Errorf("%w: an archive of %d files", ErrUntrusted, len(z.File))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // nothing is written through it
	left := int64(maxUnpacked)
	for _, f := range z.File {
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
		n, err := unpackOne(root, f, left)
		if err != nil {
			return fmt.Errorf("%q in the archive: %w", f.Name, err)
		}
		left -= n
	}
	return nil
}

// unpackOne extracts one entry of at most limit bytes.
func unpackOne(root *os.Root, f *zip.File, limit int64) (int64, error) {
	name := strings.TrimSuffix(f.Name, "/")
	if !filepath.IsLocal(name) || strings.ContainsAny(name, "\\\x00") {
		return 0, fmt.Errorf("%w: it leads out of the archive", ErrUntrusted)
	}
	mode := f.Mode()
	if mode.IsDir() {
		return 0, root.MkdirAll(name, 0o755)
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return 0, err
	}
	switch {
	case mode.IsRegular():
		return unpackFile(root, f, name, limit)
	case mode.Type() == fs.ModeSymlink && runtime.GOOS == "darwin":
		return unpackLink(root, f, name) // a macOS framework is made of them
	}
	return 0, fmt.Errorf("%w: it is neither a file nor a folder", ErrUntrusted)
}

func unpackFile(root *os.Root, f *zip.File, name string, limit int64) (int64, error) {
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close() //nolint:errcheck // read only
	w, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644|f.Mode().Perm()&0o111)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(w, io.LimitReader(r, limit+1)) // the header's word for the size is not taken
	if err := errors.Join(err, w.Close()); err != nil {
		return n, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	if n > limit {
		return n, fmt.Errorf("%w: the archive holds more than %d bytes", ErrUntrusted, int64(maxUnpacked))
	}
	return n, nil
}

// unpackLink makes a link that stays in the archive.
func unpackLink(root *os.Root, f *zip.File, name string) (int64, error) {
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close() //nolint:errcheck // read only
	text, err := io.ReadAll(io.LimitReader(r, maxLink))
	if err != nil {
		return 0, err
	}
	to := string(text)
	if path.IsAbs(to) || !filepath.IsLocal(path.Join(path.Dir(name), to)) {
		return 0, fmt.Errorf("%w: a link out of the archive", ErrUntrusted)
	}
	return int64(len(text)), root.Symlink(to, name)
}
