package plan

import (
	"fmt"
	"slices"
	"strings"

	"seine/assemble/manifest"
)

// chooseAudio picks from the variant's own group (RFC 8216 §4.3.4.1.1): what was asked for, in that order, else DEFAULT, else
// AUTOSELECT, else the first. None means that the variant has no such group.
func chooseAudio(p *manifest.Presentation, v *manifest.Variant, wish string) ([]*manifest.Rendition, error) {
	group := audioGroup(p, v)
	wish = strings.TrimSpace(wish)
	all := strings.EqualFold(wish, "all")
	switch {
	case len(group) == 0 && (wish == "" || all):
		return nil, nil
	case len(group) == 0:
		return nil, fmt.Errorf("%w: audio %q: this film has one sound, of unknown language; leave --audio out", ErrChoice, wish)
	case wish == "":
		return []*manifest.Rendition{defaultAudio(group)}, nil
	case all:
		return defaultFirst(group), nil
	}
	return matching(group, wish)
}

func defaultFirst(group []*manifest.Rendition) []*manifest.Rendition {
	first := defaultAudio(group)
	list := []*manifest.Rendition{first}
	for _, r := range group {
		if r != first {
			list = append(list, r)
		}
	}
	return list
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

// matching returns, for each language asked, the rendition that a player would take: "en" also means en-GB (RFC 4647 §3.3.1).
// Names count as well. One that is not there is an error, however many others are.
func matching(group []*manifest.Rendition, wish string) ([]*manifest.Rendition, error) {
	var found []*manifest.Rendition
	for asked := range strings.SplitSeq(wish, ",") {
		asked = strings.TrimSpace(asked)
		if asked == "" {
			continue
		}
		var fit []*manifest.Rendition
		for _, r := range group {
			if speaks(r, asked) {
				fit = append(fit, r)
			}
		}
		if len(fit) == 0 {
			return nil, fmt.Errorf("%w: audio %q: there is %s", ErrChoice, asked, names(group))
		}
		if r := defaultAudio(fit); !slices.Contains(found, r) {
			found = append(found, r)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%w: audio %q: there is %s", ErrChoice, wish, names(group))
	}
	return found, nil
}

func speaks(r *manifest.Rendition, asked string) bool {
	have := strings.ToLower(r.Language)
	return strings.EqualFold(r.Language, asked) || strings.HasPrefix(have, strings.ToLower(asked)+"-") || strings.EqualFold(r.Name, asked)
}

func names(group []*manifest.Rendition) string {
	list := make([]string, 0, len(group))
	for _, r := range group {
		list = append(list, fmt.Sprintf("%q (%q)", r.Language, r.Name))
	}
	return strings.Join(list, ", ")
}
