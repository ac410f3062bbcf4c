package scenarios

// InputType says how an input's text is read, and whether it makes one run or many.
type InputType string

// The types of inputs.
const (
	InputString  InputType = "string"
	InputNumber  InputType = "number"
	InputBoolean InputType = "boolean"
	InputRange   InputType = "range" // 1..199: one run of each number
	InputList    InputType = "list"  // one run of each value
	InputCSV     InputType = "csv"   // a file with a head line: one run of each row, an object
	InputJSONL   InputType = "jsonl" // a file of JSON values, one a line: one run of each
)

// Many reports whether the type has several values.
func (t InputType) Many() bool {
	switch t {
	case InputRange, InputList, InputCSV, InputJSONL:
		return true
	}
	return false
}

// Input is a value that whoever runs the scenario may give.
type Input struct {
	// Name, as in ${.name}.
	Name string `seine:",key"`
	// Type; by default what the default value is, else string.
	Type InputType `enum:"string number boolean range list csv jsonl"`
	// Value where none is given: a text, number, boolean, a range as 1..199, a list, or the name of a csv or jsonl file.
	Default any `seine:",short,raw"`
	// Without a value the scenario does not run.
	Required bool
	// The value is a secret: never shown, never written to logs, HAR files or traces.
	Secret bool
	// What it is, for people.
	Description string `seine:",raw"`
	// The values that it may have.
	Values []any `seine:",raw"`
	// All values of a range, list or file are one value, in one run.
	Whole bool
}

// TypeOf is the input's type, found by its default where none is written.
func (i Input) TypeOf() InputType {
	if i.Type != "" {
		return i.Type
	}
	switch i.Default.(type) {
	case bool:
		return InputBoolean
	case int, int64, uint64, float64:
		return InputNumber
	case []any:
		return InputList
	}
	return InputString
}
