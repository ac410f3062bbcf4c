package record

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
)

// rowsIn finds the longest list of objects in an answer, and the program in jq that gives it.
func rowsIn(body []byte) (n int, query string, ok bool) {
	var v any
	if json.Unmarshal(body, &v) != nil {
		return 0, "", false
	}
	n, query = longest(v, "", 0)
	return n, query + "[]", n > 0
}

// deepest is how far rows are looked for.
const deepest = 6

var plainKeyName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func longest(v any, path string, depth int) (n int, at string) {
	if depth > deepest {
		return 0, ""
	}
	switch v := v.(type) {
	case []any:
		if len(v) > 0 && !slices.ContainsFunc(v, func(e any) bool { _, is := e.(map[string]any); return !is }) {
			return len(v), orElse(path, ".")
		}
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			own := path + "." + k
			if !plainKeyName.MatchString(k) {
				quoted, _ := json.Marshal(k) // a text has no errors
				own = orElse(path, ".") + "[" + string(quoted) + "]"
			}
			if m, p := longest(v[k], own, depth+1); m > n {
				n, at = m, p
			}
		}
	}
	return n, at
}
