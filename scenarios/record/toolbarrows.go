package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/extract"
)

// Bounds of what a toolbar may say.
const (
	mostColumns  = 100
	mostSelector = 1000
	mostDocument = 32 << 20 // characters of a page that is previewed
	mostPreview  = 5        // rows
)

var errRows = errors.New("there are no rows to take")

// stepOf is the step that takes the rows, its texts as they are.
func (m *barMessage) stepOf() (scenarios.Extract, error) {
	x := scenarios.Extract{Rows: m.Rows, Table: m.Table}
	bad := len(m.Rows) > mostSelector || len(m.Table) > mostSelector || len(m.Columns) > mostColumns || (m.Table == "") == (m.Rows == "") || m.Rows != "" && len(m.Columns) == 0
	for _, c := range m.Columns {
		bad = bad || len(c.Select) > mostSelector
		x.Columns = append(x.Columns, scenarios.Column{Name: clip(c.Name), Select: c.Select, Attribute: clip(c.Attribute)})
	}
	if bad {
		return x, errRows
	}
	return x, nil
}

// previewed is what a toolbar shows of rows.
type previewed struct {
	Number  int      `json:"n"`
	Columns []string `json:"columns"`
	Rows    [][]any  `json:"rows"` // the first ones
	Count   int      `json:"count"`
	Error   string   `json:"error,omitempty"`
}

// preview shows what the step will give, by the code that runs it.
func (s *serving) preview(ctx context.Context, m barSaid) {
	p := previewed{Number: m.Number, Columns: []string{}, Rows: [][]any{}}
	rows, err := s.rows(ctx, m)
	if err != nil {
		p.Error = err.Error()
	}
	p.Count = len(rows.List)
	p.Columns = append(p.Columns, rows.Columns...)
	for _, r := range rows.List[:min(len(rows.List), mostPreview)] {
		row, _ := r.(map[string]any)
		line := make([]any, len(p.Columns))
		for i, c := range p.Columns {
			line[i] = row[c]
		}
		p.Rows = append(p.Rows, line)
	}
	if text, err := json.Marshal(p); err == nil {
		_, _ = m.from.eval(fmt.Sprintf("bar.previewed(%s)", text))
	}
}

func (s *serving) rows(ctx context.Context, m barSaid) (extract.Rows, error) {
	step, err := m.stepOf()
	if err != nil {
		return extract.Rows{}, err
	}
	x, err := extract.New(step, func(q scenarios.Query) (*expr.Query, error) { return expr.CompileQuery(string(q)) })
	if err != nil {
		return extract.Rows{}, err
	}
	res, err := ask(m.from.session, m.from.world, fmt.Sprintf("%s.html(%d)", kit, mostDocument), true)
	if err != nil {
		return extract.Rows{}, err
	}
	var d struct {
		HTML string `json:"html"`
		Size int    `json:"size"`
		URL  string `json:"url"`
	}
	if err := json.Unmarshal(res.Value, &d); err != nil {
		return extract.Rows{}, err
	}
	if d.HTML == "" && d.Size > mostDocument {
		return extract.Rows{}, fmt.Errorf("the document has %d characters, more than is previewed", d.Size)
	}
	return x.Rows(ctx, extract.Source{HTML: d.HTML, URL: d.URL})
}

// extract adds the step, after one that waits for what it reads, and before one that writes its rows to a file.
func (s *serving) extract(m barSaid) error {
	step, err := m.stepOf()
	if err != nil {
		return err
	}
	if m.selector() == nil {
		return errRows
	}
	step.Rows, step.Table = expr.Literal(step.Rows), expr.Literal(step.Table)
	for i := range step.Columns {
		c := &step.Columns[i]
		c.Select = expr.Literal(c.Select)
	}
	step.As = s.free(nameOf(orElse(m.Name, "rows")))
	wait := scenarios.WaitForElement{Selectors: []scenarios.Selector{m.selector()}}
	s.insert(m.place, func(p scenarios.Place) []scenarios.Step {
		own, first := step, wait
		own.Place, first.Place = p, p
		return []scenarios.Step{first, own, scenarios.Write{File: step.As + ".csv", Value: "${." + step.As + "}"}}
	})
	return nil
}

// free is a name that no rows have, and no input.
func (s *serving) free(name string) string {
	flow, _ := s.Flow(FlowOptions{})
	taken := map[string]bool{}
	for _, f := range []scenarios.UserFlow{s.o.Taken, flow} {
		for _, in := range f.Inputs {
			taken[in.Name] = true
		}
		for _, step := range f.Steps {
			if x, ok := step.(scenarios.Extract); ok {
				taken[x.As] = true
			}
		}
	}
	free := name
	for n := 2; taken[free]; n++ {
		free = fmt.Sprintf("%s_%d", name, n)
	}
	return free
}

func (s *serving) assertCount(m barSaid) error {
	sel, n := m.selector(), m.Count
	if sel == nil || n < 0 {
		return ErrNothingThere
	}
	s.insert(m.place, func(p scenarios.Place) []scenarios.Step {
		return m.At.shown(p, scenarios.Assert{Place: p, Selectors: []scenarios.Selector{sel}, Operator: "==", Count: &n})
	})
	return nil
}

// selector is what the parts say, nil if they say nothing.
func (m *barMessage) selector() (sel scenarios.Selector) {
	if slices.Contains(m.Parts, "") || len(m.Parts) > maxDepth {
		return nil
	}
	for _, p := range m.Parts {
		sel = append(sel, expr.Literal(p))
	}
	return sel
}
