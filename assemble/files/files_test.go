package files

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble"
	"seine/assemble/digest"
	"seine/assemble/fetch"
)

// TestRun: files of all sizes and from all kinds of servers are there, byte by byte, and nothing else is; a small one costs one request.
func TestRun(t *testing.T) {
	s := newShelf(t)
	f := newFetching(t)
	whole := func(w http.ResponseWriter, it *item, length bool) {
		if length {
			w.Header().Set("Content-Length", fmt.Sprint(len(it.data)))
		}
		_, _ = w.Write(it.data)
	}
	var paths []string
	for i, size := range []int{0, 1, 511, 512, 100_000, smallBytes, smallBytes + 1, 3 << 20, largeOfFew, largeBytes - 1, largeBytes + 12345} {
		p := fmt.Sprintf("/of-%d.bin", size)
		s.put(p, noise(size, uint64(i)))
		paths = append(paths, p)
	}
	for i, size := range []int{0, 1000, 3 << 20} {
		for _, length := range []bool{true, false} {
			p := fmt.Sprintf("/undivided-%d-%v.bin", size, length)
			it := s.put(p, noise(size, uint64(100+i)))
			it.hook = func(w http.ResponseWriter, _ *http.Request, _ int) bool { whole(w, it, length); return true }
			paths = append(paths, p)
		}
	}
	results, sum := f.run(s.list(paths...))
	for _, r := range results {
		if r.Status != Fetched {
			t.Errorf("%s: %v, %v", r.Entry.URL, r.Status, r.Err)
		}
	}
	if sum.Fetched != len(paths) || sum.Failed != 0 {
		t.Errorf("%+v", sum)
	}
	var names []string
	for _, p := range paths {
		names = append(names, p[1:])
		f.holds(p[1:], s.items[p].data)
		if it := s.items[p]; it.n != 1 && len(it.data) < largeOfFew {
			t.Errorf("%s was asked for %d times", p, it.n)
		}
	}
	f.only(names...)
	if info, err := os.Stat(filepath.Join(f.dir, "of-1.bin")); err != nil || !info.ModTime().Equal(time.Unix(1e9, 0)) {
		t.Errorf("it is not as old as on the server: %v", err)
	}
}

// TestFailures: a file that fails takes no other with it, and leaves nothing that pretends to be one.
func TestFailures(t *testing.T) {
	s := newShelf(t)
	f := newFetching(t)
	s.put("/good.bin", noise(1000, 1))
	s.put("/last.bin", noise(1000, 2))
	s.put("/page", []byte("<!doctype html><html><p>Log in</html>"), "Content-Type", "text/html")
	s.put("/page.html", []byte("<!doctype html><html></html>"))
	s.put("/short.bin", nil).hook = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("Content-Length", "5000")
		_, _ = w.Write(make([]byte, 700))
		return true
	}
	s.put("/wrong.bin", noise(1000, 3), "Repr-Digest", "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:")
	s.put("/wrong-long.bin", noise(3<<20, 4), "Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==")
	s.put("/wrong-large.bin", noise(largeBytes+1, 5), "Repr-Digest", "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:")
	list := s.list("/good.bin", "/nowhere.bin", "/page", "/short.bin", "/wrong.bin", "/wrong-long.bin", "/wrong-large.bin", "/page.html", "/last.bin")
	results, sum := f.run(list)
	f.says(results, Fetched, Failed, Failed, Failed, Failed, Failed, Failed, Fetched, Fetched)
	status := (*fetch.StatusError)(nil)
	if !errors.As(results[1].Err, &status) || status.Code != 404 || !errors.Is(results[2].Err, ErrPage) || !errors.Is(results[3].Err, fetch.ErrTruncated) {
		t.Errorf("%v; %v; %v", results[1].Err, results[2].Err, results[3].Err)
	}
	for _, i := range []int{4, 5, 6} {
		if !errors.Is(results[i].Err, assemble.ErrContent) || !errors.Is(results[i].Err, digest.ErrMismatch) {
			t.Errorf("%v", results[i].Err)
		}
	}
	if sum.First == nil || sum.First.Error() != results[1].Err.Error() {
		t.Errorf("the first failure is %v", sum.First)
	}
	f.only("good.bin", "last.bin", "page.html")
}

