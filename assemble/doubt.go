package assemble

import (
	"errors"

	"seine/assemble/plan"
)

// doubts are about keys that have opened nothing yet: a segment that does not decrypt may be damaged itself, but a key that fits none is
// wrong. Keys are known by their addresses in the first plan.
type doubts struct {
	proven map[string]bool
	open   map[string]doubt
	trust  map[string]bool // keys of samples that were taken at their word
}

// doubt is about one key.
type doubt struct {
	first error // of the first segment that it did not fit
	count int
}

// keyOf is the address of the key that a part depends on, "" for none.
func keyOf(part *plan.Part) string {
	switch {
	case part.Key != nil:
		return part.Key.URL
	case part.Init != nil && part.Init.Key != nil:
		return part.Init.Key.URL
	}
	return ""
}

// took notes that a part is in the film; proved is false when nothing tells whether its samples came out right.
func (d *doubts) took(part *plan.Part, proved bool) {
	if part.Key == nil || !part.Key.OfSamples() || proved {
		d.clear(part)
		return
	}
	if d.trust == nil {
		d.trust = map[string]bool{}
	}
	d.trust[part.Key.URL] = true
}

// tainted reports whether parts are in the film that a key has decrypted of which is known by now that it opens nothing.
func (d *doubts) tainted() bool {
	for key := range d.open {
		if d.trust[key] {
			return true
		}
	}
	return false
}

// clear notes that a part was decrypted.
func (d *doubts) clear(part *plan.Part) {
	key := keyOf(part)
	if key == "" || d.proven[key] {
		return
	}
	if d.proven == nil {
		d.proven = map[string]bool{}
	}
	d.proven[key] = true
	delete(d.open, key)
}

// raise notes why a part is missing, and returns an error when its key has failed as often as a run without anything may.
func (d *doubts) raise(part *plan.Part, why error) error {
	key := keyOf(part)
	if !errors.Is(why, ErrWrongKey) || d.proven[key] {
		return nil
	}
	if d.open == nil {
		d.open = map[string]doubt{}
	}
	o := d.open[key]
	if o.first == nil {
		o.first = why
	}
	o.count++
	d.open[key] = o
	if o.count < maxFirst {
		return nil
	}
	return o.first
}

// left returns a doubt of a film of which nothing was decrypted, nil when there is none.
func (d *doubts) left() error {
	if len(d.proven) == 0 {
		for _, o := range d.open {
			return o.first
		}
	}
	return nil
}
