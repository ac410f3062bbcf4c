package call

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"seine/capture/openapi"
)

// Place is a page of a list: what the one before it said of where to go on. The zero value is the first page. It is plain data, to be written down.
type Place struct {
	Page   int    `json:"page,omitempty"`   // from 0
	Number int    `json:"number,omitempty"` // of page and offset
	Cursor string `json:"cursor,omitempty"` // as JSON, so that numbers stay numbers
	URL    string `json:"url,omitempty"`
	Rows   int    `json:"rows,omitempty"`   // of all pages before
	Before string `json:"before,omitempty"` // what the page before had, as a hash
	Empty  int    `json:"empty,omitempty"`  // pages without rows before, in a row
	Anchor string `json:"anchor,omitempty"` // a place that must not come again: Brent's way to see a circle
}

func (p *Place) first() bool { return p.Page == 0 }

// into puts the place in a request's values.
func (p *Place) into(values map[slot]any, page *openapi.Pagination, required bool) {
	k := slot{page.In, page.Name}
	switch {
	case p.first() && (required || page.In == "body") && (page.Kind == openapi.PageNumber || page.Kind == openapi.PageOffset):
		values[k] = json.Number(strconv.Itoa(page.First))
	case p.first():
	case page.Kind == openapi.PageNumber, page.Kind == openapi.PageOffset:
		values[k] = json.Number(strconv.Itoa(p.Number))
	case page.Kind == openapi.PageCursor:
		if v, err := parseJSON([]byte(p.Cursor)); err == nil {
			values[k] = v
		}
	}
}

// address is the page's own. It stays on the server of the operation: what lets in is sent along.
func (p *Place) address(base *url.URL) (*url.URL, error) {
	u, err := url.Parse(p.URL)
	if err != nil {
		return nil, lasting{fmt.Errorf("%w: its address cannot be read", ErrElsewhere)}
	}
	if strings.EqualFold(u.Host, base.Host) && u.Scheme == "http" && base.Scheme == "https" {
		u.Scheme = base.Scheme // servers behind others do not know that they are asked by https
	}
	if u.Scheme != base.Scheme || !strings.EqualFold(u.Host, base.Host) {
		return nil, lasting{fmt.Errorf("%w: %s", ErrElsewhere, shown(u.String()))}
	}
	return u, nil
}

// next is the place behind an answer; ok is false where that was the last page.
func (p *Place) next(o *Operation, b *Binding, a *Answer, rows []any) (Place, bool) {
	page := o.Pagination
	n := Place{Page: p.Page + 1, Rows: p.Rows + len(rows), Before: fingerprint(rows), Anchor: p.Anchor}
	if len(rows) == 0 {
		n.Empty = p.Empty + 1
	}
	if more, ok := at(a.JSON, page.More); page.More != "" && ok && more == false {
		return n, false
	}
	moved := false
	switch page.Kind {
	case openapi.PageNumber, openapi.PageOffset:
		moved = p.count(&n, o, b, a, rows)
	case openapi.PageCursor:
		n.Cursor, moved = cursorOf(page, a, rows)
	case openapi.PageLink:
		n.URL, moved = resolved(a, openapi.NextLink(a.Header.Values("Link")))
	case openapi.PageNext:
		v, _ := at(a.JSON, page.Next)
		text, _ := v.(string)
		n.URL, moved = resolved(a, text)
	}
	here := n.Cursor + n.URL
	if !moved || here != "" && (here == n.Anchor || here == p.Cursor+p.URL) {
		return n, false
	}
	if n.Page&(n.Page-1) == 0 {
		n.Anchor = here
	}
	return n, true
}

// count goes on by numbers: until a page is empty, the same as the one before, or said to be the last.
func (p *Place) count(n *Place, o *Operation, b *Binding, a *Answer, rows []any) bool {
	page, now := o.Pagination, p.Number
	if p.first() {
		now = page.First
		if v, err := strconv.Atoi(textOf(b.values[slot{page.In, page.Name}])); err == nil {
			now = v
		}
	}
	if len(rows) == 0 || n.Before == p.Before {
		return false
	}
	if pages, ok := number(a, page.Pages); ok && page.Kind == openapi.PageNumber && now-page.First+1 >= pages {
		return false
	}
	if total, ok := number(a, page.Total); ok && page.Kind == openapi.PageOffset && now-page.First+len(rows) >= total {
		return false
	}
	switch {
	case page.Kind == openapi.PageNumber:
		n.Number = now + 1
	case page.Step > 0:
		n.Number = now + page.Step
	default:
		n.Number = now + len(rows)
	}
	return true
}

func number(a *Answer, pointer string) (int, bool) {
	if pointer == "" {
		return 0, false
	}
	v, _ := at(a.JSON, pointer)
	n, err := strconv.Atoi(textOf(v))
	return n, err == nil
}

// cursorOf is what the next page is asked for with.
func cursorOf(page *openapi.Pagination, a *Answer, rows []any) (string, bool) {
	v, _ := at(a.JSON, page.Next)
	if page.Last != "" {
		if len(rows) == 0 {
			return "", false
		}
		v, _ = at(rows[len(rows)-1], page.Last)
	}
	switch v.(type) {
	case string, json.Number:
	default:
		return "", false
	}
	text, err := json.Marshal(v)
	return string(text), err == nil && v != ""
}

func resolved(a *Answer, target string) (string, bool) {
	if target == "" {
		return "", false
	}
	from, err := url.Parse(a.URL)
	if err != nil {
		return "", false
	}
	u, err := from.Parse(target)
	if err != nil {
		return "", false
	}
	return u.String(), true
}

// mostEmpty bounds how many pages without rows may follow each other: some servers give a few.
const mostEmpty = 100

func fingerprint(rows []any) string {
	text, err := json.Marshal(rows)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// beyond: servers say so of a page behind the last one.
func beyond(o *Operation, p *Place, status int) bool {
	numbered := o.Pagination != nil && (o.Pagination.Kind == openapi.PageNumber || o.Pagination.Kind == openapi.PageOffset)
	return numbered && !p.first() && (status == http.StatusNotFound || status == http.StatusRequestedRangeNotSatisfiable)
}
