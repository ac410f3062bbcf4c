package assemble

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seine/assemble/demux/mpegts"
	"seine/assemble/fetch"
	"seine/assemble/join"
	"seine/assemble/plan"
)

// deliver writes part i to the film, and then to the journal: a crash in between costs one part.
func (r *run) deliver(ctx context.Context, i int, b *fetch.Body, err error) error {
	part := &r.plan.Parts[i]
	if err == nil && part.Gap {
		err = errors.New("the playlist says that it does not exist (EXT-X-GAP)")
	}
	if err == nil {
		err = r.add(i, b.Data, "")
	}
	if err == nil {
		return nil
	}
	if fatal := r.fatal(ctx, i, err); fatal != nil {
		return fatal
	}
	r.log.Warn("segment left out", "what", r.source.name(part), "err", err)
	return r.add(i, nil, err.Error())
}

// fatal says whether the film ends with this error; nil means that the part is left out, as the user allows.
func (r *run) fatal(ctx context.Context, i int, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, ErrOutput), errors.Is(err, ErrUnsupported), errors.Is(err, ErrKey), errors.Is(err, ErrWrongKey):
		return err
	case r.job.AllowGaps:
		return nil
	}
	part := &r.plan.Parts[i]
	r.verdict.Missing = append(r.verdict.Missing, r.gap(i, err.Error()))
	return fmt.Errorf("%w: %s, at %v: %w", ErrIncomplete, r.source.name(part), part.Start.Round(time.Millisecond), err)
}

// add joins one part; reason is not empty for a missing one.
func (r *run) add(i int, data []byte, reason string) error {
	part := &r.plan.Parts[i]
	r.data.Begin()
	record, err := r.joiner.Add(join.Part{
		Stream: part.Stream, Sequence: part.Sequence, Duration: part.Duration,
		Discontinuity: part.Discontinuity, Period: part.Period, Missing: reason != "",
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
		return fmt.Errorf("%s, in %s: %w", codec.Name, r.source.name(part), ErrUnsupported)
	}
	return fmt.Errorf("%w: %w", ErrContent, err)
}
