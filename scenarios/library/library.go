// Package library has the ready scenarios.
package library

import (
	"embed"
	"io/fs"
	"strings"
)

// Files are the scenarios, as a person would write them.
//
//go:embed *.yaml
var Files embed.FS

// Names are those of the scenarios, sorted, without .yaml.
func Names() []string {
	found, _ := fs.Glob(Files, "*.yaml") // the pattern is good
	for i := range found {
		found[i] = strings.TrimSuffix(found[i], ".yaml")
	}
	return found
}
