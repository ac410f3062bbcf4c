package expr

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"

	"github.com/itchyny/gojq"
)

var errNull = errors.New(`it is null, which a text cannot hold; say what to write then: ${… // ""}`)

// textOf is how a value stands in a text.
func textOf(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", errNull
	case string:
		return v, nil
	}
	b, err := gojq.Marshal(v)
	return string(b), err
}

// Normal gives a value as jq knows it: nil, bool, int, float64, *big.Int, string, []any and map[string]any. What is so already is not copied.
func Normal(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int, string, *big.Int:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, errors.New("a number that is none")
		}
		return v, nil
	case json.Number:
		return number(v)
	case []any:
		return normalList(v)
	case map[string]any:
		return normalMap(v)
	}
	return converted(v)
}

func number(n json.Number) (any, error) {
	if i, err := n.Int64(); err == nil {
		return int(i), nil
	}
	if b, ok := new(big.Int).SetString(n.String(), 10); ok && len(n) < 1000 {
		return b, nil
	}
	f, err := n.Float64()
	return f, err
}

// normalList copies only if an element changes.
func normalList(list []any) (any, error) {
	var out []any
	for i, e := range list {
		n, err := Normal(e)
		if err != nil {
			return nil, err
		}
		if out == nil && !same(e, n) {
			out = append(make([]any, 0, len(list)), list...)
		}
		if out != nil {
			out[i] = n
		}
	}
	if out == nil {
		return list, nil
	}
	return out, nil
}

func normalMap(m map[string]any) (any, error) {
	var out map[string]any
	for k, e := range m {
		n, err := Normal(e)
		if err != nil {
			return nil, err
		}
		if out == nil && !same(e, n) {
			out = make(map[string]any, len(m))
			for k, e := range m {
				out[k] = e
			}
		}
		if out != nil {
			out[k] = n
		}
	}
	if out == nil {
		return m, nil
	}
	return out, nil
}

// same reports whether Normal left a value as it is.
func same(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
	case nil, bool, int, string, float64, *big.Int:
		return true
	}
	return false
}

// converted takes other Go values by way of reflection: the integer types, and lists and maps of one type.
func converted(v any) (any, error) {
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return int(r.Int()), nil
	case r.CanUint():
		if r.Uint() > math.MaxInt {
			return new(big.Int).SetUint64(r.Uint()), nil
		}
		return int(r.Uint()), nil
	case r.CanFloat():
		return Normal(r.Float())
	case r.Kind() == reflect.String:
		return r.String(), nil
	case r.Kind() == reflect.Bool:
		return r.Bool(), nil
	case r.Kind() == reflect.Slice:
		list := make([]any, r.Len())
		for i := range list {
			list[i] = r.Index(i).Interface()
		}
		return normalList(list)
	case r.Kind() == reflect.Map && r.Type().Key().Kind() == reflect.String:
		m := make(map[string]any, r.Len())
		for it := r.MapRange(); it.Next(); {
			m[it.Key().String()] = it.Value().Interface()
		}
		return normalMap(m)
	}
	return nil, fmt.Errorf("no value of JSON: %T", v)
}
