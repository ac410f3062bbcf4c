// Package files fetches many files in one pool: a list of addresses becomes files in a folder, films among them films.
//
// A small file costs one request, one file that is made, written and renamed, and nothing else. A larger one is written as it comes, beside
// a note of what it is, so that a later run goes on with it; the largest are fetched in parts side by side, by [assemble.Run]. All share
// what is known of their hosts: how many requests each gets, and how long it wants to be left alone.
//
// A file that is there already is asked for on condition that it has changed, and is never replaced unless that is wanted. Small files
// are not forced to the disk one by one: what had its name before the power failed may have to be fetched again.
package files

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path"
	"sync"
	"sync/atomic"

	"seine/assemble/digest"
	"seine/assemble/fetch"
	"seine/assemble/filename"
)

const (
	// mostJobs and usualJobs are how many files may be under way, and how many are if nobody says. Only those with a slot of their host
	// are transferred.
	mostJobs, usualJobs = 256, 32
	// smallBytes is how long a file may be that is kept in memory until it is there.
	smallBytes = 1 << 20
	// largeBytes is how long a file is that is fetched in parts, where many are under way; few share the slots of their host sooner.
	largeBytes, largeOfFew = 32 << 20, 4 << 20
	few                    = 4
	// mostLarge of them are fetched at once: each has many requests under way, and memory for them.
	mostLarge = 3
)

// Errors for decisions.
var (
	// ErrPage: the server answers with a web page, which nobody asked for.
	ErrPage = errors.New("the server answered with a web page, not with a file")
	// ErrHeader: a header that an entry of a list may not have.
	ErrHeader = errors.New("this header is not for a list to say")
	// ErrNames: so many files would have one name that none is left.
	ErrNames = errors.New("too many files of one name")
)

// Entry is a file to fetch.
type Entry struct {
	// Line of its list, from 1; 0 without one.
	Line int
	URL  string
	// Out is the path of the file in its folder, with slashes; empty for the name that server and address give it.
	Out string
	// Header goes to the origin of URL alone.
	Header http.Header
	// Sums are what the file must have.
	Sums []digest.Sum
}

// Options say what to do. Root, Client and Pool are required.
type Options struct {
	// Root is the folder that all files come into.
	Root *os.Root
	// Client gives who asks for an entry. It is called from many goroutines, and its clients are used by many.
	Client func(*Entry) (fetch.Doer, error)
	// Pool is shared by all.
	Pool *fetch.Pool
	// Fetch is what the pool was made with: patience, and who is told.
	Fetch fetch.Options
	// Jobs is how many files are under way at once; 0 for 32.
	Jobs int
	// Force replaces files that are there and have changed.
	Force bool
	// Archive, if not nil, is asked what was fetched before, and told what is.
	Archive *Archive
	// Key names an address in the archive and beside unfinished files: without what lets others act as the user, which changes from day to
	// day. nil: the address itself.
	Key func(address string) string
	// Film, if not nil, makes a film of what is a playlist by its name or its content: as the file Name, with the pool that all share.
	Film func(context.Context, Film) (Made, error)
	// Pages takes web pages for files. Without it they are ErrPage, unless the name says so, or the server calls them an attachment.
	Pages bool
	// Progress is called when something has changed, some ten times a second at most, from one goroutine, and once more in the end.
	Progress func(Progress)
	// Done is told what became of each, as it is over, one after another.
	Done func(*Result)
	// Log is nil for silence.
	Log *slog.Logger
}

// Film is a playlist among the files.
type Film struct {
	Entry *Entry
	// Name of the file, in Root.
	Name string
	// Client speaks to the playlist's origin.
	Client fetch.Doer
	Pool   *fetch.Pool
	// Progress takes how many bytes came.
	Progress func(bytes int64)
	// Endless says that it is a broadcast, which may take hours: it no longer counts among the few that are
	// fetched at once.
	Endless func()
}

// Made is a film.
type Made struct {
	File string
	Size int64
}

// Status is what became of a file.
type Status string

// What becomes of files.
const (
	Fetched   Status = "fetched"
	Unchanged Status = "unchanged" // it is there, and still the same
	Archived  Status = "archived"  // it was fetched before; nothing was asked
	Failed    Status = "failed"
)

// Result is what became of an entry.
type Result struct {
	Index  int // in the list
	Entry  *Entry
	Status Status
	// File is its path in Root, with slashes.
	File string
	Size int64
	// Resumed is how much of it was there already.
	Resumed int64
	// Film: it was made of a playlist.
	Film bool
	Err  error
}

