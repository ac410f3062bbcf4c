package assemble

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"seine/assemble/fetch"
)

// shelf serves one file, and may be told to misbehave.
type shelf struct {
	*httptest.Server
	data []byte
	hook func(w http.ResponseWriter, r *http.Request, n int) bool

	mu    sync.Mutex
	asked []string // ranges
}

func newShelf(t *testing.T, head string, size int) *shelf {
	s := &shelf{data: make([]byte, size)}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range s.data {
		s.data[i] = byte(r.Uint32())
	}
	copy(s.data, head)
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Header.Get("Range"))
	n := len(s.asked)
	s.mu.Unlock()
	if s.hook != nil && s.hook(w, r, n) {
		return
	}
	http.ServeContent(w, r, "", time.Unix(1e9, 0), bytes.NewReader(s.data))
}

func (s *shelf) job(t *testing.T) Job {
	return Job{URL: s.URL + "/a/film.mp4?token=1", Client: client(), Output: filepath.Join(t.TempDir(), "film.mp4"), Retry: quick(), GuessedExtension: true}
}

func (s *shelf) holds(t *testing.T, path string) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, s.data) {
		t.Errorf("%s: %d bytes, want %d", path, len(got), len(s.data))
	}
}

const mp4Head = "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomavc1\x00\x00\x00\x08moov"

// TestSingle: whatever the server makes of ranges and lengths, the file is the file, and has the extension of what it is.
func TestSingle(t *testing.T) {
	whole := func(length bool) func(*shelf) func(http.ResponseWriter, *http.Request, int) bool {
		return func(s *shelf) func(http.ResponseWriter, *http.Request, int) bool {
			return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				if length {
					w.Header().Set("Content-Length", fmt.Sprint(len(s.data)))
				}
				_, _ = w.Write(s.data)
				return true
			}
		}
	}
	digest := func(s *shelf) func(http.ResponseWriter, *http.Request, int) bool {
		sum := sha256.Sum256(s.data)
		return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.Header().Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":")
			return false
		}
	}
	for name, c := range map[string]struct {
		head string
		size int
		hook func(*shelf) func(http.ResponseWriter, *http.Request, int) bool
		name string
	}{
		"large":             {mp4Head, 40 << 20, nil, "film.mp4"},
		"of one part":       {mp4Head, probeBytes, nil, "film.mp4"},
		"a byte more":       {mp4Head, probeBytes + 1, nil, "film.mp4"},
		"small":             {mp4Head, 600, nil, "film.mp4"},
		"tiny":              {mp4Head, 30, nil, "film.mp4"},
		"WebM":              {"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm", 1 << 20, nil, "film.webm"},
		"sound":             {"ID3\x04\x00\x00\x00\x00\x00\x00", 1 << 20, nil, "film.mp3"},
		"nobody knows what": {"\x01\x02", 1 << 20, nil, "film.bin"},
		"no ranges":         {mp4Head, 20 << 20, whole(true), "film.mp4"},
		"no length":         {mp4Head, 20 << 20, whole(false), "film.mp4"},
		"no ranges, and an answer that breaks": {mp4Head, 20 << 20, func(s *shelf) func(http.ResponseWriter, *http.Request, int) bool {
			return func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n == 2 {
					_, _ = w.Write(s.data[:len(s.data)/2])
					panic(http.ErrAbortHandler)
				}
				_, _ = w.Write(s.data)
				return true
			}
		}, "film.mp4"},
		"a digest": {mp4Head, 1 << 20, digest, "film.mp4"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t, c.head, c.size)
			if c.hook != nil {
				s.hook = c.hook(s)
			}
			job := s.job(t)
			v, err := Run(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			dir := filepath.Dir(job.Output)
			wantOnly(t, dir, c.name)
			s.holds(t, filepath.Join(dir, c.name))
			if !v.Finished || v.Path != filepath.Join(dir, c.name) || v.Size != int64(c.size) || v.Resumed != 0 {
				t.Errorf("%+v", v)
			}
		})
	}
}

