package scenarios

import "embed"

// Sources are this package's own files: the comments on its types describe the fields in the JSON Schema and in editors.
//
//go:embed *.go
var Sources embed.FS
