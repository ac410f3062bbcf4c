package record

import (
	"net/url"
	"slices"
	"strings"

	"seine/scenarios"
	"seine/scenarios/expr"
)

// heading puts a comment in front of the first step of each page and of each form in it.
func (w *writer) heading(a *action) {
	title, group := orElse(oneLine(a.title), "The page"), ""
	if a.element != nil {
		group = oneLine(a.element.Group)
	}
	if a.deed == doNavigate || a.deed == doClose || a.deed == doHistory {
		return
	}
	if a.place.Target != "" {
		title += " (a popup)"
	} else if len(a.place.In) > 0 {
		title += " (a frame)"
	}
	switch {
	case title != w.title && group != "" && !strings.Contains(title, group):
		w.note("%s: %s", title, group)
	case title != w.title:
		w.note("%s", title)
	case group != w.group && group != "":
		w.note("%s", group)
	}
	w.title, w.group = title, group
}

func orElse(s, otherwise string) string {
	if strings.TrimSpace(s) == "" {
		return otherwise
	}
	return s
}

// after waits for what the step had the page ask for, and tells of the request that would do without the page.
func (w *writer) after(a *action, first int) {
	answered := w.answered(a)
	for _, c := range w.waits(a, answered) {
		wait := scenarios.WaitForRequest{URL: expr.Literal(pattern(c.URL))}
		if c.Method != "GET" {
			wait.Method = c.Method
		}
		w.add(wait)
	}
	if w.o.Suggest == nil {
		return
	}
	told := 0
	for _, c := range answered {
		lines := w.o.Suggest(c)
		for _, line := range lines {
			w.noteAt(first, line)
		}
		if len(lines) > 0 {
			told++
		}
		if told == mostSuggestions {
			break
		}
	}
}

// mostWaits are for one step: the last ones are what the page shows in the end. More suggestions than mostSuggestions are not read by anybody.
const (
	mostWaits       = 2
	mostSuggestions = 3
)

// answered are the calls of an action that went well, and that the page does not make in any case.
func (w *writer) answered(a *action) []Call {
	var list []Call
	for _, c := range a.calls {
		p := pattern(c.URL)
		switch {
		case c.Status < 200 || c.Status > 299 || w.polls[p] > 0 || p == "":
			continue
		case !talks(c.MIME):
			continue
		}
		list = slices.DeleteFunc(list, func(o Call) bool { return pattern(o.URL) == p && o.Method == c.Method })
		list = append(list, c)
	}
	return list
}

// waits are the calls of an action that are waited for, of those that were answered.
func (w *writer) waits(a *action, list []Call) []Call {
	if a.moved && len(list) > 0 && a.deed != doScroll { // the next document is waited for anyway
		list = list[max(0, len(list)-1):]
	}
	return list[max(0, len(list)-mostWaits):]
}

// talks reports whether an answer is data or a piece of a page.
func talks(mime string) bool {
	return strings.Contains(mime, "json") || strings.Contains(mime, "xml") || mime == "text/html" || mime == "text/plain" || mime == "text/x-component"
}

// pattern is a call's address with a * for what changes: host, numbers, the query.
func pattern(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	p := "*" + patternPath(u.EscapedPath())
	if u.RawQuery != "" {
		p += "?*"
	}
	return p
}
