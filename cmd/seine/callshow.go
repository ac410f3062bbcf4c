package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"seine/capture/call"
	"seine/cmd/internal/ui"
	"seine/scenarios/calls"
	"seine/scenarios/engine"
)

type callableJSON struct {
	Operation  string   `json:"operation"`
	Method     string   `json:"method"`
	Path       string   `json:"path"`
	Keys       []string `json:"keys"`
	Pagination string   `json:"pagination,omitempty"`
}

// list prints the operations, and what they take.
func (k *calling) list() error {
	var rows [][]any
	for _, o := range k.spec.Operations {
		pages := ""
		if o.Pagination != nil {
			pages = string(o.Pagination.Kind)
		}
		keys := o.Keys()
		if err := k.con.Emit("operation", callableJSON{o.Label(), o.Method, o.Key, append([]string{}, keys...), pages}); err != nil {
			return err
		}
		rows = append(rows, []any{ui.Remote(o.Label()), ui.Remote(strings.Join(keys, " ")), pages, ui.Remote(o.Method + " " + o.Key)})
	}
	k.con.Print(k.con.Table([]ui.Column{{Title: "OPERATION"}, {Title: "KEYS"}, {Title: "PAGES"}, {Title: "PATH", Flex: true}}, rows))
	return nil
}

// calledJSON is the end of a call, for machines.
type calledJSON struct {
	Calls    int `json:"calls"`
	Done     int `json:"done"`
	Resumed  int `json:"resumed"`
	Failed   int `json:"failed"`
	Rows     int `json:"rows"`
	Requests int `json:"requests"`
	Trials   int `json:"trials"` // of these, to see which headers matter
	Chains   int `json:"chains"` // how often tokens were fetched
	InPage   int `json:"in_page"`
}

func (k *calling) say(j calls.Job, r engine.Report) error {
	s := j.Client.Stats()
	if err := k.con.Emit("done", calledJSON{r.Runs, r.Done, r.Resumed, len(r.Failed), r.Rows, s.Requests, s.Trials, s.Chains, s.InPage}); err != nil {
		return err
	}
	if r.Runs > 1 {
		for i, f := range r.Failed {
			if i == mostNotes {
				k.con.Fail(fmt.Sprintf("… and %d more", len(r.Failed)-i))
				break
			}
			k.con.Fail(ui.Remote(f.What + ": " + f.Err.Error()).String())
		}
	}
	if r.Done > 0 || r.Rows > 0 {
		text := ui.Count(r.Rows, "row")
		if r.Runs > 1 {
			text += fmt.Sprintf(" of %d of %d calls", r.Done, r.Runs)
		}
		if r.Resumed > 0 {
			text += fmt.Sprintf(", %d done before", r.Resumed)
		}
		text += ", " + ui.Count(s.Requests, "request")
		if s.InPage > 0 {
			text += fmt.Sprintf(", %d by a page of the browser", s.InPage)
		}
		if j.Output != "" {
			text += ", in " + ui.Remote(filepath.Clean(j.Output)).String()
		}
		k.con.Say("%s", text)
	}
	if len(r.Failed) > 0 {
		return &runError{len(r.Failed), r.Runs, r.Failed[0].Err, "calls"}
	}
	return nil
}

var _ call.Asker = (*pageAsker)(nil)
