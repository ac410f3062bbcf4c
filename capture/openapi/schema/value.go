package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Kind is the type of a Value, as JSON Schema names it, with integers apart.
type Kind uint8

// The kinds. Cut stands for what lies deeper than maxDepth.
const (
	Null Kind = iota
	Bool
	Integer
	Number
	String
	Array
	Object
	Cut
)

// Value is one JSON value. Numbers keep the text that they came in, so that none of their digits is lost.
type Value struct {
	Kind   Kind
	Text   string  // of a string what it says; of a number and a boolean its literal
	Items  []Value // of an array
	Fields []Field // of an object, in order; of fields with one name only the last is there
}

// Field is a member of an object.
type Field struct {
	Name  string
	Value Value
}

// Get is the member of that name, nil for none.
func (v *Value) Get(name string) *Value {
	for i := range v.Fields {
		if v.Fields[i].Name == name {
			return &v.Fields[i].Value
		}
	}
	return nil
}

// Str is the text of the string member of that name, "" for none.
func (v *Value) Str(name string) string {
	if m := v.Get(name); m != nil && m.Kind == String {
		return m.Text
	}
	return ""
}

// maxDepth is how deep a value is looked into: what is deeper is Cut. It bounds the schema, and the stack.
const maxDepth = 64

// ErrNotJSON: the text is none, or nested deeper than 10,000 levels.
var ErrNotJSON = errors.New("not JSON")

// Parse reads one JSON value (RFC 8259). Of members with one name the last counts, as in every browser; what is no UTF-8 becomes U+FFFD.
func Parse(text []byte) (Value, error) {
	list, err := ParseAll(text)
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("%w: %d values", ErrNotJSON, len(list))
	}
	if err != nil {
		return Value{}, err
	}
	return list[0], nil
}

// ParseAll reads values one behind the other, as NDJSON and JSON text sequences have them.
func ParseAll(text []byte) ([]Value, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if bytes.IndexByte(text, 0x1e) >= 0 { // RFC 7464
		text = bytes.ReplaceAll(text, []byte{0x1e}, []byte{'\n'})
	}
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var list []Value
	for {
		v, err := read(d, 0)
		switch {
		case errors.Is(err, io.EOF) && d.StackDepth() == 0:
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrNotJSON, err)
		}
		list = append(list, v)
	}
}

func read(d *jsontext.Decoder, depth int) (Value, error) {
	if k := d.PeekKind(); depth >= maxDepth && (k == '{' || k == '[') {
		return Value{Kind: Cut}, d.SkipValue()
	}
	t, err := d.ReadToken()
	if err != nil {
		return Value{}, err
	}
	switch t.Kind() {
	case 'n':
		return Value{}, nil
	case 't', 'f':
		return Value{Kind: Bool, Text: t.String()}, nil
	case '"':
		return Value{Kind: String, Text: t.String()}, nil
	case '0':
		return NumberOf(t.String()), nil
	case '[':
		return readArray(d, depth)
	}
	return readObject(d, depth)
}

// NumberOf is the value of a JSON number.
func NumberOf(literal string) Value {
	if strings.ContainsAny(literal, ".eE") {
		return Value{Kind: Number, Text: literal}
	}
	return Value{Kind: Integer, Text: literal}
}

func readArray(d *jsontext.Decoder, depth int) (Value, error) {
	v := Value{Kind: Array}
	for d.PeekKind() != ']' {
		item, err := read(d, depth+1)
		if err != nil {
			return v, err
		}
		v.Items = append(v.Items, item)
	}
	_, err := d.ReadToken()
	return v, err
}

func readObject(d *jsontext.Decoder, depth int) (Value, error) {
	v := Value{Kind: Object}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return v, err
		}
		f := Field{Name: name.String()}
		if f.Value, err = read(d, depth+1); err != nil {
			return v, err
		}
		v.Fields = append(v.Fields, f)
	}
	_, err := d.ReadToken()
	v.Fields = lastOfEach(v.Fields)
	return v, err
}

// lastOfEach leaves the last of members with one name.
func lastOfEach(list []Field) []Field {
	at := make(map[string]int, len(list))
	for i := range list {
		at[list[i].Name] = i
	}
	if len(at) == len(list) {
		return list
	}
	kept := list[:0]
	for i := range list {
		if at[list[i].Name] == i {
			kept = append(kept, list[i])
		}
	}
	return kept
}

// Walk visits each scalar with the name of the member that it is in, and of the one that its object is in; elements of arrays have those of
// the array.
func (v *Value) Walk(visit func(owner, name string, v *Value)) { v.walk("", "", visit) }

func (v *Value) walk(owner, name string, visit func(owner, name string, v *Value)) {
	switch v.Kind {
	case Array:
		for i := range v.Items {
			v.Items[i].walk(owner, name, visit)
		}
	case Object:
		for i := range v.Fields {
			v.Fields[i].Value.walk(name, v.Fields[i].Name, visit)
		}
	case Null, Cut:
	default:
		visit(owner, name, v)
	}
}
