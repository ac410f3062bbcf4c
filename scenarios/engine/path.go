package engine

import (
	"context"
	"path"
	"regexp"
	"strings"

	"seine/assemble/filename"
)

// separators of folders, in a value.
var separators = strings.NewReplacer("/", "_", `\`, "_")

var extension = regexp.MustCompile(`^\.[A-Za-z0-9]{1,8}$`)

// path evaluates the name of a file to write. The slashes in the file's own text make folders; values are names, whatever is in them.
func (a *actor) path(ctx context.Context, source string, scope map[string]any) (string, error) {
	name, err := a.p.Mapped(ctx, source, scope, separators.Replace)
	return cleanPath(name), err
}

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