// Summary counts.
type Summary struct {
	Fetched, Unchanged, Archived, Failed int
	// Repeated are entries that say the same as one before them.
	Repeated int
	// Bytes received.
	Bytes int64
	// First is the first failure of the list.
	First error

	firstAt int
}

// over is of how many entries it is known what became of them.
func (s *Summary) over() int { return s.Fetched + s.Unchanged + s.Archived + s.Failed + s.Repeated }

// run is a list at work.
type run struct {
	o       *Options
	entries []Entry
	again   []bool // says what one before it says
	names   *names
	board   *board
	large   chan struct{}
	left    atomic.Int64      // files that are not over
	alike   map[string]string // addresses by key; empty: several have it

	mu      sync.Mutex
	summary Summary
}

// Run fetches all of a list, and returns when each is there or has failed, or ctx has ended. The error is ctx's cause where that broke something off, or
// of the archive; what became of the files is for Done and the summary. No goroutine outlives Run.
func Run(ctx context.Context, entries []Entry, o Options) (Summary, error) {
	if o.Key == nil {
		o.Key = func(a string) string { return a }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	r := &run{o: &o, entries: entries, again: make([]bool, len(entries)), names: newNames(len(entries)), large: make(chan struct{}, mostLarge)}
	r.reserve()
	r.left.Store(int64(len(entries) - r.summary.Repeated))
	r.board = startBoard(o.Progress, int(r.left.Load()))
	defer r.board.stop()
	r.work(ctx)
	s := r.total()
	var err error
	if ctx.Err() != nil && s.over() < len(entries) { // a recording that ctx has ended is whole
		err = context.Cause(ctx)
	}
	if o.Archive != nil {
		err = errors.Join(err, o.Archive.Sync())
	}
	return s, err
}

// reserve gives each entry the name that is known before anything is asked, in their order.
func (r *run) reserve() {
	type what struct{ url, out string }
	seen := make(map[what]struct{}, len(r.entries))
	for i := range r.entries {
		e := &r.entries[i]
		key := what{e.URL, e.Out}
		if _, r.again[i] = seen[key]; r.again[i] {
			r.summary.Repeated++
			r.names.answered(i)
			continue
		}
		seen[key] = struct{}{}
		r.keyed(e)
		r.names.reserve(i, r.guess(e))
	}
}

// keyed notes which addresses of the list have one key.
func (r *run) keyed(e *Entry) {
	if r.o.Archive == nil {
		return
	}
	if r.alike == nil {
		r.alike = map[string]string{}
	}
	key := r.o.Key(e.URL)
	if other, ok := r.alike[key]; ok && other != e.URL {
		r.alike[key] = ""
	} else if !ok {
		r.alike[key] = e.URL
	}
}

// key names an entry in the archive. Addresses of one list that differ only in what a key leaves out are not taken for the same.
func (r *run) key(e *Entry) string {
	key := r.o.Key(e.URL)
	if url, ok := r.alike[key]; ok && url == "" {
		sum := sha256.Sum256([]byte(e.URL))
		return fmt.Sprintf("%s#%x", key, sum[:8])
	}
	return key
}

// guess is the name of an entry as its list says it; empty if only the answer can.
func (r *run) guess(e *Entry) string {
	switch {
	case e.Out != "":
		return path.Clean(e.Out)
	case r.filmByName(e):
		return filmName(e)
	case filename.OfURL(e.URL) == "":
		return ""
	}
	return filename.Plain(filename.Hints{Typed: e.URL, URL: e.URL})
}

// work has so many goroutines take one entry after another.
func (r *run) work(ctx context.Context) {
	var next atomic.Int64
	var wg sync.WaitGroup
	jobs := r.o.Jobs
	if jobs <= 0 {
		jobs = usualJobs
	}
	for range min(jobs, mostJobs, len(r.entries)) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= len(r.entries) {
					return
				}
				if !r.again[i] {
					r.over(ctx, r.one(ctx, i))
				}
			}
		})
	}
	wg.Wait()
}

// over books what became of an entry. What the end of ctx broke off is none.
func (r *run) over(ctx context.Context, res Result) {
	r.names.answered(res.Index)
	r.left.Add(-1)
	r.board.over(&res)
	if res.Err != nil && ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.summary
	switch res.Status {
	case Fetched:
		s.Fetched++
	case Unchanged:
		s.Unchanged++
	case Archived:
		s.Archived++
	case Failed:
		if s.Failed++; s.First == nil || res.Index < s.firstAt {
			s.First, s.firstAt = res.Err, res.Index
		}
	}
	if r.o.Done != nil {
		r.o.Done(&res)
	}
}

func (r *run) total() Summary {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.summary.Bytes = r.board.bytes()
	return r.summary
}
