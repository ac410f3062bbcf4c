package main

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/engine"
	"seine/scenarios/replay"
)

// runBoard shows how far a scenario is.
type runBoard struct {
	con  *ui.Console
	live *ui.Live

	mu      sync.Mutex
	runs    map[int]*runLine
	done    int
	all     int // 0: nobody knows
	said    time.Time
	problem int
}

// runLine is a run under way.
type runLine struct {
	what, step string
	done, all  int
}

func newRunBoard(con *ui.Console) *runBoard {
	return &runBoard{con: con, live: con.Live(), runs: map[int]*runLine{}, said: time.Now()}
}

func (b *runBoard) end() { b.live.End() }

// noteJSON is something that did not end the run, for machines.
type noteJSON struct {
	Run   int    `json:"run"`
	At    string `json:"at,omitempty"`
	What  string `json:"what"`
	Error string `json:"error"`
}

// mostNotes are told one by one.
const mostNotes = 20

func (b *runBoard) event(e engine.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := e.(type) {
	case engine.Started:
		b.runs[e.Run] = &runLine{what: e.What}
	case engine.Ended:
		delete(b.runs, e.Run)
		b.done++
	case engine.Stepped:
		if l := b.runs[e.Run]; l != nil && l.all == 0 {
			l.step = e.Step.Type()
		}
	case engine.Progressed:
		if l := b.runs[e.Run]; l != nil {
			l.step, l.done, l.all = e.Step.Type(), e.Done, e.All
		}
	case engine.Noted:
		b.note(e)
	case engine.Wrote:
		_ = b.con.Emit("file", map[string]any{"run": e.Run, "file": e.File})
	}
	b.show()
}

// matchJSON says which of several selectors found an element, for machines.
type matchJSON struct {
	Selectors   []scenarios.Selector `json:"selectors"`
	Alternative int                  `json:"alternative"` // from 0
}

// page takes news of pages: which selectors had to stand in for those before them, and how far a film is.
func (b *runBoard) page(e replay.Event) {
	switch e := e.(type) {
	case replay.Matched:
		if len(e.Selectors) > 1 {
			_ = b.con.Emit("selector", matchJSON(e))
		}
	case replay.Fetching:
		b.mu.Lock()
		defer b.mu.Unlock()
		b.show()
	}
}

func (b *runBoard) note(e engine.Noted) {
	at := ""
	if e.Pos.Line > 0 {
		at = e.Pos.String()
	}
	_ = b.con.Emit("note", noteJSON{e.Run, at, e.What, e.Err.Error()})
	switch b.problem++; {
	case b.problem < mostNotes:
		b.con.Say("%s: %s", e.What, ui.Remote(e.Err.Error()))
	case b.problem == mostNotes:
		b.con.Say("… and more such; --json has all of them")
	}
}

// show draws the lines of the runs under way; where nobody looks, a plain line every few seconds.
func (b *runBoard) show() {
	if b.live == nil {
		const every = 5 * time.Second
		if time.Since(b.said) > every {
			b.said = time.Now()
			for _, line := range b.lines() {
				b.con.Say("%s", line)
			}
		}
		return
	}
	b.live.Set(b.lines)
}

func (b *runBoard) lines() (list []string) {
	for _, n := range slices.Sorted(maps.Keys(b.runs)) {
		l := b.runs[n]
		text := l.step
		if l.what != "" {
			text = l.what + "  " + text
		}
		if l.all > 0 {
			text += fmt.Sprintf("  %d of %d", l.done, l.all)
		} else if l.done > 0 {
			text += fmt.Sprintf("  %d", l.done)
		}
		if list = append(list, text); len(list) == 8 {
			break
		}
	}
	if b.done > 0 || len(b.runs) > 1 {
		text := fmt.Sprintf("%s done", ui.Count(b.done, "run"))
		if b.all > 0 {
			text = fmt.Sprintf("%d of %d done", b.done, b.all)
		}
		list = append(list, text)
	}
	return list
}
