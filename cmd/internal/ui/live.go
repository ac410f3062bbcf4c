package ui

import (
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// Live shows lines at the bottom of a terminal that change while something goes on; what is said meanwhile stands above them. It shows
// nothing anywhere else.
type Live struct {
	c *Console

	mu    sync.Mutex
	shown time.Time
}

// liveEvery is how often a person can see a change.
const liveEvery = 100 * time.Millisecond

// mostLive is how many lines there are at most: what is said has its place too.
const mostLive = 12

// Live begins to show; End must be called. It is nil where there is nobody to look.
func (c *Console) Live() *Live {
	if c.width == 0 || c.opt.JSON || c.opt.Quiet {
		return nil
	}
	return &Live{c: c}
}

// Set shows the lines, if it is time to. Text from elsewhere in them must have been through Remote.
func (l *Live) Set(lines func() []string) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if time.Since(l.shown) < liveEvery {
		return
	}
	l.shown = time.Now()
	width, list := l.c.room(), lines()
	if most := min(mostLive, l.c.rows()-2); len(list) > most {
		list = list[len(list)-max(most, 1):]
	}
	for i, s := range list {
		list[i] = l.c.paint(dim, Remote(s).Short(width-1))
	}
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	l.c.line.clear(l.c.err)
	l.c.line = &progressLine{text: strings.Join(list, "\n"), more: max(len(list)-1, 0)}
	l.c.line.draw(l.c.err)
}

// End takes the lines away.
func (l *Live) End() {
	if l == nil {
		return
	}
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	l.c.line.clear(l.c.err)
	l.c.line = nil
}

// rows is the height of the terminal, as many as is usual where it does not tell.
func (c *Console) rows() int {
	if f, ok := c.err.(interface{ Fd() uintptr }); ok {
		if _, n, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 24
}
