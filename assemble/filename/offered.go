package filename

import (
	"path"
	"strings"
)

// Offered makes a name, without folders, and an extension of ours of a name that a page or server proposes.
func Offered(proposed string) (stem, ext string) {
	base := path.Base(strings.ReplaceAll(proposed, `\`, "/"))
	ext = strings.ToLower(path.Ext(base))
	stem = strings.TrimSuffix(base, path.Ext(base))
	if !Harmless(ext) {
		stem, ext = base, ""
	}
	return Clean(stem, "file"), ext
}
