// Package plan decides, before anything is fetched, which streams of a presentation make the film and in which order
// their parts are put together. The same presentation and choice give the same plan, always: a download that is taken up
// again depends on it, and a dry run prints it.
package plan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"seine/assemble/manifest"
)

// ErrChoice marks a wish that the presentation cannot fulfil; the error names what there is.
var ErrChoice = errors.New("no such choice")

// Choice is what a person wants. The zero value asks for the best picture and the default sound.
type Choice struct {
	// Quality is "best" (or empty), "worst" or a number of lines such as "720p": the best of at most so many, else the lowest above. See
	// Instead.
	Quality string
	// Audio is empty for the default rendition, "all", or a list of languages or names: "en" or "en,de". The first one plays
	// unless another is chosen in the player.
	Audio string
	// AudioOnly leaves the picture out; it is not even fetched where the sound has a playlist of its own.
	AudioOnly bool
	// Subs is empty or "none" for no subtitles, "all", or a list of languages or names; "cc", or cc1 … cc4, has closed captions (CEA-608)
	// looked for in the pictures.
	Subs string
	// SkipAds leaves the islands out, see Plan.Skip.
	SkipAds bool
}

// Select picks the streams of a presentation: one variant, the sounds of its own audio group that have playlists of their
// own, and the subtitles. Their playlists are still to be read. Errors wrap ErrChoice, manifest.ErrDRM or manifest.ErrUnsupported.
func Select(p *manifest.Presentation, c Choice) ([]Stream, error) {
	if _, err := manifest.Usable(p.SessionKeys); errors.Is(err, manifest.ErrDRM) {
		return nil, err
	}
	v, err := chooseVariant(p, c)
	if err != nil {
		return nil, err
	}
	sounds, err := chooseAudio(p, v, c.Audio)
	if err != nil {
		return nil, err
	}
	streams := streamsOf(v, sounds, c.AudioOnly)
	if len(streams) > MaxStreams {
		return nil, fmt.Errorf("more than %d playlists in one film, as the %d sounds chosen need them, are %w: choose some by --audio",
			MaxStreams, len(sounds), manifest.ErrUnsupported)
	}
	texts, err := chooseTexts(p, v, c)
	if err != nil {
		return nil, err
	}
	return append(streams, textStreams(texts)...), nil
}

// chooseVariant prefers variants with a picture, and codecs that can be muxed, where the text tells.
func chooseVariant(p *manifest.Presentation, c Choice) (*manifest.Variant, error) {
	if len(p.Variants) == 0 {
		return nil, fmt.Errorf("%w: the presentation has no variant", ErrChoice)
	}
	list := make([]*manifest.Variant, len(p.Variants))
	for i := range p.Variants {
		list[i] = &p.Variants[i]
	}
	if c.AudioOnly {
		list = prefer(list, func(v *manifest.Variant) bool { return soundAlone(p, v) })
	} else {
		list = prefer(list, hasPicture)
	}
	list = prefer(list, func(v *manifest.Variant) bool { return Muxable(v.Codecs) })
	slices.SortStableFunc(list, worse)
	switch q := strings.ToLower(strings.TrimSpace(c.Quality)); q {
	case "", "best":
		return first(list, list[len(list)-1]), nil
	case "worst":
		return list[0], nil
	default:
		n, ok := lines(q)
		if !ok {
			return nil, fmt.Errorf("%w: quality %q: say best, worst or a number of lines such as 720p", ErrChoice, c.Quality)
		}
		return tallest(list, n), nil
	}
}

// worse orders by pixels, then bandwidth; of equals the first in the document is the best.
func worse(a, b *manifest.Variant) int {
	if c := cmp.Compare(a.Width*a.Height, b.Width*b.Height); c != 0 {
		return c
	}
	return cmp.Compare(a.Bandwidth, b.Bandwidth)
}

// tallest returns the best variant of at most that many lines, else the lowest one above. The list is sorted.
func tallest(list []*manifest.Variant, lines int) *manifest.Variant {
	var below, above *manifest.Variant
	for _, v := range list {
		switch {
		case v.Height <= lines && (below == nil || v.Height >= below.Height):
			below = v
		case v.Height > lines && (above == nil || v.Height <= above.Height):
			above = v
		}
	}
	best := cmp.Or(below, above)
	return first(list, best)
}

// first is the first in the document of those that are as good.
func first(list []*manifest.Variant, as *manifest.Variant) *manifest.Variant {
	return list[slices.IndexFunc(list, func(v *manifest.Variant) bool { return worse(v, as) == 0 })]
}

// prefer keeps those that pass, or all when none does.
func prefer(list []*manifest.Variant, pass func(*manifest.Variant) bool) []*manifest.Variant {
	var kept []*manifest.Variant
	for _, v := range list {
		if pass(v) {
			kept = append(kept, v)
		}
	}
	if kept == nil {
		return list
	}
	return kept
}
