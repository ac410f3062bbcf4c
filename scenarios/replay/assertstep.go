package replay

import (
	"context"
	"fmt"
	"strings"

	"seine/scenarios"
)

// about is what a document says of itself.
type about struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// assert waits until all is so that the step says of the page.
func (p *Page) assert(ctx context.Context, s scenarios.Assert) error {
	what := "the page"
	if s.Selectors != nil {
		what = writtenOut(s.Selectors)
	}
	none := false
	err := waiting(ctx, what, func(ctx context.Context) (string, error) {
		missing, err := p.assertPage(ctx, s)
		if err != nil || missing != "" || s.Selectors == nil {
			return missing, err
		}
		n, missing, err := p.assertElements(ctx, s)
		if err == nil { // else the time is up, and what was seen before counts
			none = n == 0
		}
		return missing, err
	})
	return p.likely(ctx, err, s.Place, s.Selectors, none)
}

// assertPage holds the address and the title of the whole page, whatever the frame.
func (p *Page) assertPage(ctx context.Context, s scenarios.Assert) (string, error) {
	if s.URL == "" && s.Title == "" {
		return "", nil
	}
	f, err := p.document(ctx, scenarios.Place{Target: s.Target})
	if err != nil {
		return "", err
	}
	is, err := tell[about](ctx, f, "about()")
	switch {
	case err != nil:
		return "", err
	case s.URL != "" && !glob(s.URL, false).MatchString(is.URL):
		return fmt.Sprintf("its address is %s, wanted %s", is.URL, s.URL), nil
	case s.Title != "" && !glob(s.Title, false).MatchString(is.Title):
		return fmt.Sprintf("its title is %q, wanted %q", is.Title, s.Title), nil
	}
	return "", nil
}

// assertElements counts the elements that can be seen, and holds their number and text.
func (p *Page) assertElements(ctx context.Context, s scenarios.Assert) (n int, missing string, err error) {
	yes := true
	n, f, err := p.count(ctx, s.Place, s.Selectors, counted{visible: &yes})
	if err != nil {
		return n, "", err
	}
	wanted := 1
	if s.Count != nil {
		wanted = *s.Count
	}
	if s.Text == "" || n == 0 {
		if !compares(n, s.Operator, wanted) {
			return n, fmt.Sprintf("%s, wanted %s %d", elements(n, true), operatorOf(s.Operator), wanted), nil
		}
		return n, "", nil
	}
	texts, err := tell[[]string](ctx, f, "texts()")
	if err != nil {
		return n, "", err
	}
	having := 0
	for _, t := range texts {
		if strings.Contains(t, strings.Join(strings.Fields(s.Text), " ")) {
			having++
		}
	}
	if !compares(having, s.Operator, wanted) {
		return n, fmt.Sprintf("%d of %d have the text %q, wanted %s %d; the first says %q", having, n, s.Text, operatorOf(s.Operator), wanted, shortened(texts[0])), nil
	}
	return n, "", nil
}

func shortened(t string) string {
	const most = 80
	if r := []rune(t); len(r) > most {
		return string(r[:most]) + "…"
	}
	return t
}
