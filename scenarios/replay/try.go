package replay

import (
	"context"
	"errors"
	"fmt"
)

// tries counts what was done in a visit.
type tries struct {
	of     map[string]int // by behaviour
	all    int
	last   *reason // a click
	popups int     // documents in popups, before it

	forgiven int
}

// mostForgiven bounds how many clicks an advert may take.
const mostForgiven = 3

// tryNext does what is most promising of all that the frames give reason for. It is false when there is nothing.
func (v *visit) tryNext(ctx context.Context, playing bool) bool {
	v.forgive(ctx)
	for v.tries.all < mostTry {
		h, r := v.tries.chosen(v.reasons(ctx), playing)
		if h == nil {
			return false
		}
		v.tries.popups = v.popups
		err := v.mark(ctx, r)
		if err == nil {
			err = h.act(ctx, v, r)
		}
		if v.tries.last = &r; errors.Is(err, errLeads) {
			v.tries.last = nil
			continue
		}
		v.tried(r, err)
		return true
	}
	return false
}

func (v *visit) mark(ctx context.Context, r reason) error {
	if v.tries.of == nil {
		v.tries.of = map[string]int{}
	}
	v.tries.all++
	v.tries.of[r.Kind]++
	if _, err := r.frame.run(ctx, fmt.Sprintf("__seine.mark(%d)", r.index), false); err != nil {
		return fmt.Errorf("the element is gone: %w", err)
	}
	return nil
}

func (v *visit) tried(r reason, err error) {
	a := Attempt{Kind: r.Kind, What: r.What, URL: r.frame.url}
	if err != nil {
		a.Err = err.Error()
	}
	v.result.Tried = append(v.result.Tried, a)
	v.tell(Tried{a})
}

// forgive lets an element be clicked once more whose click was taken by an advert: it opened a popup, and nothing else.
func (v *visit) forgive(ctx context.Context) {
	r := v.tries.last
	if r == nil || v.popups <= v.tries.popups || r.Before > 0 || v.tries.forgiven >= mostForgiven {
		return
	}
	v.tries.forgiven++
	v.tries.last = nil
	if _, err := r.frame.run(ctx, fmt.Sprintf("__seine.again(%d)", r.index), false); err != nil {
		v.log.Debug("what was clicked is gone", "what", r.What, "error", err)
	}
}

// chosen is the first habit that has a reason and may act, and its best reason.
func (t *tries) chosen(reasons []reason, playing bool) (*habit, reason) {
	for i := range habits {
		h := &habits[i]
		if t.of[h.name()] >= h.most || playing && !h.playing {
			continue
		}
		var best reason
		for _, r := range reasons {
			if r.Kind == h.name() && r.Score > best.Score {
				best = r
			}
		}
		if best.Score > 0 {
			return h, best
		}
	}
	return nil, reason{}
}

// reasons asks every document but those of popups, which are mostly adverts, and of adverts.
func (v *visit) reasons(ctx context.Context) (list []reason) {
	for _, f := range v.frames(ctx) {
		if f.popup || v.advert(ctx, f) {
			continue
		}
		found, err := evaluate[[]reason](ctx, f, surveyJS)
		if err != nil {
			v.log.Debug("looking for what starts a player", "frame", f.url, "error", err)
			continue
		}
		for i, r := range found {
			r.frame, r.index = f, i
			list = append(list, r)
		}
	}
	return list
}
