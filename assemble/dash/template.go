package dash

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// identifier is §5.3.9.4.4; a width may stand behind all but $RepresentationID$.
var identifier = regexp.MustCompile(`\$(?:(RepresentationID|Number|Time|Bandwidth|SubNumber)(?:%0(\d{1,2})d)?)?\$`)

// values are what a template is filled with.
type values struct {
	id        string
	number    uint64
	time      uint64
	bandwidth int64
}

// fill puts values in the places that a template has for them. One that has other places is refused: what would come of it is no address.
func fill(text string, v values) (string, error) {
	var bad error
	out := identifier.ReplaceAllStringFunc(text, func(s string) string {
		m := identifier.FindStringSubmatch(s)
		var n uint64
		switch m[1] {
		case "":
			return "$"
		case "RepresentationID":
			if m[2] != "" {
				bad = fmt.Errorf("%w: %s in the template %.200q has a width", ErrMalformed, s, text)
			}
			return v.id
		case "Number":
			n = v.number
		case "Time":
			n = v.time
		case "Bandwidth":
			n = uint64(max(v.bandwidth, 0))
		case "SubNumber":
			bad = fmt.Errorf("segment sequences ($SubNumber$) are %w", errUnsupported)
		}
		width, _ := strconv.Atoi(m[2])
		return fmt.Sprintf("%0*d", width, n)
	})
	if bad == nil && strings.Count(identifier.ReplaceAllString(text, ""), "$") > 0 {
		bad = fmt.Errorf("%w: the template %.200q has a $ without its other half", ErrMalformed, text)
	}
	return out, bad
}
