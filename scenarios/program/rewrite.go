package program

import (
	"maps"
	"reflect"
	"slices"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/internal/shape"
)

// visitor is shown every expression of a step, and says what stands in its place.
type visitor interface {
	// text is where a text must come out.
	text(path, source string) (string, error)
	// value is where any value may come out.
	value(path, source string) (any, error)
	// query is a program in jq, which stays what it is.
	query(path string, q scenarios.Query) error
}

// rewrite gives a copy of a struct of the model in which a visitor has replaced the texts. Nested steps and late fields stay as they are.
func rewrite(v reflect.Value, path string, see visitor) (reflect.Value, error) {
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
		replaced, err := rewriteValue(v.FieldByIndex(f.Index), at, see)
		if err != nil {
			return out, err
		}
		out.FieldByIndex(f.Index).Set(replaced)
	}
	return out, nil
}

func rewriteValue(v reflect.Value, path string, see visitor) (reflect.Value, error) {
	switch t := v.Type(); {
	case t == shape.Query:
		if v.Len() == 0 {
			return v, nil
		}
		return v, see.query(path, scenarios.Query(v.String()))
	case t == shape.Any:
		if v.IsNil() {
			return v, nil
		}
		value, err := rewriteAny(v.Interface(), path, see)
		if value == nil || err != nil {
			return reflect.Zero(t), err
		}
		return reflect.ValueOf(value), nil
	case t.Kind() == reflect.String:
		s, err := see.text(path, v.String())
		return reflect.ValueOf(s).Convert(t), err
	case t.Kind() == reflect.Pointer && !v.IsNil():
		out := reflect.New(t.Elem())
		e, err := rewriteValue(v.Elem(), path, see)
		out.Elem().Set(e)
		return out, err
	case t.Kind() == reflect.Struct && t != shape.Rate:
		return rewrite(v, path, see)
	case t == reflect.TypeFor[[]string]():
		return rewriteTexts(v, path, see)
	case t.Kind() == reflect.Slice && !v.IsNil():
		return rewriteList(v, path, see)
	case t.Kind() == reflect.Map && !v.IsNil():
		return rewriteMap(v, path, see)
	}
	return v, nil
}

func rewriteList(v reflect.Value, path string, see visitor) (reflect.Value, error) {
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		at := file.Item(path, i)
		if shape.Keyed(v.Type()) {
			at = file.Join(path, v.Index(i).FieldByIndex(shape.Of(v.Type().Elem()).Key.Index).String())
		}
		e, err := rewriteValue(v.Index(i), at, see)
		if err != nil {
			return v, err
		}
		out.Index(i).Set(e)
	}
	return out, nil
}

// rewriteTexts lets a ${…} that gives a list stand for its elements.
func rewriteTexts(v reflect.Value, path string, see visitor) (reflect.Value, error) {
	var out []string
	for i := range v.Len() {
		at := file.Item(path, i)
		value, err := see.value(at, v.Index(i).String())
		if err != nil {
			return v, err
		}
		list, ok := value.([]any)
		if !ok {
			list = []any{value}
		}
		for _, e := range list {
			s, ok := e.(string)
			if !ok {
				if s, err = see.text(at, v.Index(i).String()); err != nil {
					return v, err
				}
			}
			out = append(out, s)
		}
	}
	return reflect.ValueOf(out), nil
}

func rewriteMap(v reflect.Value, path string, see visitor) (reflect.Value, error) {
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for _, k := range slices.Sorted(maps.Keys(keysOf(v))) {
		key := reflect.ValueOf(k)
		e, err := rewriteValue(v.MapIndex(key), file.Join(path, k), see)
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

// rewriteAny replaces the texts in a free value; keys of its maps are names, and stay.
func rewriteAny(v any, path string, see visitor) (any, error) {
	switch v := v.(type) {
	case string:
		return see.value(path, v)
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			var err error
			if out[i], err = rewriteAny(e, file.Item(path, i), see); err != nil {
				return nil, err
			}
		}
		return out, nil
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			var err error
			if out[k], err = rewriteAny(v[k], file.Join(path, k), see); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}
