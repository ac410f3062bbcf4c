package decrypt

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"sync"
)

// Keys fetches each key once, however many segments ask for it at the same time. A key that could not be had is asked for
// again by the next segment.
type Keys struct {
	mu    sync.Mutex
	known map[string]*entry
}

type entry struct {
	done chan struct{}
	key  [16]byte
	err  error
}

// maxKnown bounds the cache; a playlist may name a key for each segment.
const maxKnown = 4096

// Fetcher gets the body of a key. It must call check on it, and may ask again when that fails.
type Fetcher = func(ctx context.Context, url string, check func([]byte) error) ([]byte, error)

// NewKeys returns an empty cache.
func NewKeys() *Keys {
	return &Keys{known: map[string]*entry{}}
}

// Key returns the key at an address: http, https or data:. The fetcher of the first caller does the work; others wait.
func (k *Keys) Key(ctx context.Context, address string, fetch Fetcher) ([16]byte, error) {
	for {
		e, mine := k.entry(address)
		if mine {
			e.key, e.err = load(ctx, address, fetch)
			k.settle(address, e)
			return e.key, e.err
		}
		select {
		case <-e.done:
		case <-ctx.Done():
			return [16]byte{}, ctx.Err()
		}
		if e.err == nil {
			return e.key, nil
		}
	}
}

func (k *Keys) entry(address string) (e *entry, mine bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if e, ok := k.known[address]; ok {
		return e, false
	}
	if len(k.known) >= maxKnown {
		clear(k.known)
	}
	e = &entry{done: make(chan struct{})}
	k.known[address] = e
	return e, true
}

// settle lets the others read. A failure is forgotten first, so that each of them tries with patience of its own.
func (k *Keys) settle(address string, e *entry) {
	k.mu.Lock()
	if e.err != nil && k.known[address] == e {
		delete(k.known, address)
	}
	k.mu.Unlock()
	close(e.done)
}

func load(ctx context.Context, address string, fetch Fetcher) (key [16]byte, err error) {
	var b []byte
	if strings.HasPrefix(address, "data:") {
		b, err = DataURL(address)
	} else {
		b, err = fetch(ctx, address, Check)
	}
	if err == nil {
		err = Check(b)
	}
	if err == nil {
		copy(key[:], b)
	}
	return key, err
}

// DataURL reads data:[type][;base64],value (RFC 2397). The error wraps ErrKey.
func DataURL(address string) ([]byte, error) {
	header, value, ok := strings.Cut(strings.TrimPrefix(address, "data:"), ",")
	if !ok {
		return nil, fmt.Errorf("%w: the data: address has no comma", ErrKey)
	}
	text, err := url.PathUnescape(value)
	if err != nil {
		return nil, fmt.Errorf("%w: the data: address is badly escaped", ErrKey)
	}
	if !strings.HasSuffix(header, ";base64") {
		return []byte(text), nil
	}
	b, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil, fmt.Errorf("%w: the data: address holds bad base64", ErrKey)
	}
	return b, nil
}
