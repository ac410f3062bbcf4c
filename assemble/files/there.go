package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"os"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/manifest"
)

// there is a file that has a name already.
type there struct {
	name string
	size int64
	time time.Time // of its last change, which is that of the server's file if we have made it
}

func (r *run) lookFor(name string) *there {
	if name == "" {
		return nil
	}
	info, err := r.o.Root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return &there{name, info.Size(), info.ModTime()}
}

// condition asks for the file only if it has changed (RFC 9110 §13.1).
func (t *task) condition() http.Header {
	h := http.Header{"If-Modified-Since": {t.there.time.UTC().Format(http.TimeFormat)}}
	if rec, ok := t.recorded(); ok && rec.ETag != "" {
		h.Set("If-None-Match", rec.ETag)
	}
	return h
}

// recorded is what the archive says of what is there.
func (t *task) recorded() (Record, bool) {
	if t.o.Archive == nil {
		return Record{}, false
	}
	rec, ok := t.o.Archive.Find(t.key(t.entry))
	return rec, ok && rec.Size == t.there.size && rec.File == t.there.name
}

// fromHere: what is there is known to have come from this address, by the archive or by a mark on the file. Many files of one server may have
// one date, and a name says little: what is not known is fetched and compared.
func (t *task) fromHere() bool {
	if t.there == nil {
		return false
	}
	if _, ok := t.recorded(); ok {
		return true
	}
	file, err := t.o.Root.Open(t.there.name)
	if err != nil {
		return false
	}
	defer file.Close()
	return originOf(file) == t.origin()
}

// origin is the mark of the files of this address: a digest, for an address may hold secrets.
func (t *task) origin() string {
	sum := sha256.Sum256([]byte(t.o.Key(t.entry.URL)))
	return hex.EncodeToString(sum[:16])
}

// is reports whether an answer is of this file, by length and date.
func (f *there) is(h http.Header, length int64) bool {
	return f.size == length && f.dated(h)
}

func (f *there) dated(h http.Header) bool {
	at, err := http.ParseTime(h.Get("Last-Modified"))
	return err == nil && at.Equal(f.time.Truncate(time.Second))
}

// doubtful: the server has not changed its file since ours was, but ours is dated otherwise. It may be another one of the same name.
func (t *task) doubtful(err error) bool {
	if !t.proven || !asksNothing(err) {
		return false
	}
	h := headerOf(err)
	return h.Get("Last-Modified") != "" && !t.there.dated(h)
}

// mayBe compares a large file with what has its name: the length, and the date or the first bytes.
func (t *task) mayBe(ctx context.Context, name string) bool {
	f := t.lookFor(name)
	if f == nil || f.size != t.length {
		return false
	}
	if t.proven && f.dated(t.header) {
		return true
	}
	body, err := t.pool.Get(ctx, fetch.Request{
		Kind: fetch.Segment, Name: "the file", URL: t.entry.URL, Range: &manifest.ByteRange{Length: min(t.length, 64<<10)}, Version: fetch.VersionOf(t.header),
	})
	if err != nil {
		return false
	}
	defer body.Release()
	return t.begins(name, body.Data)
}

// begins compares what came with the beginning of a file.
func (r *run) begins(name string, data []byte) bool {
	f, err := r.o.Root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	mine := make([]byte, len(data))
	_, err = io.ReadFull(f, mine)
	return err == nil && bytes.Equal(mine, data)
}

// equal compares two files of ours.
func (r *run) equal(name string, with *os.File) bool {
	f, err := r.o.Root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	if _, err := with.Seek(0, io.SeekStart); err != nil {
		return false
	}
	a, b := make([]byte, 256<<10), make([]byte, 256<<10)
	for {
		n, err := io.ReadFull(f, a)
		m, err2 := io.ReadFull(with, b)
		if !bytes.Equal(a[:n], b[:m]) {
			return false
		}
		if err != nil || err2 != nil {
			return err2 != nil && n == m
		}
	}
}

// date gives a file the time of its last change on the server, for the next run to ask about.
func (t *task) date(name string) {
	if at, err := http.ParseTime(t.header.Get("Last-Modified")); err == nil {
		if err := t.o.Root.Chtimes(name, at, at); err != nil {
			t.o.Log.Warn("the file has not got its date", "file", name, "err", err)
		}
	}
}

// mark says on a file where it came from, and dates it.
func (t *task) mark(name string) {
	if f, err := t.o.Root.Open(name); err == nil {
		setOrigin(f, t.origin())
		f.Close()
	}
	t.date(name)
}

func isThere(root *os.Root, name string) (fs.FileInfo, bool) {
	info, err := root.Lstat(name)
	return info, err == nil
}
