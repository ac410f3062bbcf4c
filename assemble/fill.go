package assemble

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"seine/assemble/fetch"
	"seine/assemble/join"
	"seine/assemble/journal"
)

// filler puts parts into a film that were missing. It walks through the records in the order of the parts; those that a filled hole
// touches are joined anew. Until nothing is touched any more the new records are held back: they count together.
type filler struct {
	run     *run
	records []journal.Record
	patch   *join.Patch
	side    *fetch.Pool // for parts beside holes: all slots may be taken by holes that wait
	at      int         // the next part of the walk
	batch   []journal.Record
	filled  []int // parts of the batch that were missing
	done    int   // that were missing and are on record
}

// errHalf: a part beside a hole could not be had again; the hole stays.
var errHalf = errors.New("the segment beside it could not be had again")

// fill asks once more for all that is missing. What still cannot be had is no error here.
func (r *run) fill(ctx context.Context) error {
	holes := slices.DeleteFunc(slices.Sorted(maps.Keys(r.missing)), func(i int) bool { return r.plan.Parts[i].Gap })
	if len(holes) == 0 {
		return nil
	}
	f := &filler{run: r, side: r.pool.Ahead(r.client)}
	err := f.begin()
	if err == nil {
		err = r.pool.Ordered(ctx, fetch.Work{
			Count: len(holes),
			URLs:  func(i int) []string { return r.addresses(holes[i]) },
			Fetch: func(ctx context.Context, i int, l *fetch.Lane) (*fetch.Body, error) {
				return r.renewer.get(ctx, holes[i], l)
			},
			Deliver: func(i int, b *fetch.Body, err error) error { return f.deliver(ctx, holes[i], b, err) },
		})
	}
	if err == nil {
		err = f.end(ctx)
	}
	r.verdict.Filled += f.done
	if err == nil {
		r.joiner, err = f.patch.Joiner()
	}
	if err == nil {
		return nil
	}
	if end := fatal(ctx, err); end != nil {
		return end
	}
	r.log.Warn("filling holes", "err", err)
	return r.reopen()
}

// reopen goes back to what is on record.
func (r *run) reopen() error {
	why := r.missing
	records, err := r.out.reread()
	if err == nil {
		err = r.restore(records)
	}
	for i := range r.missing {
		if why[i] != nil {
			r.missing[i] = why[i]
		}
	}
	return err
}

func (f *filler) begin() (err error) {
	records, err := f.run.out.reread()
	if err != nil {
		return err
	}
	f.records = journal.Current(records)
	f.patch, err = join.NewPatch(f.run.data, f.run.joinOptions(), f.run.history(f.records))
	return err
}

// deliver takes hole i, or why it stays one.
func (f *filler) deliver(ctx context.Context, i int, b *fetch.Body, err error) error {
	init := f.run.renewer.now().inits.take(i)
	if end := fatal(ctx, err); err != nil && end != nil && (ctx.Err() != nil || !f.run.text(i)) {
		return end
	}
	if err := f.walk(ctx, i); err != nil {
		return err
	}
	if err == nil {
		err = f.renew(i, init, b.Data, nil)
	}
	if err == nil {
		f.run.doubts.clear(&f.run.plan.Parts[i])
		f.filled = append(f.filled, i)
		return f.commit()
	}
	if end := fatal(ctx, err); end != nil && (ctx.Err() != nil || !f.run.text(i)) {
		return end
	}
	f.run.missing[i] = err
	return f.pass(i, err)
}

// pass leaves hole i what it is.
func (f *filler) pass(i int, why error) error {
	if f.run.text(i) {
		f.at++
		return nil
	}
	if !f.patch.Settled(f.run.plan.Parts[i].Stream) {
		return f.renew(i, nil, nil, why)
	}
	f.at++
	return f.patch.Keep(f.records[i].Data)
}

// walk goes on to part end. Parts that a filled hole touches are fetched again.
func (f *filler) walk(ctx context.Context, end int) error {
	for f.at < end {
		i := f.at
		if f.run.text(i) {
			f.at++
			continue
		}
		if f.records[i].Missing {
			if err := f.pass(i, f.run.missing[i]); err != nil {
				return err
			}
			continue
		}
		if f.patch.Settled(f.run.plan.Parts[i].Stream) {
			f.at++
			if err := f.patch.Keep(f.records[i].Data); err != nil {
				return err
			}
			continue
		}
		if err := f.refetch(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

// end goes through what is left.
func (f *filler) end(ctx context.Context) error {
	err := f.walk(ctx, len(f.records))
	if err == nil && len(f.batch) > 0 {
		err = f.commit()
	}
	return err
}

func (f *filler) refetch(ctx context.Context, i int) error {
	body, err := f.run.renewer.get(ctx, i, f.side)
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("%s: %w: %w", f.run.name(i), errHalf, err)
	}
	defer body.Release()
	if err := f.renew(i, f.run.renewer.now().inits.take(i), body.Data, nil); err != nil {
		return fmt.Errorf("%w: %w", errHalf, err)
	}
	return f.commit()
}

// renew joins the next part, which is i, anew.
func (f *filler) renew(i int, init, data []byte, why error) error {
	r := f.run
	print := journal.PrintOf(data) // joining changes it
	piece := r.data.Begin()
	record, err := f.join(i, init, data, why)
	if err != nil {
		return err
	}
	rec, err := piece.Record(newRecord(i, record, print, why), f.patch.Size())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	f.at++
	f.batch = append(f.batch, rec)
	return nil
}

// join gives the new record of part i.
func (f *filler) join(i int, init, data []byte, why error) ([]byte, error) {
	r := f.run
	if r.text(i) {
		return r.keepText(i, init, data)
	}
	record, err := f.patch.Renew(r.part(i, init, why != nil), data, f.records[i].Data)
	if err != nil {
		return nil, r.unjoined(i, err)
	}
	return record, nil
}

// commit writes the new records to the journal once no further part is touched.
func (f *filler) commit() error {
	r := f.run
	for s := range r.plan.Films() {
		if !f.patch.Settled(s) && f.at < len(f.records) {
			return nil
		}
	}
	if err := r.out.journal.AppendTogether(f.batch...); err != nil {
		return fmt.Errorf("%w: %w", ErrOutput, err)
	}
	for _, i := range f.filled {
		delete(r.missing, i)
	}
	f.done += len(f.filled)
	f.batch, f.filled = nil, nil
	r.report.update(func(p *Progress) { p.Missing, p.Written = len(r.missing), f.patch.Size() })
	return nil
}
