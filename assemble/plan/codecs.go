package plan

import (
	"slices"
	"strings"

	"seine/assemble/manifest"
)

// soundAlone is true where the sound can be had without a picture.
func soundAlone(p *manifest.Presentation, v *manifest.Variant) bool {
	own, _ := apart(v, audioGroup(p, v))
	return len(own) > 0 || !hasPicture(v)
}

// hasPicture is false only for a variant that clearly is sound alone.
func hasPicture(v *manifest.Variant) bool {
	if v.Height > 0 || v.Codecs == "" {
		return true
	}
	for c := range strings.SplitSeq(v.Codecs, ",") {
		if !slices.ContainsFunc(soundCodecs, func(s string) bool { return strings.HasPrefix(strings.ToLower(strings.TrimSpace(c)), s) }) {
			return true
		}
	}
	return false
}

// soundCodecs are the beginnings of RFC 6381 names that stand for sound.
var soundCodecs = []string{"mp4a", "ac-3", "ec-3", "ac-4", "mp3", "opus", "flac", "alac"}

// fragmented are the codecs that HLS has in fragmented mp4 only, where sample entries are copied (RFC 8216bis §3.1.2 and
// Apple's authoring specification); carried are those that a transport stream may have, too.
var (
	fragmented = []string{"dvh1", "dvhe", "av01", "vp09", "vp9", "opus", "flac", "alac"}
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

// OnlyWebM reports whether codecs, as stated, are at home in WebM and not in mp4: VP8 and Vorbis.
func OnlyWebM(codecs string) bool {
	for c := range strings.SplitSeq(strings.ToLower(codecs), ",") {
		if c = strings.TrimSpace(c); strings.HasPrefix(c, "vp8") || strings.HasPrefix(c, "vp08") || strings.HasPrefix(c, "vorbis") {
			return true
		}
	}
	return false
}

// Codecs are those of a stream, as stated: its variant's, or its rendition's own.
func (s *Stream) Codecs() string {
	switch {
	case s.Variant != nil:
		return s.Variant.Codecs
	case s.Rendition != nil:
		return s.Rendition.Codecs
	}
	return ""
}
