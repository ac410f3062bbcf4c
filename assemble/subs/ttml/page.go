package ttml

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"seine/assemble/subs"
)

// maxPieces bounds what a paragraph is made of, and maxMoments how often it changes.
const (
	maxPieces  = 10_000
	maxMoments = 1000
)

// page is a p: what is shown together.
type page struct {
	pieces []piece
	size   int
	span   span
	region string
	align  string
}

// piece is text that is shown for some time.
type piece struct {
	text  string
	style subs.Style
	span  span
}

func (p *page) add(t piece) error {
	if p.size += len(t.text); p.size > 4*subs.MaxText || len(p.pieces) == maxPieces {
		p.size = 4*subs.MaxText + 1
		return nil // page tells
	}
	p.pieces = append(p.pieces, t)
	return nil
}

// collapse makes one blank of those that follow one another, line ends included (xml:space="default").
func collapse(s string) string {
	var b strings.Builder
	blank := false
	for _, c := range s {
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			blank = true
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(c)
	}
	if blank {
		b.WriteByte(' ')
	}
	return b.String()
}

// page makes cues of a paragraph: one for each time in which the same pieces are shown.
func (r *reader) page(p *page) error {
	if p.size > 4*subs.MaxText {
		r.out.Dropped++
		return nil
	}
	moments := p.moments()
	if len(moments) > maxMoments {
		r.out.Dropped++
		return nil
	}
	settings := r.regions[p.region].settings(p.align)
	for i := 0; i+1 < len(moments); i++ {
		runs := subs.Tidy(squeeze(p.shown(moments[i])))
		if len(runs) == 0 {
			continue
		}
		if len(r.out.Cues) == subs.MaxCues {
			return fmt.Errorf("%w: more than %d cues", ErrFormat, subs.MaxCues)
		}
		r.out.Cues = append(r.out.Cues, subs.Cue{Start: moments[i], End: moments[i+1], Runs: runs, Settings: settings})
	}
	return nil
}

// moments are when something of the paragraph comes or goes.
func (p *page) moments() (list []time.Duration) {
	for i := range p.pieces {
		if s := p.pieces[i].span; s.end > s.begin && strings.TrimSpace(p.pieces[i].text) != "" {
			list = append(list, s.begin, s.end)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// shown are the pieces of a moment.
func (p *page) shown(at time.Duration) (runs []subs.Run) {
	for i := range p.pieces {
		if t := &p.pieces[i]; t.span.begin <= at && at < t.span.end {
			runs = append(runs, subs.Run{Text: t.text, Style: t.style})
		}
	}
	return runs
}

// squeeze makes one blank of two that meet where pieces do.
func squeeze(runs []subs.Run) []subs.Run {
	blank := false
	for i := range runs {
		t := runs[i].Text
		if blank && strings.HasPrefix(t, " ") {
			runs[i].Text = t[1:]
		}
		if t != "" {
			blank = strings.HasSuffix(t, " ")
		}
	}
	return runs
}
