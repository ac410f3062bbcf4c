package ui

import (
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Column of a table.
type Column struct {
	Title string
	Right bool // numbers
	Flex  bool // gives way when the terminal is too narrow; at most one
}

// Table lays rows out in at most the width of the terminal. Cells that came from elsewhere must be Remote.
func (c *Console) Table(columns []Column, rows [][]any) string {
	shorten(columns, rows, c.Width())
	t := table.NewWriter()
	t.SetStyle(table.Style{
		Box:     table.BoxStyle{PaddingRight: "  "},
		Format:  table.FormatOptions{Header: text.FormatDefault},
		Options: table.Options{},
	})
	var head table.Row
	var configs []table.ColumnConfig
	for i, k := range columns {
		if c.table {
			k.Title = string(bold) + k.Title + reset
		}
		head = append(head, k.Title)
		if k.Right {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(head)
	for _, r := range rows {
		t.AppendRow(r)
	}
	return trimLines(t.Render())
}

// widestRemote bounds text from elsewhere in columns that do not give way, or one cell would push all others out of sight.
const widestRemote = 32

func shorten(columns []Column, rows [][]any, width int) {
	flex, used := -1, 0
	for i, k := range columns {
		if k.Flex {
			flex = i
			continue
		}
		widest := len(k.Title)
		for _, r := range rows {
			if remote, ok := r[i].(Remote); ok {
				r[i] = Remote(remote.Short(widestRemote))
			}
			widest = max(widest, text.StringWidthWithoutEscSequences(cell(r[i])))
		}
		used += widest + 2
	}
	for _, r := range rows {
		for i, v := range r {
			remote, ok := v.(Remote)
			switch {
			case ok && i == flex:
				r[i] = remote.Short(max(width-used-2, 20))
			case ok:
				r[i] = remote.String()
			}
		}
	}
}

func cell(v any) string {
	switch v := v.(type) {
	case Remote:
		return v.String()
	case string:
		return v
	}
	return ""
}

func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
