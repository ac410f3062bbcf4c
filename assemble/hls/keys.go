package hls

import (
	"errors"
	"fmt"
	"strings"

	"seine/assemble/internal/address"
	"seine/assemble/manifest"
)

// maxKeys bounds the alternatives of one segment.
const maxKeys = 8

// parseKey reads EXT-X-KEY or EXT-X-SESSION-KEY (RFC 8216 §4.3.2.4).
func parseKey(list string, resolve *address.Resolver) (manifest.Key, error) {
	key := manifest.Key{Format: manifest.Identity}
	var err error
	for k, v := range attributes(list) {
		switch k {
		case "METHOD":
			key.Method = strings.ToUpper(v)
		case "URI":
			key.URL = v
		case "IV":
			if key.IV, err = parseIV(v); err != nil {
				return key, err
			}
		case "KEYFORMAT":
			if v != "" {
				key.Format = v
			}
		}
	}
	return key, resolveKey(&key, resolve)
}

// resolveKey leaves the addresses of rights systems (skd:, data: with a licence) as they are: nobody fetches them.
func resolveKey(key *manifest.Key, resolve *address.Resolver) error {
	switch {
	case key.Method == "":
		return errors.New("a key without METHOD")
	case key.Method == manifest.MethodNone, key.System() != "":
		return nil
	case key.URL == "":
		return fmt.Errorf("a key with METHOD=%s has no URI", address.Short(key.Method))
	}
	u, err := resolve.Small(key.URL)
	if err != nil {
		return err
	}
	key.URL = u
	return nil
}

// key puts a key in force until the next of the same format; NONE ends all of them (RFC 8216bis §4.4.4.4). The slice is
// shared by segments, so it is replaced, never changed.
func (r *mediaReader) key(list string) error {
	key, err := parseKey(list, r.resolve)
	if err != nil {
		return err
	}
	if key.Method == manifest.MethodNone {
		r.keys = nil
		return nil
	}
	keys := make([]manifest.Key, 0, len(r.keys)+1)
	for _, k := range r.keys {
		if k.Format != key.Format {
			keys = append(keys, k)
		}
	}
	if len(keys) == maxKeys {
		return fmt.Errorf("more than %d keys for one segment", maxKeys)
	}
	r.keys = append(keys, key)
	return nil
}

// initSection reads EXT-X-MAP (RFC 8216 §4.3.2.5). Its byte range always states, or defaults to, an offset.
func (r *mediaReader) initSection(list string) error {
	init := &manifest.InitSection{Keys: r.keys}
	for k, v := range attributes(list) {
		switch k {
		case "URI":
			u, err := r.resolve.Small(v)
			if err != nil {
				return err
			}
			init.URL = u
		case "BYTERANGE":
			rg, _, err := parseRange(v)
			if err != nil {
				return err
			}
			init.Range = &rg
		}
	}
	if init.URL == "" {
		return errors.New("EXT-X-MAP has no URI")
	}
	r.init = init
	return nil
}
