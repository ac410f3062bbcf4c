package ui

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// State is how far a piece of work is.
type State struct {
	Done, Total int    // parts
	Unit        string // what a part is, in the plural
	Bytes       int64  // received
	TotalBytes  int64  // 0 if not known
	Retries     int
	Note        string // shown at the end, such as a rest to be waited for
}

// Progress shows one piece of work: on a terminal a line that is redrawn, else a plain line now and then, in --json
// events. Set may be called from any goroutine.
type Progress struct {
	c     *Console
	label string
	every time.Duration
	start time.Time

	mu    sync.Mutex
	state State
	first *State // when it was first set: what an earlier run left is not counted as speed
	shown time.Time
	ended bool // all parts were shown as done
}

// Progress begins to show; End must be called.
func (c *Console) Progress(label string) *Progress {
	p := &Progress{c: c, label: label, start: time.Now(), every: 5 * time.Second}
	switch {
	case c.opt.JSON:
		p.every = time.Second
	case c.width > 0:
		p.every = 100 * time.Millisecond
	default:
		p.shown = p.start // "0 of 300" is no news
	}
	return p
}

// Set shows the new state, if it is time to.
func (p *Progress) Set(s State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = s
	if p.first == nil {
		p.first = &s
	}
	last := s.Total > 0 && s.Done == s.Total
	if p.ended && last {
		return
	}
	if now := time.Now(); last && p.c.width == 0 || now.Sub(p.shown) >= p.every {
		p.shown, p.ended = now, last
		p.show()
	}
}

// End takes the line away.
func (p *Progress) End() {
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	p.c.line.clear(p.c.err)
	p.c.line = nil
}

func (p *Progress) show() {
	speed := p.speed()
	switch {
	case p.c.opt.JSON:
		_ = p.c.Emit("progress", map[string]any{
			"done": p.state.Done, "total": p.state.Total, "unit": p.state.Unit, "bytes": p.state.Bytes,
			"bytes_per_second": int64(speed), "retries": p.state.Retries,
		})
	case p.c.opt.Quiet:
	case p.c.width == 0:
		p.c.above(p.label + ": " + p.numbers(speed))
	default:
		p.c.mu.Lock()
		p.c.line.clear(p.c.err)
		p.c.line = &progressLine{text: p.fit(speed)}
		p.c.line.draw(p.c.err)
		p.c.mu.Unlock()
	}
}

func (p *Progress) speed() float64 {
	if since := time.Since(p.start).Seconds(); since > 0.2 {
		return float64(p.state.Bytes-p.first.Bytes) / since
	}
	return 0
}

func (p *Progress) numbers(speed float64) string {
	s := p.state
	parts := []string{fmt.Sprintf("%d of %d %s", s.Done, s.Total, s.Unit), Bytes(s.Bytes)}
	if s.Total == 0 {
		parts = parts[1:]
	}
	if speed > 0 {
		parts = append(parts, Bytes(int64(speed))+"/s")
	}
	if left := p.left(); left > 0 && s.Done < s.Total {
		parts = append(parts, Clock(left)+" left")
	}
	if s.Retries > 0 {
		parts = append(parts, Count(s.Retries, "retry"))
	}
	if s.Note != "" {
		parts = append(parts, s.Note)
	}
	return strings.Join(parts, "  ")
}

// left guesses from the parts, which are much of a size.
func (p *Progress) left() time.Duration {
	done := p.state.Done - p.first.Done
	if done <= 0 {
		return 0
	}
	return time.Duration(float64(time.Since(p.start)) / float64(done) * float64(p.state.Total-p.state.Done))
}

// fit draws bar and numbers into the width of the terminal; the bar gives way first.
func (p *Progress) fit(speed float64) string {
	numbers := p.numbers(speed)
	room := p.c.width - 1 - len([]rune(numbers)) - 8
	if room < 8 || p.state.Total == 0 {
		return Remote(numbers).Short(p.c.width - 1)
	}
	room = min(room, 40)
	share := float64(p.state.Done) / float64(p.state.Total)
	full := int(share * float64(room))
	bar := p.c.paint(green, strings.Repeat("━", full)) + p.c.paint(dim, strings.Repeat("─", room-full))
	return fmt.Sprintf("%s %3d%%  %s", bar, int(share*100), numbers)
}

// progressLine is the last line of the terminal. A nil one is none.
type progressLine struct{ text string }

func (l *progressLine) draw(w io.Writer) {
	if l != nil {
		fmt.Fprint(w, l.text)
	}
}

func (l *progressLine) clear(w io.Writer) {
	if l != nil {
		fmt.Fprint(w, "\r\x1b[K")
	}
}
