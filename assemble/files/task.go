package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"seine/assemble"
	"seine/assemble/digest"
	"seine/assemble/fetch"
	"seine/assemble/filename"
	"seine/assemble/hls"
)

// task is one file on its way.
type task struct {
	*run
	index  int
	entry  *Entry
	client fetch.Doer
	pool   *fetch.Pool
	shown  *Active

	name   string // that the list knows; empty if only the answer can tell
	there  *there // what has this name already
	proven bool   // it came from this address
	header http.Header
	note   http.Header // of the answer that what is there came with
	url    string      // that it was found at
	length int64       // -1 if the server does not tell
	whole  bool        // the answer was no rest
	head   []byte
	body   []byte // of a small file
	part   *part
	had    int64 // of it, before this run
	// streamed: it went to the disk as it came. spoilt: what came is good for nothing.
	streamed, spoilt bool
}

// What an answer turns out to be in place of a file to read.
var (
	errLarge = permanent{errors.New("it is to be fetched in parts")}
	errFilm  = permanent{errors.New("it is a playlist")}
	errSame  = permanent{errors.New("it has not changed")}
)

// permanent is not worth another try.
type permanent struct{ error }

func (e permanent) Unwrap() error   { return e.error }
func (e permanent) Permanent() bool { return true }

// one does what is to be done for an entry.
func (r *run) one(ctx context.Context, i int) Result {
	e := &r.entries[i]
	res := Result{Index: i, Entry: e, Status: Failed}
	if a := r.o.Archive; a != nil && !r.o.Force {
		if rec, ok := a.Find(r.key(e)); ok {
			res.Status, res.File, res.Size = Archived, rec.File, rec.Size
			return res
		}
	}
	t := &task{run: r, index: i, entry: e, name: r.names.reserved(i)}
	t.shown = r.board.begin(title(e, t.name))
	defer r.board.end(t.shown)
	t.do(ctx, &res)
	if res.Err == nil && r.o.Archive != nil {
		res.Err = r.o.Archive.Add(t.record(&res))
	}
	if res.Err != nil {
		res.Status = Failed
	}
	return res
}

// title is what a file is called while it comes.
func title(e *Entry, name string) string {
	if name != "" {
		return name
	}
	if u, err := url.Parse(e.URL); err == nil {
		return u.Host + u.Path
	}
	return e.URL
}

func (t *task) do(ctx context.Context, res *Result) {
	client, err := t.o.Client(t.entry)
	if err != nil {
		res.Err = err
		return
	}
	if t.client = client; len(t.entry.Header) > 0 {
		t.client = &addressed{client, t.entry.Header}
	}
	t.pool = t.o.Pool.Beside(t.client, t.watched())
	if t.filmByName(t.entry) {
		t.film(ctx, res)
		return
	}
	t.there = t.lookFor(t.name)
	t.proven = t.fromHere()
	err = t.ask(ctx)
	if again := t.doubtful(err); again {
		t.proven = false
		err = t.ask(ctx)
	}
	defer t.drop()
	t.finish(ctx, res, err)
}

// finish makes of an answer what it is.
func (t *task) finish(ctx context.Context, res *Result, err error) {
	var status *fetch.StatusError
	switch {
	case errors.Is(err, errFilm):
		t.film(ctx, res)
	case errors.Is(err, errLarge):
		t.inParts(ctx, res)
	case errors.Is(err, errSame), errors.As(err, &status) && status.Code == http.StatusNotModified && t.there != nil:
		res.Status, res.File, res.Size = Unchanged, t.name, t.there.size
	case err != nil:
		res.Err = err
	default:
		t.place(ctx, res)
	}
}

// watched are the pool's options, with news for the board.
func (t *task) watched() fetch.Options {
	o := t.o.Fetch
	bytes, retry := o.OnBytes, o.OnRetry
	o.OnBytes = func(n int) {
		t.board.update(func(p *Progress) { p.Bytes += int64(n); t.shown.Bytes += int64(n) })
		if bytes != nil {
			bytes(n)
		}
	}
	o.OnRetry = func(f fetch.Retry) {
		t.o.Log.Info("trying again", "what", t.shown.Name, "tries", f.Tries, "wait", f.Wait, "err", f.Err)
		t.board.update(func(p *Progress) { p.Retries++ })
		if retry != nil {
			retry(f)
		}
	}
	return o
}

// ask asks for the file, or for what is missing of it, or whether it has changed.
func (t *task) ask(ctx context.Context) error {
	rest, err := t.recall()
	if err != nil {
		return err
	}
	r := fetch.Request{Kind: fetch.Segment, Name: "the file", URL: t.entry.URL, Rest: rest, Answer: t.answer, Sink: t.take}
	if t.proven && rest.From == 0 {
		r.Header = t.condition()
	}
	_, err = t.pool.Get(ctx, r)
	return err
}

