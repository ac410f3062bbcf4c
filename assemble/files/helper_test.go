package files

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"seine/assemble/fetch"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// item is a file on a shelf.
type item struct {
	data   []byte
	header http.Header
	at     time.Time // of its last change
	// hook, if not nil, may answer in place of the shelf; n counts requests for the item.
	hook func(w http.ResponseWriter, r *http.Request, n int) bool
	n    int
}

// shelf serves items, and remembers what was asked.
type shelf struct {
	*httptest.Server
	mu    sync.Mutex
	items map[string]*item
	log   []string
}

func newShelf(t *testing.T) *shelf {
	t.Helper()
	s := &shelf{items: map[string]*item{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func noise(size int, seed uint64) []byte {
	b := make([]byte, size)
	src := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 7})
	_, _ = src.Read(b)
	return b
}

func (s *shelf) put(path string, data []byte, header ...string) *item {
	it := &item{data: data, header: http.Header{}, at: time.Unix(1e9, 0)}
	for i := 0; i < len(header); i += 2 {
		it.header.Set(header[i], header[i+1])
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[path] = it
	return it
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	line := r.URL.Path
	for _, name := range []string{"Range", "If-Range", "If-Modified-Since", "If-None-Match"} {
		if v := r.Header.Get(name); v != "" {
			line += " " + name
		}
	}
	s.log = append(s.log, line)
	it := s.items[r.URL.Path]
	n := 0
	if it != nil {
		it.n++
		n = it.n
	}
	s.mu.Unlock()
	switch {
	case it == nil:
		http.NotFound(w, r)
		return
	case it.hook != nil && it.hook(w, r, n):
		return
	}
	for name, v := range it.header {
		w.Header()[name] = v
	}
	http.ServeContent(w, r, "", it.at, bytes.NewReader(it.data))
}

// asked is the log since the last call.
func (s *shelf) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.log
	s.log = nil
	slices.Sort(list)
	return list
}

// list has an entry for each path.
func (s *shelf) list(paths ...string) (list []Entry) {
	for _, p := range paths {
		list = append(list, Entry{URL: s.URL + p})
	}
	return list
}

// fetching runs lists into a folder.
type fetching struct {
	t   *testing.T
	dir string
	o   Options
}

func newFetching(t *testing.T) *fetching {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 64, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12}}}
	t.Cleanup(client.CloseIdleConnections)
	f := &fetching{t: t, dir: t.TempDir()}
	f.o = Options{
		Client: func(*Entry) (fetch.Doer, error) { return client, nil },
		Fetch:  fetch.Options{Retry: fetch.RetryPolicy{Tries: 3, Base: time.Millisecond, Cap: 2 * time.Millisecond}},
	}
	return f
}

// run gives what became of each entry.
func (f *fetching) run(list []Entry) (results []Result, s Summary) {
	f.t.Helper()
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		f.t.Fatal(err)
	}
	defer root.Close()
	o := f.o
	o.Root, o.Pool = root, fetch.NewPool(nil, o.Fetch)
	o.Done = func(r *Result) { results = append(results, *r) }
	s, err = Run(f.t.Context(), list, o)
	if err != nil {
		f.t.Fatal(err)
	}
	slices.SortFunc(results, func(a, b Result) int { return a.Index - b.Index })
	return results, s
}

// one is run of a single entry.
func (f *fetching) one(e Entry) Result {
	f.t.Helper()
	results, _ := f.run([]Entry{e})
	return results[0]
}

// holds wants a file of the folder to be these bytes.
func (f *fetching) holds(name string, data []byte) {
	f.t.Helper()
	got, err := os.ReadFile(filepath.Join(f.dir, name))
	if err != nil {
		f.t.Fatal(err)
	}
	if !bytes.Equal(got, data) {
		f.t.Errorf("%s: %d bytes, not the %d of the server", name, len(got), len(data))
	}
}

// only wants nothing but these files.
func (f *fetching) only(names ...string) {
	f.t.Helper()
	var got []string
	err := filepath.WalkDir(f.dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(f.dir, p)
			got = append(got, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	names = slices.Sorted(slices.Values(names))
	slices.Sort(got)
	if !slices.Equal(got, names) {
		f.t.Errorf("there is %q, want %q", got, names)
	}
}

func (f *fetching) says(results []Result, want ...Status) {
	f.t.Helper()
	var got []string
	for _, r := range results {
		line := string(r.Status)
		if r.Err != nil {
			line += fmt.Sprintf(" (%v)", r.Err)
		}
		got = append(got, line)
	}
	for i, w := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], string(w)) {
			f.t.Fatalf("%q, want %q", got, want)
		}
	}
}
