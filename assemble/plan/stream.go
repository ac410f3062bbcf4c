package plan

import (
	"cmp"
	"fmt"
	"hash"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"seine/assemble/manifest"
	"seine/assemble/media"
)

// Stream is one playlist that goes into the film.
type Stream struct {
	URL *url.URL
	// Lister has the segments in place of a playlist at URL; nil for none.
	Lister manifest.Lister
	// Mirrors are addresses of the same playlist on other servers, best first.
	Mirrors []*url.URL
	// Gives is the only kind of track that the film takes from it; 0 for all that it has.
	Gives media.Kind
	// Default marks the sound that plays unless another is chosen.
	Default bool
	// Variant is nil when a media playlist was given directly, and for a rendition.
	Variant *manifest.Variant
	// Rendition is set for a sound of its own, and for subtitles.
	Rendition *manifest.Rendition
	// Language and Title are what is stated of the sound, or empty: BCP 47, and a name for people.
	Language, Title string
	// Label tells several sounds apart, in messages; empty where there is one.
	Label string
	// Playlist is filled in when it has been read, Twins with those of the mirrors.
	Playlist *manifest.Playlist
	Twins    []*manifest.Playlist
}

// Name says in a word which stream it is, for messages: "main", "audio", or of several sounds "audio en"; "subtitles en".
func (s *Stream) Name() string {
	switch {
	case s.Text() && s.Label == "":
		return "subtitles"
	case s.Text():
		return "subtitles " + s.Label
	case s.Rendition == nil:
		return "main"
	case s.Label == "":
		return "audio"
	}
	return "audio " + s.Label
}

// Direct is the stream of a media playlist that no presentation names.
func Direct(list *manifest.Playlist, c Choice) Stream {
	s := Stream{URL: list.URL, Playlist: list, Default: true}
	if c.AudioOnly {
		s.Gives = media.Audio
	}
	return s
}

// MaxStreams bounds the playlists of one film.
const MaxStreams = 8

// streamsOf turns the choice into playlists. The first sound is the default one; where it lies inside the variant, all
// that the variant has comes along.
func streamsOf(v *manifest.Variant, sounds []*manifest.Rendition, audioOnly bool) []Stream {
	own, inside := apart(v, sounds)
	main := Stream{URL: v.URL, Lister: v.Lister, Mirrors: v.Mirrors, Variant: v}
	switch {
	case audioOnly:
		main.Gives = media.Audio
	case len(own) > 0 && len(inside) == 0:
		main.Gives = media.Video
	}
	if len(inside) == 1 {
		main.Language, main.Title = languageTag(inside[0].Language), title(inside[0].Name)
	}
	main.Default = len(own) == 0 || len(inside) > 0 && inside[0] == sounds[0]
	var streams []Stream
	if len(own) == 0 || len(inside) > 0 || !audioOnly {
		streams = append(streams, main)
	}
	for _, r := range own {
		s := Stream{URL: r.URL, Lister: r.Lister, Mirrors: r.Mirrors, Gives: media.Audio, Rendition: r, Language: languageTag(r.Language), Title: title(r.Name), Default: r == sounds[0]}
		if len(own) > 1 {
			s.Label = label(r, own)
		}
		streams = append(streams, s)
	}
	return streams
}

// apart tells the sounds that have playlists of their own from those that the variant itself holds (RFC 8216 §4.3.4.1).
func apart(v *manifest.Variant, sounds []*manifest.Rendition) (own, inside []*manifest.Rendition) {
	for _, r := range sounds {
		same := func(o *manifest.Rendition) bool { return o.URL.String() == r.URL.String() }
		switch {
		case r.URL == nil || r.URL.String() == v.URL.String():
			inside = append(inside, r)
		case !slices.ContainsFunc(own, same):
			own = append(own, r)
		}
	}
	return own, inside
}

// label is the language where that is enough to tell a sound from the others, or else the name.
func label(r *manifest.Rendition, among []*manifest.Rendition) string {
	unique := func(of func(*manifest.Rendition) string) bool {
		n := 0
		for _, o := range among {
			if of(o) == of(r) {
				n++
			}
		}
		return n == 1 && of(r) != ""
	}
	language := func(r *manifest.Rendition) string { return r.Language }
	name := func(r *manifest.Rendition) string { return r.Name }
	switch {
	case unique(language):
		return title(r.Language)
	case unique(name):
		return title(r.Name)
	}
	return fmt.Sprintf("%s %d", title(cmp.Or(r.Language, r.Name)), slices.Index(among, r)+1)
}

// languageTag is a BCP 47 tag as it may stand in a file, or empty.
func languageTag(s string) string {
	odd := func(c rune) bool {
		return c != '-' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z')
	}
	if len(s) > 35 || strings.ContainsFunc(s, odd) { // RFC 5646 §4.4.1
		return ""
	}
	return s
}

// maxTitle bounds a name, in characters.
const maxTitle = 64

// title is a name without what is no text.
func title(s string) string {
	s = strings.TrimSpace(strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, s))
	if r := []rune(s); len(r) > maxTitle {
		s = string(r[:maxTitle-1]) + "…"
	}
	return s
}

// identifyStreams adds what the film takes of which stream.
func (p *Plan) identifyStreams(h hash.Hash) {
	for i := range p.Streams {
		s := &p.Streams[i]
		chosen := uint64(s.Gives) << 1
		if s.Default {
			chosen |= 1
		}
		number(h, chosen, uint64(len(s.Language)), uint64(len(s.Title)))
		h.Write([]byte(s.Language + s.Title))
	}
}
