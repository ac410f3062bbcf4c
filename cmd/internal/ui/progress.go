package ui

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// State is how far a piece of work is.
type State struct {
	Done, Total int    // parts
	Unit        string // what a part is, in the plural
	Bytes       int64  // received
	TotalBytes  int64  // 0 if not known
	Retries     int
	Note        string     // shown at the end, such as a rest to be waited for
	Live        *LiveState // of a recording, in place of parts
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
	case p.c.opt.JSON && p.state.Live != nil:
		_ = p.c.Emit("recording", p.state.Live.event(p.state.Bytes))
	case p.c.opt.JSON:
		_ = p.c.Emit("progress", map[string]any{
			"done": p.state.Done, "total": p.state.Total, "unit": p.state.Unit, "bytes": p.state.Bytes,
			"bytes_per_second": int64(speed), "retries": p.state.Retries,
		})
	case p.c.opt.Quiet:
	case p.c.width == 0:
		p.c.above(p.c.label + p.label + ": " + p.numbers(speed))
	default:
		p.c.mu.Lock()
		p.c.line.clear(p.c.err)
		p.c.line = &progressLine{text: p.c.label + p.fit(speed, p.c.room()-utf8.RuneCountInString(p.c.label))}
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
	if s.Live != nil {
		return s.Live.numbers(s.Bytes, 0)
	}
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

// fields are what a line on a terminal holds, each in its place whatever its value, so that nothing jumps. brief counts what is left out
// for want of room: first the names of things, then the retries, the speed, and the time that is left.
func (p *Progress) fields(speed float64, brief int) string {
	s := p.state
	if s.Live != nil {
		return s.Live.numbers(s.Bytes, brief)
	}
	var list []string
	digits := len(strconv.Itoa(s.Total))
	switch {
	case s.Total == 0:
	case brief == 0:
		list = append(list, fmt.Sprintf("%*d of %d %s", digits, s.Done, s.Total, s.Unit))
	default:
		list = append(list, fmt.Sprintf("%*d/%d", digits, s.Done, s.Total))
	}
	list = append(list, fmt.Sprintf("%7s", Bytes(s.Bytes)))
	if brief < 3 {
		list = append(list, fmt.Sprintf("%9s", orNothing(Bytes(int64(speed))+"/s", speed > 0)))
	}
	if left := p.left(); brief < 4 && s.Total > 0 {
		list = append(list, fmt.Sprintf("%12s", orNothing(Clock(left)+" left", left > 0 && s.Done < s.Total)))
	}
	if s.Retries > 0 && brief < 2 {
		list = append(list, Count(s.Retries, "retry"))
	}
	if s.Note != "" {
		list = append(list, s.Note)
	}
	return strings.Join(list, "  ")
}

func orNothing(text string, yes bool) string {
	if yes {
		return text
	}
	return ""
}

// fit draws bar and numbers into so many columns, of which the last stays free: terminals wrap there. The bar gives way first.
func (p *Progress) fit(speed float64, width int) string {
	const most, percent = 4, 7
	brief := 0
	for brief < most && utf8.RuneCountInString(p.fields(speed, brief)) > width-1 {
		brief++
	}
	numbers := p.fields(speed, brief)
	room := width - 1 - utf8.RuneCountInString(numbers) - percent
	if room < 8 || p.state.Total == 0 {
		return Remote(numbers).Short(width - 1)
	}
	room = min(room, 40)
	share := float64(p.state.Done) / float64(p.state.Total)
	full := int(share * float64(room))
	bar := p.c.paint(green, strings.Repeat("━", full)) + p.c.paint(dim, strings.Repeat("─", room-full))
	return fmt.Sprintf("%s %3d%%  %s", bar, int(share*100), numbers)
}

// room is how many columns the terminal has now: its window may have become another.
func (c *Console) room() int {
	if n := columns(c.err); n > 0 {
		return n
	}
	return c.width
}

// progressLine is what stands at the bottom of the terminal: a line, or several. A nil one is none.
type progressLine struct {
	text string
	more int // lines beyond the first
}

func (l *progressLine) draw(w io.Writer) {
	if l != nil {
		fmt.Fprint(w, l.text)
	}
}

func (l *progressLine) clear(w io.Writer) {
	if l != nil {
		fmt.Fprint(w, "\r\x1b[K"+strings.Repeat("\x1b[A\x1b[K", l.more))
	}
}
