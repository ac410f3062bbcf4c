package assemble

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// A segment that is cut is missing, whichever it is; a key that fits none is wrong.
func TestCutSegments(t *testing.T) {
	for name, c := range map[string]struct {
		cut     string // segments
		gaps    bool
		want    error
		missing int
	}{
		"the first":         {"0", false, ErrIncomplete, 1},
		"the first two":     {"01", true, nil, 2},
		"one in the middle": {"6", true, nil, 1},
		"the last":          {"9", false, ErrIncomplete, 1},
		"three in front":    {"012", true, ErrWrongKey, 3},
		"four in a row":     {"4567", true, nil, 4},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			o.crypt = func(uint64) (string, *[16]byte) { return "key", nil }
			o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				i := strings.Index(r.URL.Path, "/seg_00")
				if i < 0 || !strings.Contains(c.cut, r.URL.Path[i+7:i+8]) {
					return false
				}
				_, _ = w.Write(make([]byte, 5000))
				return true
			}
			job := o.job(t)
			job.AllowGaps = c.gaps
			v, err := Run(t.Context(), job)
			if !errors.Is(err, c.want) || len(v.Missing) != c.missing {
				t.Errorf("%v, %+v", err, v.Missing)
			}
		})
	}
}
