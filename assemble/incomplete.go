package assemble

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"seine/assemble/fetch"
)

// errEarlier stands for a reason that an earlier run knew.
var errEarlier = errors.New("missing since an earlier run")

// missing are the parts that could not be had, and why.
type missing map[int]error

// first is the earliest of them.
func (m missing) first() int { return slices.Min(slices.Collect(maps.Keys(m))) }

// incompleteError is ErrIncomplete with the first segment that is missing.
type incompleteError struct {
	first  string
	at     time.Duration
	reason string
	count  int
	err    error
	renew  error // why addresses could not be renewed, or nil
	repair bool  // the film is finished, with gaps, and stays so
}

func (e *incompleteError) Error() string {
	text := fmt.Sprintf("%v: %s, at %s: %s", ErrIncomplete, e.first, clock(e.at), e.reason)
	if e.count > 1 {
		text = fmt.Sprintf("%v: %d segments are missing, the first is %s, at %s: %s", ErrIncomplete, e.count, e.first, clock(e.at), e.reason)
	}
	if e.renew != nil {
		text += fmt.Sprintf("; %v", e.renew)
	}
	return text
}

func (e *incompleteError) Unwrap() []error { return []error{ErrIncomplete, e.err} }

func (e *incompleteError) hint() string {
	if e.repair {
		return "the film is as it was; try again later, or say where it is now with --url"
	}
	return "run the same command again: it asks for what is missing; --allow-gaps makes the film without it"
}

// incomplete is the error of a film that lacks parts.
func (r *run) incomplete() *incompleteError {
	i := r.missing.first()
	return &incompleteError{
		first: r.name(i), at: r.plan.Parts[i].Start, reason: reason(r.missing[i]), count: len(r.missing), err: r.missing[i], repair: r.out.repairs,
	}
}

// gaps lists what is missing, in the order of the film.
func (r *run) gaps() (list []Gap) {
	for _, i := range slices.Sorted(maps.Keys(r.missing)) {
		part := &r.plan.Parts[i]
		list = append(list, Gap{
			Stream: r.plan.Streams[part.Stream].Name(), Sequence: shownSequence(part), Start: part.Start,
			Duration: part.Duration, Reason: reason(r.missing[i]),
		})
	}
	return list
}

// reason is why a part is missing, without its name, which stands in front of it.
func reason(err error) string {
	var f *fetch.Error
	if !errors.As(err, &f) {
		return err.Error()
	}
	switch f.Kind {
	case fetch.Key:
		return "its key: " + f.Reason()
	case fetch.Init:
		return "its initialization section (EXT-X-MAP): " + f.Reason()
	}
	return f.Reason()
}
