package dash

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"seine/assemble/manifest"
)

// errUnsupported is in the sentences of this package.
var errUnsupported = manifest.ErrUnsupported

// errLinked: xlink (§5.5) has parts of the manifest elsewhere, adverts as a rule.
var errLinked = fmt.Errorf("a manifest with parts elsewhere (xlink:href) is %w", errUnsupported)

// resolvedToNothing is the address of an element that is to be taken out (§5.5.3).
const resolvedToNothing = "urn:mpeg:dash:resolve-to-zero:2013"

// kind is what a set is for.
type kind int

const (
	other kind = iota // nothing that goes into a film: thumbnails, trick play, events
	video
	audio
	text
)

// essentials are the properties without which a set can be understood all the same, or that this package heeds (§5.8.4.8: a set with
// another essential property is to be left alone).
var essentials = []string{"urn:mpeg:mpegb:cicp:", "urn:mpeg:dash:role:", "urn:dvb:dash:"}

// kind is told by contentType, the media type, or the codecs.
func (s *adaptationSet) kind() kind {
	for _, e := range s.Essential {
		if !hasPrefix(e.Scheme, essentials) {
			return other // trick play, thumbnail tiles, what nobody knows
		}
	}
	stated := s.ContentType
	if stated == "" && len(s.Components) == 1 {
		stated = s.Components[0].ContentType
	}
	mime, codecs := s.MimeType, s.Codecs
	for i := range s.Representations {
		mime, codecs = cmp.Or(mime, s.Representations[i].MimeType), cmp.Or(codecs, s.Representations[i].Codecs)
	}
	major, minor, _ := strings.Cut(strings.ToLower(mime), "/")
	switch what := cmp.Or(strings.ToLower(stated), major); {
	case what == "text", minor == "ttml+xml", minor == "vtt", hasPrefix(codecs, []string{"stpp", "wvtt"}):
		return text
	case what == "video":
		return video
	case what == "audio":
		return audio
	case what == "application" && codecs == "", what == "image":
		return other
	case hasSound(codecs) && !hasPicture(codecs):
		return audio
	case hasPicture(codecs):
		return video
	}
	return other
}

func hasPrefix(s string, list []string) bool {
	s = strings.ToLower(s)
	for _, p := range list {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// The beginnings of RFC 6381 names.
var (
	sounds   = []string{"mp4a", "ac-3", "ec-3", "ac-4", "opus", "flac", "vorbis", "alac", "dts", "mha1", "mhm1"}
	pictures = []string{"avc", "hev", "hvc", "vp8", "vp9", "vp08", "vp09", "av01", "dvh", "dva", "vvc", "vvi", "mp4v"}
)

func hasSound(codecs string) bool   { return anyOf(codecs, sounds) }
func hasPicture(codecs string) bool { return anyOf(codecs, pictures) }

func anyOf(codecs string, list []string) bool {
	for c := range strings.SplitSeq(codecs, ",") {
		if hasPrefix(strings.TrimSpace(c), list) {
			return true
		}
	}
	return false
}

// joinable reports whether segments are of a kind that can be put together, or are not said to be of any.
func (c *common) joinable() bool {
	_, minor, _ := strings.Cut(strings.ToLower(c.MimeType), "/")
	return minor == "mp4" || minor == "" || minor == "mp2t" || minor == "webm"
}

// role is the first of a scheme that everybody uses (§5.8.5.5), or "".
func (s *adaptationSet) role() string {
	for _, r := range s.Roles {
		if strings.EqualFold(r.Scheme, "urn:mpeg:dash:role:2011") {
			return strings.ToLower(r.Value)
		}
	}
	return ""
}

// hasRole reports whether one of the roles is this.
func (s *adaptationSet) hasRole(role string) bool {
	return slices.ContainsFunc(s.Roles, func(r descriptor) bool {
		return strings.EqualFold(r.Scheme, "urn:mpeg:dash:role:2011") && strings.EqualFold(r.Value, role)
	})
}

// hardOfHearing is true for subtitles that tell what is heard.
func (s *adaptationSet) hardOfHearing() bool {
	return slices.ContainsFunc(s.Accessibility, func(a descriptor) bool {
		return a.Scheme == "urn:tva:metadata:cs:AudioPurposeCS:2007" && a.Value == "2"
	})
}

// readable is the first representation of subtitles that is text, not pictures of it (IMSC image profile).
func (s *set) readable() *media {
	for _, m := range s.options {
		if !strings.Contains(strings.ToLower(m.Codecs), ".im1i") && !strings.Contains(strings.ToLower(m.Codecs), ".im2i") {
			return m
		}
	}
	return s.options[0]
}

// describes is true for a sound that tells what is seen.
func (s *adaptationSet) describes() bool {
	if s.role() == "description" {
		return true
	}
	for _, a := range s.Accessibility {
		if a.Scheme == "urn:tva:metadata:cs:AudioPurposeCS:2007" && a.Value == "1" || a.Value == "description" {
			return true
		}
	}
	return false
}

// language is that of the set, or of its one component.
func (s *adaptationSet) language() string {
	if s.Language == "" && len(s.Components) == 1 {
		return s.Components[0].Language
	}
	return s.Language
}

// family is a codec without its parameters.
func family(codecs string) string {
	f, _, _ := strings.Cut(strings.ToLower(codecs), ".")
	return f
}

// keys are how samples are encrypted, if they are: a system each (§5.8.4.1; ISO/IEC 23001-7 §11).
func (c *common) keys() (list []manifest.Key) {
	for _, p := range c.Protection {
		if scheme := strings.ToLower(p.Scheme); scheme != "urn:mpeg:dash:mp4protection:2011" {
			list = append(list, manifest.Key{Method: "CENC", Format: scheme})
		}
	}
	if len(list) == 0 && len(c.Protection) > 0 {
		list = []manifest.Key{{Method: "CENC", Format: "Common Encryption"}}
	}
	return list
}
