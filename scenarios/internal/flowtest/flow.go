// Package flowtest has flows for tests: random ones, full ones, and files that are wrong.
package flowtest

import (
	"fmt"
	"reflect"
	"time"

	"pgregory.net/rapid"

	"seine/scenarios"
	"seine/scenarios/internal/shape"
)

// deepest is how deep random steps are nested.
const deepest = 2

// Flow is a random flow that a file can hold.
func Flow() *rapid.Generator[scenarios.UserFlow] {
	return rapid.Custom(func(t *rapid.T) scenarios.UserFlow {
		f := random(t, shape.Flow, 0).Interface().(scenarios.UserFlow)
		if len(f.Steps) == 0 {
			f.Steps = []scenarios.Step{scenarios.Play{}}
		}
		return f
	})
}

// Recording is a random flow that only has a recording's own steps, with texts that mean themselves.
func Recording(names []string) *rapid.Generator[scenarios.UserFlow] {
	return rapid.Custom(func(t *rapid.T) scenarios.UserFlow {
		f := scenarios.UserFlow{Title: text(t)}
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			typ, _ := shape.Step(rapid.SampledFrom(names).Draw(t, "step"))
			f.Steps = append(f.Steps, random(t, typ, deepest).Interface().(scenarios.Step))
		}
		return f
	})
}

var words = []string{
	"a", "#add", "aria/Add to cart", "${.base}/x", "${.rows | length > 3}", "yes", "null", "3", "1..5", "{{x}}", "it's", `say "hi"`, "a: b", "a #b", " lead", "trail ", "two\nlines", "two\nlines\n",
	"tab\there", "é 漢字 🙂", "- x", "*a", "&b", "!c", "%d", "@e", "`f", "|", ">", "?", ":", "a:", "[x]", "{y}", "x,y", "0x1f", "1e3", "2024-01-01", "12:30", ".5", "~", "$${x}", "\u202e", "\u0085", "---", "...", "# no", "\n\n", "=", "<<", "\\", "a\\nb",
}

func text(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom(words), rapid.StringMatching(`[ -~é]{1,12}`)).Draw(t, "text")
}

func random(t *rapid.T, typ reflect.Type, depth int) reflect.Value {
	v := reflect.New(typ).Elem()
	switch {
	case typ == shape.Any:
		if x := anything(t, depth); x != nil {
			v.Set(reflect.ValueOf(x))
		}
	case typ == shape.Duration:
		v.SetInt(int64(rapid.IntRange(1, 100_000).Draw(t, "ms")) * int64(time.Millisecond))
	case typ == shape.Rate:
		v.Set(reflect.ValueOf(scenarios.Rate{Count: float64(rapid.IntRange(1, 99).Draw(t, "count")), Per: rapid.SampledFrom([]time.Duration{time.Second, time.Minute, time.Hour}).Draw(t, "per")}))
	case typ == shape.Selectors || typ == shape.Selector:
		n := rapid.IntRange(1, 3).Draw(t, "n")
		v.Set(reflect.MakeSlice(typ, n, n))
		for i := range n {
			v.Index(i).Set(random(t, typ.Elem(), depth+1))
		}
	case typ == shape.StepType:
		steps := scenarios.Steps()
		s := rapid.SampledFrom(steps).Draw(t, "step")
		v.Set(random(t, reflect.TypeOf(s), depth+1))
	case typ.Kind() == reflect.Struct:
		fields(t, v, depth)
	default:
		kind(t, v, depth)
	}
	return v
}

func fields(t *rapid.T, v reflect.Value, depth int) {
	for _, f := range shape.Of(v.Type()).Fields {
		if !f.Required && !f.Key && rapid.IntRange(0, 3).Draw(t, f.Name) > 0 || f.Type == shape.Steps && depth > deepest && !f.Required {
			continue
		}
		fv := random(t, f.Type, depth)
		for inner := fv; ; inner = inner.Elem() {
			if inner.Kind() != reflect.Pointer {
				narrow(t, f, inner)
				break
			}
		}
		v.FieldByIndex(f.Index).Set(fv)
	}
}

