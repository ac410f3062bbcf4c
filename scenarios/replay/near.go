package replay

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"seine/scenarios"
)

//go:embed js/near.js
var nearJS string

// Near is an element that is like one that is not there.
type Near struct {
	Element string  `json:"element"` // for people
	Score   float64 `json:"score"`   // 0 to 1: how much of what the selectors say holds for it
	X       float64 `json:"x"`       // CSS pixels, in the viewport of its page
	Y       float64 `json:"y"`
	Width   float64 `json:"width"`
	Height  float64 `json:"height"`
}

// mostNear bounds how many are told of.
const mostNear = 5

// wanted is what selectors say of an element.
type wanted struct {
	Names      []string          `json:"names"`
	Role       string            `json:"role"`
	Tag        string            `json:"tag"`
	Attributes map[string]string `json:"attributes"`
}

var (
	cssAttribute = regexp.MustCompile(`\[\s*([\w-]+)\s*[~|^$*]?=\s*(?:"([^"]*)"|'([^']*)'|([^\]\s]*))`)
	cssMark      = regexp.MustCompile(`([#.])([\w-]+)`)
	cssTag       = regexp.MustCompile(`^[a-zA-Z][\w-]*`)
	xpathTag     = regexp.MustCompile(`/([a-zA-Z][\w-]*)(?:\[[^\]]*\])*$`)
)

// wantedOf reads the last parts of selectors: what is before them leads to the element, and says nothing of it.
func wantedOf(list []scenarios.Selector) wanted {
	w := wanted{Names: []string{}, Attributes: map[string]string{}}
	for _, sel := range list {
		if len(sel) == 0 {
			continue
		}
		part := plainPart(sel[len(sel)-1])
		kind, rest, _ := strings.Cut(part, "/")
		switch kind {
		case "aria":
			name, role := accessible(part)
			if w.Role = role; name != "" {
				w.Names = append(w.Names, name)
			}
		case "text":
			w.Names = append(w.Names, rest)
		case "xpath":
			if m := xpathTag.FindStringSubmatch(rest); m != nil && w.Tag == "" {
				w.Tag = strings.ToLower(m[1])
			}
		case "pierce":
			w.css(rest)
		default:
			w.css(part)
		}
	}
	return w
}

// css reads a selector of that language.
func (w *wanted) css(text string) {
	for _, m := range cssAttribute.FindAllStringSubmatch(text, -1) {
		w.Attributes[m[1]] = m[2] + m[3] + m[4]
	}
	fields := strings.FieldsFunc(cssAttribute.ReplaceAllString(text, ""), func(r rune) bool { return strings.ContainsRune(" >+~", r) })
	if len(fields) == 0 {
		return
	}
	last := fields[len(fields)-1]
	if tag := cssTag.FindString(last); tag != "" {
		w.Tag = strings.ToLower(tag)
	}
	for _, m := range cssMark.FindAllStringSubmatch(last, -1) {
		if m[1] == "#" {
			w.Attributes["id"] = m[2]
		} else if w.Attributes["class"] == "" {
			w.Attributes["class"] = m[2]
		}
	}
}

// nearest looks for what is most like an element that did not come, and keeps that for [Page.Keep]. The time of the step is up: it has its own.
func (p *Page) nearest(ctx context.Context, at scenarios.Place, list []scenarios.Selector) []Near {
	p.near = nil
	if p.visit.tab.Err() != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askLimit)
	defer cancel()
	f, err := p.document(ctx, at)
	if err != nil {
		return nil
	}
	near, err := evaluate[[]Near](ctx, f, fmt.Sprintf("%s(%s, %d)", expression(nearJS), literal(wantedOf(list)), mostNear))
	if err != nil {
		p.visit.log.Debug("what is like it", "error", err)
		return nil
	}
	for i := range near {
		if _, corner, err := inPage(ctx, f, point{near[i].X, near[i].Y}); err == nil {
			near[i].X, near[i].Y = corner.x, corner.y
		}
	}
	if at.Target == "" || at.Target == "main" { // which is in the picture
		p.near = near
	}
	return near
}

// likely adds what is most like an element to the error that it did not come, if none was there.
func (p *Page) likely(ctx context.Context, err error, at scenarios.Place, list []scenarios.Selector, none bool) error {
	if late := (*WaitError)(nil); none && errors.As(err, &late) {
		late.Near = p.nearest(ctx, at, list)
	}
	return err
}

// told is what is like it, for people.
func told(list []Near) string {
	out := make([]string, len(list))
	for i, n := range list {
		out[i] = fmt.Sprintf("%d %s (%.2f)", i+1, n.Element, n.Score)
	}
	return strings.Join(out, ", ")
}
