package program

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/internal/tree"
)

// mostValues of a range.
const mostValues = 1_000_000

// input checks what a file says of an input.
func (c *checker) input(in scenarios.Input) {
	path := file.Join("inputs", in.Name)
	if !identifier.MatchString(in.Name) {
		c.wrong(path, 0, "%q is no name for an input: letters, digits and _, not beginning with a digit", in.Name)
	}
	if in.Default == nil {
		return
	}
	at := file.Join(path, "default")
	if in.Required {
		c.wrong(at, 0, "an input with a default value is never missing: leave out required, or default")
	}
	if in.Secret {
		c.wrong(at, 0, "a secret does not belong into the file").Hinted("leave out default; whoever runs it gives it")
	}
	if _, err := Convert(in, in.Default); err != nil {
		c.wrong(at, 0, "%v", err)
	}
}

func (p *Program) input(name string) *scenarios.Input {
	for i := range p.Flow.Inputs {
		if p.Flow.Inputs[i].Name == name {
			return &p.Flow.Inputs[i]
		}
	}
	return nil
}

// InputError is an input that is missing, or that cannot be what was given.
type InputError struct {
	Name    string
	What    string
	Hint    string
	Missing bool // nothing is wrong but that it was not given
}

// Error names the input, never its value: it may be a secret.
func (e *InputError) Error() string {
	if e.Hint == "" {
		return e.What
	}
	return e.What + "; " + e.Hint
}

// Bind makes the inputs' values of the texts that a person gave, and of defaults. Ranges and lists are []any, csv and jsonl
// files their names. The error is an *InputError.
func (p *Program) Bind(given map[string]string) (map[string]any, error) {
	if err := p.known(given); err != nil {
		return nil, err
	}
	values := map[string]any{}
	for _, in := range p.Flow.Inputs {
		v, err := valueOf(in, given)
		if err != nil {
			return nil, err
		}
		values[in.Name] = v
	}
	return values, nil
}

// known says which of the inputs that are given there is not.
func (p *Program) known(given map[string]string) error {
	var names []string
	for _, in := range p.Flow.Inputs {
		names = append(names, in.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if p.input(name) == nil {
			e := &InputError{Name: name, What: fmt.Sprintf("the scenario has no input %q", name)}
			if near := tree.Nearest(name, names); near != "" {
				e.Hint = "did you mean " + near + "?"
			} else if len(names) > 0 {
				e.Hint = "it has " + strings.Join(names, ", ")
			}
			return e
		}
	}
	return nil
}

func valueOf(in scenarios.Input, given map[string]string) (any, error) {
	text, ok := given[in.Name]
	switch {
	case ok:
		v, err := read(in, text)
		if err != nil {
			return nil, &InputError{Name: in.Name, What: err.Error()}
		}
		return v, nil
	case in.Required:
		return nil, &InputError{in.Name, fmt.Sprintf("the input %q is missing", in.Name), "give it as " + in.Name + "=…", true}
	case in.Default == nil:
		return nil, nil
	}
	v, err := Convert(in, in.Default)
	if err != nil {
		return nil, &InputError{Name: in.Name, What: err.Error()}
	}
	return v, nil
}

// read makes a value of what a person typed.
func read(in scenarios.Input, text string) (any, error) {
	switch in.TypeOf() {
	case scenarios.InputNumber:
		if n, err := strconv.Atoi(text); err == nil {
			return Convert(in, n)
		}
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, wrongType(in)
		}
		return Convert(in, f)
	case scenarios.InputBoolean:
		if text != "true" && text != "false" {
			return nil, wrongType(in)
		}
		return text == "true", nil
	case scenarios.InputList:
		var list []any
		for _, s := range strings.Split(text, ",") {
			list = append(list, strings.TrimSpace(s))
		}
		return Convert(in, list)
	}
	return Convert(in, text)
}

func wrongType(in scenarios.Input) error {
	want := map[scenarios.InputType]string{
		scenarios.InputString: "text", scenarios.InputNumber: "a number", scenarios.InputBoolean: "true or false",
		scenarios.InputRange: "a range as 1..199", scenarios.InputList: "a list", scenarios.InputCSV: "the name of a file", scenarios.InputJSONL: "the name of a file",
	}[in.TypeOf()]
	return fmt.Errorf("the input %q must be %s", in.Name, want)
}

// Convert holds a value against the input's type and values, and gives a range as the list of its numbers.
func Convert(in scenarios.Input, v any) (any, error) {
	switch t := in.TypeOf(); t {
	case scenarios.InputString, scenarios.InputCSV, scenarios.InputJSONL:
		if _, ok := v.(string); !ok {
			return nil, wrongType(in)
		}
	case scenarios.InputBoolean:
		if _, ok := v.(bool); !ok {
			return nil, wrongType(in)
		}
	case scenarios.InputNumber:
		if _, ok := v.(string); ok {
			return nil, wrongType(in)
		}
	case scenarios.InputRange:
		s, _ := v.(string)
		return Range(s)
	case scenarios.InputList:
		list, ok := v.([]any)
		if !ok {
			return nil, wrongType(in)
		}
		for _, e := range list {
			if err := allowed(in, e); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	return v, allowed(in, v)
}

func allowed(in scenarios.Input, v any) error {
	if len(in.Values) == 0 {
		return nil
	}
	var texts []string
	for _, x := range in.Values {
		if fmt.Sprint(x) == fmt.Sprint(v) {
			return nil
		}
		texts = append(texts, fmt.Sprint(x))
	}
	return fmt.Errorf("the input %q must be one of %s", in.Name, strings.Join(texts, ", "))
}

// Range gives the numbers of 1..199, up or down.
func Range(s string) ([]any, error) {
	first, last, ok := strings.Cut(s, "..")
	from, err := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	if !ok || !ranges.MatchString(s) || err != nil || err2 != nil {
		return nil, fmt.Errorf("%q is no range; write it as 1..199", s)
	}
	step := 1
	if to < from {
		step = -1
	}
	n := (to-from)*step + 1
	if n > mostValues {
		return nil, fmt.Errorf("the range %s has more than %d numbers", s, mostValues)
	}
	list := make([]any, n)
	for i := range list {
		list[i] = from + i*step
	}
	return list, nil
}
