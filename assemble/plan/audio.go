package plan

import (
	"fmt"
	"strings"

	"seine/assemble/manifest"
)

// chooseAudio picks from the variant's own group (RFC 8216 §4.3.4.1.1): what was asked for, else DEFAULT, else
// AUTOSELECT, else the first. nil means that the variant has no such group.
func chooseAudio(p *manifest.Presentation, v *manifest.Variant, wish string) (*manifest.Rendition, error) {
	group := audioGroup(p, v)
	wish = strings.TrimSpace(wish)
	switch {
	case wish == "":
		return defaultAudio(group), nil
	case len(group) == 0 && strings.EqualFold(wish, "all"):
		return nil, nil
	case len(group) == 0:
		return nil, fmt.Errorf("%w: audio %q: this film has one sound, of unknown language; leave --audio out", ErrChoice, wish)
	}
	asked := matching(group, wish)
	switch len(asked) {
	case 0:
		return nil, fmt.Errorf("%w: audio %q: there is %s", ErrChoice, wish, names(group))
	case 1:
		return asked[0], nil
	}
	return nil, fmt.Errorf("more than one sound in a film is %w: choose one of %s", manifest.ErrUnsupported, names(asked))
}

func audioGroup(p *manifest.Presentation, v *manifest.Variant) []*manifest.Rendition {
	var group []*manifest.Rendition
	for i := range p.Renditions {
		r := &p.Renditions[i]
		if v.Audio != "" && r.Type == manifest.Audio && r.Group == v.Audio {
			group = append(group, r)
		}
	}
	return group
}

func defaultAudio(group []*manifest.Rendition) *manifest.Rendition {
	if len(group) == 0 {
		return nil
	}
	best := group[0]
	for _, r := range group {
		if r.Default {
			return r
		}
		if r.Autoselect && !best.Autoselect {
			best = r
		}
	}
	return best
}

// matching returns, for each language asked, the first rendition that speaks it: "en" also means en-GB (RFC 4647 §3.3.1).
func matching(group []*manifest.Rendition, wish string) []*manifest.Rendition {
	if strings.EqualFold(wish, "all") {
		return group
	}
	var found []*manifest.Rendition
	for language := range strings.SplitSeq(wish, ",") {
		language = strings.ToLower(strings.TrimSpace(language))
		for _, r := range group {
			have := strings.ToLower(r.Language)
			if language != "" && (have == language || strings.HasPrefix(have, language+"-") || strings.ToLower(r.Name) == language) {
				found = append(found, r)
				break
			}
		}
	}
	return found
}

func names(group []*manifest.Rendition) string {
	list := make([]string, 0, len(group))
	for _, r := range group {
		list = append(list, fmt.Sprintf("%q (%q)", r.Language, r.Name))
	}
	return strings.Join(list, ", ")
}
