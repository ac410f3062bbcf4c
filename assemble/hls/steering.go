package hls

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"seine/assemble/internal/address"
	"seine/assemble/manifest"
)

// MaxPathways bounds what a steering manifest may list: pathways, clones, and what each of these replaces.
const MaxPathways = 64

// steeringManifest is RFC 8216bis §7.2. When to load it again, and from where, is for players: TTL and RELOAD-URI.
type steeringManifest struct {
	Version  *int            `json:"VERSION"`
	Priority []string        `json:"PATHWAY-PRIORITY"`
	Clones   []steeringClone `json:"PATHWAY-CLONES"`
}

// steeringClone is RFC 8216bis §7.3.
type steeringClone struct {
	Base        string `json:"BASE-ID"`
	ID          string `json:"ID"`
	Replacement struct {
		Host       string            `json:"HOST"`
		Params     map[string]string `json:"PARAMS"`
		Variants   map[string]string `json:"PER-VARIANT-URIS"`
		Renditions map[string]string `json:"PER-RENDITION-URIS"`
	} `json:"URI-REPLACEMENT"`
}

// ParseSteering reads a steering manifest (RFC 8216bis §7.2), and returns the pathways that it names, best first, and those that it makes of
// others. base is where it was read from. Errors wrap ErrMalformed, ErrTooLarge or ErrAddress.
func ParseSteering(text []byte, base *url.URL) (priority []string, clones []manifest.Clone, err error) {
	var m steeringManifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	switch {
	case m.Version == nil || *m.Version != 1:
		return nil, nil, fmt.Errorf("%w: its VERSION is not 1", ErrMalformed)
	case len(m.Priority) > MaxPathways || len(m.Clones) > MaxPathways:
		return nil, nil, fmt.Errorf("%w: it has more than %d pathways", ErrTooLarge, MaxPathways)
	}
	resolve := address.New(base)
	for i := range m.Clones {
		c, err := m.Clones[i].read(resolve)
		if err != nil {
			return nil, nil, fmt.Errorf("pathway %s: %w", address.Short(m.Clones[i].ID), err)
		}
		clones = append(clones, c)
	}
	return m.Priority, clones, nil
}

func (s *steeringClone) read(resolve *address.Resolver) (c manifest.Clone, err error) {
	r := &s.Replacement
	c = manifest.Clone{Base: s.Base, ID: s.ID, Host: r.Host, Params: r.Params}
	switch {
	case s.Base == "" || s.ID == "":
		return c, fmt.Errorf("%w: it lacks its ID or BASE-ID", ErrMalformed)
	case len(r.Params) > MaxPathways:
		return c, fmt.Errorf("%w: it has more than %d PARAMS", ErrTooLarge, MaxPathways)
	case r.Host != "" && !hostname(r.Host):
		return c, fmt.Errorf("%w: %s is no host", ErrAddress, address.Short(r.Host))
	}
	if c.Variants, err = addresses(r.Variants, resolve); err == nil {
		c.Renditions, err = addresses(r.Renditions, resolve)
	}
	return c, err
}

// hostname reports whether s may stand for the host of an address, with a port or without.
func hostname(s string) bool {
	u, err := url.Parse("https://" + s + "/")
	return err == nil && u.Host == s && u.Hostname() != "" && u.Path == "/" && u.User == nil && !strings.ContainsAny(s, " \\%")
}

func addresses(list map[string]string, resolve *address.Resolver) (map[string]*url.URL, error) {
	if len(list) > MaxVariants {
		return nil, fmt.Errorf("%w: it names more than %d addresses", ErrTooLarge, MaxVariants)
	}
	var out map[string]*url.URL
	for id, address := range list {
		u, err := resolve.Parse(address)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = map[string]*url.URL{}
		}
		out[id] = u
	}
	return out, nil
}
