package openapi

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"seine/capture/openapi/schema"
)

// Names that say what a parameter or member is for, by the last part of a pointer.
var (
	pageName    = regexp.MustCompile(`(?i)^(?:page|pg|paged|page[_-]?(?:no|num|number|index|idx)|current_?page|pageNo|page\[number\])$`)
	shortPage   = regexp.MustCompile(`(?i)^p$`)
	offsetName  = regexp.MustCompile(`(?i)^(?:offset|skip|\$skip|start_?(?:index|at|row|record|from)|first_?result|page\[offset\])$`)
	shortOffset = regexp.MustCompile(`(?i)^(?:start|from)$`)
	sizeName    = regexp.MustCompile(`(?i)^(?:limit|size|per[_-]?page|page[_-]?size|page[_-]?limit|take|rows|max[_-]?(?:results|items)|hits_?per_?page|results_?per_?page|page\[(?:size|limit)\]|\$top|count|first|num)$`)
	cursorParam = regexp.MustCompile(`(?i)^(?:.*cursor.*|after|before|(?:next_?)?page_?token|continuation(?:_?token)?|next_?token|starting_?after|ending_?before|since_?id|max_?id|min_?id|last_?id|scroll_?id|bookmark|marker|next_?key|after_?id|page\[(?:after|cursor)\]|resumption_?token)$`)
	cursorField = regexp.MustCompile(`(?i)^(?:(?:next|end)_?cursor|cursor|next_?page_?token|next_?token|page_?token|continuation(?:_?token)?|next_?continuation|scroll_?id|_scroll_id|next_?max_?id|bookmark|next_?bookmark|marker|next_?marker|next_?key|resumption_?token|after|next)$`)
	nextField   = regexp.MustCompile(`(?i)(?:^|/)(?:@odata\.)?next(?:[_-]?(?:page|link|url|href|page_?url|page_?link|results))?(?:/(?:href|url))?$`)
	moreField   = regexp.MustCompile(`(?i)^(?:has_?(?:more|next|next_?page|more_?items|more_?results)|more|more_?available)$`)
	pagesField  = regexp.MustCompile(`(?i)^(?:pages|total_?pages|page_?count|last_?page|num_?pages)$`)
	totalField  = regexp.MustCompile(`(?i)^(?:total|total_?(?:count|items|results|elements|records|hits|rows)|num_?results|records_?total|count)$`)
)

// paginated finds out how the operation gives pages, nil where it does not seem to.
func (o *Operation) paginated() *Pagination {
	rows, listed := o.rowsAt()
	if !listed {
		return nil
	}
	for _, find := range []func() *Pagination{o.byLink, o.byNext, o.byCursor, o.byNumber, o.byGuess} {
		if p := find(); p != nil {
			p.Rows = rows
			o.pageSize(p)
			o.pageEnds(p)
			return p
		}
	}
	return nil
}

// rowsAt is where most answers have their list.
func (o *Operation) rowsAt() (string, bool) {
	count := map[string]int{}
	for _, p := range o.pages {
		if p.count > 0 {
			count[p.rows]++
		}
	}
	best := slices.SortedFunc(maps.Keys(count), func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) })
	if len(best) == 0 {
		return "", false
	}
	return best[0], true
}

func (o *Operation) byLink() *Pagination {
	if slices.ContainsFunc(o.pages, func(p *pageSeen) bool { return p.link }) {
		return &Pagination{Kind: PageLink, Evidence: EvidenceSeen}
	}
	return nil
}

// byNext looks for an address under a name that says that it is the next one.
func (o *Operation) byNext() *Pagination {
	for _, p := range o.pages {
		for _, at := range slices.Sorted(maps.Keys(p.envelope)) {
			if v := p.envelope[at]; v.Kind == schema.String && nextField.MatchString(at) && isAddress(v.Text) {
				return &Pagination{Kind: PageNext, Next: at, Evidence: EvidenceSeen}
			}
		}
	}
	return nil
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "/") || strings.HasPrefix(s, "?") || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// byCursor looks for a call that sent what an earlier answer gave.
func (o *Operation) byCursor() *Pagination {
	for j, later := range o.pages {
		for _, k := range sortedPlaces(later.sent) {
			value := later.sent[k]
			if value == "" || !cursorParam.MatchString(k.last()) {
				continue
			}
			for i := j - 1; i >= 0; i-- {
				if at := valueIn(o.pages[i].envelope, value); at != "" {
					return &Pagination{Kind: PageCursor, In: k.in, Name: k.name, Next: at, Evidence: EvidenceSeen}
				}
				if at := lastIn(o.pages[i].last, value); at != "" {
					return &Pagination{Kind: PageCursor, In: k.in, Name: k.name, Last: at, Evidence: EvidenceSeen}
				}
			}
		}
	}
	return o.namedCursor()
}

// namedCursor takes a parameter and a member that are both called so.
func (o *Operation) namedCursor() *Pagination {
	field := o.cursorAt()
	if field == "" {
		return nil
	}
	for _, p := range o.pages {
		for _, k := range sortedPlaces(p.sent) {
			if cursorParam.MatchString(k.last()) && !strings.Contains(strings.ToLower(k.last()), "before") {
				return &Pagination{Kind: PageCursor, In: k.in, Name: k.name, Next: field, Evidence: EvidenceNamed}
			}
		}
	}
	return nil
}

