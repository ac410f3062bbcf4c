// Package plan decides, before anything is fetched, which streams of a presentation make the film and in which order
// their parts are put together. The same presentation and choice give the same plan, always: a download that is taken up
// again depends on it, and a dry run prints it.
package plan

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"seine/assemble/manifest"
)

// ErrChoice marks a wish that the presentation cannot fulfil; the error names what there is.
var ErrChoice = errors.New("no such choice")

// Choice is what a person wants. The zero value asks for the best picture and the default sound.
type Choice struct {
	// Quality is "best" (or empty), "worst" or a number of lines such as "720p".
	Quality string
	// Audio is empty for the default rendition, "all", or a list of languages: "en" or "en,de".
	Audio string
}

// Stream is one playlist that goes into the film.
type Stream struct {
	URL *url.URL
	// Variant is nil when a media playlist was given directly, and for a rendition.
	Variant *manifest.Variant
	// Rendition is set for a sound of its own.
	Rendition *manifest.Rendition
	// Language is the stated language of the sound, or empty.
	Language string
	// Playlist is filled in when it has been read.
	Playlist *manifest.Playlist
}

// Name says in a word which stream it is, for messages.
func (s *Stream) Name() string {
	if s.Rendition != nil {
		return "audio"
	}
	return "main"
}

// Select picks the streams of a presentation: one variant, and a rendition of its own audio group if that has a playlist
// of its own. Their playlists are still to be read. Errors wrap ErrChoice, manifest.ErrDRM or manifest.ErrUnsupported.
func Select(p *manifest.Presentation, c Choice) ([]Stream, error) {
	if _, err := manifest.Usable(p.SessionKeys); errors.Is(err, manifest.ErrDRM) {
		return nil, err
	}
	v, err := chooseVariant(p.Variants, c.Quality)
	if err != nil {
		return nil, err
	}
	streams := []Stream{{URL: v.URL, Variant: v}}
	r, err := chooseAudio(p, v, c.Audio)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return streams, nil
	}
	if r.URL == nil || r.URL.String() == v.URL.String() {
		streams[0].Language = r.Language
		return streams, nil
	}
	return append(streams, Stream{URL: r.URL, Rendition: r, Language: r.Language}), nil
}

// chooseVariant prefers variants with a picture, and codecs that can be muxed, where the text tells.
func chooseVariant(all []manifest.Variant, quality string) (*manifest.Variant, error) {
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: the presentation has no variant", ErrChoice)
	}
	list := make([]*manifest.Variant, len(all))
	for i := range all {
		list[i] = &all[i]
	}
	list = prefer(list, hasPicture)
	list = prefer(list, func(v *manifest.Variant) bool { return Muxable(v.Codecs) })
	slices.SortStableFunc(list, worse)
	switch q := strings.ToLower(strings.TrimSpace(quality)); q {
	case "", "best":
		return list[len(list)-1], nil
	case "worst":
		return list[0], nil
	default:
		lines, err := strconv.Atoi(strings.TrimSuffix(q, "p"))
		if err != nil || lines <= 0 {
			return nil, fmt.Errorf("%w: quality %q: say best, worst or a number of lines such as 720p", ErrChoice, quality)
		}
		return tallest(list, lines), nil
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
	if below != nil {
		return below
	}
	return above
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

// hasPicture is false only for a variant that clearly is sound alone.
func hasPicture(v *manifest.Variant) bool {
	if v.Height > 0 || v.Codecs == "" {
		return true
	}
	for c := range strings.SplitSeq(v.Codecs, ",") {
		if !isSound(strings.ToLower(strings.TrimSpace(c))) {
			return true
		}
	}
	return false
}

// isSound reports whether an RFC 6381 codec is one of sound.
func isSound(codec string) bool {
	return slices.ContainsFunc([]string{"mp4a", "ac-3", "ec-3", "mp3", "opus", "flac", "alac"}, func(p string) bool {
		return strings.HasPrefix(codec, p)
	})
}

// fragmented are the codecs that HLS has in fragmented mp4 only, where sample entries are copied (RFC 8216bis §3.1.2 and
// Apple's authoring specification); carried are those that a transport stream may have, too.
var (
	fragmented = []string{"dvh1", "dvhe", "av01", "vp09", "opus", "flac", "alac"}
	carried    = []string{"avc1", "avc3", "hvc1", "hev1", "mp4a.40", "mp4a.69", "mp4a.6b", "ac-3", "ec-3", "mp3"}
)

// Muxable says whether an RFC 6381 list names only codecs that this version puts into an mp4; unknown ("") counts as yes.
func Muxable(codecs string) bool {
	for c := range strings.SplitSeq(codecs, ",") {
		c = strings.ToLower(strings.TrimSpace(c))
		known := func(p string) bool { return strings.HasPrefix(c, p) }
		if c != "" && !slices.ContainsFunc(fragmented, known) && !slices.ContainsFunc(carried, known) {
			return false
		}
	}
	return true
}
