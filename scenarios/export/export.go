// Package export writes scenarios as code for other drivers of browsers: scripts of Node.js for Puppeteer and Playwright. What has
// no counterpart there (playing and fetching films, some expressions) fails when the script comes to it, and is told at once.
package export

import (
	"embed"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"seine/scenarios"
	"seine/scenarios/program"
)

//go:embed js/*.mjs
var scripts embed.FS

// Driver is what the code is written for.
type Driver string

// The drivers.
const (
	Puppeteer  Driver = "puppeteer"
	Playwright Driver = "playwright"
)

// Left is something that has no counterpart.
type Left struct {
	Pos   scenarios.Position
	What  string
	Fails bool // the script ends with an error when it comes to it; else it goes on without
}

// without are the steps that only seine has.
var without = []string{"play", "grab", "capture", "customStep"}

// JavaScript writes a module of Node.js (.mjs), which takes inputs as key=value.
func JavaScript(p *program.Program, d Driver) ([]byte, []Left, error) {
	driver, err := scripts.ReadFile("js/" + string(d) + ".mjs")
	if err != nil {
		return nil, nil, fmt.Errorf("there is no driver %q", d)
	}
	common, err := scripts.ReadFile("js/common.mjs")
	if err != nil {
		return nil, nil, err
	}
	g := &generator{program: p}
	body := g.steps(p.Flow.Steps, "  ")
	outputs := g.outputs()
	g.around(p.Flow)
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\n", comment(p.Flow))
	b.Write(driver)
	fmt.Fprintf(&b, "\nconst timeout = %d;\n", p.Flow.TimeoutOf(scenarios.Close{}).Milliseconds())
	b.Write(common)
	b.WriteString(g.inputs())
	fmt.Fprintf(&b, "\ntry {\n%s%s} finally {\n  await browser.close();\n}\n", body, outputs)
	return []byte(b.String()), g.left, nil
}

func comment(f scenarios.UserFlow) string {
	text := strings.Join(strings.Fields(strings.TrimSpace(f.Title+": "+f.Description)), " ")
	return strings.Map(func(r rune) rune {
		if r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.Trim(text, ": "))
}

type generator struct {
	program *program.Program
	left    []Left
	at      scenarios.Position // of the step that is being written
}

// lacks tells of what fails, without of what is passed over.
func (g *generator) lacks(what string) { g.left = append(g.left, Left{g.at, what, true}) }

func (g *generator) without(what string) { g.left = append(g.left, Left{g.at, what, false}) }

// around tells of what stands around the steps and is not in the script.
func (g *generator) around(f scenarios.UserFlow) {
	g.at = scenarios.Position{File: g.program.Name()}
	if f.Session != nil {
		g.without("the session: profile, cookies and login")
	}
	if f.Pool.Rate.Count > 0 {
		g.without("the pool's rate")
	}
	if f.Until != "" || f.Max > 0 {
		g.without("until and max")
	}
	for _, in := range f.Inputs {
		if in.TypeOf().Many() && !in.Whole {
			g.without(fmt.Sprintf("a run for each value of the input %q", in.Name))
		}
	}
}

// inputs are the object of values, with those that were given on the command line.
func (g *generator) inputs() string {
	var b strings.Builder
	b.WriteString("\nconst v = {\n")
	types := map[string]scenarios.InputType{}
	for _, in := range g.program.Flow.Inputs {
		types[in.Name] = in.TypeOf()
		value := in.Default
		if converted, err := program.Convert(in, value); err == nil {
			value = converted
		}
		fmt.Fprintf(&b, "  %s: %s,\n", property(in.Name), literal(value))
	}
	b.WriteString("};\n")
	fmt.Fprintf(&b, "const types = %s;\n", literal(types))
	b.WriteString(`for (const a of process.argv.slice(2)) {
  const [name, ...rest] = a.split("=");
  if (!(name in types)) throw new Error(` + "`there is no input ${name}`" + `);
  v[name] = ["number", "boolean", "list"].includes(types[name]) ? JSON.parse(rest.join("=")) : rest.join("=");
}
for (const [name, value] of Object.entries(v)) if (value === null) throw new Error(` + "`the input ${name} is missing`" + `);
`)
	return b.String()
}

func (g *generator) outputs() string {
	var b strings.Builder
	for _, o := range g.program.Flow.Outputs {
		fields := []string{"file: " + literal(o.File), "value: " + g.anything(o.Value)}
		if o.Format != "" {
			fields = append(fields, "format: "+literal(o.Format))
		}
		if o.Columns != nil {
			fields = append(fields, "columns: "+literal(o.Columns))
		}
		fmt.Fprintf(&b, "  await write({ %s });\n", strings.Join(fields, ", "))
	}
	return b.String()
}

func (g *generator) steps(list []scenarios.Step, indent string) string {
	var b strings.Builder
	for _, s := range list {
		before := g.at
		g.at = s.Common().Pos
		b.WriteString(g.step(s, indent))
		g.at = before
	}
	return b.String()
}

func (g *generator) step(s scenarios.Step, indent string) string {
	if slices.Contains(without, s.Type()) {
		g.lacks("the step " + s.Type())
		return fmt.Sprintf("%sawait missing(%s);\n", indent, literal(strings.TrimSpace(s.Type()+" "+s.Common().Pos.String())))
	}
	if c, ok := s.(scenarios.Call); ok {
		return g.call(c, indent)
	}
	v := reflect.ValueOf(s)
	head := indent + "await " + function(s) + "("
	if as := v.FieldByName("As"); as.IsValid() && as.String() != "" {
		head = fmt.Sprintf("%s%s = await %s(", indent, member(as.String()), function(s))
	}
	switch s.(type) {
	case scenarios.Each, scenarios.Paginate, scenarios.Download:
		head += "v, "
	}
	return head + g.object(v, indent) + ");\n"
}

// function is the name of a step's function: that of the step, where JavaScript has no other use for it.
func function(s scenarios.Step) string {
	if s.Type() == "if" {
		return "when"
	}
	return s.Type()
}

// call writes the steps of the other file in place, with values of their own.
func (g *generator) call(c scenarios.Call, indent string) string {
	called := g.program.Called(c)
	if called == nil {
		g.lacks("the file " + c.File)
		return indent + "await missing(" + literal(c.File) + ");\n"
	}
	var values []string
	for _, in := range called.Flow.Inputs {
		value := literal(in.Default)
		for _, w := range c.With {
			if w.Name == in.Name {
				value = g.anything(w.Value)
			}
		}
		values = append(values, property(in.Name)+": "+value)
	}
	inner := &generator{program: called}
	body := inner.steps(called.Flow.Steps, indent+"  ")
	g.left = append(g.left, inner.left...)
	head := indent
	if c.As != "" {
		head += member(c.As) + " = "
	}
	return fmt.Sprintf("%sawait (async (v) => {\n%s%s  return v;\n%s})({ %s });\n", head, body, indent, indent, strings.Join(values, ", "))
}

// member is the value of that name.
func member(name string) string {
	if plainName.MatchString(name) {
		return "v." + name
	}
	return "v[" + literal(name) + "]"
}

// literal is a value of JavaScript.
func literal(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "null"
	}
	return strings.NewReplacer("\u2028", `\u2028`, "\u2029", `\u2029`).Replace(strings.TrimSuffix(b.String(), "\n"))
}
