// Package trace writes what a run did as one HTML page that needs nothing else: each step with pictures of the page before and after it, what
// the page asked for meanwhile, what it said on its console, and where the time went.
package trace

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

//go:embed page.html
var page string

// Request is something that the page asked for.
type Request struct {
	Method string  `json:"method"`
	URL    string  `json:"url"`
	Status int     `json:"status"` // 0: none came
	Type   string  `json:"type"`
	Start  float64 `json:"start"` // ms from the beginning of the trace
	Took   float64 `json:"took"`  // ms; 0: it had not ended
	Size   int64   `json:"size"`  // bytes of the answer
}

// Sight is a page at one moment, and what it did since it was last looked at.
type Sight struct {
	Picture  []byte // JPEG; nil: there is none
	URL      string
	Title    string
	Requests []Asked
	Console  []string
}

// Asked is a Request by the clock.
type Asked struct {
	Request
	At time.Time
}

// Step is one step of one run.
type Step struct {
	Run      int       `json:"run"`
	What     string    `json:"what"` // the run's inputs: page=7
	Place    string    `json:"place"`
	Type     string    `json:"type"`
	Text     string    `json:"text"` // the step as it stands in the file, in short
	Depth    int       `json:"depth"`
	Start    float64   `json:"start"` // ms from the beginning of the trace
	Took     float64   `json:"took"`  // ms
	Error    string    `json:"error,omitempty"`
	URL      string    `json:"url,omitempty"`
	Title    string    `json:"title,omitempty"`
	Before   int       `json:"before"` // index of the picture; -1: there is none
	After    int       `json:"after"`
	Requests []Request `json:"requests,omitempty"`
	Console  []string  `json:"console,omitempty"`
}

// Limits of a trace: it is to be opened in a browser.
const (
	mostSteps    = 5000
	mostPictures = 64 << 20 // bytes
	mostRequests = 20_000
)

// Trace collects steps. It is safe for concurrent use.
type Trace struct {
	title string
	began time.Time

	mu       sync.Mutex
	steps    []Step
	pictures [][]byte
	bytes    int
	asked    int
	cut      int // steps, pictures and requests that are left out
}

// New begins a trace.
func New(title string) *Trace { return &Trace{title: title, began: time.Now()} }

// Add adds a step that began and ended then, with the page before and after it; nil: the step has none.
func (t *Trace) Add(s Step, began, ended time.Time, before, after *Sight) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.steps) == mostSteps {
		t.cut++
		return
	}
	s.Start, s.Took, s.Before, s.After = t.ms(began), float64(ended.Sub(began).Microseconds())/1000, -1, -1
	if before != nil {
		s.Before = t.picture(before.Picture)
	}
	if after != nil {
		s.After, s.URL, s.Title, s.Console = t.picture(after.Picture), after.URL, after.Title, after.Console
		for _, r := range after.Requests {
			if t.asked++; t.asked > mostRequests {
				t.cut++
				continue
			}
			r.Start = t.ms(r.At)
			s.Requests = append(s.Requests, r.Request)
		}
	}
	t.steps = append(t.steps, s)
}

func (t *Trace) ms(at time.Time) float64 { return float64(at.Sub(t.began).Microseconds()) / 1000 }

// picture keeps it once: what a step ends with, the next one begins with.
func (t *Trace) picture(b []byte) int {
	if n := len(t.pictures); n > 0 && string(t.pictures[n-1]) == string(b) {
		return n - 1
	}
	if len(b) == 0 {
		return -1
	}
	if t.bytes += len(b); t.bytes > mostPictures {
		t.cut++
		return -1
	}
	t.pictures = append(t.pictures, b)
	return len(t.pictures) - 1
}

// Write writes the page, its texts put through clean. Whatever is in the trace is text in it: nothing of it is run, and nothing is fetched.
func (t *Trace) Write(w io.Writer, clean func(string) string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	steps := make([]Step, len(t.steps))
	for i, s := range t.steps {
		steps[i] = s.cleaned(clean)
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return cmp.Compare(a.Start, b.Start) }) // what holds others ends behind them
	data, err := json.Marshal(map[string]any{"title": clean(t.title), "began": t.began, "steps": steps, "pictures": t.pictures, "cut": t.cut})
	if err != nil {
		return fmt.Errorf("writing the trace: %w", err)
	}
	// Marshal writes < as \u003c, so that no text of it ends the script.
	out := strings.NewReplacer("{{title}}", html.EscapeString(clean(t.title)), "{{data}}", string(data)).Replace(page)
	_, err = io.WriteString(w, out)
	return err
}

// cleaned is a copy of s without secrets.
func (s Step) cleaned(clean func(string) string) Step {
	for _, text := range []*string{&s.What, &s.Text, &s.Error, &s.URL, &s.Title} {
		*text = clean(*text)
	}
	s.Requests, s.Console = slices.Clone(s.Requests), slices.Clone(s.Console)
	for i := range s.Requests {
		s.Requests[i].URL = clean(s.Requests[i].URL)
	}
	for i := range s.Console {
		s.Console[i] = clean(s.Console[i])
	}
	return s
}
