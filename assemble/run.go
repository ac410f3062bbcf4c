package assemble

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/hls"
	"seine/assemble/join"
	"seine/assemble/journal"
	"seine/assemble/manifest"
	"seine/assemble/mux/mp4"
	"seine/assemble/plan"
)

// run is one Job at work. All but the reporter, the renewer and what mu guards is for the goroutine of Run.
type run struct {
	job      *Job
	log      *slog.Logger
	report   *reporter
	client   *currentClient
	pool     *fetch.Pool
	out      *output
	plan     *plan.Plan
	renewer  *renewer
	data     *journal.Data
	joiner   *join.Joiner
	texts    map[int]textPart // subtitles, by part
	textRoom map[int]textRoom // by stream
	sidecars []sidecar
	services []manifest.Rendition // of closed captions
	webm     bool                 // the film becomes a WebM file
	live     *recording           // nil for a film that is whole
	// inspected is the film as it was planned.
	inspected *Inspection

	verdict Verdict
	parts   int // on record
	missing missing
	streak  int // failed parts since the last one that came
	doubts  doubts
	written []writing // parts on their way to the file
	flushed time.Time

	mu        sync.Mutex
	lastPart  int // of which the print is known, or -1
	lastPrint journal.Print
}

// Run makes the film and returns when it is finished, or cannot be. Whatever the error, the verdict tells how far it came;
// what was fetched stays beside the output, and the same job goes on from there. A segment that cannot be had is asked for once more
// when all others are there. No goroutine outlives Run.
//
// It takes some 150 MB at most for segments of 16 MB, without a limit for the garbage collector: segments in flight, up to 84 MiB, and what is on
// its way to the disk lie outside of its heap where the system allows that.
//
// Errors wrap the sentinels of this package, *fetch.Error, or the cause of the context's end.
func Run(ctx context.Context, job Job) (Verdict, error) {
	if err := job.check(); err != nil {
		return Verdict{}, err
	}
	out, err := openOutput(&job)
	if err != nil {
		return Verdict{}, err
	}
	return perform(ctx, job, out)
}

