package assemble

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"seine/assemble/decrypt"
	"seine/assemble/fetch"
	"seine/assemble/join"
	"seine/assemble/journal"
	"seine/assemble/mux/mp4"
	"seine/assemble/plan"
)

// run is one Job at work. All but the reporter and the source is for the goroutine of Run.
type run struct {
	job    *Job
	log    *slog.Logger
	report *reporter
	pool   *fetch.Pool
	out    *output
	plan   *plan.Plan
	source *source
	data   *journal.Data
	joiner *join.Joiner

	verdict Verdict
	resumed int
}

// Run makes the film and returns when it is finished, or cannot be. Whatever the error, the verdict tells how far it came;
// what was fetched stays beside the output, and the same job goes on from there. No goroutine outlives it.
//
// Errors wrap the sentinels of this package, *fetch.Error, or the cause of the context's end.
func Run(ctx context.Context, job Job) (v Verdict, err error) {
	if err := job.check(); err != nil {
		return Verdict{}, err
	}
	r := &run{job: &job, log: job.log(), report: startReporter(job.Progress)}
	defer r.report.stop()
	r.pool = fetch.NewPool(job.Client, r.options())
	if r.out, err = openOutput(job.Output, job.Force); err != nil {
		return Verdict{}, err
	}
	r.verdict.Path = job.Output + ".part"
	err = r.film(ctx)
	if e := r.out.close(); e != nil {
		r.log.Warn("cleaning up", "err", e)
	}
	return r.conclude(), err
}

func (r *run) options() fetch.Options {
	o := r.job.fetchOptions()
	o.OnBytes = func(n int) { r.report.update(func(p *Progress) { p.Bytes += int64(n) }) }
	o.OnRetry = func(t fetch.Retry) {
		r.log.Info("trying again", "what", t.Name, "tries", t.Tries, "wait", t.Wait, "err", t.Err)
		r.report.update(func(p *Progress) {
			p.Retries++
			p.Retry = &t
		})
	}
	return o
}

// conclude adds the counters to the verdict.
func (r *run) conclude() Verdict {
	p := r.report.now()
	v := r.verdict
	v.Segments, v.Resumed, v.Retries, v.Bytes = p.Done-p.Missing, p.Resumed, p.Retries, p.Bytes
	if !v.Finished {
		v.Size, v.Planned = p.Written, p.Total
	}
	return v
}

func (r *run) film(ctx context.Context) error {
	in, err := inspect(ctx, r.job, r.pool)
	if err != nil {
		return err
	}
	r.plan = in.Plan
	r.verdict.Warnings = in.Warnings
	r.source = &source{plan: in.Plan, keys: decrypt.NewKeys(), inits: newInits()}
	r.report.update(func(p *Progress) { p.Parts, p.Total = len(in.Plan.Parts), in.Plan.Duration })
	if err := r.resume(); err != nil {
		return err
	}
	err = r.pool.Ordered(ctx, fetch.Work{
		Count: len(in.Plan.Parts) - r.resumed,
		URLs:  func(i int) []string { return r.addresses(i + r.resumed) },
		Fetch: func(ctx context.Context, i int, l *fetch.Lane) (*fetch.Body, error) {
			return r.source.get(ctx, i+r.resumed, l)
		},
		Deliver: func(i int, b *fetch.Body, err error) error { return r.deliver(ctx, i+r.resumed, b, err) },
	})
	if err != nil {
		return err
	}
	return r.finish()
}

// addresses are none for a part that the origin does not have: there is nothing to ask for.
func (r *run) addresses(i int) []string {
	if r.plan.Parts[i].Gap {
		return nil
	}
	return []string{r.plan.Parts[i].URL}
}

// resume takes over what an earlier run has finished.
func (r *run) resume() error {
	records, err := r.out.begin(r.plan.Identity(), r.keep)
	if err != nil {
		return err
	}
	r.data = &journal.Data{File: r.out.part}
	for {
		r.joiner = join.New(r.data, r.joinOptions())
		history := make([][]byte, len(records))
		for i := range records {
			history[i] = records[i].Data
		}
		err := r.joiner.Restore(history)
		if err == nil {
			break
		}
		if len(records) == 0 {
			return fmt.Errorf("%w: %w", ErrOutput, err)
		}
		r.log.Warn("the unfinished file cannot be used; starting anew", "err", err)
		records = nil
		if err := r.out.keep(nil); err != nil {
			return err
		}
	}
	r.resumed = len(records)
	for i := range records {
		r.count(i, records[i].Missing, "missing since an earlier run")
	}
	r.report.update(func(p *Progress) { p.Resumed, p.Written = len(records), r.joiner.Size() })
	return nil
}

// keep believes a record unless it is of a part that is asked for again.
func (r *run) keep(rec journal.Record) bool {
	return rec.Part < len(r.plan.Parts) && (!rec.Missing || r.job.AllowGaps)
}

func (r *run) joinOptions() join.Options {
	o := join.Options{Duration: r.plan.Duration, Streams: len(r.plan.Streams)}
	for i := range r.plan.Streams {
		o.Languages = append(o.Languages, r.plan.Streams[i].Language)
	}
	return o
}

// count books a finished part.
func (r *run) count(i int, missing bool, reason string) {
	part := &r.plan.Parts[i]
	if missing {
		r.verdict.Missing = append(r.verdict.Missing, r.gap(i, reason))
	}
	r.report.update(func(p *Progress) {
		p.Done++
		p.Duration = max(p.Duration, part.Start+part.Duration)
		if missing {
			p.Missing++
		}
	})
}

func (r *run) gap(i int, reason string) Gap {
	part := &r.plan.Parts[i]
	return Gap{
		Stream: r.plan.Streams[part.Stream].Name(), Sequence: part.Sequence, Start: part.Start,
		Duration: part.Duration, Reason: reason,
	}
}

// finish closes the film and gives it its name.
func (r *run) finish() error {
	sum, err := r.joiner.Finish()
	switch {
	case errors.Is(err, mp4.ErrEmpty):
		return fmt.Errorf("%w: no segment holds picture or sound that can be used", ErrNothing)
	case r.data.Err != nil:
		return fmt.Errorf("%w: %w", ErrOutput, r.data.Err)
	case err != nil:
		return err
	}
	size, err := r.out.commit()
	if err != nil {
		return err
	}
	v := &r.verdict
	v.Path, v.Finished, v.Size, v.Duration, v.Planned = r.job.Output, true, size, sum.Duration, r.plan.Duration
	for _, t := range sum.Tracks {
		v.Tracks = append(v.Tracks, Track{
			Kind: t.Kind.String(), Codec: t.Codec, Language: t.Language, Duration: t.Duration, Samples: t.Samples,
			Width: t.Width, Height: t.Height, SampleRate: t.SampleRate, Channels: t.Channels,
		})
	}
	v.Warnings = append(v.Warnings, remarks(sum, r.plan.Duration)...)
	return nil
}
