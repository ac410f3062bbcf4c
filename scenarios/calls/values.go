package calls

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"seine/capture/call"
	"seine/scenarios/expr"
	"seine/scenarios/program"
	"seine/scenarios/sink"
)

// Source is what values may be read from beside files.
type Source struct {
	Stdin io.Reader // for @-
	// Operation calls another operation, with all its pages, and hands over its rows; ok is false where there is none of that name.
	Operation func(ctx context.Context, name, jq string, row func(any) error) (ok bool, err error)
}

// Values are those that one key has: each makes a call of its own.
type Values struct {
	Name string
	List []string
}

// mostValues bounds how many values all keys have together.
const mostValues = 1_000_000

var ranges = regexp.MustCompile(`^-?[0-9]{1,15}\.\.-?[0-9]{1,15}$`)

// Expand reads key=value as a person types it. A value may be a range (1..200), a file of values, one a line (@ids.txt, @- for stdin), a column of a
// table (@customers.csv:id), a member of values in JSON (@rows.jsonl:id, or a program in jq: @rows.json:.items[].id), or what another operation gives
// (@getUsers:.id); @@ is an @. A key that is there several times has several values. Body is the key that takes a whole file. Mistakes are
// *call.ArgumentError.
func Expand(ctx context.Context, args []string, from Source) ([]Values, error) {
	var all []Values
	total := 0
	for _, a := range args {
		name, text, ok := strings.Cut(a, "=")
		if !ok || name == "" {
			return nil, &call.ArgumentError{What: fmt.Sprintf("%q is no argument", a), Try: "write it as key=value"}
		}
		list, err := from.values(ctx, name, text)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return nil, &call.ArgumentError{What: fmt.Sprintf("%s gives no values for %s", text, name)}
		}
		if total += len(list); total > mostValues {
			return nil, &call.ArgumentError{What: fmt.Sprintf("there are more than %d values", mostValues)}
		}
		if i := slices.IndexFunc(all, func(v Values) bool { return v.Name == name }); i >= 0 {
			all[i].List = append(all[i].List, list...)
			continue
		}
		all = append(all, Values{name, list})
	}
	return all, nil
}

func (s Source) values(ctx context.Context, name, text string) ([]string, error) {
	switch {
	case strings.HasPrefix(text, "@@"):
		return []string{text[1:]}, nil
	case strings.HasPrefix(text, "@") && len(text) > 1:
		return s.read(ctx, name, text[1:])
	case ranges.MatchString(text):
		list, err := program.Range(text)
		if err != nil {
			return nil, &call.ArgumentError{What: fmt.Sprintf("%s: %v", name, err)}
		}
		out := make([]string, len(list))
		for i, v := range list {
			out[i] = fmt.Sprint(v)
		}
		return out, nil
	}
	return []string{text}, nil
}

// read reads a file, stdin, or another operation.
func (s Source) read(ctx context.Context, key, text string) ([]string, error) {
	file, part := text, ""
	if _, err := os.Stat(text); err != nil {
		drive := filepath.VolumeName(text)
		file, part, _ = strings.Cut(text[len(drive):], ":")
		file = drive + file
	}
	if key == "body" && part == "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, unread(file, err)
		}
		return []string{string(data)}, nil
	}
	in := s.Stdin
	if file != "-" {
		f, err := os.Open(file)
		if errors.Is(err, fs.ErrNotExist) && s.Operation != nil {
			if list, ok, err := s.operation(ctx, file, part); ok || err != nil {
				return list, err
			}
		}
		if err != nil {
			return nil, unread(file, err)
		}
		defer f.Close()
		in = f
	}
	list, err := valuesIn(ctx, bufio.NewReader(in), file, part)
	if wrong := (*call.ArgumentError)(nil); err != nil && !errors.As(err, &wrong) {
		return nil, &call.ArgumentError{What: fmt.Sprintf("%s: %v", file, err)}
	}
	return list, err
}

func unread(file string, err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return &call.ArgumentError{What: fmt.Sprintf("%s cannot be read: %v", file, err), Try: "a value that begins with @ is written as @@"}
}

