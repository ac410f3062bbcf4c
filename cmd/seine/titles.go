package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"seine/assemble"
)

// titles keeps the films of several pages apart that have the same title: the second one gets a number.
type titles struct {
	mu    sync.Mutex
	taken map[string]string // by path, in small letters as some file systems see it: the page
}

// mostAlike bounds how many films have the same title.
const mostAlike = 1000

// claim gives a page's film its name: the one under which its own unfinished film is there, else the first that no other page has, in this
// run or unfinished.
func (n *titles) claim(dir, name, page string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.taken == nil {
		n.taken = map[string]string{}
	}
	free := ""
	for i := 1; i <= mostAlike; i++ {
		one := name
		if i > 1 {
			one = fmt.Sprintf("%s (%d)", name, i)
		}
		path := filepath.Join(dir, one+".mp4")
		owner, known := n.taken[strings.ToLower(path)]
		if !known {
			owner, known = unfinishedOf(path)
		}
		switch {
		case known && owner == page:
			n.taken[strings.ToLower(path)] = page
			return one
		case !known && free == "":
			free = one
		case !known && !there(path): // nor will there be one with a higher number
			i = mostAlike
		}
	}
	if free == "" {
		free = name
	}
	n.taken[strings.ToLower(filepath.Join(dir, free+".mp4"))] = page
	return free
}

// unfinishedOf is the page that an unfinished film comes from.
func unfinishedOf(path string) (page string, ok bool) {
	m, err := assemble.Recall(path)
	if err != nil || m.Finished {
		return "", false
	}
	var r recipe
	err = json.Unmarshal(m.Origin, &r)
	return r.URL, err == nil && r.Command == "grab"
}
