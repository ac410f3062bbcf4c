package program

import (
	"reflect"
	"strings"

	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/file"
	"seine/scenarios/internal/shape"
)

// selectors checks every list of selectors that a step has.
func (c *checker) selectors(s scenarios.Step, path string) {
	v := reflect.ValueOf(s)
	for _, f := range shape.Of(v.Type()).Fields {
		if f.Type != shape.Selectors {
			continue
		}
		for i, sel := range v.FieldByIndex(f.Index).Interface().([]scenarios.Selector) {
			for _, part := range sel {
				c.selector(file.Item(file.Join(path, f.Name), i), part)
			}
		}
	}
}

// kinds are the prefixes of selectors. Without one it is CSS.
var kinds = []string{"aria/", "text/", "xpath/", "pierce/"}

// selector tells what no browser could read. Which CSS a browser knows is its own business.
func (c *checker) selector(path, source string) {
	t, err := expr.Compile(source)
	if err != nil {
		return
	}
	plain, ok := t.Plain()
	if !ok || plain == "" {
		return
	}
	body, kind := plain, ""
	for _, k := range kinds {
		if rest, ok := strings.CutPrefix(plain, k); ok {
			body, kind = rest, k
		}
	}
	switch {
	case strings.TrimSpace(body) == "":
		c.wrong(path, 0, "the selector %q is empty", plain)
	case kind == "aria/" || kind == "text/":
	case !balanced(body):
		c.wrong(path, 0, "the selector %q has a bracket or quotation mark that is not closed", plain)
	case kind == "" && strings.HasPrefix(body, "//"):
		c.wrong(path, 0, "%q is no CSS", plain).Hinted("XPath is written as xpath/%s", body)
	}
}

// balanced reports whether brackets and quotation marks are closed. CSS escapes by \, XPath not at all.
func balanced(s string) bool {
	var open []byte
	for i := 0; i < len(s); i++ {
		ch := s[i]
		if ch == '\\' {
			i++
			continue
		}
		if n := len(open); n > 0 && (open[n-1] == '"' || open[n-1] == '\'') {
			if ch == open[n-1] {
				open = open[:n-1]
			}
			continue
		}
		switch ch {
		case '"', '\'':
			open = append(open, ch)
		case '(':
			open = append(open, ')')
		case '[':
			open = append(open, ']')
		case ')', ']':
			if len(open) == 0 || open[len(open)-1] != ch {
				return false
			}
			open = open[:len(open)-1]
		}
	}
	return len(open) == 0
}
