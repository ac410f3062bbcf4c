// Package calls makes one call, or one for each of many values, with all their pages: many at once, gone on with after they were ended, and
// with their rows in order in one file. It joins package call, which knows how to call, with the engine's pool and journal and with sinks.
package calls

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/itchyny/gojq"

	"seine/capture/call"
	"seine/scenarios"
	"seine/scenarios/engine"
	"seine/scenarios/expr"
	"seine/scenarios/extract"
	"seine/scenarios/sink"
)

// Job is what is to be called, and where the rows go.
type Job struct {
	Client    *call.Client
	Operation *call.Operation
	Values    []Values
	Pages     int    // at most, of each call; 0: all of them
	JQ        string // makes rows of each answer; "": the answer's own list
	Keys      bool   // rows say which values they were asked for with

	Output  string                  // file; "": Row gets the rows
	Format  sink.Options            // of the file
	Row     func(line []byte) error // JSON, in order, by one goroutine at a time
	Workers int                     // calls at once; 0: 8
	Retries int
	Fresh   bool // forget what an earlier job of the same, which was not finished, has done
	Observe func(engine.Event)
}

// Run runs the job. Its error says that nothing could be done, or that ctx ended: the same job goes on later where this one has ended. Of single
// calls the Report tells. Mistakes in what is asked for are *call.ArgumentError, before anything is asked.
func Run(ctx context.Context, j Job) (engine.Report, error) {
	r := &running{Job: j}
	if err := r.prepare(); err != nil {
		return engine.Report{}, err
	}
	root, journal, clean, err := r.place()
	if err != nil {
		return engine.Report{}, err
	}
	defer clean()
	if j.Output != "" {
		var abandon func()
		if r.out, abandon, err = sink.Create(root, filepath.Base(j.Output), j.Format); err != nil {
			return engine.Report{}, err
		}
		defer abandon()
	}
	report, err := engine.Gather(ctx, engine.Gathering{
		Items: r.items(), Name: nameOf, Page: r.page, Add: r.add, Root: root, Journal: journal, Key: r.key(), Fresh: j.Fresh || j.Output == "",
		Workers: j.Workers, Retries: j.Retries, Observe: j.Observe,
	})
	if err == nil && r.out != nil && report.Done+report.Rows > 0 {
		if err = r.out.Close(); err == nil {
			report.Files = 1
		}
	}
	return report, err
}

// Journal is the name of the journal beside an output: while it is there, a job is not finished.
func Journal(output string) string {
	return filepath.Join(filepath.Dir(output), "."+filepath.Base(output)+".seine-calls.jsonl")
}

// running is a Job at work.
type running struct {
	Job
	jq  *extract.Extractor
	out sink.Sink
}

// prepare finds mistakes before anything is asked.
func (r *running) prepare() error {
	if r.JQ != "" {
		q, err := expr.CompileQuery(r.JQ)
		if err == nil {
			r.jq, err = extract.New(scenarios.Extract{JQ: scenarios.Query(r.JQ)}, func(scenarios.Query) (*expr.Query, error) { return q, nil })
		}
		if err != nil {
			return &call.ArgumentError{What: fmt.Sprintf("--jq %s: %v", r.JQ, err)}
		}
	}
	if len(r.Values) > 0 && r.Calls() == 0 {
		return &call.ArgumentError{What: fmt.Sprintf("the values make more than %d calls", mostCalls)}
	}
	var args []call.Argument
	for _, v := range r.Values {
		for _, text := range v.List {
			if _, err := r.Operation.Bind([]call.Argument{{Name: v.Name, Value: text}}); err != nil {
				return err
			}
		}
		args = append(args, call.Argument{Name: v.Name, Value: v.List[0]})
	}
	b, err := r.Operation.Bind(args)
	if err != nil {
		return err
	}
	return r.Client.Check(r.Operation, b)
}

// place is where the journal is: beside the output, or in a folder of its own.
func (r *running) place() (root *os.Root, journal string, clean func(), err error) {
	dir, journal, temporary := filepath.Dir(r.Output), filepath.Base(Journal(r.Output)), ""
	if r.Output == "" {
		if dir, err = os.MkdirTemp("", "seine-call-"); err != nil {
			return nil, "", nil, err
		}
		journal, temporary = "calls.jsonl", dir
	}
	root, err = os.OpenRoot(dir)
	if err != nil {
		return nil, "", nil, err
	}
	return root, journal, func() {
		_ = root.Close()
		if temporary != "" {
			_ = os.RemoveAll(temporary)
		}
	}, nil
}

// mostCalls bounds the product of all values.
const mostCalls = 100_000_000

// Calls is how many the job makes, beside those of further pages; 0 for too many.
func (j Job) Calls() int {
	n := 1
	for _, v := range j.Values {
		if n *= len(v.List); n > mostCalls {
			return 0
		}
	}
	return n
}

// items gives the values of each call, one after the other: those of the last key vary first.
func (r *running) items() func() (any, bool) {
	n, all := 0, r.Calls()
	return func() (any, bool) {
		if n == all {
			return nil, false
		}
		item, rest := make([]any, len(r.Values)), n
		for i := len(r.Values) - 1; i >= 0; i-- {
			v := r.Values[i]
			item[i] = []any{v.Name, v.List[rest%len(v.List)]}
			rest /= len(v.List)
		}
		n++
		return item, true
	}
}

