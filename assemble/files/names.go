package files

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"seine/assemble/filename"
)

// mostAlike bounds how many files of one name there are.
const mostAlike = 100_000

// names keeps files apart: of those that would have one name, the second in the list gets " (2)". The same list gives the same names,
// however fast the answers come: those that the list itself says are given out first, and those that come with answers in the list's order.
type names struct {
	mu    sync.Mutex
	taken map[string]bool // in small letters, as some file systems see them
	next  map[string]int  // of a name, the number to try
	names []named
	first int // all before it have been answered
	moved chan struct{}
}

type named struct {
	want, name string
	answered   bool
}

func newNames(n int) *names {
	return &names{taken: make(map[string]bool, n), next: map[string]int{}, names: make([]named, n), moved: make(chan struct{})}
}

// reserve gives an entry a name before any answer has come.
func (n *names) reserve(i int, want string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if want == "" {
		return
	}
	name, err := n.free(want)
	if err == nil {
		n.names[i].want, n.names[i].name = want, name
	}
}

// reserved is that name, or empty.
func (n *names) reserved(i int) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.names[i].name
}

// settle gives an entry the name that its answer has led to. One that the list did not know waits for the answers to all before it.
func (n *names) settle(ctx context.Context, i int, want string) (string, error) {
	n.mu.Lock()
	mine := n.names[i]
	n.mu.Unlock()
	defer n.answered(i)
	if mine.name != "" && want == mine.want {
		return mine.name, nil
	}
	for {
		n.mu.Lock()
		if n.first >= i {
			defer n.mu.Unlock()
			name, err := n.free(want)
			n.names[i].want, n.names[i].name = want, name
			return name, err
		}
		moved := n.moved
		n.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// answered: the entry will ask for no name that those behind it wait for, or has done so.
func (n *names) answered(i int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.names[i].answered = true
	was := n.first
	for n.first < len(n.names) && n.names[n.first].answered {
		n.first++
	}
	if n.first > was {
		close(n.moved)
		n.moved = make(chan struct{})
	}
}

// free takes a name that nobody has. The caller holds the lock.
func (n *names) free(want string) (string, error) {
	name := want
	stem, ext := filename.SplitExtension(want)
	for k := max(n.next[want], 1); k < mostAlike; k++ {
		if k > 1 {
			name = fmt.Sprintf("%s (%d)%s", stem, k, ext)
		}
		if key := strings.ToLower(name); !n.taken[key] {
			n.taken[key] = true
			if k > 1 {
				n.next[want] = k + 1
			} else {
				n.next[want] = 2
			}
			return name, nil
		}
	}
	return "", fmt.Errorf("%w: %s", ErrNames, want)
}
