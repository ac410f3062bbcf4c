package main

import (
	"slices"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/assemble/files"
	"seine/cmd/internal/ui"
)

// films are the pages whose films were fetched before. Without --archive, nobody remembers.
type films struct {
	archive *files.Archive
	force   bool
}

func archived(c *cli.Context) (*films, error) {
	if looksOnly(c) && c.IsSet("archive") {
		return nil, &usageError{what: "--archive is for what is fetched, not for --list and --dry-run"}
	}
	a, err := openArchive(c)
	return &films{a, c.Bool("force")}, err
}

// without leaves out the pages whose films are in the archive, unless they are to be fetched anew.
func (f *films) without(con *ui.Console, pages []string) []string {
	if f.archive == nil || f.force {
		return pages
	}
	return slices.DeleteFunc(slices.Clone(pages), func(page string) bool {
		rec, ok := f.archive.Find(archiveKey(page))
		if ok {
			_ = con.Emit("archived", map[string]any{"url": shown(page).String(), "path": rec.File, "size": rec.Size})
			con.Say("%s is in the archive already, as %s", shown(page), ui.Remote(rec.File))
		}
		return ok
	})
}

// add remembers a film that is finished.
func (f *films) add(page string, v *assemble.Verdict) error {
	if f.archive == nil || v == nil || !v.Finished {
		return nil
	}
	return f.archive.Add(files.Record{URL: archiveKey(page), File: v.Path, Size: v.Size})
}

// Close closes the archive.
func (f *films) Close() error {
	if f.archive == nil {
		return nil
	}
	return f.archive.Close()
}
