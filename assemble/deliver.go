package assemble

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seine/assemble/demux/fmp4"
	"seine/assemble/demux/mpegts"
	"seine/assemble/fetch"
	"seine/assemble/join"
	"seine/assemble/journal"
)

// Failures in a row that end a run: an origin that answers nothing any more is not asked for a thousand segments more.
const (
	maxStreak = 8
	// maxFirst is for a run that has nothing yet.
	maxFirst = 3
)

// deliver writes part i to the film, and then to the journal: a crash in between costs one part.
func (r *run) deliver(ctx context.Context, i int, b *fetch.Body, err error) error {
	part := &r.plan.Parts[i]
	init := r.renewer.now().inits.take(i)
	if err == nil && part.Gap {
		err = errGap
	}
	if errors.Is(err, errBeyond) {
		return r.add(i, nil, nil, nil)
	}
	if err == nil {
		err = r.add(i, init, b.Data, nil)
	}
	if err == nil {
		r.streak = 0
		r.doubts.took(part, r.text(i) || r.joiner.Proved(part.Stream))
		return nil
	}
	if fatal := fatal(ctx, err); fatal != nil && !r.text(i) || ctx.Err() != nil || errors.Is(err, ErrOutput) {
		return fatal
	}
	r.log.Info("segment left out", "what", r.name(i), "err", err)
	if err := r.add(i, nil, nil, err); err != nil || r.text(i) { // the film can do without its subtitles
		return err
	}
	if err := r.doubts.raise(part, err); err != nil {
		return r.hopeless(err)
	}
	return r.enough(err)
}

// fatal returns an error that ends the film, nil for one that a single part has.
func fatal(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, ErrOutput), errors.Is(err, ErrUnsupported), errors.Is(err, ErrKey), errors.Is(err, ErrDRM):
		return err
	}
	return nil
}

// enough ends a run in which nothing comes any more. Where gaps are allowed, clear answers, such as that a segment does not exist,
// are no reason to.
func (r *run) enough(err error) error {
	if errors.Is(err, errGap) || r.job.AllowGaps && definite(err) || r.live != nil && (r.parts > len(r.missing) || r.parts < maxStreak) {
		return nil
	}
	r.streak++
	if r.streak < maxStreak && (r.streak < maxFirst || r.parts > len(r.missing)) && r.streak < len(r.plan.Parts) {
		return nil
	}
	if err := r.doubts.left(); err != nil {
		return r.hopeless(err)
	}
	e := r.incomplete()
	e.renew = r.renewer.failed()
	return r.hopeless(e)
}

// hopeless ends a run with err. What is on record goes when it is nothing but holes, or of a wrong key: there is nothing to go on with.
func (r *run) hopeless(err error) error {
	if r.parts == len(r.missing) || r.doubts.tainted() {
		if err := r.restart(); err != nil {
			return err
		}
	}
	return err
}

// definite is true for an answer, right or wrong, as opposed to none.
func definite(err error) bool {
	return refusal(err) || errors.Is(err, ErrContent)
}

// add joins one part, or books why it is missing. Without either it is no part of the film.
func (r *run) add(i int, init, data []byte, why error) error {
	if r.text(i) {
		return r.addText(i, init, data, why)
	}
	print := journal.PrintOf(data) // joining changes it
	piece := r.data.Begin()
	part := r.part(i, init, data == nil)
	if data == nil && why == nil {
		part.Duration = 0
	}
	record, err := r.joiner.Add(part, data)
	if err != nil {
		return r.unjoined(i, err)
	}
	r.count(i, why)
	if r.live != nil {
		record = append(r.live.note(i), record...)
	}
	return r.wrote(writing{piece: piece, size: r.joiner.Size(), rec: newRecord(i, record, print, why)})
}

// wrote has a part put on record, sooner or later.
func (r *run) wrote(w writing) error {
	r.written = append(r.written, w)
	if time.Since(r.flushed) > flushTime {
		return r.flush()
	}
	return r.book()
}

// writing is a part on its way to the file.
type writing struct {
	piece *journal.Piece
	size  int64 // of the file with it
	rec   journal.Record
}

// flushTime is how long a part may wait for company on its way to the file.
const flushTime = 200 * time.Millisecond

// flush puts all parts on record.
func (r *run) flush() error {
	err := r.data.Flush()
	r.flushed = time.Now()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	return r.book()
}

// book puts the parts on record that are in the file by now.
func (r *run) book() error {
	list, failed := r.bookable()
	if len(list) > 0 {
		if err := r.out.journal.Append(list...); err != nil {
			return fmt.Errorf("%w: %w", ErrOutput, err)
		}
		size := r.written[len(list)-1].size
		r.written = r.written[len(list):]
		r.out.disk.grown(size)
		r.report.update(func(p *Progress) { p.Written = size })
	}
	if failed != nil {
		return fmt.Errorf("%w: %w", ErrOutput, failed)
	}
	return nil
}

// bookable returns the records of the parts that are in the file, from the first on, and what has failed for the next.
func (r *run) bookable() (list []journal.Record, err error) {
	for i := range r.written {
		w := &r.written[i]
		if !w.piece.Written() {
			break
		}
		rec, err := w.piece.Record(w.rec, w.size)
		if err != nil {
			return list, err
		}
		list = append(list, rec)
	}
	return list, nil
}

func (r *run) part(i int, init []byte, missing bool) join.Part {
	part := &r.plan.Parts[i]
	return join.Part{
		Stream: part.Stream, Sequence: part.Sequence, Duration: part.Duration,
		Discontinuity: part.Discontinuity, Period: part.Period, Missing: missing, Init: init,
		Key: r.renewer.now().opens.take(i), Keyed: r.renewer.now().seals(r.renewer.now().plan.Parts[i].Init),
		Zero: part.Zero, Scratch: true,
	}
}

// newRecord is what the journal keeps of a part, but for its place in the file.
func newRecord(i int, record []byte, print journal.Print, why error) journal.Record {
	rec := journal.Record{Part: i, Data: record, Missing: why != nil}
	if !rec.Missing {
		rec.Print = print
	}
	return rec
}

// unjoined tells a codec that is not supported from a segment that is damaged, and both from a disk that is full.
func (r *run) unjoined(i int, err error) error {
	if e := r.data.Err(); e != nil {
		return fmt.Errorf("%w: %w", ErrOutput, e)
	}
	var codec *mpegts.UnsupportedError
	if errors.As(err, &codec) {
		return fmt.Errorf("%s: %s is %w", r.name(i), codec.Name, ErrUnsupported)
	}
	var protected *fmp4.ProtectedError
	if errors.As(err, &protected) {
		return fmt.Errorf("%s: %w: %s", r.name(i), ErrDRM, protected.System)
	}
	var joined *join.PartError
	if errors.As(err, &joined) {
		err = joined.Err // which part it is, others say
	}
	if errors.Is(err, ErrWrongKey) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrContent, err)
}

func (r *run) name(i int) string { return r.renewer.now().name(&r.plan.Parts[i]) }

// restart forgets all that is on record.
func (r *run) restart() error {
	if err := r.flush(); err != nil {
		return err
	}
	records, err := r.out.keep(nil)
	if err != nil {
		return err
	}
	known := r.missing
	if err := r.restore(records); err != nil {
		return err
	}
	r.missing = known
	return nil
}
