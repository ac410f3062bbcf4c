// Package diff tells what changed between two documents of one API, and what of that breaks clients that were written for the old one.
//
// What a client sends may be less than the server takes, and what a client takes may be more than the server sends: so a narrower request and a wider
// answer break, the other way round they do not. The rules are those of oasdiff as far as inferred documents can tell.
package diff

import (
	"cmp"
	"slices"
	"strings"

	"seine/capture/openapi/document"
	"seine/capture/openapi/spec"
)

// Change is one difference.
type Change struct {
	Rule      string `json:"rule"`
	Breaking  bool   `json:"breaking"`
	Operation string `json:"operation"` // method and path
	Where     string `json:"where"`     // within it, "" for all of it
	Text      string `json:"text"`
}

// Of compares two documents. The changes are in the order of the operations, breaking ones first in each.
func Of(old, now document.Object) []Change {
	d := &differ{old: spec.Of(old), now: spec.Of(now), seen: map[[4]any]bool{}}
	have := map[string]*spec.Operation{}
	for _, o := range d.now.Operations {
		have[key(o)] = o
	}
	known := map[string]bool{}
	for _, o := range d.old.Operations {
		k := key(o)
		known[k] = true
		d.operation = o.Method + " " + o.Key
		if n := have[k]; n != nil {
			d.operations(o, n)
		} else {
			d.add(rules.operationRemoved, "", "is gone")
		}
	}
	for _, o := range d.now.Operations {
		if d.operation = o.Method + " " + o.Key; !known[key(o)] {
			d.add(rules.operationAdded, "", "is new")
		}
	}
	slices.SortStableFunc(d.list, func(a, b Change) int {
		return cmp.Or(strings.Compare(path(a.Operation), path(b.Operation)), strings.Compare(a.Operation, b.Operation), order(b.Breaking)-order(a.Breaking), strings.Compare(a.Where, b.Where), strings.Compare(a.Rule, b.Rule))
	})
	return slices.Compact(d.list)
}

// Breaking says whether one of the changes breaks clients.
func Breaking(list []Change) bool {
	return slices.ContainsFunc(list, func(c Change) bool { return c.Breaking })
}

func order(b bool) int {
	if b {
		return 1
	}
	return 0
}

func path(operation string) string {
	_, p, _ := strings.Cut(operation, " ")
	return p
}

// key is that of an operation; what its parameters are called makes no difference.
func key(o *spec.Operation) string {
	var b strings.Builder
	rest := o.Key
	for {
		before, after, open := strings.Cut(rest, "{")
		b.WriteString(before)
		if !open {
			return o.Method + " " + b.String()
		}
		_, rest, _ = strings.Cut(after, "}")
		b.WriteString("{}")
	}
}

// differ collects changes.
type differ struct {
	old, now  *spec.Spec
	operation string
	list      []Change
	seen      map[[4]any]bool // references that were compared: operation, side, old, now
}

func (d *differ) add(r rule, where, text string) {
	d.list = append(d.list, Change{r.name, r.breaking, d.operation, where, text})
}

func (d *differ) operations(o, n *spec.Operation) {
	d.sets(rules.server, "", o.Servers, n.Servers)
	d.access(o, n)
	d.parameters(o, n)
	d.bodies(o, n)
	d.answers(o, n)
}

// sets tells what was taken out of a list and put into it.
func (d *differ) sets(what moved, where string, o, n []string) {
	for _, v := range o {
		if !slices.Contains(n, v) {
			d.add(what.removed, where, v+" is gone")
		}
	}
	for _, v := range n {
		if !slices.Contains(o, v) {
			d.add(what.added, where, v+" is new")
		}
	}
}

// access: a client that got in before must still get in.
func (d *differ) access(o, n *spec.Operation) {
	ways := func(op *spec.Operation) (list []string) {
		for _, all := range op.Security {
			var names []string
			for _, x := range all {
				names = append(names, x.ID)
			}
			slices.Sort(names)
			list = append(list, strings.Join(names, " and "))
		}
		if len(list) == 0 {
			return []string{""}
		}
		return list
	}
	before, after := ways(o), ways(n)
	for _, w := range before {
		if !slices.Contains(after, w) {
			change := rules.securityAdded
			if slices.Contains(after, "") {
				change = rules.securityRemoved
			}
			d.add(change, "", "what lets in: "+named(after)+", no longer "+named([]string{w}))
			return
		}
	}
}

