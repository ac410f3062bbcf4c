// Package rewrite walks the texts of a step that may hold expressions, and puts others in their place.
package rewrite

import (
	"maps"
	"reflect"
	"slices"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/internal/shape"
)

// Visitor is shown every expression of a step, and says what stands in its place.
type Visitor interface {
	// Text is where a text must come out.
	Text(path, source string) (string, error)
	// Value is where any value may come out.
	Value(path, source string) (any, error)
	// Query is a program in jq, which stays what it is.
	Query(path string, q scenarios.Query) error
}

// Struct gives a copy of a struct of the model in which a visitor has replaced the texts. Nested steps and late fields stay as they are.
func Struct(v reflect.Value, path string, see Visitor) (reflect.Value, error) {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for _, f := range shape.Of(v.Type()).Fields {
		at := path
		if !shape.Of(v.Type()).Bare() {
			at = file.Join(path, f.Name)
		}
		if f.Raw || f.Late || f.Type == shape.Steps {
			continue
		}
		replaced, err := value(v.FieldByIndex(f.Index), at, see)
		if err != nil {
			return out, err
		}
		out.FieldByIndex(f.Index).Set(replaced)
	}
	return out, nil
}

func value(v reflect.Value, path string, see Visitor) (reflect.Value, error) {
	switch t := v.Type(); {
	case t == shape.Query:
		if v.Len() == 0 {
			return v, nil
		}
		return v, see.Query(path, scenarios.Query(v.String()))
	case t == shape.Any:
		if v.IsNil() {
			return v, nil
		}
		replaced, err := Any(v.Interface(), path, see)
		if replaced == nil || err != nil {
			return reflect.Zero(t), err
		}
		return reflect.ValueOf(replaced), nil
	case t.Kind() == reflect.String:
		s, err := see.Text(path, v.String())
		return reflect.ValueOf(s).Convert(t), err
	case t.Kind() == reflect.Pointer && !v.IsNil():
		out := reflect.New(t.Elem())
		e, err := value(v.Elem(), path, see)
		out.Elem().Set(e)
		return out, err
	case t.Kind() == reflect.Struct && t != shape.Rate:
		return Struct(v, path, see)
	case t == reflect.TypeFor[[]string]():
		return texts(v, path, see)
	case t.Kind() == reflect.Slice && !v.IsNil():
		return list(v, path, see)
	case t.Kind() == reflect.Map && !v.IsNil():
		return mapping(v, path, see)
	}
	return v, nil
}

func list(v reflect.Value, path string, see Visitor) (reflect.Value, error) {
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		at := file.Item(path, i)
		if shape.Keyed(v.Type()) {
			at = file.Join(path, v.Index(i).FieldByIndex(shape.Of(v.Type().Elem()).Key.Index).String())
		}
		e, err := value(v.Index(i), at, see)
		if err != nil {
			return v, err
		}
		out.Index(i).Set(e)
	}
	return out, nil
}

// texts lets a ${…} that gives a list stand for its elements.
func texts(v reflect.Value, path string, see Visitor) (reflect.Value, error) {
	var out []string
	for i := range v.Len() {
		at := file.Item(path, i)
		got, err := see.Value(at, v.Index(i).String())
		if err != nil {
			return v, err
		}
		all, ok := got.([]any)
		if !ok {
			all = []any{got}
		}
		for _, e := range all {
			s, ok := e.(string)
			if !ok {
				if s, err = see.Text(at, v.Index(i).String()); err != nil {
					return v, err
				}
			}
			out = append(out, s)
		}
	}
	return reflect.ValueOf(out), nil
}

func mapping(v reflect.Value, path string, see Visitor) (reflect.Value, error) {
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for _, k := range slices.Sorted(maps.Keys(keysOf(v))) {
		key := reflect.ValueOf(k)
		e, err := value(v.MapIndex(key), file.Join(path, k), see)
		if err != nil {
			return v, err
		}
		out.SetMapIndex(key, e)
	}
	return out, nil
}

func keysOf(v reflect.Value) map[string]bool {
	keys := map[string]bool{}
	for _, k := range v.MapKeys() {
		keys[k.String()] = true
	}
	return keys
}

// Any replaces the texts in a free value; keys of its maps are names, and stay.
func Any(v any, path string, see Visitor) (any, error) {
	switch v := v.(type) {
	case string:
		return see.Value(path, v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = Any(e, file.Item(path, i), see); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			var err error
			if out[k], err = Any(v[k], file.Join(path, k), see); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}
