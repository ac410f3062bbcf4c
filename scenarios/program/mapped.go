package program

import (
	"context"
	"hash"
	"maps"
	"slices"
)

// Mapped is Text with each value, as a text, put through as: in the name of a file a value must not make folders.
func (p *Program) Mapped(ctx context.Context, source string, scope map[string]any, as func(string) string) (string, error) {
	t, err := (&evaluation{p, ctx, scope}).template(source)
	if err != nil {
		return "", err
	}
	return t.Mapped(ctx, scope, as)
}

// Digest adds all that the program is made of, but for the order of selectors: which of them holds changes nothing of what a run does.
func (p *Program) Digest(h hash.Hash) {
	_, _ = h.Write(p.doc.Stable())
	for _, name := range slices.Sorted(maps.Keys(p.calls)) {
		p.calls[name].Digest(h)
	}
}
