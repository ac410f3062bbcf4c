package shape_test

import (
	"reflect"
	"testing"

	"seine/scenarios"
	"seine/scenarios/internal/shape"
)

// TestModel: every type that a file can reach has tags that make sense, one short field at most, and comments.
func TestModel(t *testing.T) {
	seen := map[reflect.Type]bool{}
	types := map[string]bool{}
	for _, s := range scenarios.Steps() {
		if types[s.Type()] {
			t.Errorf("%s is there twice", s.Type())
		}
		types[s.Type()] = true
		visit(t, reflect.TypeOf(s), seen)
	}
	visit(t, shape.Flow, seen)
}

func visit(t *testing.T, typ reflect.Type, seen map[reflect.Type]bool) {
	for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Map {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || seen[typ] || typ == shape.Rate {
		return
	}
	seen[typ] = true
	if shape.Doc(typ) == "" {
		t.Errorf("%s has no comment", typ)
	}
	short, names := 0, map[string]bool{}
	for _, f := range shape.Of(typ).Fields {
		if f.Doc() == "" {
			t.Errorf("%s.%s has no comment", typ, f.Name)
		}
		if f.Short {
			short++
		}
		if names[f.Name] {
			t.Errorf("%s has two fields %s", typ, f.Name)
		}
		names[f.Name] = true
		visit(t, f.Type, seen)
	}
	if short > 1 {
		t.Errorf("%s has %d short fields", typ, short)
	}
}

func TestNames(t *testing.T) {
	for typ, want := range map[reflect.Type][]string{
		reflect.TypeFor[scenarios.Click]():    {"selectors", "offsetX", "offsetY", "button", "deviceType", "duration", "target", "frame", "inFrame", "timeout", "retries", "optional", "assertedEvents", "recorder"},
		reflect.TypeFor[scenarios.Download](): {"urls", "dir", "file", "headers", "workers", "as", "timeout", "retries", "optional", "assertedEvents", "recorder"},
		reflect.TypeFor[scenarios.Capture]():  {"har", "save", "screenshot", "timeout", "retries", "optional", "assertedEvents", "recorder"},
		reflect.TypeFor[scenarios.Request]():  {"url", "method", "query", "headers", "json", "form", "body", "status", "as", "timeout", "retries", "optional", "assertedEvents", "recorder"},
	} {
		var got []string
		for _, f := range shape.Of(typ).Fields {
			got = append(got, f.Name)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", typ, got)
		}
	}
}
