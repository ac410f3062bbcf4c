package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/assemble/fetch"
	"seine/assemble/files"
	"seine/capture/session"
	"seine/cmd/internal/ui"
)

// filing is `seine get` at work on addresses: films and plain files, one or thousands.
type filing struct {
	c       *cli.Context
	con     *ui.Console
	job     assemble.Job // what the flags say of films
	root    *os.Root
	several bool
	inputs  map[string]*input // of the command line, by address
	partial *partialError
	watcher *watcher
	live    *ui.Live
	line    *ui.Progress
	began   time.Time

	mu      sync.Mutex
	clients clients
	filming bool // the watcher shows a film
}

// plain is true for what is fetched by its address; all else is a playlist whose text is here.
func plain(list []input) bool {
	return !slices.ContainsFunc(list, func(in input) bool { return in.url == "" || in.manifest != nil || in.file != "" || in.har != "" })
}

func getFiles(c *cli.Context, con *ui.Console, list []input) error {
	entries, err := entriesOf(c, list)
	if err != nil {
		return err
	}
	job, err := jobOf(c, con)
	if err != nil {
		return err
	}
	if n := c.Int("jobs"); c.IsSet("jobs") && (n < 1 || n > 256) {
		return &usageError{what: fmt.Sprintf("--jobs %d is not between 1 and 256", n)}
	}
	f := &filing{
		c: c, con: con, job: job, several: len(entries) > 1, inputs: map[string]*input{}, partial: &partialError{all: len(entries)},
		watcher: &watcher{con: con}, began: time.Now(),
	}
	for i := range list {
		f.inputs[list[i].url] = &list[i]
	}
	f.clients = clients{make: f.client, open: map[string]client{}}
	dir := c.String("dir")
	if out := c.String("output"); out != "" {
		dir = filepath.Dir(out)
		entries[0].Out = filepath.Base(out)
	}
	if dir == "" {
		dir = "."
	}
	if f.root, err = os.OpenRoot(dir); err != nil {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	defer f.root.Close()
	defer f.clients.close()
	return f.run(entries)
}

func (f *filing) run(entries []files.Entry) error {
	archive, err := openArchive(f.c)
	if err != nil {
		return err
	}
	if archive != nil {
		defer archive.Close()
	}
	if f.several {
		if f.live = f.con.Live(); f.live == nil {
			f.line = f.con.Progress("files")
			defer f.line.End()
		}
		defer f.live.End()
	}
	defer f.watch(f.watcher.end)
	options := fetch.Options{PerHost: f.job.Workers, Rate: f.job.Rate, Retry: f.job.Retry}
	s, err := files.Run(f.c.Context, entries, files.Options{
		Root: f.root, Client: f.clientOf, Pool: fetch.NewPool(nil, options), Fetch: options, Jobs: f.c.Int("jobs"), Force: f.c.Bool("force"),
		Archive: archive, Key: archiveKey, Film: f.film, Progress: f.progress, Done: f.done, Log: f.con.Logger(),
	})
	f.watch(f.watcher.end)
	f.live.End()
	if f.several && f.c.Err() == nil {
		f.summarize(&s)
	}
	if err != nil {
		return err
	}
	f.partial.all = f.partial.done + f.partial.failed
	f.partial.first = s.First // in the order of the command line
	return f.partial.err()
}

// clientOf is who asks for an entry.
func (f *filing) clientOf(e *files.Entry) (fetch.Doer, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.clients.of(e.URL)
}

func (f *filing) client(address string) (client, error) {
	conf, err := f.input(address).session(f.c, f.con)
	if err != nil {
		return nil, err
	}
	return session.New(conf)
}

// input is what is known of an address of the command line or of a list.
func (f *filing) input(address string) *input {
	if in := f.inputs[address]; in != nil {
		return in
	}
	return &input{name: address, url: address}
}

// film makes a film of a playlist.
func (f *filing) film(ctx context.Context, film files.Film) (files.Made, error) {
	in := f.input(film.Entry.URL)
	job := f.job
	r := recipeOf(f.c, "get", in.record())
	r.Headers = r.Headers || in.command != nil || len(film.Entry.Header) > 0
	job.Origin = r.encode()
	job.URL, job.Client, job.Pool, job.Root = in.url, film.Client, film.Pool, f.root
	job.Output, job.GuessedExtension = film.Name, film.Entry.Out == ""
	began, shown := time.Now(), filepath.Join(f.root.Name(), film.Name)
	f.watch(func() {
		f.filming = true
		f.watcher.end()
	})
	w := &watcher{con: f.con, casts: broadcastsOf(f.c.Context)}
	defer w.end()
	job.Progress = func(p assemble.Progress) {
		if film.Progress(p.Bytes); !f.several {
			w.fetching(shown, p)
			return
		}
		if w.recording(p.Live); p.Live != nil {
			film.Endless()
		}
	}
	v, err := assemble.Run(ctx, job)
	w.end()
	showFilm(f.con, &v, time.Since(began))
	made := files.Made{File: film.Name, Size: v.Size}
	if v.Finished {
		made.File = filepath.ToSlash(filepath.Join(filepath.Dir(film.Name), filepath.Base(v.Path)))
	}
	return made, gapsOf(&v, err)
}

// fileJSON tells of a file that was fetched as it is.
type fileJSON struct {
	URL     string  `json:"url"`
	Path    string  `json:"path"`
	Status  string  `json:"status"`
	Size    int64   `json:"size"`
	Resumed int64   `json:"resumed,omitempty"`
	Seconds float64 `json:"seconds"`
}

// done tells what became of a file.
func (f *filing) done(r *files.Result) {
	address := r.Entry.URL
	if r.Status == files.Failed {
		f.partial.add(f.con, address, r.Err)
		return
	}
	f.partial.add(f.con, address, nil)
	if r.Film && r.Status == files.Fetched {
		return // it has been shown
	}
	path := filepath.Join(f.root.Name(), filepath.FromSlash(r.File))
	_ = f.con.Emit("file", fileJSON{shown(address).String(), path, string(r.Status), r.Size, r.Resumed, time.Since(f.began).Seconds()})
	if r.Status == files.Archived {
		if !f.several {
			f.con.Say("It is in the archive already, as %s", ui.Remote(r.File))
		}
		return
	}
	f.con.Print(ui.Remote(path).String())
	if f.several {
		return
	}
	f.watch(f.watcher.end)
	notes := []string{ui.Bytes(r.Size)}
	switch {
	case r.Status == files.Unchanged:
		notes = append(notes, "it was there already, and has not changed")
	case r.Resumed > 0:
		notes = append(notes, "in "+seconds(time.Since(f.began)), ui.Bytes(r.Resumed)+" of it from an earlier run")
	default:
		notes = append(notes, "in "+seconds(time.Since(f.began)))
	}
	f.con.Say("  %s", f.con.Good("✓")+" "+strings.Join(notes, " · "))
}

// progress shows how far it all is; of one file, that file.
func (f *filing) progress(p files.Progress) {
	switch {
	case f.live != nil:
		f.live.Set(func() []string { return liveLines(&p, time.Since(f.began)) })
	case f.line != nil && (p.Done < p.Total || f.con.JSONMode()): // else the summary says it
		f.line.Set(ui.State{Done: p.Done, Total: p.Total, Unit: "files", Bytes: p.Bytes, Retries: p.Retries, Note: failures(&p)})
	case !f.several && len(p.Active) == 1 && p.Active[0].Size > 0:
		f.watch(func() { f.one(&p) })
	}
}

// watch changes what the watcher shows; several goroutines do.
func (f *filing) watch(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// one shows a plain file in parts of a hundredth; a film has a line of its own.
func (f *filing) one(p *files.Progress) {
	if f.filming {
		return
	}
	a := p.Active[0]
	if f.watcher.progress == nil {
		f.con.Say("Fetching %s", ui.Remote(a.Name))
		f.watcher.progress = f.con.Progress(ui.Remote(a.Name).Short(40))
	}
	f.watcher.progress.Set(ui.State{Done: int(100 * min(a.Bytes, a.Size) / a.Size), Total: 100, Unit: "%", Bytes: a.Bytes, Retries: p.Retries})
}

// liveLines are some of the files under way, and all in one line.
func liveLines(p *files.Progress, took time.Duration) []string {
	var list []string
	for _, a := range p.Active {
		of := ""
		if a.Size > 0 {
			of = fmt.Sprintf(" of %s (%d %%)", ui.Bytes(a.Size), 100*min(a.Bytes, a.Size)/a.Size)
		}
		list = append(list, fmt.Sprintf("  %s%s  %s", ui.Bytes(a.Bytes), of, ui.Remote(a.Name)))
	}
	sum := fmt.Sprintf("%d of %d files  %s", p.Done, p.Total, ui.Bytes(p.Bytes))
	if s := took.Seconds(); s > 0.5 {
		sum += fmt.Sprintf("  %s/s", ui.Bytes(int64(float64(p.Bytes)/s)))
	}
	if note := failures(p); note != "" {
		sum += "  " + note
	}
	return append(list, sum)
}

func failures(p *files.Progress) string {
	if p.Failed == 0 {
		return ""
	}
	return fmt.Sprintf("%d failed", p.Failed)
}

// summarize says in one line what came of a list.
func (f *filing) summarize(s *files.Summary) {
	took := time.Since(f.began)
	_ = f.con.Emit("files", map[string]any{
		"fetched": s.Fetched, "unchanged": s.Unchanged, "archived": s.Archived, "failed": s.Failed, "repeated": s.Repeated, "bytes": s.Bytes, "seconds": took.Seconds(),
	})
	var parts []string
	for _, n := range []struct {
		count int
		what  string
	}{{s.Fetched, "fetched"}, {s.Unchanged, "unchanged"}, {s.Archived, "in the archive already"}, {s.Failed, "failed"}, {s.Repeated, "named twice"}} {
		if n.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n.count, n.what))
		}
	}
	f.con.Say("%s: %s in %s", strings.Join(parts, ", "), ui.Bytes(s.Bytes), seconds(took))
}

// shortSum is enough to tell one value from another.
func shortSum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("%x", sum[:12])
}
