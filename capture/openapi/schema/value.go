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
	XML    XML
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
	p := parsers.Get().(*parser)
	defer p.free()
	return p.all(text)
}

func (p *parser) all(text []byte) ([]Value, error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if bytes.IndexByte(text, 0x1e) >= 0 { // RFC 7464
		text = bytes.ReplaceAll(text, []byte{0x1e}, []byte{'\n'})
	}
	p.d.Reset(bytes.NewBuffer(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	var list []Value
	for {
		v, err := p.read(0)
		switch {
		case errors.Is(err, io.EOF) && p.d.StackDepth() == 0:
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrNotJSON, err)
		}
		list = append(list, v)
	}
}

// NumberOf is the value of a JSON number.
func NumberOf(literal string) Value {
	if strings.ContainsAny(literal, ".eE") {
		return Value{Kind: Number, Text: literal}
	}
	return Value{Kind: Integer, Text: literal}
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