// TestNames: the server's name, or the address's; of two alike the second gets a number, in the order of the list, whatever comes first.
func TestNames(t *testing.T) {
	s := newShelf(t)
	s.put("/slow", []byte("slow"), "Content-Disposition", `attachment; filename="report.txt"`).hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		select {
		case <-time.After(50 * time.Millisecond): // others may well be there before; none must
		case <-r.Context().Done():
		}
		return false
	}
	s.put("/quick", []byte("quick"), "Content-Disposition", `attachment; filename="report.txt"`)
	s.put("/a/x.txt", []byte("a"))
	s.put("/b/x.txt", []byte("b"))
	s.put("/c/X.TXT", []byte("c"))
	s.put("/picture", []byte("\x89PNG\r\n\x1a\n...."))
	s.put("/evil", []byte("MZ evil"), "Content-Disposition", `attachment; filename="../../etc/photo.exe"`)
	s.put("/setup.exe", []byte("MZ wanted"))
	s.put("/x/shortcut.lnk", []byte("L"))
	s.put("/report.txt", []byte("said by the list"))
	paths := []string{"/slow", "/quick", "/a/x.txt", "/b/x.txt", "/c/X.TXT", "/picture", "/evil", "/setup.exe", "/x/shortcut.lnk", "/report.txt"}
	want := []string{"report (2).txt", "report (3).txt", "x.txt", "x (2).txt", "X (2) (2).TXT", "picture.png", "photo.exe.txt", "setup.exe", "shortcut.lnk.txt", "report.txt"}
	want[4] = "X (3).TXT"
	for range 2 {
		f := newFetching(t)
		results, _ := f.run(s.list(paths...))
		var got []string
		for _, r := range results {
			got = append(got, r.File)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		f.only(want...)
		f.holds("report (2).txt", []byte("slow"))
		// The same again: nothing changes, nothing is fetched.
		again, sum := f.run(s.list(paths...))
		if sum.Fetched != 0 || sum.Unchanged != len(paths) {
			t.Errorf("%+v %+v", sum, again)
		}
		f.only(want...)
	}
}

// TestOut: a list says where its files go, and they stay in their folder.
func TestOut(t *testing.T) {
	s := newShelf(t)
	f := newFetching(t)
	s.put("/a.bin", noise(100, 1))
	s.put("/large.bin", noise(largeBytes+1, 2))
	results, _ := f.run([]Entry{
		{URL: s.URL + "/a.bin", Out: "deep/er/b.bin"}, {URL: s.URL + "/a.bin", Out: "c.bin"}, {URL: s.URL + "/a.bin", Out: "c.bin"}, {URL: s.URL + "/large.bin", Out: "deep/large.bin"},
	})
	f.says(results, Fetched, Fetched, Fetched)
	f.only("deep/er/b.bin", "c.bin", "deep/large.bin")
	f.holds("deep/large.bin", s.items["/large.bin"].data)

	// A planted link is not followed out of it.
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(f.dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"/a.bin", "/large.bin"} {
		if r := f.one(Entry{URL: s.URL + p, Out: "link/a.bin"}); r.Status != Failed || !errors.Is(r.Err, assemble.ErrOutput) {
			t.Errorf("%v %v", r.Status, r.Err)
		}
	}
	if list, err := os.ReadDir(outside); err != nil || len(list) > 0 {
		t.Error(list, err)
	}
}

// TestAgain: a file that is there is asked for on condition; one that has changed is replaced only if that is wanted, and by a whole one.
func TestAgain(t *testing.T) {
	for name, size := range map[string]int{"small": 1000, "streamed": 3 << 20, "large": largeBytes + 1} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			f := newFetching(t)
			it := s.put("/f.bin", noise(size, 1))
			list := s.list("/f.bin")
			f.run(list)
			s.asked()
			results, _ := f.run(list)
			f.says(results, Unchanged)
			if diff := cmp.Diff([]string{"/f.bin If-Modified-Since"}, s.asked()); diff != "" {
				t.Error(diff)
			}
			old := it.data
			it.data, it.at = noise(size+1, 2), time.Unix(1e9+100, 0)
			results, _ = f.run(list)
			f.says(results, Failed)
			if !errors.Is(results[0].Err, assemble.ErrExists) {
				t.Error(results[0].Err)
			}
			f.holds("f.bin", old)
			f.o.Force = true
			it.hook = func(w http.ResponseWriter, _ *http.Request, n int) bool {
				w.Header().Set("Content-Length", fmt.Sprint(size+1))
				_, _ = w.Write(it.data[:size/2])
				return true
			}
			results, _ = f.run(list)
			f.says(results, Failed)
			f.holds("f.bin", old) // a failed one destroys nothing
			it.hook = nil
			results, _ = f.run(list)
			f.says(results, Fetched)
			f.holds("f.bin", it.data)
			f.only("f.bin")
		})
	}
}

