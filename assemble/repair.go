package assemble

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"seine/assemble/journal"
)

// Memory is what is remembered of a film that lacks parts.
type Memory struct {
	// Origin is that of the Job.
	Origin []byte
	// Finished is true for a film with gaps, false for an unfinished one.
	Finished bool
	// Parts that were dealt with, and Missing ones among them.
	Parts, Missing int
}

// Recall reads what an earlier run has left beside an output: of an unfinished film, or of a finished one with gaps. ErrNothing:
// neither is there.
func Recall(output string) (Memory, error) {
	for _, suffix := range []string{gapsSuffix, ".part.journal"} {
		if _, err := os.Stat(output); err != nil && suffix == gapsSuffix {
			continue // the film itself is gone
		}
		f, err := os.Open(output + suffix)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return Memory{}, fmt.Errorf("%w: %w", ErrOutput, err)
		}
		defer f.Close()
		h, records, err := journal.Read(f)
		if err != nil {
			return Memory{}, fmt.Errorf("%s: %w", output+suffix, err)
		}
		m := Memory{Origin: h.Origin, Finished: suffix == gapsSuffix}
		for _, r := range journal.Current(records) {
			m.Parts++
			if r.Missing {
				m.Missing++
			}
		}
		return m, nil
	}
	if _, err := os.Stat(output); errors.Is(err, fs.ErrNotExist) {
		return Memory{}, marked{fmt.Errorf("there is no film %s, nor an unfinished one", output), ErrNothing}
	}
	return Memory{}, marked{fmt.Errorf("there is nothing to repair: %s is no film with gaps", output), ErrNothing}
}

// Repair fills the gaps of a finished film, as far as they can be had now, or goes on with an unfinished one, of which it forgives
// no gaps unless the job does. A film in which nothing could be filled stays as it is: ErrIncomplete. The job is that of Run.
func Repair(ctx context.Context, job Job) (Verdict, error) {
	m, err := Recall(job.Output)
	if err == nil && !m.Finished {
		return Run(ctx, job)
	}
	if err == nil {
		err = job.check()
	}
	if err != nil {
		return Verdict{}, err
	}
	job.AllowGaps, job.Force = true, false
	out, err := openRepair(job.Output)
	if err != nil {
		return Verdict{}, err
	}
	return perform(ctx, job, out)
}

// openRepair makes a part file of a finished film: a copy, so that the film stays what it is until the repaired one takes its
// place. A disk that can clone files does so.
func openRepair(path string) (*output, error) {
	o, err := claim(path, &output{replace: true, repairs: true})
	if err != nil {
		return nil, err
	}
	// The journal comes last: a part file without one is what a crash in between leaves, and is written anew.
	if err := errors.Join(o.copy("", ".part"), o.copy(gapsSuffix, ".part.journal")); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrOutput, err), o.close())
	}
	return o, nil
}

func (o *output) copy(from, to string) (err error) {
	in, err := o.root.Open(o.base + from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := o.openRegular(o.base+to, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if err := out.Truncate(0); err != nil {
		return err
	}
	_, err = io.Copy(out, in) // *os.File clones or copies in the kernel where it can
	return err
}
