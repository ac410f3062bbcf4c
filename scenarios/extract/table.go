package extract

import (
	"fmt"
	"strconv"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Limits of a table's cells that span others (HTML §4.9.11).
const (
	mostAcross = 1000
	mostDown   = 65534
	mostSpread = 1_000_000 // cells that stand for others, in all: what spans more is cut
)

// ofTable reads the first table that the selector finds: its head names the columns. A line that has fewer cells gives a row that has too.
func (x *Extractor) ofTable(doc *html.Node) (Rows, error) {
	found := x.table.all(doc)
	if len(found) == 0 {
		return Rows{}, fmt.Errorf("%w %s", ErrNothing, x.step.Table)
	}
	lines := linesOf(found[0])
	head := headOf(lines)
	grid := layOut(lines)
	out := Rows{List: []any{}}
	if head >= 0 {
		out.Columns = names(grid[head])
	}
	for i, line := range grid {
		if i <= head || len(line) == 0 {
			continue
		}
		for n := len(out.Columns); n < len(line); n++ {
			out.Columns = append(out.Columns, "column "+strconv.Itoa(n+1))
		}
		row := make(map[string]any, len(line))
		for n, text := range line {
			row[out.Columns[n]] = text
		}
		out.List = append(out.List, row)
	}
	return out, nil
}

// linesOf are the tr elements of a table, not those of tables in it.
func linesOf(table *html.Node) (list []*html.Node) {
	for c := table.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case c.Type != html.ElementNode:
		case c.DataAtom == atom.Tr:
			list = append(list, c)
		case c.DataAtom == atom.Thead, c.DataAtom == atom.Tbody, c.DataAtom == atom.Tfoot:
			list = append(list, linesOf(c)...)
		}
	}
	return list
}

// headOf is the line that names the columns: the last one of a thead, or the first if it has nothing but th, or the first.
func headOf(lines []*html.Node) int {
	head := -1
	for i, line := range lines {
		if line.Parent != nil && line.Parent.DataAtom == atom.Thead {
			head = i
		}
	}
	if head < 0 && len(lines) > 0 {
		return 0
	}
	return head
}

// layOut puts cells in their columns: one that spans several stands in each of them (HTML §4.9.12).
func layOut(lines []*html.Node) [][]string {
	type hanging struct {
		text string
		left int
	}
	grid := make([][]string, len(lines))
	from := map[int]hanging{} // by column: a cell from above
	spread := 0
	for i, line := range lines {
		var row []string
		fill := func() {
			for from[len(row)].left > 0 && spread < mostSpread {
				spread++
				h := from[len(row)]
				from[len(row)] = hanging{h.text, h.left - 1}
				row = append(row, h.text)
			}
		}
		for c := line.FirstChild; c != nil; c = c.NextSibling {
			if c.Type != html.ElementNode || c.DataAtom != atom.Td && c.DataAtom != atom.Th {
				continue
			}
			fill()
			text := Text(c)
			for n := range span(c, "colspan", mostAcross) {
				if n > 0 && (len(row) >= mostAcross || spread >= mostSpread) {
					break
				}
				spread += min(n, 1)
				if down := span(c, "rowspan", mostDown) - 1; down > 0 {
					from[len(row)] = hanging{text, down}
				}
				row = append(row, text)
			}
		}
		fill()
		grid[i] = row
	}
	return grid
}

func span(cell *html.Node, name string, most int) int {
	text, _ := attribute(cell, name)
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 1
	}
	return min(n, most)
}

// names are the columns': no two are the same, and none is empty.
func names(head []string) []string {
	seen := map[string]bool{}
	out := make([]string, len(head))
	for i, name := range head {
		if name == "" {
			name = "column " + strconv.Itoa(i+1)
		}
		one := name
		for n := 2; seen[one]; n++ {
			one = name + " " + strconv.Itoa(n)
		}
		seen[one], out[i] = true, one
	}
	return out
}
