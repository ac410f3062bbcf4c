package assemble

import (
	"bytes"
	"sync"

	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/fetch"
	"seine/assemble/join"
	"seine/assemble/plan"
)

// maxTries is how many segments of one key are tried that tell nothing of it.
const maxTries = 3

// tries are of keys of samples. Whether one fits shows in the film; but then it is too late to ask for new addresses, so the first
// segments of each key are tried before they are handed on. One is tried at a time, for it takes its memory twice. It is safe for concurrent
// use; its zero value works.
type tries struct {
	mu   sync.Mutex
	done map[string]int // by address, maxTries for a key that fits
}

// tried is checkMedia for a part whose samples have a key.
func (s *source) tried(part *plan.Part, init []byte, key *sampleaes.Key) func(*fetch.Body) error {
	return func(b *fetch.Body) error {
		if err := checkMedia(b); err != nil {
			return err
		}
		return s.tries.try(part.Key.URL, func() (bool, error) { return join.Fits(init, bytes.Clone(b.Data), key) })
	}
}

func (t *tries) try(name string, fits func() (bool, error)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.done[name] >= maxTries {
		return nil
	}
	proved, err := fits()
	if err != nil {
		return err
	}
	if t.done == nil {
		t.done = map[string]int{}
	}
	if t.done[name]++; proved {
		t.done[name] = maxTries
	}
	return nil
}
