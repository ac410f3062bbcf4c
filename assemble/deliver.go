package assemble

import (
	"context"
	"errors"
	"fmt"

	"seine/assemble/demux/fmp4"
	"seine/assemble/demux/mpegts"
	"seine/assemble/fetch"
	"seine/assemble/join"
	"seine/assemble/plan"
)

// deliver writes part i to the film, and then to the journal: a crash in between costs one part.
func (r *run) deliver(ctx context.Context, i int, b *fetch.Body, err error) error {
	part := &r.plan.Parts[i]
	init := r.source.inits.take(i)
	if err == nil && part.Gap {
		err = errGap
	}
	if err == nil {
		err = r.add(i, init, b.Data, "")
	}
	if err == nil {
		return nil
	}
	if fatal := r.fatal(ctx, i, err); fatal != nil {
		return fatal
	}
	r.log.Info("segment left out", "what", r.source.name(part), "err", err)
	return r.add(i, nil, nil, r.source.reason(part, err))
}

// fatal says whether the film ends with this error; nil means that the part is left out, as the user allows.
func (r *run) fatal(ctx context.Context, i int, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, ErrOutput), errors.Is(err, ErrUnsupported), errors.Is(err, ErrKey), errors.Is(err, ErrWrongKey),
		errors.Is(err, ErrDRM):
		return err
	case r.job.AllowGaps:
		return nil
	}
	part := &r.plan.Parts[i]
	reason := r.source.reason(part, err)
	r.verdict.Missing = append(r.verdict.Missing, r.gap(i, reason))
	return &incompleteError{first: r.source.name(part), at: part.Start, reason: reason, known: 1 + r.gapsBehind(i), err: err}
}

// gapsBehind counts the parts after i of which the playlist says that they do not exist.
func (r *run) gapsBehind(i int) (n int) {
	for k := range r.plan.Parts[i+1:] {
		if r.plan.Parts[i+1+k].Gap {
			n++
		}
	}
	return n
}

// add joins one part; reason is not empty for a missing one.
func (r *run) add(i int, init, data []byte, reason string) error {
	part := &r.plan.Parts[i]
	r.data.Begin()
	record, err := r.joiner.Add(join.Part{
		Stream: part.Stream, Sequence: part.Sequence, Duration: part.Duration,
		Discontinuity: part.Discontinuity, Period: part.Period, Missing: reason != "", Init: init,
	}, data)
	if r.data.Err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, r.data.Err)
	}
	if err != nil {
		return r.unjoined(part, err)
	}
	rec, err := r.data.Record(i, r.joiner.Size(), record)
	rec.Missing = reason != ""
	if err == nil {
		err = r.out.journal.Append(rec)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	r.count(i, rec.Missing, reason)
	r.report.update(func(p *Progress) { p.Written = r.joiner.Size() })
	return nil
}

// unjoined tells a codec that is not supported from a segment that is damaged.
func (r *run) unjoined(part *plan.Part, err error) error {
	var codec *mpegts.UnsupportedError
	if errors.As(err, &codec) {
		return fmt.Errorf("%s: %s is %w", r.source.name(part), codec.Name, ErrUnsupported)
	}
	var protected *fmp4.ProtectedError
	if errors.As(err, &protected) {
		return fmt.Errorf("%s: %w: %s", r.source.name(part), ErrDRM, protected.System)
	}
	var joined *join.PartError
	if errors.As(err, &joined) {
		err = joined.Err // which part it is, others say
	}
	return fmt.Errorf("%w: %w", ErrContent, err)
}
