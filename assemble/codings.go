package assemble

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"seine/assemble/demux/fmp4"
	"seine/assemble/fetch"
	"seine/assemble/join"
	"seine/assemble/media"
	"seine/assemble/plan"
)

// probes is how many looks are taken at once.
const probes = 6

// lookInto finds out how the periods of a plan are coded: at one segment of each, or its initialization section where that tells, of a bounded
// number. What cannot be had or read tells nothing; the error is that of the context.
func lookInto(ctx context.Context, p *plan.Plan, pool *fetch.Pool) (plan.Codings, error) {
	s := newSource(p, true)
	known := plan.Codings{}
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(probes)
	for _, i := range p.Samples() {
		group.Go(func() error {
			list, err := s.codecs(ctx, i, pool)
			if err == nil && len(list) > 0 && keepable(list) {
				mu.Lock()
				defer mu.Unlock()
				known[p.Parts[i].Period] = list
			}
			return ctx.Err()
		})
	}
	err := group.Wait()
	return known, err
}

// codecs are those of part i.
func (s *source) codecs(ctx context.Context, i int, g getter) ([]media.Codec, error) {
	if err := s.init(ctx, i, g); err != nil {
		return nil, err
	}
	init := s.inits.take(i)
	if fmp4.Looks(init) {
		return join.Codecs(init, nil, nil)
	}
	body, err := s.get(ctx, i, g)
	s.inits.take(i)
	key := s.opens.take(i)
	if err != nil {
		return nil, err
	}
	defer body.Release()
	return join.Codecs(init, body.Data, key)
}

// adverts tells of the islands of a plan, or says nothing.
func adverts(p *plan.Plan) string {
	if len(p.Islands) == 0 {
		return ""
	}
	var total time.Duration
	places := make([]string, 0, len(p.Islands))
	for i := range p.Islands {
		total += p.Islands[i].Duration
		if i < maxPlaces {
			places = append(places, clock(p.Islands[i].Start))
		}
	}
	if more := len(p.Islands) - len(places); more > 0 {
		places = append(places, fmt.Sprintf("%d more", more))
	}
	what := fmt.Sprintf("%d clips of %s in all look", len(p.Islands), clock(total))
	if len(p.Islands) == 1 {
		what = fmt.Sprintf("a clip of %s looks", clock(total))
	}
	end := "; --skip-ads leaves them out"
	switch {
	case p.Skipped:
		end = ": left out"
	case len(p.Islands) == 1:
		end = "; --skip-ads leaves it out"
	}
	return fmt.Sprintf("%s like adverts, at %s%s", what, listed(places), end)
}

// learn takes note of how the periods of the film turned out to be coded, now that it is all there: more may look like adverts.
func (r *run) learn() {
	before := adverts(r.plan)
	r.plan.Learn(r.joiner.Codings(0))
	after := adverts(r.plan)
	if after == before {
		return
	}
	v := &r.verdict
	v.Islands = r.plan.Islands
	if i := slices.Index(v.Warnings, before); i >= 0 {
		v.Warnings = slices.Delete(v.Warnings, i, i+1)
	}
	if after != "" {
		v.Warnings = append(v.Warnings, after)
	}
}

// maxPlaces bounds the places that one sentence lists.
const maxPlaces = 8

// listed joins "a, b and c".
func listed(list []string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], ", ") + " and " + list[n-1]
	}
	return strings.Join(list, "")
}