// TestAgainWithoutDates: a server that knows no conditions has its file compared.
func TestAgainWithoutDates(t *testing.T) {
	for name, size := range map[string]int{"small": 1000, "streamed": 3 << 20, "large": largeBytes + 1} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			f := newFetching(t)
			it := s.put("/f.bin", noise(size, 1))
			it.at = time.Time{}
			results, _ := f.run(s.list("/f.bin"))
			f.says(results, Fetched)
			results, _ = f.run(s.list("/f.bin"))
			f.says(results, Unchanged)
			it.data = noise(size, 2)
			results, _ = f.run(s.list("/f.bin"))
			f.says(results, Failed)
			f.only("f.bin")
		})
	}
}

// TestSameDate: a server that knows no conditions has another file of the same date, and of another length.
func TestSameDate(t *testing.T) {
	s := newShelf(t)
	f := newFetching(t)
	it := s.put("/f.bin", noise(3<<20, 1))
	it.hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		r.Header.Del("If-Modified-Since")
		return false
	}
	list := s.list("/f.bin")
	f.run(list)
	results, _ := f.run(list)
	f.says(results, Unchanged)
	it.data = noise(3<<20+1, 2)
	results, _ = f.run(list)
	f.says(results, Failed)
	if !errors.Is(results[0].Err, assemble.ErrExists) {
		t.Error(results[0].Err)
	}
}

