package sink

import (
	"fmt"
	"maps"
	"slices"

	"github.com/itchyny/gojq"
)

// listOf takes a value as a list of rows; nothing is none.
func listOf(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

// flat is a row with the fields of objects in it as columns of their own: a.b. What is no object is the column value.
func flat(v any) map[string]any {
	m, ok := v.(map[string]any)
	if !ok {
		return map[string]any{"value": v}
	}
	out := make(map[string]any, len(m))
	spread(out, "", m)
	return out
}

func spread(out map[string]any, prefix string, m map[string]any) {
	for k, v := range m {
		if inner, ok := v.(map[string]any); ok && len(inner) > 0 {
			spread(out, prefix+k+".", inner)
			continue
		}
		out[prefix+k] = v
	}
}

// columnsOf are the names of the rows' columns that are not known yet: as hints have them, then sorted.
func columnsOf(rows []map[string]any, known, hints []string) []string {
	fresh := map[string]bool{}
	for _, r := range rows {
		for k := range r {
			fresh[k] = true
		}
	}
	for _, k := range known {
		delete(fresh, k)
	}
	var list []string
	for _, h := range hints {
		if fresh[h] {
			list = append(list, h)
			delete(fresh, h)
		}
	}
	return append(list, slices.Sorted(maps.Keys(fresh))...)
}

// cell is a value as the text of a cell: nothing for null, JSON for what is no text.
func cell(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	return marshal(v)
}

func marshal(v any) (string, error) {
	b, err := gojq.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrShape, err)
	}
	return string(b), nil
}
