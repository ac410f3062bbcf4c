package openapi

import "regexp"

var linkValue = regexp.MustCompile(`<([^>]*)>((?:\s*;\s*[\w*!#$%&'+.^|~-]+\s*(?:=\s*(?:"(?:[^"\\]|\\.)*"|[^\s",;]*))?)*)`)

var relNext = regexp.MustCompile(`(?i);\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next)\s*(?:;|$)`)

// NextLink is the target of the Link header field with the relation next (RFC 8288 §3), "" for none.
func NextLink(fields []string) string {
	for _, f := range fields {
		for _, m := range linkValue.FindAllStringSubmatch(f, 50) {
			if relNext.MatchString(m[2]) {
				return m[1]
			}
		}
	}
	return ""
}
