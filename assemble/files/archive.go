package files

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"seine/assemble"
)

// Bounds of an archive.
const (
	mostRecords   = 5_000_000
	maxRecordLine = 64 << 10
)

// ErrArchive: the file is no archive.
var ErrArchive = errors.New("this is no archive of seine")

// Record is one line of an archive, in JSON.
type Record struct {
	// URL as Options.Key has it: nothing in it lets anybody act as the user.
	URL string `json:"url"`
	// File, as it was called, and its Size in bytes.
	File string `json:"file"`
	Size int64  `json:"size"`
	// ETag and Modified are what the server said of it.
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`
	// At is when it was fetched.
	At time.Time `json:"at"`
}

// Archive remembers what was fetched: a file that is only ever added to, one line for each. A line that a killed process left half
// written is passed over; two processes may add at the same time. It is safe for concurrent use.
type Archive struct {
	mu    sync.Mutex
	file  *os.File
	known map[string]Record
}

// OpenArchive reads an archive, or begins one.
func OpenArchive(name string) (*Archive, error) {
	if info, err := os.Lstat(name); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%w: %s is a folder", assemble.ErrOutput, name)
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	a := &Archive{file: f, known: map[string]Record{}}
	if err := a.read(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return a, nil
}

func (a *Archive) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxRecordLine)
	bad := 0
	for n := 1; lines.Scan(); n++ {
		var rec Record
		text := bytes.TrimSpace(lines.Bytes())
		switch err := json.Unmarshal(text, &rec); {
		case len(text) == 0:
		case err != nil || rec.URL == "":
			if bad++; len(a.known) == 0 && bad > 1 {
				return fmt.Errorf("%w: line %d", ErrArchive, n)
			}
		case len(a.known) >= mostRecords:
			return fmt.Errorf("%w: it has more than %d lines", ErrArchive, mostRecords)
		default:
			a.known[rec.URL] = rec
		}
	}
	if bad > 0 && len(a.known) == 0 {
		return fmt.Errorf("%w: none of its lines is a record", ErrArchive)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrArchive, err)
	}
	return nil
}

// Find is what is known of an address.
func (a *Archive) Find(key string) (Record, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	rec, ok := a.known[key]
	return rec, ok
}

// Add adds a record, if it says anything new.
func (a *Archive) Add(r Record) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	was, ok := a.known[r.URL]
	if was.At = r.At; ok && was == r {
		return nil
	}
	r.At = time.Now().UTC().Truncate(time.Second)
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if err := a.append(append(line, '\n')); err != nil {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	a.known[r.URL] = r
	return nil
}

// append writes a line behind a whole one.
func (a *Archive) append(line []byte) (err error) {
	if err := lockWait(a.file); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock(a.file)) }()
	info, err := a.file.Stat()
	if err != nil {
		return err
	}
	if n := info.Size(); n > 0 {
		var last [1]byte
		if _, err := a.file.ReadAt(last[:], n-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	_, err = a.file.Write(line)
	return err
}

// Sync makes what was added last.
func (a *Archive) Sync() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.file.Sync(); err != nil {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	return nil
}

// Close makes what was added last, and closes the file.
func (a *Archive) Close() error { return errors.Join(a.Sync(), a.file.Close()) }
