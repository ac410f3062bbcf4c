package merge

import (
	"bytes"
	"slices"
	"strings"

	"seine/capture/openapi/document"
)

// patch changes the text of a YAML document so that it says what want says, and nothing else of it: comments, order, quotes and blank lines stay. It gives
// up where the text is written in a way that it does not know; what it gives was read again and compared.
func patch(old []byte, node *document.Node, want document.Object) ([]byte, bool) {
	text := string(old)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	p := &patcher{text: text}
	p.start = []int{0}
	for i := range len(text) {
		if text[i] == '\n' {
			p.start = append(p.start, i+1)
		}
	}
	if node.Flow || !p.mapping(node, want, len(p.start)) || p.failed {
		return nil, false
	}
	out := []byte(p.apply())
	again, err := document.ParseNode(out)
	if err != nil || !equal(again.Value(), want) || bytes.Count(out, []byte("\n---")) > bytes.Count(old, []byte("\n---")) {
		return nil, false
	}
	return out, true
}

// patcher collects changes of a text.
type patcher struct {
	text   string
	start  []int // offset of each line; the last is the end
	edits  []edit
	failed bool
}

type edit struct {
	from, to int
	text     string
	order    int
}

func (p *patcher) put(from, to int, text string) {
	if from < 0 || to < from || to > len(p.text) {
		p.failed = true
		return
	}
	p.edits = append(p.edits, edit{from, to, text, len(p.edits)})
}

// apply makes the changes from the end on; those at one place stay in the order in which they were made.
func (p *patcher) apply() string {
	slices.SortFunc(p.edits, func(a, b edit) int {
		if a.from != b.from {
			return b.from - a.from
		}
		if a.to != b.to {
			return b.to - a.to
		}
		return b.order - a.order
	})
	out := p.text
	for _, e := range p.edits {
		out = out[:e.from] + e.text + out[e.to:]
	}
	return out
}

// at is the offset of a place; lines and columns count from 1, columns in characters.
func (p *patcher) at(line, column int) int {
	if line < 1 || line > len(p.start) {
		p.failed = true
		return 0
	}
	from := p.start[line-1]
	for range column - 1 {
		if from >= len(p.text) || p.text[from] == '\n' {
			p.failed = true
			return 0
		}
		from++
		for from < len(p.text) && p.text[from]&0xc0 == 0x80 {
			from++
		}
	}
	return from
}

// line is a line's text without its break.
func (p *patcher) line(n int) string {
	if n >= len(p.start) {
		return ""
	}
	return strings.TrimRight(p.text[p.start[n-1]:p.start[n]], "\r\n")
}

// end is the line behind the last that belongs to an entry in a column, before the line of the next: what follows as blank lines, and comments that do not
// stand deeper, belongs to that.
func (p *patcher) end(from, next, column int) int {
	for next > from+1 {
		l := p.line(next - 1)
		trimmed := strings.TrimLeft(l, " \t")
		comment := strings.HasPrefix(trimmed, "#") && len(l)-len(trimmed) < column
		if strings.TrimSpace(l) != "" && !comment && trimmed != "..." {
			break
		}
		next--
	}
	return next
}

// mapping makes a block mapping, which ends before a line, say what is wanted. False: it cannot.
func (p *patcher) mapping(n *document.Node, want document.Object, next int) bool {
	byKey, kept := index(want), 0
	for _, m := range n.Members {
		if _, ok := byKey[m.Key]; ok {
			kept++
		}
	}
	if kept == 0 || len(n.Members) == 0 {
		return false
	}
	column := n.Members[0].Column
	ends := map[string]int{} // line behind each member that stays
	for i, m := range n.Members {
		if m.Column != column || i > 0 && m.Line <= n.Members[i-1].Line {
			return false
		}
		stop := next
		if i+1 < len(n.Members) {
			stop = n.Members[i+1].Line
		}
		end := p.end(m.Line, stop, column)
		at, ok := byKey[m.Key]
		switch {
		case !ok && !p.fresh(m.Line, column): // the first of an item, behind its dash
			if i+1 == len(n.Members) {
				return false
			}
			p.put(p.at(m.Line, column), p.at(n.Members[i+1].Line, column), "")
		case !ok:
			p.put(p.start[m.Line-1], p.start[end-1], "")
		default:
			p.member(m, want[at].Value, end, column)
			ends[m.Key] = end
		}
	}
	p.insert(n, want, ends, column)
	return true
}

