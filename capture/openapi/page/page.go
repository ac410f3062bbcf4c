// Package page writes a document as one page to read: its operations with parameters, bodies, answers and samples, its schemas, and what must be asked
// for first. It needs nothing from anywhere, and its policy lets it ask for nothing.
package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"seine/capture/openapi/curl"
	"seine/capture/openapi/document"
	"seine/capture/openapi/spec"
)

//go:embed page.html
var pageText string

//go:embed page.css
var style string

//go:embed page.js
var script string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"lower": strings.ToLower}).Parse(pageText))

// view is what the template shows.
type view struct {
	Spec          *spec.Spec
	Policy        string
	Style         template.CSS
	Script        template.JS
	Groups        []*group
	Schemas       []schemaView
	Count         int
	Auth          []*spec.Scheme
	ServerDefault string
}

type group struct {
	Name       string
	Operations []operationView
}

type operationView struct {
	*spec.Operation
	Anchor  string
	Search  string
	Where   string // the server, if it is another than most have
	Curl    string
	Params  []paramView
	Sends   []mediaView
	Answers []answerView
	Access  []string
	Chain   []chainView
	Facts   []fact
	Pages   []fact // how a long list is given in pages
	// Messages of a WebSocket, sent and received.
	Messages []mediaView
}

type fact struct{ Name, Value string }

type paramView struct {
	*spec.Param
	Line line
}

type mediaView struct {
	Type, Stream string
	Lines        []line
}

type answerView struct {
	spec.Answer
	Class  string // of the status: 2, 4, 5
	Bodies []mediaView
}

type schemaView struct {
	Name, Anchor, Search string
	Lines                []line
}

// Write writes the page.
func Write(w io.Writer, s *spec.Spec) error {
	v := &view{Spec: s, Style: template.CSS(style), Script: template.JS(script), Count: len(s.Operations), Auth: s.Schemes, Policy: policy()} //nolint:gosec // both are ours
	if len(s.Operations) > 0 && len(s.Operations[0].Servers) > 0 {
		v.ServerDefault = mostCommonServer(s)
	}
	byName := map[string]*group{}
	for i, o := range s.Operations {
		name := groupOf(o)
		if byName[name] == nil {
			byName[name] = &group{Name: name}
			v.Groups = append(v.Groups, byName[name])
		}
		byName[name].Operations = append(byName[name].Operations, v.operation(o, i))
	}
	for _, m := range s.Schemas {
		schema, _ := m.Value.(document.Object)
		v.Schemas = append(v.Schemas, schemaView{m.Key, "schema-" + m.Key, strings.ToLower(m.Key), lines(schema)})
	}
	return page.Execute(w, v)
}

// policy lets nothing in but what is in the page (Content Security Policy 3).
func policy() string {
	sum := func(s string) string {
		h := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'"
	}
	return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src " + sum(style) + "; script-src " + sum(script)
}

func mostCommonServer(s *spec.Spec) string {
	count, best := map[string]int{}, ""
	for _, o := range s.Operations {
		if len(o.Servers) == 0 {
			continue
		}
		if count[o.Servers[0]]++; best == "" || count[o.Servers[0]] > count[best] {
			best = o.Servers[0]
		}
	}
	return best
}

// groupOf is the first segment that says something.
func groupOf(o *spec.Operation) string {
	if o.Style == "graphql" || o.Style == "json-rpc" {
		return o.Path
	}
	for part := range strings.SplitSeq(o.Path, "/") {
		if part != "" && part != "api" && !strings.HasPrefix(part, "{") && strings.Trim(part, "vV0123456789.") != "" {
			return part
		}
	}
	return "/"
}

func (v *view) operation(o *spec.Operation, i int) operationView {
	s := v.Spec
	one := operationView{Operation: o, Anchor: fmt.Sprintf("op-%d", i+1), Search: strings.ToLower(strings.Join([]string{o.Method, o.Key, o.ID, o.Summary, o.Description, o.Style}, " ")), Curl: curl.Command(o, s.Request(o))}
	if len(o.Servers) > 0 && o.Servers[0] != v.ServerDefault {
		one.Where = o.Servers[0]
	}
	for _, p := range o.Params {
		one.Params = append(one.Params, paramView{p, lineOf(p.Name, p.Required, p.Schema, 0)})
	}
	one.Sends = medias(o.Bodies)
	for _, a := range o.Answers {
		class := a.Status[:min(len(a.Status), 1)]
		one.Answers = append(one.Answers, answerView{a, class, medias(a.Bodies)})
	}
	one.Access = access(o)
	one.Chain = chains(o.Raw)
	if pages, ok := o.Raw.Get("x-seine-pagination").(document.Object); ok {
		for _, m := range pages {
			one.Pages = append(one.Pages, fact{m.Key, spec.Text(m.Value)})
		}
	}
	if m, ok := o.Raw.Get("x-seine-messages").(document.Object); ok {
		for _, side := range []string{"sent", "received"} {
			if schema, ok := m.Get(side).(document.Object); ok {
				one.Messages = append(one.Messages, mediaView{Type: side, Lines: lines(schema)})
			}
		}
	}
	for _, f := range []struct{ name, key string }{{"samples", "x-seine-count"}, {"sure", "x-seine-confidence"}} {
		if t := spec.Text(o.Raw.Get(f.key)); t != "" {
			one.Facts = append(one.Facts, fact{f.name, t})
		}
	}
	return one
}

// access says what lets in, each way in words.
func access(o *spec.Operation) (list []string) {
	for _, all := range o.Security {
		var names []string
		for _, x := range all {
			name := x.ID
			if x.Source != "" {
				name += " (from " + x.Source + ")"
			}
			names = append(names, name)
		}
		if len(names) == 0 {
			names = []string{"nothing"}
		}
		list = append(list, strings.Join(names, " and "))
	}
	return list
}

func medias(list []spec.Media) (all []mediaView) {
	for _, m := range list {
		one := mediaView{Type: m.Type, Stream: m.Stream}
		if m.Schema != nil {
			one.Lines = lines(m.Schema)
		}
		all = append(all, one)
	}
	return all
}

// chainView is one value that comes from elsewhere.
type chainView struct{ Name, From string }

// chains are where parameters come from, as far as the document says.
func chains(raw document.Object) (list []chainView) {
	params, _ := raw.Get("parameters").(document.Array)
	for _, one := range params {
		p, _ := one.(document.Object)
		evidence, _ := p.Get("x-seine-evidence").(document.Object)
		if from, ok := evidence.Get("from").(document.Object); ok {
			list = append(list, chainView{spec.Text(p.Get("name")), "member " + spec.Text(from.Get("field")) + " of the answer of sample " + spec.Text(from.Get("sample"))})
		}
	}
	needs, _ := raw.Get("x-seine-needs").(document.Array)
	for _, one := range needs {
		n, _ := one.(document.Object)
		from, _ := n.Get("from").(document.Object)
		text := func(o document.Object, key, before string) string {
			if t := spec.Text(o.Get(key)); t != "" {
				return before + t
			}
			return ""
		}
		where := text(from, "kind", "") + text(from, "at", " ") + text(from, "attribute", " ") + text(from, "operation", " of ") + text(from, "method", " of ") + text(from, "url", " ") + text(from, "sample", ", sample ")
		list = append(list, chainView{text(n, "in", "") + text(n, "name", " "), where})
	}
	return list
}
