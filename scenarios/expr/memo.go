package expr

import (
	"context"
	"sync"
)

// Limits of what a query remembers.
const (
	mostKnown   = 8192
	longestText = 256 // bytes
)

// memo remembers what a query made of texts: the cells of a table are much the same on each page, and jq takes 30 µs for the least of
// programs. It is safe for concurrent use.
type memo struct {
	mu    sync.Mutex
	known map[string]any
}

// OfText is One of a text.
func (q *Query) OfText(ctx context.Context, text string) (any, error) {
	if len(text) > longestText || q.fickle {
		return q.One(ctx, text)
	}
	q.memo.mu.Lock()
	v, ok := q.memo.known[text]
	q.memo.mu.Unlock()
	if ok {
		return v, nil
	}
	v, err := q.One(ctx, text)
	if err != nil {
		return nil, err
	}
	switch v.(type) {
	case nil, bool, int, float64, string: // what nobody can change
	default:
		return v, nil
	}
	q.memo.mu.Lock()
	defer q.memo.mu.Unlock()
	if q.memo.known == nil || len(q.memo.known) >= mostKnown {
		q.memo.known = map[string]any{}
	}
	q.memo.known[text] = v
	return v, nil
}
