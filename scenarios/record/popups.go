package record

import (
	"net/url"
	"slices"
	"strings"
	"sync"
)

// popups are the pages that were opened beside the main one, in that order, those that are closed too. It is safe for concurrent use.
type popups struct {
	mu   sync.Mutex
	list []popup
}

type popup struct{ page, url string }

// mostPopups are remembered.
const mostPopups = 1000

// at notes where a page is; a new one is the last that opened.
func (p *popups) at(page, url string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.IndexFunc(p.list, func(o popup) bool { return o.page == page }); i >= 0 {
		p.list[i].url = url
		return
	}
	if p.list = append(p.list, popup{page, url}); len(p.list) > mostPopups {
		p.list = p.list[1:]
	}
}

// place is a popup as a target names it: its address, and the pages that opened before and are like it.
func (p *popups) place(page string) (at Place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at.Page = page
	i := slices.IndexFunc(p.list, func(o popup) bool { return o.page == page })
	if i < 0 {
		return at
	}
	at.Target = p.list[i].url
	pattern := popupPattern(at.Target)
	for _, o := range p.list[:i] {
		if like(pattern, o.url) {
			at.Before = append(at.Before, o.page)
		}
	}
	return at
}

// like holds the whole of an address against a pattern with * for anything.
func like(pattern, address string) bool {
	parts := strings.Split(pattern, "*")
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return pattern == address
	}
	if len(address) < len(first)+len(last) || !strings.HasPrefix(address, first) || !strings.HasSuffix(address, last) {
		return false
	}
	rest := address[len(first) : len(address)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, ok := strings.Cut(rest, part)
		if !ok {
			return false
		}
		rest = after
	}
	return true
}

// popupPattern is a popup's address with a * for what is another one each time: the query, parts of its path that are no words, what stands
// behind #. An address without them is itself.
func popupPattern(address string) string {
	if scheme, rest, ok := strings.Cut(address, ":"); ok && (scheme == "blob" || scheme == "data") {
		if i := strings.LastIndexByte(rest, '/'); scheme == "blob" && i > 0 {
			return scheme + ":" + rest[:i+1] + "*"
		}
		return scheme + ":*"
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	path := patternPath(u.EscapedPath())
	if path == u.EscapedPath() && u.RawQuery == "" && u.Fragment == "" {
		return address
	}
	switch path = u.Scheme + "://" + u.Host + path; {
	case u.RawQuery != "":
		return path + "?*"
	case u.Fragment != "":
		return path + "*"
	}
	return path
}
