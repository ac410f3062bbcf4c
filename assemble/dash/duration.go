package dash

import (
	"fmt"
	"math/big"
	"regexp"
	"time"
)

// xs:duration (XML Schema part 2 §3.2.6) without a sign. Years and months have no length; nobody states a film's in them.
var durationForm = regexp.MustCompile(`^P(?:0+Y)?(?:0+M)?(?:(\d{1,6})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12}(?:\.\d+)?)S)?)?$`)

// maxDuration bounds all times: a year.
const maxDuration = 366 * 24 * time.Hour

// parseDuration reads a time that an attribute states. ok is false for an attribute that is not there.
func parseDuration(s, attribute string) (d time.Duration, ok bool, err error) {
	if s == "" {
		return 0, false, nil
	}
	m := durationForm.FindStringSubmatch(s[:min(len(s), 64)])
	if m == nil || len(s) > 64 {
		return 0, false, fmt.Errorf("%w: %s=%.64q is no duration", ErrMalformed, attribute, s)
	}
	total := new(big.Rat)
	for i, unit := range []int64{86400, 3600, 60, 1} {
		if m[i+1] == "" {
			continue
		}
		n, _ := new(big.Rat).SetString(m[i+1])
		total.Add(total, n.Mul(n, new(big.Rat).SetInt64(unit)))
	}
	if total.Cmp(new(big.Rat).SetInt64(int64(maxDuration/time.Second))) > 0 {
		return 0, false, fmt.Errorf("%w: %s=%.64q is more than a year", ErrMalformed, attribute, s)
	}
	total.Mul(total, new(big.Rat).SetInt64(int64(time.Second)))
	return time.Duration(new(big.Int).Quo(total.Num(), total.Denom()).Int64()), true, nil
}

// span is one period in time.
type span struct {
	start time.Duration
	// length is negative when nobody says it: the segments do.
	length time.Duration
}

const unknown = time.Duration(-1)

// spans are those of all periods (§5.3.2.1): each begins where it says, else where the one before ends; it lasts until it says, the next one
// begins, or the presentation ends.
func (m *mpd) spans() ([]span, error) {
	whole, known, err := parseDuration(m.Duration, "mediaPresentationDuration")
	if err != nil {
		return nil, err
	}
	list := make([]span, len(m.Periods))
	end := time.Duration(0) // of the one before, negative if unknown
	for i := range m.Periods {
		p := &m.Periods[i]
		start, stated, err := parseDuration(p.Start, "Period@start")
		if err != nil {
			return nil, err
		}
		if !stated {
			if start = end; end < 0 {
				if m.Type == "dynamic" { // it will be told when it begins
					m.Periods = m.Periods[:i]
					list = list[:i]
					break
				}
				return nil, fmt.Errorf("early available periods (number %d has no start) are %w", i+1, errUnsupported)
			}
		}
		length, lasts, err := parseDuration(p.Duration, "Period@duration")
		if err != nil {
			return nil, err
		}
		list[i] = span{start, unknown}
		if end = unknown; lasts {
			list[i].length, end = length, start+length
		}
		if i == 0 {
			continue
		}
		switch before := &list[i-1]; {
		case start < before.start:
			return nil, fmt.Errorf("%w: period %d begins before period %d does", ErrMalformed, i+1, i)
		case before.length < 0 || before.start+before.length > start: // what overlaps is cut: the later one counts (§5.3.2.1)
			before.length = start - before.start
		}
	}
	if last := &list[len(list)-1]; known && last.length < 0 {
		if whole < last.start {
			return nil, fmt.Errorf("%w: the last period begins at %v, and all ends at %v", ErrMalformed, last.start, whole)
		}
		last.length = whole - last.start
	}
	return list, nil
}