// cursorAt is where an answer has something that is called a cursor.
func (o *Operation) cursorAt() string {
	for _, p := range o.pages {
		for _, at := range slices.Sorted(maps.Keys(p.envelope)) {
			if v := p.envelope[at]; cursorField.MatchString(lastName(at)) && (v.Kind == schema.String || v.Kind == schema.Integer) && v.Text != "" && !isAddress(v.Text) {
				return at
			}
		}
	}
	return ""
}

func valueIn(m map[string]schema.Value, value string) string {
	for _, at := range slices.SortedFunc(maps.Keys(m), func(a, b string) int {
		return cmp.Or(cursorRank(b)-cursorRank(a), strings.Compare(a, b))
	}) {
		if v := m[at]; v.Text == value && (v.Kind == schema.String || v.Kind == schema.Integer) {
			return at
		}
	}
	return ""
}

func cursorRank(at string) int {
	if cursorField.MatchString(lastName(at)) {
		return 1
	}
	return 0
}

func lastIn(m map[string]string, value string) string {
	for _, at := range slices.Sorted(maps.Keys(m)) {
		if m[at] == value {
			return at
		}
	}
	return ""
}

func sortedPlaces[V any](m map[slot]V) []slot {
	return slices.SortedFunc(maps.Keys(m), func(a, b slot) int { return cmp.Or(strings.Compare(a.in, b.in), strings.Compare(a.name, b.name)) })
}

// byNumber looks for a number of pages or rows.
func (o *Operation) byNumber() *Pagination {
	numbers := map[slot][]int{}
	for _, p := range o.pages {
		for k, v := range p.sent {
			if n, err := strconv.Atoi(v); err == nil && n >= 0 {
				numbers[k] = append(numbers[k], n)
			}
		}
	}
	sized := slices.ContainsFunc(sortedPlaces(numbers), func(k slot) bool { return sizeName.MatchString(k.last()) })
	for _, k := range sortedPlaces(numbers) {
		least, most := slices.Min(numbers[k]), slices.Max(numbers[k])
		p := &Pagination{In: k.in, Name: k.name, Evidence: EvidenceNamed}
		if least != most {
			p.Evidence = EvidenceSeen
		}
		switch name := k.last(); {
		case pageName.MatchString(name), k.in == "path" && o.afterPage(k.name), shortPage.MatchString(name) && least != most:
			p.Kind, p.First = PageNumber, min(least, 1)
			return p
		case offsetName.MatchString(name), shortOffset.MatchString(name) && (sized || least != most):
			p.Kind, p.First = PageOffset, min(least, 1)
			if sorted := slices.Compact(slices.Sorted(slices.Values(numbers[k]))); !sized && len(sorted) > 1 {
				p.Step = sorted[1] - sorted[0]
			}
			return p
		}
	}
	return nil
}

// afterPage: the parameter stands behind a part of the path that is called page.
func (o *Operation) afterPage(name string) bool {
	return strings.Contains(o.Path, "/page/{"+name+"}") || strings.Contains(o.Path, "/pages/{"+name+"}")
}

// guessedParams are what those parameters are called whose values answers have, where nobody was heard to send them.
var guessedParams = map[string]string{
	"nextcursor": "cursor", "cursor": "cursor", "endcursor": "after", "nextpagetoken": "pageToken", "nexttoken": "nextToken", "continuationtoken": "continuationToken",
	"continuation": "continuation", "scrollid": "scroll_id", "nextbookmark": "bookmark", "bookmark": "bookmark", "nextmarker": "marker", "pagetoken": "pageToken",
}

// byGuess takes the name that fits a cursor in the answer.
func (o *Operation) byGuess() *Pagination {
	at := o.cursorAt()
	name := guessedParams[strings.ToLower(strings.Trim(strings.ReplaceAll(lastName(at), "_", ""), "_"))]
	if name == "" {
		return nil
	}
	if strings.Contains(lastName(at), "_") && name == "pageToken" {
		name = "page_token"
	}
	p := &Pagination{Kind: PageCursor, In: "query", Name: name, Next: at, Evidence: EvidenceGuessed}
	if o.Style == StyleGraphQL {
		p.In, p.Name = "body", "/variables/"+name
	}
	return p
}

// pageSize finds the parameter that says how many rows a page has.
func (o *Operation) pageSize(p *Pagination) {
	if p.Kind == PageLink || p.Kind == PageNext {
		return
	}
	for _, seen := range o.pages {
		for _, k := range sortedPlaces(seen.sent) {
			if _, err := strconv.Atoi(seen.sent[k]); err == nil && sizeName.MatchString(k.last()) && k != (slot{p.In, p.Name}) {
				p.SizeIn, p.Size = k.in, k.name
				return
			}
		}
	}
}

// pageEnds finds what says that there is no further page. A total that is no more than one page says nothing.
func (o *Operation) pageEnds(p *Pagination) {
	for _, seen := range o.pages {
		for _, at := range slices.Sorted(maps.Keys(seen.envelope)) {
			v, name := seen.envelope[at], lastName(at)
			n, err := strconv.Atoi(v.Text)
			switch {
			case v.Kind == schema.Bool && moreField.MatchString(name):
				p.More = cmp.Or(p.More, at)
			case v.Kind != schema.Integer || err != nil || seen.count < 0:
			case pagesField.MatchString(name):
				p.Pages = cmp.Or(p.Pages, at)
			case totalField.MatchString(name) && n > seen.count:
				p.Total = cmp.Or(p.Total, at)
			}
		}
	}
}