// TestSingleResumes: a run that was cut off is followed by one that fetches what is missing, of the same file only.
func TestSingleResumes(t *testing.T) {
	s := newShelf(t, mp4Head, 60<<20)
	gone := func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if !strings.Contains(r.Header.Get("Range"), fmt.Sprintf("-%d", probeBytes+5*pieceBytes-1)) {
			return false
		}
		http.NotFound(w, r)
		return true
	}
	s.hook = gone
	job := s.job(t)
	var status *fetch.StatusError
	v, err := Run(t.Context(), job)
	if !errors.As(err, &status) || v.Finished || v.Segments != 5 {
		t.Fatalf("%v %+v", err, v)
	}
	s.hook = nil
	s.mu.Lock()
	s.asked = nil
	s.mu.Unlock()
	v, err = Run(t.Context(), job)
	if err != nil || v.Resumed != 5 || v.Bytes > int64(len(s.data))-4*pieceBytes {
		t.Fatalf("%v %+v", err, v)
	}
	s.holds(t, job.Output)
	wantOnly(t, filepath.Dir(job.Output), "film.mp4")
	// Another file.
	s.hook, job = gone, s.job(t)
	if _, err := Run(t.Context(), job); !errors.As(err, &status) {
		t.Fatal(err)
	}
	s.hook = nil
	s.data[100]++
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrChanged) {
		t.Fatal(err)
	}
	job.Force = true
	if v, err := Run(t.Context(), job); err != nil || v.Resumed != 0 {
		t.Fatal(err)
	}
	s.holds(t, job.Output)
}

// TestSingleChanges: a file that becomes another one in the middle is no mixture of both.
func TestSingleChanges(t *testing.T) {
	s := newShelf(t, mp4Head, 30<<20)
	s.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n < 4 {
			return false
		}
		http.ServeContent(w, r, "", time.Unix(2e9, 0), bytes.NewReader(s.data))
		return true
	}
	job := s.job(t)
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrChanged) {
		t.Fatal(err)
	}
	if _, err := os.Stat(job.Output); err == nil {
		t.Error("there is a film")
	}
}

// TestSingleRenewed: an address that dies on the way is replaced, as often as something comes of it.
func TestSingleRenewed(t *testing.T) {
	s := newShelf(t, mp4Head, 60<<20)
	answers := map[string]int{}
	var mu sync.Mutex
	s.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		mu.Lock()
		defer mu.Unlock()
		token := r.URL.Query().Get("token")
		if answers[token]++; answers[token] <= 4 {
			return false
		}
		http.Error(w, "expired", http.StatusForbidden)
		return true
	}
	job := s.job(t)
	job.Workers = 1
	tokens := 1
	job.Refresh = func(context.Context) (Source, error) {
		tokens++
		return Source{URL: fmt.Sprintf("%s/b/film.mp4?token=%d", s.URL, tokens)}, nil
	}
	v, err := Run(t.Context(), job)
	if err != nil || v.Renewals < 2 || v.Renewals != tokens-1 {
		t.Fatalf("%v %+v", err, v)
	}
	s.holds(t, job.Output)
	s.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if ask := r.Header.Get("Range"); ask == "" || strings.HasPrefix(ask, "bytes=0-") {
			return false
		}
		http.Error(w, "expired", http.StatusForbidden)
		return true
	}
	job.Output = filepath.Join(t.TempDir(), "never.mp4")
	if v, err := Run(t.Context(), job); err == nil || v.Renewals != maxStale {
		t.Errorf("%v %+v", err, v)
	}
}

