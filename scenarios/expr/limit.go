package expr

import (
	"context"
	"errors"
	"math/big"
	"time"
)

// What an expression may take.
const (
	maxText   = 1 << 16
	maxDepth  = 100
	maxSteps  = 20_000_000 // of jq's machine
	maxTime   = 20 * time.Second
	maxResult = 256 << 20 // bytes, about
)

// Errors of expressions that take too much.
var (
	ErrSize  = errors.New("the result is too large")
	ErrSteps = errors.New("it takes too long")
)

var closed = func() <-chan struct{} { c := make(chan struct{}); close(c); return c }()

// fuel is a context that ends after so many steps: jq's machine asks for Done at each one. It belongs to one goroutine.
type fuel struct {
	context.Context
	left int
}

func limit(ctx context.Context) (*fuel, context.CancelFunc) {
	ctx, cancel := context.WithTimeoutCause(ctx, maxTime, ErrSteps)
	return &fuel{ctx, maxSteps}, cancel
}

// Done counts.
func (f *fuel) Done() <-chan struct{} {
	if f.left--; f.left < 0 {
		return closed
	}
	return f.Context.Done()
}

// Err is why it is done.
func (f *fuel) Err() error {
	if f.left < 0 {
		return ErrSteps
	}
	return f.Context.Err()
}

// why puts the cause in place of a context's error.
func (f *fuel) why(err error) error {
	switch {
	case f.left < 0:
		return ErrSteps
	case f.Context.Err() != nil:
		return context.Cause(f.Context)
	}
	return err
}

// size is about how many bytes a value takes; it stops to count beyond room.
func size(v any, room int) int {
	n := 16
	switch v := v.(type) {
	case string:
		n += len(v)
	case *big.Int:
		n += len(v.Bits()) * 8
	case []any:
		for _, e := range v {
			if n += size(e, room-n); n > room {
				break
			}
		}
	case map[string]any:
		for k, e := range v {
			if n += len(k) + size(e, room-n); n > room {
				break
			}
		}
	}
	return n
}

// depth is how deep brackets are nested, at most, in a program; those in strings count too.
func depth(source string) int {
	deepest, now := 0, 0
	for i := range len(source) {
		switch source[i] {
		case '(', '[', '{':
			now++
		case ')', ']', '}':
			now--
		}
		deepest = max(deepest, now)
	}
	return deepest
}
