// Package local lets a playlist that is a file name the files beside it.
package local

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"seine/assemble/fetch"
)

// Sentinels of Do; they have a method Permanent, for nothing changes by asking again.
var (
	// ErrMissing: there is no such file beside the playlist.
	ErrMissing = errors.New("there is no such file beside the playlist")
	// ErrOutside: the playlist names a file that does not lie in its own folder or below, by address or by a link.
	ErrOutside = errors.New("the file lies outside the playlist's own folder")
)

// Files answers requests for file: addresses below one folder, and hands all others on. It is safe for concurrent use.
type Files struct {
	root *os.Root
	dir  string // the folder as the path of a URL, ends in a slash
	name string
	next fetch.Doer
}

// Open opens the folder of a playlist. next performs the requests that are not for files. The caller closes it.
func Open(playlist string, next fetch.Doer) (*Files, error) {
	full, err := filepath.Abs(playlist)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(filepath.Dir(full))
	if err != nil {
		return nil, err
	}
	dir := filepath.ToSlash(filepath.Dir(full))
	if !strings.HasPrefix(dir, "/") {
		dir = "/" + dir // a drive
	}
	return &Files{root: root, dir: strings.TrimSuffix(dir, "/") + "/", name: filepath.Base(full), next: next}, nil
}

// URL is the playlist's own address, of scheme file.
func (f *Files) URL() string {
	u := url.URL{Scheme: "file", Path: f.dir + f.name}
	return u.String()
}

// Close ends the access to the folder.
func (f *Files) Close() error { return f.root.Close() }

// Do answers a request as a server would: 200, or 206 to one for a range.
func (f *Files) Do(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme != "file" {
		return f.next.Do(req)
	}
	file, size, err := f.open(req.URL)
	if err != nil {
		return nil, permanent{err}
	}
	resp := &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Request: req, Body: file, ContentLength: size,
	}
	if r := req.Header.Get("Range"); r != "" {
		partial(resp, file, r, size)
	}
	return resp, nil
}

func (f *Files) open(u *url.URL) (*os.File, int64, error) {
	name, inside := strings.CutPrefix(u.Path, f.dir)
	if !inside || u.Host != "" || !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, 0, fmt.Errorf("%w: %s", ErrOutside, u.Path)
	}
	file, err := f.root.Open(filepath.FromSlash(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, fmt.Errorf("%w: %s", ErrMissing, name)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %s: %w", ErrOutside, name, err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%w: %s is no regular file", ErrMissing, name)
	}
	if err != nil {
		file.Close()
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// partial makes of an answer one to a request for a single range (RFC 9110 §14.2); a range that it cannot read it ignores.
func partial(resp *http.Response, file *os.File, header string, size int64) {
	spec, ok := strings.CutPrefix(header, "bytes=")
	first, last, found := strings.Cut(spec, "-")
	from, err := strconv.ParseInt(first, 10, 64)
	if !ok || !found || err != nil || from < 0 {
		return
	}
	to, err := strconv.ParseInt(last, 10, 64)
	if err != nil || to >= size {
		to = size - 1
	}
	if from > to {
		resp.StatusCode, resp.ContentLength, resp.Body = http.StatusRequestedRangeNotSatisfiable, 0, section{http.NoBody, file}
		return
	}
	resp.StatusCode, resp.ContentLength = http.StatusPartialContent, to-from+1
	resp.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, size))
	resp.Body = section{io.NewSectionReader(file, from, to-from+1), file}
}

type section struct {
	io.Reader
	io.Closer
}

type permanent struct{ error }

func (e permanent) Unwrap() error { return e.error }
func (permanent) Permanent() bool { return true }
