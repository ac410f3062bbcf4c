package assemble

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"seine/assemble/join"
	"seine/assemble/journal"
	"seine/assemble/media"
	"seine/assemble/plan"
)

// maxCoding bounds what is kept of one period's coding, in bytes. One that takes more tells nothing, neither now nor later.
const maxCoding = 64 << 10

// keepable reports whether a coding can be kept with the unfinished film.
func keepable(list []media.Codec) bool {
	return len(join.EncodeCodings(plan.Codings{0: list})) <= maxCoding
}

// learned returns what an unfinished film was planned with whose islands are left out: the next run plans it with the same, whatever
// a look into the media would tell now. nil: nobody has looked.
func (o *output) learned() (plan.Codings, journal.Header, error) {
	var none journal.Header
	info, err := o.root.Lstat(o.base + ".part.journal")
	if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.Mode().IsRegular() || info.Size() == 0) {
		return nil, none, nil
	}
	f, err := o.root.Open(o.base + ".part.journal")
	if err != nil {
		return nil, none, err
	}
	defer f.Close()
	h, err := journal.ReadHeader(f)
	if err != nil || h.Learned == nil {
		return nil, h, err
	}
	known, err := join.DecodeCodings(h.Learned)
	return known, h, err
}

// prepare plans the film, as an earlier run has if it left parts of it out.
func (r *run) prepare(ctx context.Context) error {
	if !r.job.Choice.SkipAds {
		return r.look(ctx, nil)
	}
	known, h, err := r.out.learned()
	if err != nil {
		r.log.Info("the journal of the unfinished film tells nothing", "err", err)
	}
	if err := r.look(ctx, known); err != nil || known == nil {
		return err
	}
	if r.job.Force && r.plan.Likeness() != h.Likeness { // it will be discarded, and what is known is of another film
		return r.look(ctx, nil)
	}
	return nil
}

// look reads the playlists and makes the plan, with what is known of the media.
func (r *run) look(ctx context.Context, known plan.Codings) error {
	in, err := inspect(ctx, r.job, r.pool, known)
	if err != nil {
		return err
	}
	if in.Plan.Live && r.job.Live == nil {
		return fmt.Errorf("%w: the playlist says of no end", ErrLive)
	}
	r.plan, r.inspected = in.Plan, in
	if in.Presentation != nil {
		r.services = in.Presentation.Renditions
	}
	r.verdict.Warnings, r.verdict.Islands, r.verdict.Skipped = in.Warnings, in.Plan.Islands, in.Plan.Skipped
	r.renewer = newRenewer(newSource(in.Plan, r.job.AllowGaps), r)
	r.report.update(func(p *Progress) {
		if in.Plan.Live {
			p.Live = &LiveProgress{}
			return
		}
		p.Parts, p.Total = len(in.Plan.Parts), in.Plan.Duration
	})
	return nil
}

// header is what the journal says of the plan.
func (r *run) header() journal.Header {
	h := journal.Header{Identity: r.plan.Identity(), Likeness: r.plan.Likeness(), Origin: r.job.Origin}
	if r.job.Choice.SkipAds && r.plan.Codings != nil {
		h.Learned = join.EncodeCodings(r.plan.Codings)
	}
	return h
}
