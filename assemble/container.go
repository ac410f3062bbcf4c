package assemble

import (
	"path/filepath"
	"slices"
	"strings"

	"seine/assemble/plan"
)

// settleContainer decides whether the film becomes a WebM file: its name says so, or, where nobody has chosen that, its codecs are at home there alone.
func (r *run) settleContainer() error {
	ext := strings.ToLower(filepath.Ext(r.out.base))
	r.webm = ext == ".webm"
	if r.job.GuessedExtension && !r.webm && slices.ContainsFunc(r.plan.Streams, func(s plan.Stream) bool { return plan.OnlyWebM(s.Codecs()) }) {
		r.webm = true
		if err := r.out.rename(".webm"); err != nil {
			return err
		}
	}
	return nil
}
