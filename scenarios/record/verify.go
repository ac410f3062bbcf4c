package record

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"seine/browser"
)

// unstable is added to the score of a selector that did not outlive a reload of its page.
const unstable = 5000

// verify holds the selectors of what was done on a page against it, now that it has been loaded anew: what finds nothing, or more than one
// element, where others of the same element find one, will not hold, and goes to the end.
func (h *hearing) verify(s *browser.Session, elements []*Element) {
	context, ok := h.worldOf(string(s.TargetID()), s)
	if !ok || len(elements) == 0 {
		return
	}
	lists := make([][]string, len(elements))
	for i, e := range elements {
		lists[i] = make([]string, len(e.Selectors))
		for j, sel := range e.Selectors {
			if len(sel.Parts) == 1 {
				lists[i][j] = sel.Parts[0]
			}
		}
	}
	text, err := json.Marshal(lists)
	if err != nil {
		return
	}
	res, err := ask(s, context, fmt.Sprintf("%s.holds(%s)", kit, text), true)
	var counts [][]int
	if err != nil || json.Unmarshal(res.Value, &counts) != nil || len(counts) != len(elements) {
		return
	}
	for i, e := range elements {
		e.judge(counts[i])
	}
}

// judge takes how many elements each selector finds, -1 where that is not known.
func (e *Element) judge(counts []int) {
	if len(counts) != len(e.Selectors) || !slices.Contains(counts, 1) {
		return // the element is not there, yet
	}
	for i, n := range counts {
		if n != 1 && n != -1 && e.Selectors[i].Score < unstable {
			e.Selectors[i].Score += unstable
		}
	}
	slices.SortStableFunc(e.Selectors, func(a, b Scored) int { return int(a.Score - b.Score) })
}

// loaded: a document has been read to its end.
func (r *Recording) loaded(s *browser.Session, url string) {
	r.mu.Lock()
	list := r.fold.elements(string(s.TargetID()), url)
	r.mu.Unlock()
	own := make([]*Element, len(list))
	for i, e := range list { // they are judged without the lock
		c := *e
		c.Selectors = slices.Clone(e.Selectors)
		own[i] = &c
	}
	r.hearing.verify(s, own)
	r.mu.Lock()
	for i, e := range list {
		e.Selectors = own[i].Selectors
	}
	if r.verified != nil {
		close(r.verified)
		r.verified = nil
	}
	r.mu.Unlock()
	r.tell()
}

// elements are those of what was done on a page at an address, but for those that a reload has judged already.
func (f *Folder) elements(page, url string) (list []*Element) {
	for _, a := range f.actions {
		if a.element == nil || a.place.Page != page || len(a.place.In) > 0 || plainAddress(a.url) != plainAddress(url) || slices.Contains(list, a.element) {
			continue
		}
		list = append(list, a.element)
	}
	return list
}

func plainAddress(url string) string {
	address, _, _ := strings.Cut(url, "#")
	return address
}

// verifyLimit bounds the reload at the end.
const verifyLimit = 5 * time.Second

// Verify loads the page once more, now that nothing more is done on it, and holds the selectors of what was done there against it. A page that
// came as the answer to a form is not asked for again. Nothing is recorded any more.
func (r *Recording) Verify(ctx context.Context, tab *browser.Tab) {
	s := tab.Session()
	r.mu.Lock()
	r.on = false
	ask := tab.Err() == nil && r.method == "GET" && len(r.fold.elements(string(s.TargetID()), s.URL())) > 0
	done := make(chan struct{})
	if ask {
		r.verified = done
	}
	r.mu.Unlock()
	if !ask {
		return
	}
	tab.AnswerDialogs(browser.Dialog.Consent)
	ctx, cancel := context.WithTimeout(ctx, verifyLimit)
	defer cancel()
	if err := s.Call(ctx, "Page.reload", nil, nil); err != nil {
		return
	}
	select {
	case <-done:
	case <-tab.Done():
	case <-ctx.Done():
	}
}