// TestSingleRefused: what is text, empty, or not what its digest says, is no film.
func TestSingleRefused(t *testing.T) {
	answer := func(code int, text string) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.WriteHeader(code)
			_, _ = w.Write([]byte(text))
			return true
		}
	}
	for name, c := range map[string]struct {
		hook func(http.ResponseWriter, *http.Request, int) bool
		want error
	}{
		"a page":       {answer(200, "<!DOCTYPE html><title>busy</title>"), ErrNotPlaylist},
		"a large text": {answer(200, strings.Repeat("no playlist, and no end of it\n", 2<<20)), fetch.ErrTooLarge},
		"nothing":      {answer(200, ""), ErrNothing},
		"a length that nobody knows": {func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if r.Header.Get("Range") == "" {
				return false
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 0-%d/*", probeBytes-1))
			w.WriteHeader(http.StatusPartialContent)
			_, _ = w.Write(make([]byte, probeBytes))
			return true
		}, ErrContent},
		"a digest of something else": {func(w http.ResponseWriter, _ *http.Request, _ int) bool {
			w.Header().Set("Digest", "SHA-256="+base64.StdEncoding.EncodeToString(make([]byte, 32)))
			return false
		}, ErrContent},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t, mp4Head, 1<<20)
			s.hook = c.hook
			job := s.job(t)
			if _, err := Run(t.Context(), job); !errors.Is(err, c.want) {
				t.Errorf("%v", err)
			} else {
				t.Log(err)
			}
			wantOnly(t, filepath.Dir(job.Output))
		})
	}
}

// TestSingleName: a name that the user gave is the name, and one that is taken is an error before all is fetched twice.
func TestSingleName(t *testing.T) {
	s := newShelf(t, "ID3\x04\x00\x00\x00\x00\x00\x00", 1<<20)
	job := s.job(t)
	job.GuessedExtension = false
	if v, err := Run(t.Context(), job); err != nil || v.Path != job.Output {
		t.Fatal(err, v.Path)
	}
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrExists) {
		t.Error(err)
	}
	job = s.job(t)
	taken := strings.TrimSuffix(job.Output, ".mp4") + ".mp3"
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "film.mp3") {
		t.Error(err)
	}
	if b, _ := os.ReadFile(taken); string(b) != "mine" {
		t.Errorf("%q", b)
	}
}

// TestSingleIfRange: each part is asked for on condition that the file is the same (RFC 9110 §13.1.5), but never by a weak entity tag. A file that changes
// in mid-download is found out whether the server heeds that or not, and nothing of it is read where it does.
func TestSingleIfRange(t *testing.T) {
	const date = "Sun, 09 Sep 2001 01:46:40 GMT" // of the shelf
	for name, c := range map[string]struct {
		tag, second string // entity tags, before and after the change
		heeds       bool
		moved       bool // the date changes
		want        string
		err         error
	}{
		"a tag":                                 {`"a"`, `"b"`, true, true, `"a"`, ErrChanged},
		"a tag that nobody heeds":               {`"a"`, `"b"`, false, true, `"a"`, ErrChanged},
		"a weak tag":                            {`W/"a"`, `W/"b"`, true, true, date, ErrChanged},
		"a date":                                {"", "", true, true, date, ErrChanged},
		"a date that nobody heeds":              {"", "", false, true, date, ErrChanged},
		"another server's tag of the same file": {`"a"`, `"b"`, true, false, `"a"`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t, mp4Head, 30<<20)
			var mu sync.Mutex
			seen, sent := map[string]bool{}, 0
			s.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
				mu.Lock()
				defer mu.Unlock()
				part := strings.HasPrefix(r.Header.Get("Range"), "bytes=") && !strings.HasPrefix(r.Header.Get("Range"), "bytes=0-")
				if v := r.Header.Get("If-Range"); part && v != "" {
					seen[v] = true
				}
				if !part {
					if c.tag != "" {
						w.Header().Set("ETag", c.tag)
					}
					return false
				}
				if c.second != "" {
					w.Header().Set("ETag", c.second)
				}
				if !c.heeds {
					r.Header.Del("If-Range")
				}
				at := time.Unix(1e9, 0)
				if c.moved {
					at = at.Add(time.Hour)
				}
				counted := &countingWriter{ResponseWriter: w}
				http.ServeContent(counted, r, "", at, bytes.NewReader(s.data))
				if counted.code == http.StatusOK {
					sent++
				}
				return true
			}
			job := s.job(t)
			v, err := Run(t.Context(), job)
			s.Close() // nobody writes to what is looked at now
			if !errors.Is(err, c.err) || v.Finished != (c.err == nil) {
				t.Fatalf("%v %+v", err, v)
			}
			if c.err == nil {
				s.holds(t, v.Path)
			}
			if !seen[c.want] || seen[`W/"a"`] || seen[`W/"b"`] {
				t.Errorf("If-Range was %v, want %s", seen, c.want)
			}
			if c.heeds && sent == 0 {
				t.Error("the server was never given the chance to say that it is another file")
			}
			if c.err != nil && v.Bytes > probeBytes+6*pieceBytes {
				t.Errorf("%d bytes were read", v.Bytes)
			}
		})
	}
}

// countingWriter remembers the status.
type countingWriter struct {
	http.ResponseWriter
	code int
}

func (w *countingWriter) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}
