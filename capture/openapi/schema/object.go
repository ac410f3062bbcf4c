package schema

import (
	"slices"

	"seine/capture/openapi/lexical"
	"seine/capture/redact"
)

// object counts the objects of a place.
type object struct {
	Seen  int // those that are in no variant
	Props map[string]*Node
	// Data is what stood behind names that are data: numbers, UUIDs, dates. Keys counts them.
	Data *Node
	Keys texts
	// Crowded: there were more than mostProps names, so that all of them are data.
	Crowded bool
	// Variants holds the objects that a member tells the kind of; nil once they are not told apart.
	Variants map[tag]*object
	Mixed    bool // there were more than mostVariants, or nothing comes of telling them apart
}

// tag is a member that tells the kind of an object, and the kind.
type tag struct{ name, value string }

// mostProps is how many names of members are kept: objects with more are tables whose keys are data.
const mostProps = 400

// mostVariants is how many kinds of objects one member may tell apart.
const mostVariants = 24

// tagNames are members that tell one kind of object from another, the surest first.
var tagNames = []string{"__typename", "$type", "@type", "_type", "type", "kind", "object", "objectType", "object_type", "resourceType", "resource_type", "eventType", "event_type", "event", "variant"}

// observe counts an object, among those of its kind if it has one.
func (o *object) observe(n *Node, v *Value) {
	if t, ok := tagOf(v); ok && !o.Mixed {
		if o.Variants[t] == nil {
			o.add(t, &object{}, n.Hint)
		}
		if !o.Mixed {
			o.Variants[t].members(n, v)
			return
		}
	}
	o.members(n, v)
}

// add takes one more kind of objects; beyond the bound they are all mixed.
func (o *object) add(t tag, p *object, hint string) {
	if o.Variants == nil {
		o.Variants = map[tag]*object{}
	}
	if o.Variants[t] = p; len(o.Variants) > mostVariants {
		o.mix(hint)
	}
}

// mix stops telling kinds apart.
func (o *object) mix(hint string) {
	list := o.Variants
	o.Variants, o.Mixed = nil, true
	for _, p := range list {
		o.merge(p, hint)
	}
}

func tagOf(v *Value) (tag, bool) {
	for _, name := range tagNames {
		if m := v.Get(name); m != nil && m.Kind == String && isTag(m.Text) {
			return tag{name, m.Text}, true
		}
	}
	return tag{}, false
}

// isTag: the name of a kind is a word or two.
func isTag(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	k := lexical.Of(s)
	return k == lexical.Word || k == lexical.Slug || k == lexical.Locale || k == lexical.Encoded && !slices.ContainsFunc([]rune(s), func(r rune) bool { return r == ' ' || r > 126 })
}

func (o *object) members(n *Node, v *Value) {
	o.Seen++
	for i := range v.Fields {
		f := &v.Fields[i]
		o.slot(n, f.Name).Observe(&f.Value)
	}
}

// slot is where the values of a member are counted.
func (o *object) slot(n *Node, name string) *Node {
	if p := o.Props[name]; p != nil {
		return p
	}
	data := isData(name)
	if data || o.Crowded {
		o.Keys.observe(name, true)
		if o.Data == nil {
			o.Data = &Node{Hint: Singular(n.Hint), Secret: n.Secret}
		}
		return o.Data
	}
	p := &Node{Hint: hintOf(n.Hint, name), Secret: n.Secret || redact.IsSecretName(name)}
	if o.Props == nil {
		o.Props = map[string]*Node{}
	}
	o.Props[name] = p
	if len(o.Props) > mostProps {
		o.crowd(n.Hint)
		return o.Data
	}
	return p
}

// generic are members that say nothing of what is in them: that is what the whole is of.
var generic = map[string]bool{"data": true, "items": true, "results": true, "result": true, "records": true, "rows": true, "list": true, "nodes": true, "node": true, "edges": true, "content": true, "entries": true, "hits": true, "values": true, "value": true, "objects": true, "docs": true, "payload": true, "response": true, "body": true}

func hintOf(whole, name string) string {
	if generic[name] && whole != "" {
		return whole
	}
	return name
}

// crowd makes data of all members. Which of them come before and which after makes no difference.
func (o *object) crowd(hint string) {
	o.Crowded = true
	if o.Data == nil {
		o.Data = &Node{Hint: Singular(hint)}
	}
	for _, name := range sortedKeys(o.Props) {
		o.Keys.observe(name, true)
		o.Data.Merge(o.Props[name])
	}
	o.Props, o.Data.Hint = nil, Singular(hint)
}

// isData: no program has such a member, it is a value.
func isData(name string) bool {
	switch lexical.Of(name) {
	case lexical.Integer, lexical.Date, lexical.DateTime, lexical.UUID, lexical.ULID, lexical.ObjectID, lexical.Hash, lexical.Email:
		return true
	}
	return false
}
