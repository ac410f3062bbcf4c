package schema

import (
	"strings"
	"unicode"
)

// oddPlurals do not end as others do.
var oddPlurals = map[string]string{
	"people": "person", "children": "child", "men": "man", "women": "woman", "mice": "mouse", "feet": "foot", "teeth": "tooth", "geese": "goose",
	"indices": "index", "vertices": "vertex", "matrices": "matrix", "analyses": "analysis", "criteria": "criterion", "data": "data", "media": "media", "series": "series",
	"movies": "movie", "cookies": "cookie", "species": "species", "news": "news", "status": "status", "address": "address", "addresses": "address", "buses": "bus", "aliases": "alias", "statuses": "status", "caches": "cache",
	"leaves": "leaf", "lives": "life", "wolves": "wolf", "knives": "knife", "shelves": "shelf", "axes": "axis", "bases": "base", "databases": "database", "houses": "house", "courses": "course", "responses": "response", "licenses": "license", "expenses": "expense", "purchases": "purchase", "releases": "release", "causes": "cause", "uses": "use", "cases": "case", "phases": "phase", "heroes": "hero", "potatoes": "potato", "tomatoes": "tomato",
}

// Singular is a noun's singular, as far as English has rules. Of several words the last one counts.
func Singular(s string) string {
	at := strings.LastIndexFunc(s, func(r rune) bool { return r == '_' || r == '-' || r == '.' }) + 1
	if i := strings.LastIndexFunc(s, unicode.IsUpper); i > at && i < len(s)-1 && unicode.IsLower(rune(s[i+1])) {
		at = i
	}
	head, last := s[:at], s[at:]
	if one, ok := oddPlurals[strings.ToLower(last)]; ok {
		if last != "" && unicode.IsUpper(rune(last[0])) {
			one = strings.ToUpper(one[:1]) + one[1:]
		}
		return head + one
	}
	return head + singular(last)
}

func singular(s string) string {
	switch l := strings.ToLower(s); {
	case len(l) < 4 || !strings.HasSuffix(l, "s") || strings.HasSuffix(l, "ss") || strings.HasSuffix(l, "us") || strings.HasSuffix(l, "is"):
		return s
	case strings.HasSuffix(l, "ies") && len(l) > 4:
		return s[:len(s)-3] + "y"
	case strings.HasSuffix(l, "sses"), strings.HasSuffix(l, "shes"), strings.HasSuffix(l, "ches"), strings.HasSuffix(l, "xes"), strings.HasSuffix(l, "zzes"):
		return s[:len(s)-2]
	}
	return s[:len(s)-1]
}

// Camel joins the words of s; the first begins with a capital if upper.
func Camel(s string, upper bool) string {
	var b strings.Builder
	capital := upper
	for _, r := range s {
		switch {
		case r > 126 || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			capital = b.Len() > 0 || upper
			continue
		case b.Len() == 0 && !upper:
			r = unicode.ToLower(r)
		case capital:
			r = unicode.ToUpper(r)
		}
		capital = false
		b.WriteRune(r)
	}
	return b.String()
}
