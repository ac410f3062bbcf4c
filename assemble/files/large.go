package files

import (
	"context"
	"path"
	"strings"
	"sync"

	"seine/assemble"
	"seine/assemble/filename"
)

// filmByName is true for an address that ends like that of a playlist.
func (r *run) filmByName(e *Entry) bool {
	if r.o.Film == nil || e.Sums != nil {
		return false
	}
	switch strings.ToLower(path.Ext(filename.OfURL(e.URL))) {
	case ".m3u8", ".m3u", ".mpd":
		return true
	}
	return false
}

func filmName(e *Entry) string { return filename.FromURL(e.URL, "film") + ".mp4" }

// film makes one of a playlist.
func (t *task) film(ctx context.Context, res *Result) {
	want := t.entry.Out
	if want == "" {
		want = filmName(t.entry)
	}
	name, err := t.names.settle(ctx, t.index, want)
	if err == nil {
		err = t.enterLarge(ctx)
	}
	if err != nil {
		res.Err = err
		return
	}
	leave := sync.OnceFunc(t.leaveLarge)
	defer leave()
	if res.Err = t.folder(name); res.Err != nil {
		return
	}
	m, err := t.o.Film(ctx, Film{Entry: t.entry, Name: name, Client: t.client, Pool: t.o.Pool, Progress: t.came, Endless: leave})
	res.Film, res.File, res.Size, res.Status, res.Err = true, m.File, m.Size, Fetched, err
}

// came shows how much of a film or of a large file has come in all.
func (t *task) came(n int64) {
	t.board.update(func(p *Progress) {
		p.Bytes += max(n-t.shown.Bytes, 0)
		t.shown.Bytes = max(n, t.shown.Bytes)
	})
}

func (t *task) enterLarge(ctx context.Context) error {
	select {
	case t.large <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t *task) leaveLarge() { <-t.large }

// inParts fetches a large file.
func (t *task) inParts(ctx context.Context, res *Result) {
	name, err := t.final(ctx)
	if err == nil {
		err = t.enterLarge(ctx)
	}
	if err != nil {
		res.Err = err
		return
	}
	defer t.leaveLarge()
	if t.mayBe(ctx, name) {
		res.Status, res.File, res.Size = Unchanged, name, t.length
		return
	}
	if res.Err = t.folder(name); res.Err != nil {
		return
	}
	t.board.update(func(*Progress) { t.shown.Bytes = 0 })
	v, err := assemble.Run(ctx, assemble.Job{
		URL: t.entry.URL, Client: t.client, Output: name, Root: t.o.Root, Pool: t.o.Pool, Plain: true, Sums: t.entry.Sums, GuessedExtension: path.Ext(name) == "",
		Retry: t.o.Fetch.Retry, Force: t.o.Force, Log: t.o.Log, Progress: func(p assemble.Progress) { t.came(p.Bytes) },
	})
	if res.Err = err; err != nil {
		return
	}
	res.Status, res.File, res.Size = Fetched, path.Join(path.Dir(name), path.Base(v.Path)), v.Size
	if v.Resumed > 0 {
		res.Resumed = max(v.Size-v.Bytes, 0)
	}
	t.mark(res.File)
}
