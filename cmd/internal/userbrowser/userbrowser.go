// Package userbrowser reads the cookies of the browser that the user works with. It never writes to that browser's profile: what it
// needs is copied first.
package userbrowser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"seine/capture/session"
)

// ErrSource says that there are no cookies to be had from what was named.
var ErrSource = errors.New("no cookies from there")

// Names are the browsers that Read knows.
var Names = []string{"chrome", "chromium", "edge", "firefox"}

// Options say how a Chrome is started that is to read its own cookies.
type Options struct {
	NoSandbox bool
	Log       *slog.Logger
}

// Read gives the cookies of a browser, by its name, and perhaps one of its profiles behind a colon: "firefox", "chrome:Profile 1", or a
// folder, "chromium:/home/me/elsewhere".
func Read(ctx context.Context, source string, o Options) ([]session.Cookie, error) {
	name, profile, _ := strings.Cut(source, ":")
	name = strings.ToLower(name)
	temp, err := os.MkdirTemp("", "seine-cookies-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	var list []session.Cookie
	switch name {
	case "firefox":
		list, err = firefox(ctx, profile, temp)
	case "chrome", "chromium", "edge":
		list, err = chrome(ctx, name, profile, temp, o)
	default:
		return nil, fmt.Errorf("%w: %q is none of %s", ErrSource, name, strings.Join(Names, ", "))
	}
	if err != nil {
		return nil, fmt.Errorf("reading the cookies of %s: %w", name, err)
	}
	return list, nil
}

// maxCopy bounds what is copied of a profile, in bytes: a store of cookies has a few megabytes.
const maxCopy = 256 << 20

// copyFile copies a file that may be in use. One that is not there is no error, but false.
func copyFile(to, from string) (bool, error) {
	in, err := os.Open(from)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return false, err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return false, err
	}
	n, err := io.Copy(out, io.LimitReader(in, maxCopy+1))
	if n > maxCopy {
		err = fmt.Errorf("%s is larger than %d bytes", from, maxCopy)
	}
	return true, errors.Join(err, out.Close())
}

// copyStore copies an SQLite file with what has not been written into it yet.
func copyStore(to, from string) (bool, error) {
	ok, err := copyFile(to, from)
	for _, more := range []string{"-wal", "-journal"} {
		if ok && err == nil {
			_, err = copyFile(to+more, from+more)
		}
	}
	return ok, err
}
