package assemble

import (
	"errors"
	"fmt"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/plan"
)

// incompleteError is ErrIncomplete with the first segment that is missing.
type incompleteError struct {
	first  string
	at     time.Duration
	reason string
	known  int // how many are missing as far as known: after the first, nothing was fetched any more
	err    error
}

func (e *incompleteError) Error() string {
	where := fmt.Sprintf("%s, at %s: %s", e.first, clock(e.at), e.reason)
	if e.known > 1 {
		return fmt.Sprintf("%v: %d segments are missing, the first is %s", ErrIncomplete, e.known, where)
	}
	return fmt.Sprintf("%v: %s", ErrIncomplete, where)
}

func (e *incompleteError) Unwrap() []error { return []error{ErrIncomplete, e.err} }

// reason is why a part is missing, without its name, which stands in front of it.
func (s *source) reason(part *plan.Part, err error) string {
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
