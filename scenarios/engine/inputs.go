package engine

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"

	"seine/capture/session"
	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/program"
	"seine/scenarios/sink"
)

// Limits of inputs from files.
const (
	mostRuns  = 1_000_000
	mostBytes = 1 << 30
	longest   = 16 << 20 // a line of JSON
)

// inputs are the values of all runs.
type inputs struct {
	common map[string]any
	many   []string         // those of several values, in the order of the file
	runs   []map[string]any // the values of many, of each run
}

// readInputs gives each run its values: the product of the inputs that have several, the last one varying first.
func readInputs(p *program.Program, given map[string]string, table string) (inputs, error) {
	if table != "" {
		return readTable(p, given, table)
	}
	in := inputs{runs: []map[string]any{{}}}
	values, err := p.Bind(given)
	if err != nil {
		return in, err
	}
	in.common = values
	for _, i := range p.Flow.Inputs {
		if !i.TypeOf().Many() || values[i.Name] == nil {
			continue
		}
		list, err := valuesOf(i, values[i.Name])
		if err != nil {
			return in, fmt.Errorf("the input %q: %w", i.Name, err)
		}
		if i.Whole {
			in.common[i.Name] = list
			continue
		}
		delete(in.common, i.Name)
		if err := in.times(i.Name, list); err != nil {
			return in, err
		}
	}
	return in, nil
}

// readTable makes a run of each row.
func readTable(p *program.Program, given map[string]string, table string) (inputs, error) {
	in := inputs{common: map[string]any{}}
	read := readCSV
	if sink.FormatOf(table) == sink.JSONL {
		read = readJSONL
	}
	rows, err := fromFile(table, read)
	if err != nil {
		return in, err
	}
	if len(rows) > mostRuns {
		return in, fmt.Errorf("%s has more than %d rows", table, mostRuns)
	}
	for n, row := range rows {
		m, ok := row.(map[string]any)
		if !ok {
			return in, fmt.Errorf("%s: row %d: %w: a row must be an object", table, n+1, ErrType)
		}
		texts := maps.Clone(given)
		for name, v := range m {
			if texts[name], err = textOf(v); err != nil {
				return in, err
			}
		}
		values, err := p.Bind(texts)
		if err != nil {
			return in, fmt.Errorf("%s: row %d: %w", table, n+1, err)
		}
		if n == 0 {
			in.many = slices.Sorted(maps.Keys(m))
		}
		in.runs = append(in.runs, values)
	}
	return in, nil
}

func (in *inputs) times(name string, list []any) error {
	if len(in.runs)*len(list) > mostRuns {
		return fmt.Errorf("the inputs make more than %d runs", mostRuns)
	}
	in.many = append(in.many, name)
	var next []map[string]any
	for _, run := range in.runs {
		for _, v := range list {
			one := maps.Clone(run)
			one[name] = v
			next = append(next, one)
		}
	}
	in.runs = next
	return nil
}

// scope is what the expressions of a run begin with.
func (in *inputs) scope(run int) map[string]any {
	s := maps.Clone(in.common)
	maps.Copy(s, in.runs[run])
	return s
}

// name tells a run from the others: page=7. Secrets are left out.
func (in *inputs) name(p *program.Program, run int) string {
	var parts []string
	for _, name := range in.many {
		secret := slices.ContainsFunc(p.Flow.Inputs, func(i scenarios.Input) bool { return i.Name == name && i.Secret })
		if text, err := json.Marshal(in.runs[run][name]); err == nil && !secret {
			parts = append(parts, name+"="+strings.Trim(string(text), `"`))
		}
	}
	if len(parts) == 0 && len(in.runs) > 1 {
		return fmt.Sprintf("run %d", run+1)
	}
	return strings.Join(parts, " ")
}

// address is the most private one that the user typed: it decides what requests may reach.
func (in *inputs) address(p *program.Program) string {
	best, space := "", session.Public+1
	see := func(v any) {
		text, _ := v.(string)
		u, err := url.Parse(text)
		if err != nil || u.Host == "" {
			return
		}
		if s := session.HostSpace(u.Hostname()); s < space {
			best, space = text, s
		}
	}
	for _, i := range p.Flow.Inputs { // of several that are as private the first one counts
		see(in.common[i.Name])
	}
	for _, text := range p.Addresses() {
		see(text)
	}
	for _, run := range in.runs {
		for _, i := range p.Flow.Inputs {
			see(run[i.Name])
		}
	}
	return best
}

func valuesOf(i scenarios.Input, v any) ([]any, error) {
	name, _ := v.(string)
	switch i.TypeOf() {
	case scenarios.InputCSV:
		return fromFile(name, readCSV)
	case scenarios.InputJSONL:
		return fromFile(name, readJSONL)
	}
	list, _ := v.([]any)
	return list, nil
}

func fromFile(name string, read func(io.Reader) ([]any, error)) ([]any, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := read(io.LimitReader(f, mostBytes))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return list, nil
}

func readCSV(in io.Reader) (list []any, err error) {
	r := csv.NewReader(bufio.NewReader(in))
	head, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("it is empty: its first line must name the columns")
	}
	if err != nil {
		return nil, err
	}
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		row := make(map[string]any, len(head))
		for i, name := range head {
			row[name] = line[i]
		}
		list = append(list, row)
	}
}

func readJSONL(in io.Reader) (list []any, err error) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, longest)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		v, err := parseJSON(lines.Bytes())
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, v)
	}
	return list, lines.Err()
}

// parseJSON keeps numbers as they are, also beyond 64 bit.
func parseJSON(text []byte) (any, error) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more behind the value")
	}
	return expr.Normal(v)
}