// perform runs a job on an output that is ours, and closes it.
func perform(ctx context.Context, job Job, out *output) (v Verdict, err error) {
	r := &run{job: &job, log: job.log(), report: startReporter(job.Progress), client: newCurrentClient(job.Client), out: out, lastPart: -1}
	defer r.report.stop()
	if r.pool = fetch.NewPool(r.client, r.options()); job.Pool != nil {
		r.pool = job.Pool.Beside(r.client, r.options())
	}
	r.verdict.Path = job.Output + ".part"
	err = r.film(ctx)
	if r.data != nil {
		r.data.Close()
	}
	r.dropSidecars()
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

// film plans, takes over what is there, fetches the rest, fills holes and finishes.
func (r *run) film(ctx context.Context) error {
	if r.job.Plain {
		return r.single(ctx, hls.ErrNotPlaylist)
	}
	if err := r.prepare(ctx); err != nil {
		if inOneFile(err) && r.job.Manifest == nil {
			return r.singleWithTracks(ctx, err)
		}
		return err
	}
	if err := r.freeSidecars(); err != nil {
		return err
	}
	if err := r.settleContainer(); err != nil {
		return err
	}
	if r.plan.Live || r.wasRecording() {
		return r.record(ctx)
	}
	if err := r.resume(ctx); err != nil {
		return err
	}
	if err := r.fetch(ctx); err != nil {
		return err
	}
	if err := r.fill(ctx); err != nil {
		return err
	}
	if err := r.doubts.left(); err != nil {
		return r.hopeless(err)
	}
	switch {
	case len(r.missing) > 0 && r.out.repairs && r.verdict.Filled == 0:
		r.verdict.Path = r.job.Output
		return r.incomplete()
	case len(r.missing) > 0 && !r.job.AllowGaps:
		return r.incomplete()
	}
	return r.finish()
}

// renewal is nil when the playlist did not come from its address, and nobody knows of a new one.
func (r *run) renewal() func(context.Context) (*source, error) {
	if r.job.Refresh == nil && r.job.Manifest != nil {
		return nil
	}
	return r.renew
}

// fetch joins all parts that are not on record.
func (r *run) fetch(ctx context.Context) error {
	from := r.parts
	err := r.pool.Ordered(ctx, fetch.Work{
		Count: len(r.plan.Parts) - from, Typical: r.plan.Bytes() / int64(max(len(r.plan.Parts), 1)),
		URLs: func(i int) []string { return r.addresses(i + from) },
		Fetch: func(ctx context.Context, i int, l *fetch.Lane) (*fetch.Body, error) {
			return r.renewer.get(ctx, i+from, l)
		},
		Deliver: func(i int, b *fetch.Body, err error) error { return r.deliver(ctx, i+from, b, err) },
		Idle:    r.flush, IdleTime: flushTime,
	})
	if e := r.flush(); err == nil {
		err = e
	}
	return err
}

// addresses are none for a part that the origin does not have: there is nothing to ask for.
func (r *run) addresses(i int) []string {
	part := &r.renewer.now().plan.Parts[i]
	if part.Gap {
		return nil
	}
	return append([]string{part.URL}, part.Mirrors...)
}

// resume takes over what an earlier run has finished.
func (r *run) resume(ctx context.Context) error {
	records, err := r.takeOver(ctx)
	if err != nil {
		return err
	}
	if err := r.restore(records); err != nil {
		return err
	}
	r.verdict.Resumed = r.parts - len(r.missing)
	r.report.update(func(p *Progress) { p.Resumed = r.verdict.Resumed })
	return nil
}

// takeOver returns what is on record, of this very film.
func (r *run) takeOver(ctx context.Context) ([]journal.Record, error) {
	h := r.header()
	records, found, err := r.out.begin(h)
	if err != nil {
		return nil, err
	}
	if i := r.lastPresent(records); i >= 0 {
		if found.Identity != h.Identity {
			err = prove(ctx, r.renewer.now(), r.pool, records[i].Part, records[i].Print)
		}
		if errors.Is(err, ErrChanged) && r.job.Force {
			return r.anew(ctx)
		}
		r.know(records[i].Part, records[i].Print)
	}
	return records, err
}

// anew discards what is there, which is of another film, as is what was known of its media.
func (r *run) anew(ctx context.Context) ([]journal.Record, error) {
	if r.job.Choice.SkipAds {
		if err := r.look(ctx, nil); err != nil {
			return nil, err
		}
	}
	return r.out.restart(r.header())
}

// lastPresent is the last record of a part of the film that is not missing, or -1.
func (r *run) lastPresent(records []journal.Record) int {
	for i := len(records) - 1; i >= 0; i-- {
		if !r.text(records[i].Part) && !records[i].Missing && records[i].Print.Length > 0 {
			return i
		}
	}
	return -1
}

// restore makes the joiner what it was after these records.
func (r *run) restore(records []journal.Record) error {
	if r.data != nil {
		r.data.Close()
	}
	r.data = journal.NewData(r.out.part, r.out.direct.writer())
	for {
		current := journal.Current(records)
		r.joiner = join.New(r.data, r.joinOptions())
		err := r.joiner.Restore(r.history(current))
		if err == nil {
			err = r.recallTexts(current)
		}
		if err == nil {
			r.takeStock(current)
			return nil
		}
		if len(records) == 0 {
			return fmt.Errorf("%w: %w", ErrOutput, err)
		}
		r.log.Warn("the unfinished file cannot be used; starting anew", "err", err)
		if records, err = r.out.keep(nil); err != nil {
			return err
		}
	}
}

// history is what the joiner wants to hear again.
func (r *run) history(records []journal.Record) [][]byte {
	list := make([][]byte, 0, len(records))
	for i := range records {
		if r.text(records[i].Part) {
			continue
		}
		data := records[i].Data
		if r.live != nil { // leaving out what a recording has noted
			_, data, _ = cutNote(data)
		}
		list = append(list, data)
	}
	return list
}

// takeStock counts what is in the file.
func (r *run) takeStock(current []journal.Record) {
	r.parts, r.missing = 0, missing{}
	r.renewer.now().ends.recall(current)
	for i := range current {
		err := error(nil)
		if current[i].Missing {
			err = errEarlier
		} else {
			r.doubts.clear(&r.plan.Parts[i])
		}
		r.count(i, err)
	}
	r.report.update(func(p *Progress) { p.Written = r.joiner.Size() })
}

func (r *run) joinOptions() join.Options {
	o := join.Options{Duration: r.plan.Duration, Streams: r.plan.Films(), Offsets: r.plan.Offsets[:r.plan.Films()]}
	if r.job.EmbedSubs {
		o.Texts = len(r.plan.Streams) - r.plan.Films() + len(r.job.Choice.Captions())
	}
	for i := range r.plan.Films() {
		s := &r.plan.Streams[i]
		o.Languages, o.Names, o.Kinds = append(o.Languages, s.Language), append(o.Names, s.Title), append(o.Kinds, s.Gives)
		if s.Default {
			o.Default = i
		}
	}
	o.WebM = r.webm
	if r.live != nil {
		o.Fragments, o.Together, o.Duration = true, true, r.job.Live.Duration
	}
	return o
}

// count books part i as the last one on record, and why it is missing.
func (r *run) count(i int, why error) {
	part := &r.plan.Parts[i]
	r.parts = i + 1
	if why != nil {
		r.missing[i] = why
	}
	r.report.update(func(p *Progress) {
		p.Done, p.Missing = r.parts, len(r.missing)
		if !r.text(i) {
			p.Duration = max(p.Duration, part.Start+part.Duration)
		}
	})
}

// finish closes the film and gives it its name.
func (r *run) finish() error {
	if r.live == nil {
		r.learn()
	}
	if err := r.subtitles(); err != nil {
		return err
	}
	sum, err := r.joiner.Finish()
	if err == nil {
		err = r.data.Flush()
	}
	switch {
	case errors.Is(err, mp4.ErrEmpty):
		return fmt.Errorf("%w: no segment holds picture or sound that can be used", ErrNothing)
	case r.data.Err() != nil:
		return fmt.Errorf("%w: %w", ErrOutput, r.data.Err())
	case err != nil:
		return err
	}
	if err := r.commitSidecars(); err != nil {
		return err
	}
	size, err := r.out.commit(len(r.missing) > 0 && r.live == nil)
	if err != nil {
		return err
	}
	v := &r.verdict
	v.Path, v.Finished, v.Size, v.Duration, v.Planned = r.out.finished(), true, size, sum.Duration, r.plan.Duration
	v.Live = r.live != nil
	v.Tracks = r.tracks(&sum)
	v.Warnings = append(append(v.Warnings, lost(r.plan.Streams[:r.plan.Films()], &sum)...), remarks(v, &sum)...)
	return nil
}