// fresh: nothing but spaces stands before the place in its line.
func (p *patcher) fresh(line, column int) bool {
	return strings.TrimSpace(p.text[p.start[line-1]:p.at(line, column)]) == ""
}

// insert writes new members, each behind the one before it.
func (p *patcher) insert(n *document.Node, want document.Object, ends map[string]int, column int) {
	known := map[string]bool{}
	for _, m := range n.Members {
		known[m.Key] = true
	}
	line := 0
	for _, m := range n.Members {
		if e := ends[m.Key]; e > 0 && line == 0 {
			line = e
		}
	}
	for _, m := range want {
		if e := ends[m.Key]; e > 0 {
			line = e
		}
		if !known[m.Key] {
			p.put(p.start[line-1], p.start[line-1], strings.Repeat(" ", column-1)+document.MemberYAML(m, column-1)+"\n")
		}
	}
}

// member makes one entry say what is wanted.
func (p *patcher) member(m document.NodeMember, want any, end, column int) {
	if equal(m.Node.Value(), want) {
		return
	}
	mark := len(p.edits)
	if !m.Node.Flow {
		if w, ok := want.(document.Object); ok && m.Node.Kind == document.MappingNode && p.mapping(m.Node, w, end) {
			return
		}
		if w, ok := want.(document.Array); ok && m.Node.Kind == document.SequenceNode && p.sequence(m.Node, w, end) {
			return
		}
	}
	p.edits = p.edits[:mark]
	from := p.at(m.Line, column)
	fresh := document.MemberYAML(document.Member{Key: m.Key, Value: want}, column-1)
	if remark := p.remark(m, end); remark != "" {
		first, rest, more := strings.Cut(fresh, "\n")
		fresh = first + remark
		if more {
			fresh += "\n" + rest
		}
	}
	p.put(from, p.start[end-1], fresh+"\n")
}

// remark is the comment behind a value that stands in one line.
func (p *patcher) remark(m document.NodeMember, end int) string {
	if end != m.Line+1 {
		return ""
	}
	l := strings.TrimRight(p.text[p.at(m.Line, m.Column):p.start[m.Line]], "\r\n")
	for i := range len(l) {
		if l[i] != '#' || i == 0 || l[i-1] != ' ' && l[i-1] != '\t' {
			continue
		}
		n, err := document.ParseNode([]byte(l[:i]))
		if err == nil && len(n.Members) == 1 && equal(n.Members[0].Node.Value(), m.Node.Value()) {
			return l[len(strings.TrimRight(l[:i], " \t")):]
		}
	}
	return ""
}

// sequence makes a block sequence say what is wanted, where items were only taken away, changed or added behind.
func (p *patcher) sequence(n *document.Node, want document.Array, next int) bool {
	if len(n.Items) == 0 {
		return false
	}
	column := n.Items[0].Column
	at, last := 0, 0
	for i, item := range n.Items {
		if item.Column != column || i > 0 && item.Line <= n.Items[i-1].Line || !p.fresh(item.Line, column) {
			return false
		}
		stop := next
		if i+1 < len(n.Items) {
			stop = n.Items[i+1].Line
		}
		end := p.end(item.Line, stop, column)
		value := item.Node.Value()
		if at >= len(want) || identity(value) != identity(want[at]) {
			p.put(p.start[item.Line-1], p.start[end-1], "")
			continue
		}
		if w, ok := want[at].(document.Object); !equal(value, want[at]) && (!ok || item.Node.Flow || item.Node.Kind != document.MappingNode || !p.mapping(item.Node, w, end)) {
			return false
		}
		at, last = at+1, end
	}
	if last == 0 {
		return false
	}
	for ; at < len(want); at++ {
		p.put(p.start[last-1], p.start[last-1], strings.Repeat(" ", column-1)+document.ItemYAML(want[at], column-1)+"\n")
	}
	return true
}
