package engine

import (
	"context"
	"errors"
	"sync"
)

// idle are pages that items of an each are done with, for those to come: they are the same person's, and a tab with a context of its own
// costs a browser more than most pages do. A nil one keeps none.
type idle struct {
	mu   sync.Mutex
	list []Page
}

// put keeps a page, unless there are as many as tabs already.
func (i *idle) put(p Page, most int) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.list) >= most {
		return false
	}
	i.list = append(i.list, p)
	return true
}

// take gives a page that is as if it were new, nil if there is none.
func (i *idle) take(ctx context.Context) (Page, error) {
	for {
		p := i.pop()
		if p == nil || p.Reset(ctx) {
			return p, nil
		}
		if err := p.Close(); err != nil {
			return nil, err
		}
	}
}

func (i *idle) pop() Page {
	if i == nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	n := len(i.list)
	if n == 0 {
		return nil
	}
	p := i.list[n-1]
	i.list = i.list[:n-1]
	return p
}

// close closes those that are left.
func (i *idle) close() (err error) {
	for p := i.pop(); p != nil; p = i.pop() {
		err = errors.Join(err, p.Close())
	}
	return err
}
