package capture

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
)

//go:embed adverts.txt
var advertList string

// advertHosts says which of the hosts in adverts.txt are for adverts and which for tracking.
var advertHosts = mustHosts(advertList)

func mustHosts(text string) map[string]Role {
	hosts := map[string]Role{}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if len(words) < 3 || hosts[words[0]] != "" || Role(words[1]) != RoleAdvert && Role(words[1]) != RoleTracker {
			panic(fmt.Sprintf("adverts.txt: %q", line)) // it is embedded
		}
		hosts[words[0]] = Role(words[1])
	}
	return hosts
}

// AdvertHosts are hosts that, with all below them, serve nothing but adverts or follow visitors, in order.
func AdvertHosts() []string { return slices.Sorted(maps.Keys(advertHosts)) }

// Advertises is true for hosts that are known to serve nothing but adverts.
func Advertises(host string) bool { return hostRole(host) == RoleAdvert }

// Tracks is true for hosts that are known to do nothing but follow visitors.
func Tracks(host string) bool { return hostRole(host) == RoleTracker }

// hostRole looks a host up, and those above it.
func hostRole(host string) Role {
	for ok := true; ok; _, host, ok = strings.Cut(host, ".") {
		if r := advertHosts[host]; r != RoleNone {
			return r
		}
	}
	return RoleNone
}
