package extract

import (
	"slices"
	"strings"
)

// keysIn orders the fields of objects as the program that made them names them; those that it does not name come behind, sorted.
func keysIn(program string, list []any) []string {
	var keys []string
	known := map[string]bool{}
	for _, v := range list {
		m, ok := v.(map[string]any)
		if !ok {
			continue
		}
		for k := range m {
			if !known[k] {
				known[k] = true
				keys = append(keys, k)
			}
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		x, y := at(program, a), at(program, b)
		if x != y {
			return x - y
		}
		return strings.Compare(a, b)
	})
	return keys
}

// at is where a word first stands in a program; behind its end if it does not.
func at(program, word string) int {
	for from := 0; ; {
		i := strings.Index(program[from:], word)
		if i < 0 || word == "" {
			return len(program)
		}
		i += from
		if end := i + len(word); (i == 0 || !letter(program[i-1])) && (end == len(program) || !letter(program[end])) {
			return i
		}
		from = i + 1
	}
}

func letter(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
