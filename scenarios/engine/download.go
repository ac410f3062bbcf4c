package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/filename"
	"seine/assemble/files"
	"seine/capture/session"
	"seine/scenarios"
)

// wanted is a file to fetch.
type wanted struct {
	url, file string
}

// download fetches files, so many at once, and gives a list of what came of each.
func (a *actor) download(ctx context.Context, s scenarios.Download, scope map[string]any) (any, error) {
	list, err := a.wanted(ctx, s, scope)
	if err != nil {
		return nil, err
	}
	header, err := headerOf(s)
	if err != nil {
		return nil, err
	}
	client, err := a.client(ctx)
	if err != nil {
		return nil, err
	}
	entries, rows := make([]files.Entry, len(list)), make([]map[string]any, len(list))
	for i, w := range list {
		entries[i] = files.Entry{URL: w.url, Out: w.file, Header: header}
	}
	failed := make([]error, len(list))
	done := 0
	o := a.filing(s, &polite{a, client})
	o.Done = func(f *files.Result) {
		rows[f.Index] = map[string]any{"url": f.Entry.URL, "file": f.File, "size": f.Size}
		if f.Err != nil {
			f.Err = statusOf(f)
			failed[f.Index] = f.Err
			rows[f.Index] = map[string]any{"url": f.Entry.URL, "file": nil, "size": nil, "error": f.Err.Error()}
		} else {
			a.r.wrote(a.run, f.File)
		}
		done++
		a.r.told.tell(Progressed{a.run, s, done, len(list)})
	}
	_, err = files.Run(ctx, entries, o)
	a.r.hints.add([]string{"url", "file", "size", "error"})
	out := make([]any, 0, len(rows))
	for _, row := range rows {
		if row != nil {
			out = append(out, row)
		}
	}
	failed = slices.DeleteFunc(failed, func(e error) bool { return e == nil })
	if err == nil && len(failed) > 0 && s.As == "" {
		err = fmt.Errorf("%d of %d files could not be had: %w", len(failed), len(list), errors.Join(failed[:min(len(failed), 3)]...))
	}
	return out, err
}

// filing says how a step's files are fetched.
func (a *actor) filing(s scenarios.Download, client *polite) files.Options {
	workers := s.Workers
	if workers == 0 {
		workers = max(a.r.p.Flow.Pool.Workers, 6)
	}
	fetching := fetch.Options{PerHost: s.Workers, Retry: fetch.RetryPolicy{Tries: 1 + max(s.Retries, 1), Base: 250 * time.Millisecond}}
	fetching.OnRetry = func(r fetch.Retry) { a.note(s.Pos, "trying again", r.Err) }
	return files.Options{
		Root: a.r.root, Client: func(*files.Entry) (fetch.Doer, error) { return client, nil }, Pool: fetch.NewPool(nil, fetching), Fetch: fetching,
		Jobs: min(workers, 64), Force: true, Pages: true,
	}
}

func headerOf(s scenarios.Download) (http.Header, error) {
	if len(s.Headers) == 0 {
		return nil, nil
	}
	header := http.Header{}
	for _, h := range s.Headers {
		text, err := textOf(h.Value)
		if err != nil {
			return nil, fmt.Errorf("header %s: %w", h.Name, err)
		}
		header.Set(h.Name, text)
	}
	return header, nil
}

// polite asks no faster than the scenario may, and has all of it wait where a server says so.
type polite struct {
	a      *actor
	client *session.Client
}

func (p *polite) Do(req *http.Request) (*http.Response, error) {
	if err := p.a.wait(req.Context()); err != nil {
		return nil, err
	}
	resp, err := p.client.Do(req)
	if err == nil && resp.StatusCode >= 400 {
		p.a.r.hold(&StatusError{URL: req.URL.String(), Status: resp.StatusCode, after: retryAfter(resp.Header.Get("Retry-After"))})
	}
	return resp, err
}

// statusOf makes of a refusal what all steps call one.
func statusOf(f *files.Result) error {
	var status *fetch.StatusError
	if errors.As(f.Err, &status) {
		return &StatusError{URL: f.Entry.URL, Status: status.Code, after: retryAfter(status.Header.Get("Retry-After"))}
	}
	return fmt.Errorf("%s: %w", f.Entry.URL, f.Err)
}

// wanted names the files; two addresses never have one name.
func (a *actor) wanted(ctx context.Context, s scenarios.Download, scope map[string]any) ([]wanted, error) {
	items, ok := s.URLs.([]any)
	if !ok {
		items = []any{s.URLs}
	}
	var list []wanted
	seen, taken := map[string]bool{}, map[string]bool{}
	for i, item := range items {
		address, err := addressOf(item)
		if err != nil {
			return nil, fmt.Errorf("address %d: %w", i+1, err)
		}
		if seen[address] {
			continue
		}
		seen[address] = true
		name := nameOf(address)
		if s.File != "" {
			inner := maps.Clone(scope)
			inner["item"], inner["index"] = item, i
			if name, err = a.path(ctx, s.File, inner); err != nil {
				return nil, err
			}
		}
		list = append(list, wanted{address, free(path.Join(s.Dir, name), taken)})
	}
	return list, nil
}

func free(name string, taken map[string]bool) string {
	one := name
	ext := path.Ext(name)
	for n := 2; taken[strings.ToLower(one)]; n++ {
		one = fmt.Sprintf("%s %d%s", strings.TrimSuffix(name, ext), n, ext)
	}
	taken[strings.ToLower(one)] = true
	return one
}

func addressOf(item any) (string, error) {
	text, ok := item.(string)
	if m, is := item.(map[string]any); is {
		text, ok = m["url"].(string)
	}
	u, err := url.Parse(text)
	if !ok || err != nil || u.Host == "" {
		return "", fmt.Errorf("%w: it is neither an address nor an object with url", ErrType)
	}
	return text, nil
}

// nameOf is what an address says, with an extension of ours.
func nameOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "file"
	}
	base := path.Base(u.Path)
	ext := strings.ToLower(path.Ext(base))
	stem := strings.TrimSuffix(base, path.Ext(base))
	if !filename.Harmless(ext) {
		stem, ext = base, ""
	}
	return filename.Clean(stem, filename.Clean(u.Hostname(), "file")) + ext
}