// answer judges the head of an answer.
func (t *task) answer(resp *http.Response) error {
	t.url, t.length, t.whole = t.entry.URL, resp.ContentLength, resp.StatusCode == http.StatusOK
	if t.header = resp.Header; !t.whole {
		t.header = together(t.note, resp.Header)
	}
	t.note = t.header
	if resp.Request != nil && resp.Request.URL != nil {
		t.url = resp.Request.URL.String()
	}
	t.board.update(func(*Progress) {
		if t.shown.Size = t.length; t.length >= 0 && !t.whole {
			t.shown.Size += t.had
		}
	})
	if !t.whole || t.length <= smallBytes {
		return nil
	}
	switch {
	case t.proven && t.there.is(t.header, t.length):
		return errSame
	case t.there != nil && t.there.size != t.length && !t.o.Force && (t.entry.Out != "" || t.served() == t.name):
		return permanent{fmt.Errorf("%w: %s, and the server's file is another one, of %d bytes", assemble.ErrExists, t.name, t.length)}
	case t.divisible():
		return errLarge
	}
	return nil
}

// divisible: it is worth while to fetch the file in parts, or an earlier run has begun to.
func (t *task) divisible() bool {
	if t.length < largeOfFew || t.had > 0 || !strings.EqualFold(strings.TrimSpace(t.header.Get("Accept-Ranges")), "bytes") {
		return false
	}
	if t.length >= t.enough() {
		return true
	}
	_, begun := isThere(t.o.Root, t.likely()+".part.journal")
	return begun
}

// likely is the name that the file will have, if no other one has it.
func (t *task) likely() string {
	if t.name != "" {
		return t.name
	}
	return filename.Plain(filename.Hints{Typed: t.entry.URL, URL: t.url, Disposition: t.header.Get("Content-Disposition"), Type: t.header.Get("Content-Type")})
}

// served is the name that address and server give the file, whatever its type.
func (t *task) served() string {
	return filename.Plain(filename.Hints{Typed: t.entry.URL, URL: t.url, Disposition: t.header.Get("Content-Disposition")})
}

// together are the fields of a whole answer, and what the answer with the rest says anew (RFC 9110 §15.3.7: it need not repeat them).
func together(first, rest http.Header) http.Header {
	h := rest.Clone()
	for name, values := range first {
		if h[name] == nil {
			h[name] = values
		}
	}
	return h
}

// enough is how long a file is that is fetched in parts: there must be slots for them.
func (t *task) enough() int64 {
	if t.left.Load() <= few {
		return largeOfFew
	}
	return largeBytes
}

// take gets a file as it comes. A small one stays in memory.
func (t *task) take(_ http.Header, at int64, b []byte) error {
	if at == 0 {
		if err := t.judge(b); err != nil {
			return err
		}
		t.begin(b)
	}
	if t.part == nil && len(t.body)+len(b) <= smallBytes && t.length <= smallBytes {
		t.body = append(t.body, b...)
		return nil
	}
	return t.write(at, b)
}

// begin forgets what came of another try.
func (t *task) begin(b []byte) {
	t.had = 0
	t.head = append(t.head[:0], b[:min(len(b), 512)]...)
	if t.body = t.body[:0]; t.length <= smallBytes && int64(cap(t.body)) < t.length {
		t.body = make([]byte, 0, t.length)
	}
	t.board.update(func(*Progress) { t.shown.Bytes = int64(len(b)) })
}

// judge tells playlists and pages from files.
func (t *task) judge(b []byte) error {
	if t.o.Film != nil && t.entry.Sums == nil && (hls.Begins(b) || hls.Describe(b) == dashManifest) {
		return errFilm
	}
	if len(b) == 0 && t.o.Film != nil && path.Ext(t.served()) == "" {
		return errFilm // nothing at all, by no name: it says what that means
	}
	if t.o.Pages || hls.Describe(b) != htmlPage {
		return nil
	}
	name := cmp.Or(t.entry.Out, t.served())
	kind, _, _ := strings.Cut(t.header.Get("Content-Disposition"), ";")
	switch ext := strings.ToLower(path.Ext(name)); {
	case strings.EqualFold(strings.TrimSpace(kind), "attachment"), ext == ".html", ext == ".htm", ext == ".xhtml":
		return nil
	}
	return permanent{ErrPage}
}

// What hls.Describe says of two kinds.
const dashManifest, htmlPage = "a DASH manifest", "an HTML page"

// final is the name that the answer has led to.
func (t *task) final(ctx context.Context) (string, error) {
	want := t.entry.Out
	if want == "" {
		want = filename.Plain(filename.Hints{
			Typed: t.entry.URL, URL: t.url, Disposition: t.header.Get("Content-Disposition"), Type: t.header.Get("Content-Type"), Head: t.head,
		})
	}
	return t.names.settle(ctx, t.index, path.Clean(want))
}

// sums are what the file must have.
func (t *task) sums() []digest.Sum {
	list := t.entry.Sums
	if s, ok := digest.Of(t.header, t.whole); ok {
		list = append(list[:len(list):len(list)], s)
	}
	return list
}

// addressed adds the headers of an entry to its requests; the client beneath keeps them on their origin.
type addressed struct {
	fetch.Doer
	header http.Header
}

func (a *addressed) Do(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	for name, values := range a.header {
		req.Header[name] = values
	}
	return a.Doer.Do(req)
}