// argumentsOf reads an item.
func argumentsOf(item any) []call.Argument {
	var args []call.Argument
	list, _ := item.([]any)
	for _, e := range list {
		if pair, ok := e.([]any); ok {
			name, _ := pair[0].(string)
			value, _ := pair[1].(string)
			args = append(args, call.Argument{Name: name, Value: value})
		}
	}
	return args
}

func nameOf(item any) string {
	var parts []string
	for _, a := range argumentsOf(item) {
		if r := []rune(a.Value); len(r) > 40 {
			a.Value = string(r[:40]) + "…"
		}
		parts = append(parts, a.Name+"="+a.Value)
	}
	return strings.Join(parts, " ")
}

// page makes one call, and rows of its answer.
func (r *running) page(ctx context.Context, item, at any) (engine.Batch, error) {
	b, err := r.Operation.Bind(argumentsOf(item))
	if err != nil {
		return engine.Batch{}, err
	}
	var place call.Place
	if at != nil {
		text, err := gojq.Marshal(at)
		if err == nil {
			err = json.Unmarshal(text, &place)
		}
		if err != nil {
			return engine.Batch{}, fmt.Errorf("the journal of the calls: %w", err)
		}
	}
	a, rows, next, err := r.Client.Page(ctx, r.Operation, b, place)
	if err != nil && !r.Operation.Repeatable() && !undone(err) {
		err = permanently(err) // it may have been done, though nobody said so
	}
	if err != nil || a == nil {
		return engine.Batch{}, err
	}
	batch := engine.Batch{}
	if batch.Rows, batch.Columns, err = r.rows(ctx, a, rows); err != nil {
		return batch, err
	}
	if next != nil && (r.Pages == 0 || next.Page < r.Pages) {
		batch.Next = next
	}
	return batch, nil
}

func (r *running) rows(ctx context.Context, a *call.Answer, rows []any) ([]any, []string, error) {
	if r.jq == nil {
		v, err := expr.Normal(rows)
		list, _ := v.([]any)
		return list, nil, err
	}
	if !a.IsJSON || rows == nil {
		return nil, nil, nil
	}
	v, err := expr.Normal(a.JSON)
	if err != nil {
		return nil, nil, err
	}
	out, err := r.jq.Rows(ctx, extract.Source{JSON: v})
	return out.List, out.Columns, permanently(err)
}

// undone: the server says that it has done nothing, and may later.
func undone(err error) bool {
	e := (*call.StatusError)(nil)
	return errors.As(err, &e) && (e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable)
}

// add gives rows to the file, or to who asked for them.
func (r *running) add(item any, b engine.Batch) error {
	rows := b.Rows
	if r.Keys {
		rows = withKeys(item, rows)
	}
	if r.out != nil {
		return r.out.Add(rows, b.Columns)
	}
	for _, row := range rows {
		line, err := gojq.Marshal(row)
		if err == nil {
			err = r.Row(line)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// withKeys adds what a row was asked for with, where it does not say so itself.
func withKeys(item any, rows []any) []any {
	out := make([]any, len(rows))
	for i, row := range rows {
		m, ok := row.(map[string]any)
		if !ok {
			m = map[string]any{"value": row}
		}
		with := make(map[string]any, len(m)+1)
		for _, a := range argumentsOf(item) {
			with[a.Name] = a.Value
		}
		for k, v := range m {
			with[k] = v
		}
		out[i] = with
	}
	return out
}

// key tells whether it is the same job.
func (r *running) key() string {
	h := sha256.New()
	e := json.NewEncoder(h)
	_ = e.Encode([]any{r.Operation.Server, r.Operation.Method, r.Operation.Key, r.Pages, r.JQ, r.Keys})
	_ = e.Encode(r.Values) // texts can always be written
	return hex.EncodeToString(h.Sum(nil))
}

// lasting is an error that the same again would give again.
type lasting struct{ error }

func (l lasting) Unwrap() error { return l.error }

// Permanent is true.
func (l lasting) Permanent() bool { return true }

func permanently(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return lasting{err}
}

// textOf is a value as that of an argument.
func textOf(v any) (string, error) {
	if s, ok := v.(string); ok {
		return s, nil
	}
	b, err := gojq.Marshal(v)
	if n, ok := v.(json.Number); ok {
		return n.String(), nil
	}
	return string(b), err
}

// Each is a Job's Row that hands on what a program in jq gives of each row; "" gives the row itself.
func Each(ctx context.Context, jq string, take func(any) error) func(line []byte) error {
	q, wrong := (*expr.Query)(nil), error(nil)
	if jq != "" {
		q, wrong = expr.CompileQuery(jq)
	}
	return func(line []byte) error {
		if wrong != nil {
			return &call.ArgumentError{What: fmt.Sprintf("%s: %v", jq, wrong)}
		}
		d := json.NewDecoder(bytes.NewReader(line))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			return err
		}
		n, err := expr.Normal(v)
		if err != nil {
			return err
		}
		found := []any{n}
		if q != nil {
			if found, err = q.All(ctx, n); err != nil {
				return err
			}
		}
		for _, f := range found {
			if f == nil {
				continue
			}
			if err := take(f); err != nil {
				return err
			}
		}
		return nil
	}
}
