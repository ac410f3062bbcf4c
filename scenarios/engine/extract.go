package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"seine/scenarios"
	"seine/scenarios/extract"
)

// extract reads rows of the page, or of what the step names.
func (a *actor) extract(ctx context.Context, s scenarios.Extract) (any, error) {
	x, err := extract.New(s, a.p.Query)
	if err != nil {
		return nil, err
	}
	from, err := a.source(ctx, s)
	if err != nil {
		return nil, err
	}
	rows, err := x.Rows(ctx, from)
	if err != nil {
		return nil, err
	}
	a.r.hints.add(rows.Columns)
	return rows.List, nil
}

func (a *actor) source(ctx context.Context, s scenarios.Extract) (extract.Source, error) {
	var from extract.Source
	switch v := s.From.(type) {
	case nil:
		page, err := a.page(ctx)
		if err != nil {
			return from, err
		}
		from.HTML, from.URL, err = page.Document(ctx, s.Place)
		if err != nil || s.JQ == "" {
			return from, err
		}
		if from.JSON, err = parseJSON([]byte(extract.PlainText(from.HTML))); err != nil {
			return from, fmt.Errorf("%w: the page is no JSON", extract.ErrSource)
		}
		return from, nil
	case string:
		from.HTML = v
		if s.JQ != "" {
			parsed, err := parseJSON([]byte(v))
			if err != nil {
				parsed = v
			}
			from.JSON = parsed
		}
		return from, nil
	case map[string]any:
		if body, ok := v["body"].(string); ok && v["status"] != nil && v["url"] != nil { // an answer
			from.HTML = body
			from.URL, _ = v["url"].(string)
			if v["json"] == nil && s.JQ != "" {
				return from, fmt.Errorf("%w: the answer of %s is no JSON", extract.ErrSource, from.URL)
			}
			from.JSON = v["json"]
			return from, nil
		}
	}
	if s.JQ == "" {
		return from, fmt.Errorf("%w: what from gives is neither HTML nor an answer", extract.ErrSource)
	}
	from.JSON = s.From
	return from, nil
}

// hints are the names of columns in the order in which steps gave them.
type hints struct {
	mu   sync.Mutex
	list []string
}

func (h *hints) add(columns []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range columns {
		if !slices.Contains(h.list, c) {
			h.list = append(h.list, c)
		}
	}
}

func (h *hints) all() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.list)
}
