package assemble

import "seine/assemble/join"

// gapsSuffix is for the journal of a finished film that has gaps.
const gapsSuffix = ".gaps"

// conclude adds the counters to the verdict.
func (r *run) conclude() Verdict {
	p := r.report.now()
	v := r.verdict
	v.Segments, v.Retries, v.Bytes, v.Renewals = max(r.parts-len(r.missing), 0), p.Retries, p.Bytes, p.Renewals
	v.Missing = r.gaps()
	if !v.Finished {
		v.Size, v.Planned = p.Written, p.Total
		v.Segments = max(v.Segments-r.lost(), 0)
	}
	return v
}

// lost counts the segments that were joined and did not reach the file, as on a full disk.
func (r *run) lost() (n int) {
	for _, w := range r.written {
		if !w.rec.Missing {
			n++
		}
	}
	return n
}

// tracks holds what became of each track against what its playlist promised.
func (r *run) tracks(sum *join.Summary) (list []Track) {
	for _, t := range sum.Tracks {
		k := Track{
			Kind: t.Kind.String(), Name: t.Name, Default: t.Default, Codec: t.Codec, Language: t.Language, Start: t.Start, Duration: t.Duration, Samples: t.Samples,
			Width: t.Width, Height: t.Height, SampleRate: t.SampleRate, Channels: t.Channels,
			Planned: r.plan.Lasts(t.Stream),
		}
		for i := range r.plan.Parts {
			if r.plan.Parts[i].Stream == t.Stream {
				k.SegmentsPlanned++
				if r.missing[i] == nil {
					k.Segments++
				}
			}
		}
		for _, h := range t.Holes {
			k.Holes = append(k.Holes, Hole(h))
		}
		list = append(list, k)
	}
	return list
}
