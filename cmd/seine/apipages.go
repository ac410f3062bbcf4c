package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"seine/capture"
	"seine/capture/call"
	"seine/capture/openapi"
	"seine/capture/session"
	"seine/cmd/internal/ui"
)

// pagesJSON is how an operation gives pages, for machines.
type pagesJSON struct {
	Kind     string `json:"kind"`
	In       string `json:"in,omitempty"`
	Name     string `json:"name,omitempty"`
	Next     string `json:"next,omitempty"`
	Rows     string `json:"rows"`
	Evidence string `json:"evidence"`
	Verified bool   `json:"verified"`
}

func pagingOf(p *openapi.Pagination) *pagesJSON {
	if p == nil {
		return nil
	}
	return &pagesJSON{string(p.Kind), p.In, p.Name, p.Next + p.Last, p.Rows, string(p.Evidence), p.Verified}
}

// needJSON is where a value comes from, for machines. It never holds the value.
type needJSON struct {
	In    string `json:"in"`
	Name  string `json:"name"`
	Token bool   `json:"token"`
	Kind  string `json:"kind"`
	From  string `json:"from"` // operation, or address of a page
	At    string `json:"at"`
}

func needsOf(found *openapi.API, o *openapi.Operation) (list []needJSON) {
	for _, n := range o.Needs {
		from := bareURL(n.From.URL)
		if n.From.Operation != nil {
			from = found.ID(n.From.Operation)
		}
		list = append(list, needJSON{n.In, n.Name, n.Token, string(n.From.Kind), from, n.From.At})
	}
	return list
}

// bareURL has no query: there may be a secret in it.
func bareURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// words say how pages are asked for.
func pageWords(p *openapi.Pagination) string {
	at := map[bool]string{true: p.Next, false: "the last row's " + p.Last}[p.Last == ""]
	text := map[openapi.PageKind]string{
		openapi.PageNumber: fmt.Sprintf("%s %s counts pages from %d", p.In, p.Name, p.First), openapi.PageOffset: fmt.Sprintf("%s %s leaves out rows", p.In, p.Name),
		openapi.PageCursor: fmt.Sprintf("%s %s is %s of the page before", p.In, p.Name, at), openapi.PageLink: "header Link, rel=next", openapi.PageNext: "the address at " + p.Next,
	}[p.Kind]
	switch {
	case p.Verified:
		return text + " (proven)"
	case p.Evidence != openapi.EvidenceSeen:
		return text + " (" + string(p.Evidence) + ")"
	}
	return text
}

// provenance prints how operations give pages, and where what they carry comes from; and what must be asked before.
func (a *apis) provenance(found *openapi.API) {
	var pages, needs [][]any
	for _, o := range found.Operations {
		name := ui.Remote(found.ID(o))
		if o.Pagination != nil {
			pages = append(pages, []any{name, ui.Remote(pageWords(o.Pagination))})
		}
		for _, n := range needsOf(found, o) {
			kind := "id"
			if n.Token {
				kind = "token"
			}
			needs = append(needs, []any{name, kind, ui.Remote(n.In + " " + n.Name), ui.Remote(n.Kind + " " + n.At), ui.Remote(n.From)})
		}
		if chain := chainOf(found, o); chain != "" {
			needs = append(needs, []any{name, "chain", ui.Remote(chain), "", ""})
		}
	}
	if len(pages) > 0 {
		a.con.Print("\n" + a.con.Table([]ui.Column{{Title: "OPERATION"}, {Title: "PAGES", Flex: true}}, pages))
	}
	if len(needs) > 0 {
		a.con.Print("\n" + a.con.Table([]ui.Column{{Title: "OPERATION"}, {Title: "NEEDS"}, {Title: "WHAT"}, {Title: "FROM"}, {Title: "OF", Flex: true}}, needs))
	}
}

// chainOf is what must be asked before, in order; "" where one thing or nothing must.
func chainOf(found *openapi.API, o *openapi.Operation) string {
	var parts []string
	for _, s := range o.Chain() {
		if s.Operation != nil {
			parts = append(parts, found.ID(s.Operation))
		} else if u, err := url.Parse(s.URL); err == nil {
			parts = append(parts, s.Method+" "+u.Path)
		}
	}
	if len(parts) < 2 {
		return ""
	}
	return strings.Join(parts, " → ")
}

// proofJSON is what came of asking for two pages, for machines.
type proofJSON struct {
	Operation string `json:"operation"`
	Proven    bool   `json:"proven"`
	First     int    `json:"first"`  // rows of page one
	Second    int    `json:"second"` // of page two
	Error     string `json:"error,omitempty"`
}

// verify asks for the first two pages of each list.
func (a *apis) verify(found *openapi.API, heard *capture.Capture) error {
	if len(found.Operations) == 0 {
		return nil
	}
	spec, err := specOf(found)
	if err != nil {
		return err
	}
	for _, o := range found.Operations {
		if o.Pagination == nil {
			continue
		}
		proof, err := a.prove(spec, heard, found.ID(o))
		if err != nil && a.c.Err() != nil {
			return err
		}
		j := proofJSON{Operation: found.ID(o), Proven: err == nil, First: proof.First, Second: proof.Second}
		if err != nil {
			j.Error = sentence(err)
			a.con.Say("%s: its pages are not proven: %s", ui.Remote(j.Operation), ui.Remote(j.Error))
		} else {
			found.Verify(o)
			a.con.Say("%s: page two has %s that page one has not", ui.Remote(j.Operation), ui.Count(proof.Second, "row"))
		}
		if err := a.con.Emit("proof", j); err != nil {
			return err
		}
	}
	return nil
}

// errChanges: it is not known that the operation changes nothing.
var errChanges = errors.New("it is no GET, and might change something")

func (a *apis) prove(spec *call.Spec, heard *capture.Capture, id string) (call.Proof, error) {
	o, err := spec.Find(id)
	if err != nil {
		return call.Proof{}, err
	}
	if !o.Provable() {
		return call.Proof{}, errChanges
	}
	conf := call.Config{Spec: spec, Capture: heard, All: true, Log: a.con.Logger(), Session: session.Config{UserAgent: a.c.String("user-agent")}}
	if conf.Header, err = headersOf(a.c); err != nil {
		return call.Proof{}, err
	}
	if conf.Session.Cookies, err = cookiesIn(a.c.String("cookies")); err != nil {
		return call.Proof{}, err
	}
	if err := setProxy(a.c, &conf.Session); err != nil {
		return call.Proof{}, err
	}
	client, err := call.NewClient(conf, o)
	if err != nil {
		return call.Proof{}, err
	}
	defer client.Close()
	return client.Prove(a.c.Context, o)
}