func named(ways []string) string {
	var list []string
	for _, w := range ways {
		list = append(list, cmp.Or(w, "nothing"))
	}
	return strings.Join(list, ", or ")
}

func (d *differ) parameters(o, n *spec.Operation) {
	place := positions(o)
	placed := positions(n)
	for _, p := range o.Params {
		where := p.In + " " + p.Name
		i := slices.IndexFunc(n.Params, func(q *spec.Param) bool {
			return q.In == p.In && (q.Name == p.Name && p.In != "path" || p.In == "path" && placed[q.Name] == place[p.Name])
		})
		if i < 0 {
			if p.In != "path" {
				d.add(rules.parameterRemoved, where, "is gone")
			}
			continue
		}
		q := n.Params[i]
		switch {
		case p.In == "path":
		case !p.Required && q.Required:
			d.add(rules.parameterBecameRequired, where, "must be sent now")
		case p.Required && !q.Required:
			d.add(rules.parameterBecameOptional, where, "may be left out now")
		}
		d.schemas(request, where, p.Schema, q.Schema, 0)
	}
	for _, q := range n.Params {
		if q.In == "path" || slices.ContainsFunc(o.Params, func(p *spec.Param) bool { return q.In == p.In && q.Name == p.Name }) {
			continue
		}
		change := rules.parameterAdded
		if q.Required {
			change = rules.parameterAddedRequired
		}
		d.add(change, q.In+" "+q.Name, "is new")
	}
}

// positions are the parameters of a path, numbered from the left.
func positions(o *spec.Operation) map[string]int {
	at, rest := map[string]int{}, o.Path
	for {
		_, after, open := strings.Cut(rest, "{")
		name, behind, end := strings.Cut(after, "}")
		if !open || !end {
			return at
		}
		at[name] = len(at) + 1
		rest = behind
	}
}

func (d *differ) bodies(o, n *spec.Operation) {
	switch {
	case len(o.Bodies) == 0 && len(n.Bodies) == 0:
		return
	case len(n.Bodies) == 0:
		d.add(rules.bodyRemoved, "body", "nothing is sent any more")
		return
	case len(o.Bodies) == 0 && n.BodyRequired:
		d.add(rules.bodyAddedRequired, "body", "must be sent now")
		return
	case len(o.Bodies) == 0:
		d.add(rules.bodyAdded, "body", "may be sent now")
		return
	case !o.BodyRequired && n.BodyRequired:
		d.add(rules.bodyBecameRequired, "body", "must be sent now")
	case o.BodyRequired && !n.BodyRequired:
		d.add(rules.bodyBecameOptional, "body", "may be left out now")
	}
	d.media(request, "body", o.Bodies, n.Bodies)
}

func (d *differ) media(by side, where string, o, n []spec.Media) {
	kinds := func(list []spec.Media) (all []string) {
		for _, m := range list {
			all = append(all, m.Type)
		}
		return all
	}
	d.sets(moved{rules.mediaTypeRemoved.on(by), rules.mediaTypeAdded.on(by)}, where, kinds(o), kinds(n))
	for _, a := range o {
		for _, b := range n {
			if a.Type == b.Type {
				d.schemas(by, where, a.Schema, b.Schema, 0)
			}
		}
	}
}

func (d *differ) answers(o, n *spec.Operation) {
	for _, a := range o.Answers {
		i := slices.IndexFunc(n.Answers, func(b spec.Answer) bool { return b.Status == a.Status })
		if i < 0 {
			d.add(statusRule(a).removed, a.Status, "is gone")
			continue
		}
		d.media(response, a.Status, a.Bodies, n.Answers[i].Bodies)
	}
	for _, b := range n.Answers {
		if !slices.ContainsFunc(o.Answers, func(a spec.Answer) bool { return b.Status == a.Status }) {
			d.add(statusRule(b).added, b.Status, "is new")
		}
	}
}

func statusRule(a spec.Answer) moved {
	if a.OK() {
		return rules.responseStatus
	}
	return rules.errorStatus
}
