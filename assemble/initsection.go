package assemble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"seine/assemble/decrypt"
	"seine/assemble/demux/fmp4"
	"seine/assemble/demux/webm"
	"seine/assemble/disguise"
	"seine/assemble/fetch"
	"seine/assemble/plan"
)

// maxInits bounds the initialization sections that are kept; a playlist may name one for each segment.
const maxInits = 16

// inits fetches each initialization section once, however many segments ask for it at the same time. One that could not be had
// is asked for again by the next segment. It is safe for concurrent use.
type inits struct {
	mu    sync.Mutex
	known map[string]*initSection
	// parts holds the sections of parts that were fetched and are not yet in the film.
	parts map[int][]byte
}

type initSection struct {
	done chan struct{}
	data []byte
	err  error
}

func newInits() *inits { return &inits{known: map[string]*initSection{}, parts: map[int][]byte{}} }

// take returns the section of a part that was fetched, and forgets that it has one.
func (n *inits) take(part int) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	data := n.parts[part]
	delete(n.parts, part)
	return data
}

// peek returns the section of a part, and does not forget.
func (n *inits) peek(part int) []byte {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.parts[part]
}

func (n *inits) give(part int, data []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.parts[part] = data
}

// forget has all sections fetched anew: what an address has may have changed.
func (n *inits) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.known)
}

// get returns the section of this name. load of the first caller does the work; others wait.
func (n *inits) get(ctx context.Context, name string, load func() ([]byte, error)) ([]byte, error) {
	for {
		s, mine := n.section(name)
		if mine {
			s.data, s.err = load()
			n.settle(name, s)
			return s.data, s.err
		}
		select {
		case <-s.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		if s.err == nil {
			return s.data, nil
		}
	}
}

func (n *inits) section(name string) (s *initSection, mine bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if s, ok := n.known[name]; ok {
		return s, false
	}
	if len(n.known) >= maxInits {
		clear(n.known)
	}
	s = &initSection{done: make(chan struct{})}
	n.known[name] = s
	return s, true
}

// settle lets the others read. A failure is forgotten first, so that each of them tries with patience of its own.
func (n *inits) settle(name string, s *initSection) {
	n.mu.Lock()
	if s.err != nil && n.known[name] == s {
		delete(n.known, name)
	}
	n.mu.Unlock()
	close(s.done)
}

// init sees that the initialization section of part i is there for its delivery.
func (s *source) init(ctx context.Context, i int, g getter) error {
	part := s.part(i)
	if part.Init == nil {
		return nil
	}
	data, err := s.inits.get(ctx, initName(part.Init), func() ([]byte, error) { return s.loadInit(ctx, part, g) })
	if err == nil {
		s.inits.give(i, data)
	}
	return err
}

// initName tells one section from another.
func initName(t *plan.Init) string {
	name := t.URL
	if t.Range != nil {
		name = fmt.Sprintf("%d@%d %s", t.Range.Length, t.Range.Offset, name)
	}
	if t.Key != nil {
		name += " " + t.Key.URL
		if t.Key.IV != nil {
			name += fmt.Sprintf(" %x", *t.Key.IV)
		}
	}
	return name
}

func (s *source) loadInit(ctx context.Context, part *plan.Part, g getter) ([]byte, error) {
	init, name := part.Init, "the initialization section (EXT-X-MAP) of "+s.name(part)
	keyed := s.seals(init)
	check := func(b *fetch.Body) error { return checkInit(b, keyed) }
	if init.Key != nil && !init.Key.OfSamples() {
		key, err := s.key(ctx, init.Key, "the key of "+name, g)
		if err != nil {
			return nil, err
		}
		check = func(b *fetch.Body) error { return openInit(b, key, init.Key.IV, keyed) }
	}
	if strings.HasPrefix(init.URL, "data:") {
		data, err := decrypt.DataURL(init.URL)
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", name, ErrContent, err)
		}
		body := &fetch.Body{Data: data}
		err = check(body)
		return body.Data, err
	}
	body, err := g.Get(ctx, fetch.Request{Kind: fetch.Init, Name: name, URL: init.URL, Mirrors: init.Mirrors, Range: init.Range, Check: check, Tries: s.most})
	if err != nil {
		return nil, err
	}
	defer body.Release()
	return bytes.Clone(body.Data), nil
}

// openInit decrypts a section, unless it came clear: some packagers encrypt segments only. Its vector must be stated (RFC 8216
// §4.3.2.5), for it has no sequence number.
func openInit(b *fetch.Body, key [16]byte, iv *[16]byte, keyed bool) error {
	if fmp4.Looks(b.Data) {
		return checkInit(b, keyed)
	}
	if err := checkText(b.Data); err != nil {
		return err
	}
	if iv == nil {
		return permanentError{fmt.Errorf("%w: it is encrypted, and the playlist states no IV for it", ErrContent)}
	}
	data, err := decrypt.CBC(key, *iv, b.Data)
	if err != nil {
		return err
	}
	inner := &fetch.Body{Data: data}
	err = checkInit(inner, keyed)
	if name, _ := disguise.Image(data); name == "" && len(inner.Data) < len(data) {
		err = ErrContent // a wrong IV makes rubbish of the first block alone
	}
	if err != nil {
		if errors.Is(err, ErrDRM) {
			return err
		}
		return fmt.Errorf("%w: after decryption it is %s", ErrWrongKey, describe(data))
	}
	b.Data = inner.Data
	return nil
}

// checkInit wants the tracks of a fragmented mp4, or the tables of a transport stream. Protected media is refused before any
// segment is fetched, unless the playlist gives a key for it (keyed).
func checkInit(b *fetch.Body, keyed bool) error {
	data, ok := disguise.Media(b.Data)
	if !ok {
		return fmt.Errorf("%w: the server answered with %s", ErrContent, describe(b.Data))
	}
	b.Data = data
	var err error
	switch {
	case webm.Looks(data):
		err = webm.CheckInit(data)
	case fmp4.Looks(data):
		err = fmp4.CheckInit(b.Data, keyed)
	}
	var protected *fmp4.ProtectedError
	var unsupported *fmp4.UnsupportedError
	switch {
	case errors.As(err, &unsupported):
		return permanentError{fmt.Errorf("%s is %w", unsupported.Name, ErrUnsupported)}
	case errors.As(err, &protected):
		return permanentError{fmt.Errorf("%w: %s", ErrDRM, protected.System)}
	case err != nil:
		return fmt.Errorf("%w: %w", ErrContent, err)
	}
	return nil
}
