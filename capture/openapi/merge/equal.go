package merge

import (
	"strings"

	"seine/capture/openapi/document"
)

// equal compares trees; the order of members does not count, and 1e3 is 1.0e+3.
func equal(a, b any) bool {
	switch x := a.(type) {
	case document.Object:
		y, ok := b.(document.Object)
		if !ok || len(x) != len(y) {
			return false
		}
		byKey := index(y)
		for _, m := range x {
			at, ok := byKey[m.Key]
			if !ok || !equal(m.Value, y[at].Value) {
				return false
			}
		}
		return true
	case document.Array:
		y, ok := b.(document.Array)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !equal(x[i], y[i]) {
				return false
			}
		}
		return true
	}
	return scalar(a) == scalar(b)
}

// scalar makes numbers of all kinds comparable.
func scalar(v any) any {
	switch n := v.(type) {
	case int:
		return document.NumberOf(n)
	case document.Number:
		if at := strings.IndexAny(string(n), "eE"); at >= 0 {
			mantissa := strings.TrimSuffix(string(n[:at]), ".0")
			return document.Number(mantissa + "e" + strings.TrimPrefix(string(n[at+1:]), "+"))
		}
	}
	return v
}

func index(o document.Object) map[string]int {
	at := make(map[string]int, len(o))
	for i, m := range o {
		at[m.Key] = i
	}
	return at
}

// short is a value in a few words.
func short(v any) string {
	var b strings.Builder
	_ = document.WriteJSON(&b, v) // a Builder takes all
	s := strings.Join(strings.Fields(b.String()), " ")
	const most = 120
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// pointer is the JSON pointer of a member.
func pointer(at, key string) string {
	return at + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

func has(list document.Array, v any) bool {
	for _, one := range list {
		if equal(one, v) {
			return true
		}
	}
	return false
}

func object(v any) document.Object {
	o, _ := v.(document.Object)
	return o
}

func array(v any) document.Array {
	a, _ := v.(document.Array)
	return a
}
