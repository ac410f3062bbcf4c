package replay

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"seine/browser"
)

// popups are the pages that a page has opened, in the order in which they did, those that are closed too.
type popups struct {
	mu   sync.Mutex
	list []*browser.Session
}

// mostPopups are remembered: of more, the oldest are forgotten.
const mostPopups = 1000

// attached takes a target. The first page is the tab's own.
func (p *popups) attached(s *browser.Session) {
	if s.Kind() != "page" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.list = append(p.list, s); len(p.list) > mostPopups {
		p.list = p.list[1:]
	}
}

// numbered is what stands behind an address that several popups have. No address has a space in it.
var numbered = regexp.MustCompile(`^(\S+) \(([1-9][0-9]{0,3})\)$`)

// addressed reads a target: the address of a popup, with * for anything, and which of those that have it, from 1; 0: the first that is open.
func addressed(target string) (address string, n int) {
	if m := numbered.FindStringSubmatch(target); m != nil {
		n, _ = strconv.Atoi(m[2])
		return m[1], n
	}
	return target, 0
}

// find gives the popup that a target names, nil if it is not there.
func (p *popups) find(target string, main *browser.Session) *browser.Session {
	p.mu.Lock()
	defer p.mu.Unlock()
	address, n := addressed(target)
	fits := func(url string) bool { return url == address }
	if n > 0 || strings.Contains(address, "*") {
		like := glob(address, true)
		fits = func(url string) bool { return url == address || like.MatchString(url) }
	}
	met := 0
	for _, s := range p.list {
		switch url := s.URL(); {
		case s == main:
		case url == "" && open(s) && strings.Contains(address, "*"):
			return nil // it may be the one, as soon as it is anywhere
		case !fits(url):
		case n == 0 && open(s):
			return s
		case n > 0:
			if met++; met == n && open(s) {
				return s
			}
		}
	}
	return nil
}

// open reports whether a target is there.
func open(s *browser.Session) bool {
	select {
	case <-s.Done():
		return false
	default:
		return true
	}
}
