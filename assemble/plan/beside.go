package plan

import (
	"context"
	"net/url"
	"slices"

	"seine/assemble/manifest"
)

// Beside adds subtitles to a presentation that it does not name: files of their own, which a page shows with the film. Their times count
// from its beginning, whatever its clock shows.
func Beside(p *manifest.Presentation, list []manifest.Rendition) *manifest.Presentation {
	if len(list) == 0 {
		return p
	}
	out := *p
	out.Variants, out.Renditions = slices.Clone(p.Variants), slices.Clone(p.Renditions)
	var groups []string
	for i := range out.Variants {
		v := &out.Variants[i]
		if v.Subtitles == "" {
			v.Subtitles = "beside the film"
		}
		if !slices.Contains(groups, v.Subtitles) {
			groups = append(groups, v.Subtitles)
		}
	}
	for _, r := range list {
		for _, r.Group = range groups {
			out.Renditions = append(out.Renditions, r)
		}
	}
	return &out
}

// Texts are the streams of subtitles beside a film that no presentation names. The error wraps ErrChoice.
func Texts(list []manifest.Rendition, c Choice) ([]Stream, error) {
	p := Beside(&manifest.Presentation{Variants: []manifest.Variant{{}}}, list)
	chosen, err := chooseTexts(p, &p.Variants[0], c)
	return textStreams(chosen), err
}

// File is a rendition of subtitles that is one file.
func File(u *url.URL, language, name string) manifest.Rendition {
	return manifest.Rendition{Type: manifest.Subtitles, URL: u, Language: language, Name: name, Lister: file{u}, Aside: true}
}

// file lists the one segment that it is.
type file struct{ url *url.URL }

// List implements manifest.Lister.
func (f file) List(context.Context, manifest.Reader) (*manifest.Playlist, []*manifest.Playlist, error) {
	return &manifest.Playlist{URL: f.url, Ended: true, Type: "VOD", Segments: []manifest.Segment{{URL: f.url.String()}}}, nil, nil
}

// aside reports whether the times of a stream count from the beginning of the film.
func (s *Stream) aside() bool { return s.Rendition != nil && s.Rendition.Aside }

// last gives the subtitles that nothing says the length of that of the film.
func (p *Plan) last() {
	for i := range p.Parts {
		if t := &p.Parts[i]; t.Duration == 0 && p.Streams[t.Stream].aside() {
			t.Duration = p.Duration
		}
	}
}

// Aside reports whether the times of part i count from the beginning of the film.
func (p *Plan) Aside(i int) bool { return p.Streams[p.Parts[i].Stream].aside() }
