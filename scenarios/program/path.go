package program

import (
	"context"
	"hash"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"seine/assemble/filename"
)

// Path evaluates the name of a file to write. The slashes in the file's own text make folders; values are names, whatever is in them.
func (p *Program) Path(ctx context.Context, source string, scope map[string]any) (string, error) {
	t, err := (&evaluation{p, ctx, scope}).template(source)
	if err != nil {
		return "", err
	}
	name, err := t.Mapped(ctx, scope, separators.Replace)
	return cleanPath(name), err
}

// separators of folders, in a value.
var separators = strings.NewReplacer("/", "_", `\`, "_")

// cleanPath makes each element one that every file system takes.
func cleanPath(name string) string {
	var parts []string
	for _, e := range strings.Split(path.Clean("/"+name), "/") {
		if e == "" {
			continue
		}
		ext := path.Ext(e)
		if !extension.MatchString(ext) {
			ext = ""
		}
		parts = append(parts, filename.Clean(strings.TrimSuffix(e, ext), "file")+ext)
	}
	return path.Join(parts...)
}

var extension = regexp.MustCompile(`^\.[A-Za-z0-9]{1,8}$`)

// Digest adds all that the program is made of.
func (p *Program) Digest(h hash.Hash) {
	_, _ = h.Write(p.doc.Source())
	for _, name := range slices.Sorted(maps.Keys(p.calls)) {
		p.calls[name].Digest(h)
	}
}
