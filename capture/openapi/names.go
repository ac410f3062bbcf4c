package openapi

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"seine/capture/openapi/lexical"
	"seine/capture/openapi/schema"
)

// nounOf is the singular of the nearest constant segment, as it stands in a name.
func nounOf(up above) string {
	for i := len(up.nouns) - 1; i >= 0; i-- {
		noun := up.nouns[i]
		if base, _, ok := strings.Cut(noun, "."); ok && base != "" {
			noun = base
		}
		if name := schema.Camel(schema.Singular(noun), false); name != "" && (name[0] < '0' || name[0] > '9') {
			return name
		}
	}
	return ""
}

// nameOf names a parameter after what it is, or after the member that carried it, and the noun before it.
func nameOf(p *PathParam, up above) string {
	name := calendarName(p, up)
	if name == "" {
		name = byField(p, up)
	}
	if name == "" {
		name = byKind(p, up)
	}
	one := name
	for i := 2; up.names[one]; i++ {
		one = name + strconv.Itoa(i)
	}
	return one
}

// calendarName is for years, months and days.
func calendarName(p *PathParam, up above) string {
	within := func(low, high, digits int) bool {
		for _, v := range p.Values {
			if n, err := strconv.Atoi(v); err != nil || n < low || n > high || len(v) > digits {
				return false
			}
		}
		return p.integer
	}
	switch {
	case within(1900, 2100, 4):
		return "year"
	case up.after != nil && up.after.Name == "year" && within(1, 12, 2):
		return "month"
	case up.after != nil && up.after.Name == "month" && within(1, 31, 2):
		return "day"
	}
	return ""
}

// byField takes the member that most of the values were seen in.
func byField(p *PathParam, up above) string {
	count := map[string]int{}
	for _, o := range p.Sources {
		if identifying.MatchString(o.field) {
			count[o.field]++
		}
	}
	fields := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) })
	if len(fields) == 0 {
		return ""
	}
	field, noun := schema.Camel(fields[0], false), nounOf(up)
	switch {
	case field == "":
		return ""
	case noun == "" || up.after != nil && len(field) > 2:
		return field
	case strings.Contains(strings.ToLower(field), strings.ToLower(noun)):
		return field
	}
	return noun + schema.Camel(field, true)
}

var kindNames = map[lexical.Kind]string{lexical.Date: "date", lexical.DateTime: "dateTime", lexical.Locale: "locale", lexical.Email: "email", lexical.Version: "version", lexical.Decimal: "number"}

func byKind(p *PathParam, up above) string {
	kind := slices.SortedFunc(maps.Keys(p.kinds), func(a, b lexical.Kind) int {
		return cmp.Or(p.kinds[b]-p.kinds[a], strings.Compare(string(a), string(b)))
	})[0]
	if name := kindNames[kind]; name != "" && len(p.kinds) == 1 {
		return name
	}
	suffix := "id"
	switch kind {
	case lexical.Slug:
		suffix = "slug"
	case lexical.Word, lexical.Encoded:
		suffix = "name"
	}
	if noun := nounOf(up); noun != "" && up.after == nil {
		return noun + schema.Camel(suffix, true)
	}
	return suffix
}