func (s Source) operation(ctx context.Context, name, part string) (list []string, ok bool, err error) {
	jq := ""
	if part != "" {
		jq = pathOf(part)
	}
	ok, err = s.Operation(ctx, name, jq, func(v any) error {
		text, err := textOf(v)
		if err == nil && len(list) == mostValues {
			err = fmt.Errorf("%s gives more than %d values", name, mostValues)
		}
		list = append(list, text)
		return err
	})
	return list, ok, err
}

// pathOf is a member's name as a program in jq.
func pathOf(part string) string {
	if strings.HasPrefix(part, ".") || strings.ContainsAny(part, "|[( ") {
		return part
	}
	quoted, _ := json.Marshal(part)
	return ".[" + string(quoted) + "]"
}

func valuesIn(ctx context.Context, in *bufio.Reader, file, part string) ([]string, error) {
	switch format := sink.FormatOf(file); {
	case format == sink.CSV:
		return column(in, file, part)
	case format == sink.JSON || format == sink.JSONL || part != "":
		return members(ctx, in, part)
	}
	return lines(in)
}

// maxLine bounds a value, in bytes.
const maxLine = 1 << 20

// lines are the values of a file, one a line; of JSON texts, what they say.
func lines(in *bufio.Reader) (list []string, err error) {
	s := bufio.NewScanner(in)
	s.Buffer(nil, maxLine)
	for s.Scan() {
		text := strings.TrimSpace(strings.TrimPrefix(s.Text(), "\ufeff"))
		if text == "" {
			continue
		}
		var plain string
		if text[0] == '"' && json.Unmarshal([]byte(text), &plain) == nil {
			text = plain
		}
		if list = append(list, text); len(list) > mostValues {
			return nil, fmt.Errorf("it has more than %d values", mostValues)
		}
	}
	return list, s.Err()
}

func column(in *bufio.Reader, file, name string) (list []string, err error) {
	r := csv.NewReader(in)
	r.ReuseRecord, r.FieldsPerRecord = true, -1
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("its first line must name the columns: %w", err)
	}
	head = slices.Clone(head)
	head[0] = strings.TrimPrefix(head[0], "\ufeff")
	at := slices.Index(head, name)
	if name == "" && len(head) == 1 {
		at = 0
	}
	if at < 0 {
		what := fmt.Sprintf("%s has no column %q", file, name)
		if name == "" {
			what = file + " has several columns"
		}
		return nil, &call.ArgumentError{What: what, Try: "it has " + strings.Join(head, ", ") + ": name one as @" + file + ":" + head[0]}
	}
	for {
		line, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, err
		case at >= len(line) || line[at] == "":
			continue
		}
		if list = append(list, line[at]); len(list) > mostValues {
			return nil, fmt.Errorf("it has more than %d values", mostValues)
		}
	}
}

// members are what a program gives of values in JSON, one behind the other or in a list.
func members(ctx context.Context, in *bufio.Reader, part string) (list []string, err error) {
	var q *expr.Query
	if part != "" {
		if q, err = expr.CompileQuery(pathOf(part)); err != nil {
			return nil, err
		}
	}
	d := json.NewDecoder(in)
	d.UseNumber()
	for {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		if list, err = appendMembers(ctx, list, v, q, part); err != nil {
			return nil, err
		}
		if len(list) > mostValues {
			return nil, fmt.Errorf("it has more than %d values", mostValues)
		}
	}
}

func appendMembers(ctx context.Context, list []string, v any, q *expr.Query, part string) ([]string, error) {
	all := []any{v}
	if whole, ok := v.([]any); ok && !strings.HasPrefix(part, ".") {
		all = whole
	}
	for _, one := range all {
		found := []any{one}
		if q != nil {
			n, err := expr.Normal(one)
			if err != nil {
				return nil, err
			}
			if found, err = q.All(ctx, n); err != nil {
				return nil, err
			}
		}
		for _, f := range found {
			if f == nil {
				continue
			}
			text, err := textOf(f)
			if err != nil {
				return nil, err
			}
			list = append(list, text)
		}
	}
	return list, nil
}
