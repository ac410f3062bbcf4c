// Package address makes the addresses of playlists and manifests absolute, and refuses those that are none of theirs.
package address

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

var (
	// ErrRefused: an address is not http or https. In a playlist that is a file itself, other files are no error here: who opens
	// them decides.
	ErrRefused = errors.New("address refused")
	// ErrBase: an address is relative, and base is empty.
	ErrBase = errors.New("where the playlist comes from is not known")
)

// Resolver makes addresses absolute (RFC 3986 §5.2). Most playlists name tens of thousands of plain files beside
// themselves, so those are joined as text.
type Resolver struct {
	base *url.URL
	dir  string // scheme, host and folder, ends in a slash; empty when not usable
}

// New resolves against base.
func New(base *url.URL) *Resolver {
	r := &Resolver{base: base}
	if base.Host != "" && base.Opaque == "" && (base.Scheme == "http" || base.Scheme == "https") {
		dir := *base
		dir.RawQuery, dir.Fragment, dir.RawFragment, dir.ForceQuery = "", "", "", false
		s := dir.ResolveReference(&url.URL{Path: "./"}).String()
		if strings.HasSuffix(s, "/") {
			r.dir = s
		}
	}
	return r
}

// Media resolves the address of a playlist or segment: http or https.
func (r *Resolver) Media(ref string) (string, error) {
	if r.dir != "" && plain(ref) {
		return r.dir + ref, nil
	}
	u, err := r.Parse(ref)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

// Parse is Media, in parts.
func (r *Resolver) Parse(ref string) (*url.URL, error) {
	// A browser reads backslashes as slashes; a file manager as the start of a network path.
	if ref == "" || strings.HasPrefix(ref, `\`) {
		return nil, fmt.Errorf("%w: %s is no http or https address", ErrRefused, Short(ref))
	}
	u, err := url.Parse(ref)
	if err != nil {
		return nil, fmt.Errorf("%w: %s cannot be read as a URL", ErrRefused, Short(ref))
	}
	if r.base.Scheme == "" && u.Scheme == "" {
		return nil, fmt.Errorf("%w: %s is relative, and %w", ErrRefused, Short(ref), ErrBase)
	}
	u = r.base.ResolveReference(u)
	if r.base.Scheme == "file" && u.Scheme == "file" && u.Host == "" {
		u.Fragment, u.RawFragment = "", ""
		return u, nil
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return nil, fmt.Errorf("%w: %s is no http or https address", ErrRefused, Short(ref))
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// Small resolves the address of a key: also data: (the line limit bounds it to 64 KiB).
func (r *Resolver) Small(ref string) (string, error) {
	if len(ref) >= 5 && strings.EqualFold(ref[:5], "data:") {
		return "data:" + ref[5:], nil
	}
	return r.Media(ref)
}

// Steering resolves the address of a steering manifest: also data:, which must be well-formed.
func (r *Resolver) Steering(ref string) (*url.URL, error) {
	if len(ref) < 5 || !strings.EqualFold(ref[:5], "data:") {
		return r.Parse(ref)
	}
	u, err := url.Parse(ref)
	if err != nil {
		return nil, fmt.Errorf("%w: %s cannot be read as a URL", ErrRefused, Short(ref))
	}
	return u, nil
}

// plain is true for a relative path with nothing that needs a resolver: no dot segments, scheme, escapes or fragment. A
// leading dot is left to the resolver too.
func plain(ref string) bool {
	dot := true // the byte before was a slash, or there is none
	for i := range len(ref) {
		c := ref[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			dot = false
		case c == '/' && i > 0 && !dot:
			dot = true
		case c == '.' && !dot:
		case c == '?' && i > 0:
			return plainQuery(ref[i+1:])
		default:
			return false
		}
	}
	return ref != ""
}

func plainQuery(q string) bool {
	for i := range len(q) {
		if c := q[i]; c <= ' ' || c >= 0x7f || c == '#' || c == '"' || c == '<' || c == '>' || c == '`' {
			return false
		}
	}
	return true
}

// Short is an address, or what stands in its place, for messages.
func Short(s string) string {
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return fmt.Sprintf("%q", s)
}

// Base is what addresses resolve against.
func (r *Resolver) Base() *url.URL { return r.base }
