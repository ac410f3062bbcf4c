package main

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"seine/capture"
	"seine/cmd/internal/ui"
	"seine/scenarios/replay"
)

// board shows the visits that are under way, and prints what each gave in one piece.
type board struct {
	con  *ui.Console
	live *ui.Live
	all  int // pages

	mu    sync.Mutex
	views []*view // under way
	done  int

	printing sync.Mutex
}

// view is one visit as it goes on.
type view struct {
	b      *board
	page   string
	filter filter
	every  bool                  // every request, not only media and JSON
	told   map[string]streamJSON // by URL
	rest   *replay.Result        // of a visit that crashed

	calledOut map[string]bool // calls that were told, by ID

	mu       sync.Mutex
	began    time.Time
	requests int
	media    int
	calls    int
	lines    []string // the latest findings
}

func (b *board) open(page string, s *sniffing) *view {
	v := &view{b: b, page: page, filter: s.filter, every: s.every, told: map[string]streamJSON{}, calledOut: map[string]bool{}, began: time.Now()}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.views = append(b.views, v)
	return v
}

func (b *board) close(v *view) {
	b.mu.Lock()
	b.views = slices.DeleteFunc(b.views, func(x *view) bool { return x == v })
	b.done++
	b.mu.Unlock()
	b.live.Set(b.lines)
}

// together prints several lines with nothing in between.
func (b *board) together(print func() error) error {
	b.printing.Lock()
	defer b.printing.Unlock()
	return print()
}

// lines are what stands at the bottom of a terminal: of one page its latest findings, of several a line for each.
func (b *board) lines() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []string
	for _, v := range b.views {
		v.mu.Lock()
		if b.all == 1 {
			list = append(list, v.lines...)
		}
		list = append(list, fmt.Sprintf("  %s, %d media, %s, %s  %s", ui.Count(v.requests, "request"), v.media, ui.Count(v.calls, "call"), seconds(time.Since(v.began)), shown(v.page)))
		v.mu.Unlock()
	}
	if b.all > 1 {
		list = append(list, fmt.Sprintf("%d of %d pages", b.done, b.all))
	}
	return list
}

// again begins anew, without forgetting what was told.
func (v *view) again() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.requests, v.media, v.calls, v.lines = 0, 0, 0, nil
}

// event tells what is heard as it is heard.
func (v *view) event(e replay.Event) {
	con := v.b.con
	switch e := e.(type) {
	case replay.StepStarted:
		_ = con.Emit("step", map[string]any{"page": shown(v.page).String(), "number": e.Number, "type": e.Type})
	case replay.Tried:
		_ = con.Emit("tried", struct {
			Page string `json:"page"`
			replay.Attempt
		}{shown(v.page).String(), e.Attempt})
		v.found(attempted(e.Attempt))
	case replay.Protected:
		_ = con.Emit("drm", drmJSON{shown(v.page).String(), e.System, e.Used})
		v.found("  " + protection(e.System, e.Used))
	case replay.Heard:
		v.heard(e.Exchange)
	case replay.Spotted:
		if v.filter.stream(e.Stream) {
			v.stream(e.Stream, true)
		}
	}
	v.b.live.Set(v.b.lines)
}

// drmJSON tells, for machines, that the page uses Encrypted Media Extensions; used: it made a request for a licence.
type drmJSON struct {
	Page   string `json:"page,omitempty"`
	System string `json:"system"`
	Used   bool   `json:"used"`
}

// protection says the same to a person.
func protection(system string, used bool) string {
	if used {
		return "DRM: the page asked for a licence of " + ui.Remote(cmp.Or(system, "an unnamed system")).Short(40)
	}
	return "DRM: the page asked whether " + ui.Remote(system).Short(40) + " is there; players do that before they know whether they need it"
}

func (v *view) heard(e *capture.Exchange) {
	call := isCall(e)
	v.mu.Lock()
	v.requests++
	if call {
		v.calls++
	}
	v.mu.Unlock()
	if isData(e) || !call && !v.every || !v.filter.exchange(e) {
		return
	}
	_ = v.call(e)
	text := fmt.Sprintf("  heard %s %s %s  ", ui.Remote(e.Request.Method), status(e), ui.Remote(mediaType(e)))
	v.found(text + ui.Remote(e.URL()).Short(v.b.con.Room(len([]rune(text)))))
}

// stream tells of a stream when it is found, and again at the end if more is known of it by then.
func (v *view) stream(s *capture.Stream, live bool) {
	j := streamOf(s)
	known, told := v.told[s.URL]
	if told && fmt.Sprint(known) == fmt.Sprint(j) {
		return
	}
	v.told[s.URL] = j
	_ = v.b.con.Emit("stream", struct {
		Page string `json:"page"`
		streamJSON
	}{shown(v.page).String(), j})
	if !live || told {
		return
	}
	v.mu.Lock()
	v.media++
	v.mu.Unlock()
	what := "  found " + describe(s) + "  "
	v.found(what + ui.Remote(s.URL).Short(v.b.con.Room(len([]rune(what)))))
}

// found shows a finding: on a terminal for as long as the page is open, else as a line. Of several pages at once, lines would be a muddle.
func (v *view) found(text string) {
	const most = 8
	switch {
	case v.b.live != nil:
		v.mu.Lock()
		defer v.mu.Unlock()
		if v.lines = append(v.lines, text); len(v.lines) > most {
			v.lines = v.lines[len(v.lines)-most:]
		}
	case v.b.all == 1:
		v.b.con.Say("%s", text)
	}
}
