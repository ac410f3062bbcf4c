package program

import (
	"maps"
	"slices"
	"strings"
)

// Addresses are the beginnings of http and https addresses that stand in the file and in those that it calls, up to their first expression:
// what the person who wrote the file wants to be reached.
func (p *Program) Addresses() []string {
	found := map[string]bool{}
	p.addresses(found)
	return slices.Sorted(maps.Keys(found))
}

func (p *Program) addresses(found map[string]bool) {
	for source := range p.templates {
		text, _, _ := strings.Cut(source, "${")
		_, host, ok := strings.Cut(text, "://")
		if ok && (strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://")) && strings.Contains(host, "/") {
			found[text] = true
		}
	}
	for _, called := range p.calls {
		called.addresses(found)
	}
}