// TestResumeElsewhere: what came in part from one address is not gone on with from another, whatever name and date they share.
func TestResumeElsewhere(t *testing.T) {
	const size = 8 << 20
	s := newShelf(t)
	f := newFetching(t)
	f.o.Fetch.Retry.Tries = 1
	one, two := s.put("/one/f.bin", noise(size, 1)), s.put("/two/f.bin", noise(size, 2))
	two.at = one.at
	one.hook = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		w.Header().Set("Content-Length", fmt.Sprint(size))
		w.Header().Set("Last-Modified", one.at.UTC().Format(http.TimeFormat))
		_, _ = w.Write(one.data[:size/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	more := []string{"/1", "/2", "/3", "/4"} // several, so that it is not fetched in parts
	results, _ := f.run(s.list(append([]string{"/one/f.bin"}, more...)...))
	f.says(results, Failed)
	f.only(".f.bin.part", ".f.bin.part.json")
	results, _ = f.run(s.list(append([]string{"/two/f.bin"}, more...)...))
	f.says(results, Fetched)
	if results[0].Resumed > 0 {
		t.Error("it went on with the other one")
	}
	f.holds("f.bin", two.data)
}

// TestNamesake: a server whose file is older than ours says that it has not changed; but ours has, since it came.
func TestNamesake(t *testing.T) {
	s := newShelf(t)
	f := newFetching(t)
	it := s.put("/f.bin", noise(1000, 1))
	it.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		w.Header().Set("Last-Modified", it.at.UTC().Format(http.TimeFormat))
		if r.Header.Get("If-Modified-Since") != "" {
			w.WriteHeader(http.StatusNotModified)
			return true
		}
		return false
	}
	f.run(s.list("/f.bin"))
	if err := os.WriteFile(filepath.Join(f.dir, "f.bin"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	r := f.one(s.list("/f.bin")[0])
	if r.Status != Failed || !errors.Is(r.Err, assemble.ErrExists) {
		t.Errorf("%v %v", r.Status, r.Err)
	}
	f.holds("f.bin", []byte("mine"))
}

// TestResume: what came in part is gone on with if it is of the same file, and only then.
func TestResume(t *testing.T) {
	const size = 8 << 20
	for name, c := range map[string]struct {
		tag     string
		change  bool
		ignores bool // If-Range
		from    bool // where it was
	}{
		"by date":                      {"", false, false, true},
		"by entity tag":                {`"one"`, false, false, true},
		"by a weak tag, which is none": {`W/"one"`, false, false, true}, // the date is good
		"another file by date":         {"", true, false, false},
		"another file by tag":          {`"two"`, true, false, false},
		"another, and who ignores If-Range says so by its tag": {`"two"`, true, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf(t)
			f := newFetching(t)
			f.o.Fetch.Retry.Tries = 1
			it := s.put("/f.bin", noise(size, 1))
			if c.tag != "" {
				it.header.Set("ETag", strings.Replace(c.tag, "two", "one", 1))
			}
			it.hook = func(w http.ResponseWriter, _ *http.Request, _ int) bool {
				w.Header().Set("Content-Length", fmt.Sprint(size))
				w.Header().Set("Last-Modified", it.at.UTC().Format(http.TimeFormat))
				if c.tag != "" {
					w.Header().Set("ETag", it.header.Get("ETag"))
				}
				_, _ = w.Write(it.data[:size/2])
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			}
			list := s.list("/f.bin", "/1", "/2", "/3", "/4") // several, so that it is not fetched in parts
			results, _ := f.run(list)
			f.says(results, Failed)
			f.only(".f.bin.part", ".f.bin.part.json")
			it.hook = nil
			if c.ignores {
				it.hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool { r.Header.Del("If-Range"); return false }
			}
			if c.change {
				it.data, it.at = noise(size, 2), time.Unix(1e9+100, 0)
				it.header.Set("ETag", c.tag)
				if c.tag == "" {
					it.header.Del("ETag")
				}
			}
			f.o.Fetch.Retry.Tries = 3
			results, _ = f.run(list)
			f.says(results, Fetched)
			if got := results[0].Resumed > 0; got != c.from {
				t.Errorf("went on: %v", got)
			}
			f.holds("f.bin", it.data)
			f.only("f.bin")
		})
	}
}

// TestBusy: two lists at once in one folder: each file is fetched once, or somebody says who has it.
func TestBusy(t *testing.T) {
	s := newShelf(t)
	f := newFetching(t)
	it := s.put("/f.bin", noise(3<<20, 1))
	arrived, release := make(chan struct{}), make(chan struct{})
	it.hook = func(w http.ResponseWriter, _ *http.Request, n int) bool {
		if n != 1 {
			return false
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(it.data)))
		w.Header().Set("Last-Modified", it.at.UTC().Format(http.TimeFormat))
		_, _ = w.Write(it.data[:2<<20])
		_ = http.NewResponseController(w).Flush()
		close(arrived)
		<-release
		_, _ = w.Write(it.data[2<<20:])
		return true
	}
	first := make(chan []Result)
	go func() {
		r, _ := f.run(s.list("/f.bin"))
		first <- r
	}()
	<-arrived
	for tick := time.Tick(time.Millisecond); ; <-tick {
		if _, err := os.Stat(filepath.Join(f.dir, ".f.bin.part.json")); err == nil {
			break
		}
	}
	second, _ := f.run(s.list("/f.bin"))
	close(release)
	f.says(<-first, Fetched)
	f.says(second, Failed)
	if !errors.Is(second[0].Err, assemble.ErrBusy) {
		t.Error(second[0].Err)
	}
	f.holds("f.bin", it.data)
	f.only("f.bin")
}

// TestFilms: what is a playlist, by its name or by what it is, is made a film of.
func TestFilms(t *testing.T) {
	s := newShelf(t)
	f := newFetching(t)
	s.put("/a.bin", noise(10, 1))
	s.put("/list", []byte("#EXTM3U\n#EXT-X-TARGETDURATION:2\n"))
	s.put("/mpd", []byte("<?xml version=\"1.0\"?><MPD></MPD>"))
	var films []string
	f.o.Jobs = 1
	f.o.Film = func(_ context.Context, film Film) (Made, error) {
		films = append(films, film.Name)
		return Made{File: film.Name, Size: 7}, nil
	}
	results, _ := f.run(s.list("/film/master.m3u8", "/a.bin", "/list", "/mpd"))
	f.says(results, Fetched, Fetched, Fetched, Fetched)
	if diff := cmp.Diff([]string{"film.mp4", "list.mp4", "mpd.mp4"}, films); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/a.bin", "/list", "/mpd"}, s.asked()); diff != "" {
		t.Error(diff)
	}
}

// TestCancel: the end of the context ends it all, and what came stays for another run.
func TestCancel(t *testing.T) {
	s := newShelf(t)
	f := newFetching(t)
	it := s.put("/f.bin", noise(3<<20, 1))
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	it.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		w.Header().Set("Content-Length", fmt.Sprint(len(it.data)))
		_, _ = w.Write(it.data[:2<<20])
		_ = http.NewResponseController(w).Flush()
		cancel(enough)
		<-r.Context().Done()
		return true
	}
	root, err := os.OpenRoot(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	o := f.o
	o.Root, o.Pool = root, fetch.NewPool(nil, o.Fetch)
	o.Progress = func(Progress) {}
	sum, err := Run(ctx, s.list("/f.bin", "/g.bin"), o)
	if !errors.Is(err, enough) || sum.Fetched+sum.Failed > 1 {
		t.Errorf("%+v, %v", sum, err)
	}
}