// narrow keeps a value within its tags.
func narrow(t *rapid.T, f shape.Field, v reflect.Value) {
	switch {
	case len(f.Enum) > 0:
		v.SetString(rapid.SampledFrom(f.Enum).Draw(t, "enum"))
	case f.Min != nil && v.CanInt():
		most := 1000.0
		if f.Max != nil {
			most = *f.Max
		}
		v.SetInt(int64(rapid.IntRange(int(*f.Min), int(most)).Draw(t, "int")))
	case f.Min != nil && v.CanFloat():
		v.SetFloat(*f.Min + 0.5)
	case f.Type == shape.Any && f.Short && (f.Owner == reflect.TypeFor[scenarios.Input]() || f.Required) && !shape.Of(f.Owner).Bare() && v.IsNil():
		v.Set(reflect.ValueOf(text(t)))
	case f.Type == shape.Any && f.Required && v.IsNil():
		v.Set(reflect.ValueOf("x"))
	}
}

func kind(t *rapid.T, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		v.Elem().Set(random(t, v.Type().Elem(), depth))
	case reflect.Slice:
		n := rapid.IntRange(1, 3).Draw(t, "n")
		v.Set(reflect.MakeSlice(v.Type(), 0, n))
		for i := range n {
			e := random(t, v.Type().Elem(), depth+1)
			if shape.Keyed(v.Type()) {
				e.FieldByIndex(shape.Of(v.Type().Elem()).Key.Index).SetString(fmt.Sprintf("%s%d", text(t), i))
			}
			v.Set(reflect.Append(v, e))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(text(t)), random(t, v.Type().Elem(), depth+1))
	case reflect.String:
		v.SetString(text(t))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(rapid.IntRange(1, 9).Draw(t, "int")))
	case reflect.Float64:
		v.SetFloat(rapid.SampledFrom([]float64{1, 2.5, 1e9, 0.001, 12345678.25}).Draw(t, "float"))
	}
}

func anything(t *rapid.T, depth int) any {
	most := 6
	if depth > deepest+2 {
		most = 4
	}
	switch rapid.IntRange(0, most).Draw(t, "any") {
	case 0:
		return nil
	case 1:
		return true
	case 2:
		return rapid.IntRange(-5, 5000).Draw(t, "int")
	case 3:
		return 2.5
	case 5:
		list := []any{}
		for range rapid.IntRange(0, 3).Draw(t, "n") {
			list = append(list, anything(t, depth+1))
		}
		return list
	case 6:
		return map[string]any{text(t): anything(t, depth+1)}
	}
	return text(t)
}

// Full is a step with every field set; steps inside of it are plain.
func Full(typ reflect.Type) scenarios.Step {
	return full(typ).Interface().(scenarios.Step)
}

func full(typ reflect.Type) reflect.Value {
	v := reflect.New(typ).Elem()
	switch {
	case typ == shape.Any:
		v.Set(reflect.ValueOf("text"))
	case typ == shape.Steps:
		v.Set(reflect.ValueOf([]scenarios.Step{scenarios.Play{}}))
	case typ == shape.Duration:
		v.SetInt(int64(2500 * time.Millisecond))
	case typ.Kind() == reflect.Struct:
		for _, f := range shape.Of(typ).Fields {
			fv := full(f.Type)
			if len(f.Enum) > 0 {
				fv.SetString(f.Enum[0])
			} else if f.Min != nil && fv.CanInt() && fv.Int() < int64(*f.Min) {
				fv.SetInt(int64(*f.Min))
			}
			v.FieldByIndex(f.Index).Set(fv)
		}
	case typ.Kind() == reflect.Pointer:
		v.Set(reflect.New(typ.Elem()))
		v.Elem().Set(full(typ.Elem()))
	case typ.Kind() == reflect.Slice:
		v.Set(reflect.Append(v, full(typ.Elem())))
	case typ.Kind() == reflect.Map:
		v.Set(reflect.MakeMap(typ))
		v.SetMapIndex(reflect.ValueOf("name"), full(typ.Elem()))
	case typ.Kind() == reflect.String:
		v.SetString("text")
	case typ.Kind() == reflect.Bool:
		v.SetBool(true)
	case typ.Kind() == reflect.Int:
		v.SetInt(3)
	case typ.Kind() == reflect.Float64:
		v.SetFloat(2.5)
	}
	return v
}
