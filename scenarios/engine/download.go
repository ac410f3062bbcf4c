package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"strings"

	"seine/assemble/filename"
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
	client, err := a.client(ctx)
	if err != nil {
		return nil, err
	}
	workers := s.Workers
	if workers == 0 {
		workers = max(a.r.p.Flow.Pool.Workers, 6)
	}
	out := make([]any, 0, len(list))
	var failed []error
	err = pool[wanted, fetched]{
		workers: min(workers, 64),
		next:    over(list),
		work: func(ctx context.Context, _ int, w wanted) (f fetched) {
			f.err = again(ctx, max(s.Retries, 1), func() (err error) {
				f.size, err = a.fetch(ctx, client, s, w)
				return err
			}, func(err error) { a.note(s.Pos, "trying again", err) })
			return f
		},
		emit: func(ctx context.Context, i int, f fetched) error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			row := map[string]any{"url": list[i].url, "file": list[i].file, "size": f.size}
			if f.err != nil {
				failed = append(failed, f.err)
				row["file"], row["size"], row["error"] = nil, nil, f.err.Error()
			} else {
				a.r.wrote(a.run, list[i].file)
			}
			out = append(out, row)
			a.r.told.tell(Progressed{a.run, s, i + 1, len(list)})
			return nil
		},
	}.run(ctx)
	a.r.hints.add([]string{"url", "file", "size", "error"})
	if err == nil && len(failed) > 0 && s.As == "" {
		err = fmt.Errorf("%d of %d files could not be had: %w", len(failed), len(list), errors.Join(failed[:min(len(failed), 3)]...))
	}
	return out, err
}

// fetched is what came of a file.
type fetched struct {
	size int64
	err  error
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
	if !harmless[ext] {
		stem, ext = base, ""
	}
	return filename.Clean(stem, filename.Clean(u.Hostname(), "file")) + ext
}

// harmless are the extensions that an address may give a file: what no desktop runs.
var harmless = func() map[string]bool {
	set := map[string]bool{}
	for _, e := range strings.Fields(`jpg jpeg png gif webp avif bmp ico tif tiff heic mp4 m4v m4a m4s mov webm mkv mp3 ogg oga opus wav flac aac ts
		m3u8 mpd vtt srt pdf epub txt md csv tsv json jsonl xml html htm css woff woff2 ttf otf zip gz bz2 xz zst 7z rar tar doc docx xls xlsx ppt pptx odt ods`) {
		set["."+e] = true
	}
	return set
}()
