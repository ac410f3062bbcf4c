// Package shape reads the struct tags of the model (see package scenarios): what stands in a file, under which name, and
// what it may be. The decoder, the encoder, the JSON Schema and the evaluation of expressions all go by it.
package shape

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"seine/scenarios"
)

// Struct is what a map in a file may hold.
type Struct struct {
	Type   reflect.Type
	Fields []Field
	Short  *Field // what a value in place of the map sets; nil: there is none
	Key    *Field // what the key of the map around it sets; nil: there is none
}

// Field is an entry of a map.
type Field struct {
	Name     string
	Index    []int // see reflect.Value.FieldByIndex
	Type     reflect.Type
	Owner    reflect.Type // the struct that declares it
	GoName   string
	Required bool
	Short    bool
	Raw      bool // its texts are no templates
	Late     bool // its templates are not evaluated with the step
	Key      bool
	Enum     []string
	Min, Max *float64
}

var structs sync.Map

// Of is the shape of a struct type. A tag that makes no sense is a bug in the model: it panics.
func Of(t reflect.Type) *Struct {
	if s, ok := structs.Load(t); ok {
		return s.(*Struct)
	}
	s := &Struct{Type: t}
	s.add(t, nil)
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Short {
			s.Short = f
		}
		if f.Key {
			s.Key = f
		}
	}
	structs.Store(t, s)
	return s
}

func (s *Struct) add(t reflect.Type, index []int) {
	for i := range t.NumField() {
		f := t.Field(i)
		at := append(append([]int{}, index...), i)
		switch {
		case f.Anonymous:
			// What all steps have comes last.
			defer s.add(f.Type, at)
		case f.Tag.Get("seine") != "-":
			s.Fields = append(s.Fields, field(t, f, at))
		}
	}
}

func field(owner reflect.Type, f reflect.StructField, index []int) Field {
	name, options, _ := strings.Cut(f.Tag.Get("seine"), ",")
	out := Field{Name: name, Index: index, Type: f.Type, Owner: owner, GoName: f.Name}
	if name == "" {
		out.Name = lower(f.Name)
	}
	for _, o := range strings.FieldsFunc(options, func(r rune) bool { return r == ',' }) {
		switch o {
		case "required":
			out.Required = true
		case "short":
			out.Short = true
		case "raw":
			out.Raw = true
		case "late":
			out.Late = true
		case "key":
			out.Key, out.Raw = true, true
		default:
			panic(fmt.Sprintf("%s.%s: no such option: %s", owner, f.Name, o))
		}
	}
	out.Enum = strings.Fields(f.Tag.Get("enum"))
	out.Min, out.Max = bound(f, "min"), bound(f, "max")
	return out
}

func bound(f reflect.StructField, tag string) *float64 {
	s, ok := f.Tag.Lookup(tag)
	if !ok {
		return nil
	}
	n, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(err)
	}
	return &n
}

// lower gives URL as url, OffsetX as offsetX, HAR as har, URLs as urls.
func lower(name string) string {
	n := 0
	for n < len(name) && name[n] >= 'A' && name[n] <= 'Z' {
		n++
	}
	if n > 1 && n < len(name) {
		n-- // the last capital begins the next word
	}
	return strings.ToLower(name[:n]) + name[n:]
}

// Named is the field of that name, nil if there is none.
func (s *Struct) Named(name string) *Field {
	for i := range s.Fields {
		if s.Fields[i].Name == name {
			return &s.Fields[i]
		}
	}
	return nil
}

// The types that stand in a file as something else than their Go kind says.
var (
	Duration  = reflect.TypeFor[time.Duration]()
	StepType  = reflect.TypeFor[scenarios.Step]()
	Steps     = reflect.TypeFor[[]scenarios.Step]()
	Selector  = reflect.TypeFor[scenarios.Selector]()
	Selectors = reflect.TypeFor[[]scenarios.Selector]()
	Rate      = reflect.TypeFor[scenarios.Rate]()
	Query     = reflect.TypeFor[scenarios.Query]()
	Any       = reflect.TypeFor[any]()
	Flow      = reflect.TypeFor[scenarios.UserFlow]()
	Event     = reflect.TypeFor[scenarios.AssertedEvent]()
)

var steps = sync.OnceValue(func() map[string]reflect.Type {
	m := map[string]reflect.Type{}
	for _, s := range scenarios.Steps() {
		m[s.Type()] = reflect.TypeOf(s)
	}
	return m
})

// Step is the type of the steps of that name.
func Step(name string) (reflect.Type, bool) {
	t, ok := steps()[name]
	return t, ok
}

// Keyed reports whether t is a list that is written as a map: one of structs with a key.
func Keyed(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct && Of(t.Elem()).Key != nil
}

// Empty reports whether a step of the type can be written by its name alone.
func (s *Struct) Empty() bool {
	for _, f := range s.Fields {
		if f.Required {
			return false
		}
	}
	return true
}

// Bare reports whether the struct never stands as a map: it is a key and one value of any kind, which may be a map itself.
func (s *Struct) Bare() bool {
	return len(s.Fields) == 2 && s.Key != nil && s.Short != nil && s.Short.Type == Any
}
