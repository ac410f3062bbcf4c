package assemble

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"

	"seine/assemble/digest"
	"seine/assemble/journal"
)

// verify holds a file to the digest that came with it, and to the one that the job wants.
func (r *run) verify(s *single) error {
	sums := r.job.Sums
	if sum, ok := digest.Of(s.header, s.poured); ok {
		sums = append(slices.Clip(sums), sum)
	}
	for _, sum := range sums {
		err := sum.Check(io.NewSectionReader(r.out.part, 0, 1<<62))
		switch {
		case errors.Is(err, digest.ErrMismatch):
			return fmt.Errorf("%w: %w; it has been thrown away", ErrContent, err)
		case err != nil:
			return fmt.Errorf("%w: %w", ErrOutput, err)
		}
	}
	return nil
}

// journal is the header of the file's journal. The address is no part of it: it may carry tokens.
func (s *single) journal(origin []byte) journal.Header {
	h := sha256.New()
	fmt.Fprintf(h, "single %d %s %s", s.length, s.header.Get("Last-Modified"), s.ext)
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return journal.Header{Identity: sum, Likeness: sum, Origin: origin}
}
