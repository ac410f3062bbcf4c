// Package schema merges JSON values into a JSON Schema (2020-12) that accepts every one of them. A Node counts what was seen and decides
// nothing; Decide turns counts into a schema. Neither the order of the values nor that of their members changes the outcome.
package schema

import (
	"strings"

	"seine/capture/openapi/lexical"
)

// Node is what was seen at one place. The zero value has seen nothing.
type Node struct {
	Seen   int // values of all kinds
	Null   int
	Bool   int
	Cut    int // values that lie too deep to be looked into
	Number numbers
	String texts
	Array  array
	Object *object
	// Hint is what the value would be called: the noun of its path or the name of its member. Of several the first in order.
	Hint string
	// Secret: its values are not to be shown.
	Secret bool
	// XML is how the value stands in XML; of a list of elements Repeats says that there was one with several.
	XML     XML
	Repeats bool
}

// texts counts the strings, or the literals, of a place.
type texts struct {
	Seen    int
	Least   string         // example: the shortest, of those the first in order
	Values  map[string]int // how often each, nil when there were more than mostValues
	More    bool           // there were more
	Formats map[string]int // how many have each format, "" for none
}

// mostValues is how many values are told apart, to see whether they are an enumeration.
const mostValues = 24

// longest is the size in bytes of a string that may be one of an enumeration, or an example.
const longest = 80

type numbers struct {
	Integers, Decimals int
	texts              texts
	Wide               bool // an integer beyond 32 bit
	Huge               bool // beyond 64 bit
}

type array struct {
	Seen  int
	Items *Node
}

// Observe counts a value.
func (n *Node) Observe(v *Value) {
	n.Seen++
	if v.XML != (XML{}) {
		n.XML = v.XML
		n.Repeats = n.Repeats || len(v.Items) > 1
	}
	switch v.Kind {
	case Null:
		n.Null++
	case Bool:
		n.Bool++
	case Integer, Number:
		n.Number.observe(v)
	case String:
		n.String.observe(v.Text, true)
	case Array:
		n.Array.Seen++
		for i := range v.Items {
			if n.Array.Items == nil {
				n.Array.Items = &Node{Hint: Singular(n.Hint), Secret: n.Secret}
			}
			n.Array.Items.Observe(&v.Items[i])
		}
	case Object:
		if n.Object == nil {
			n.Object = &object{}
		}
		n.Object.observe(n, v)
	case Cut:
		n.Cut++
	}
}

func (n *numbers) observe(v *Value) {
	if v.Kind == Number {
		n.Decimals++
	} else {
		n.Integers++
		digits := strings.TrimLeft(strings.TrimPrefix(v.Text, "-"), "0")
		n.Wide = n.Wide || beyond(digits, "2147483647")
		n.Huge = n.Huge || beyond(digits, "9223372036854775807")
	}
	n.texts.observe(v.Text, false)
}

// beyond compares numbers by their digits.
func beyond(digits, limit string) bool {
	return len(digits) > len(limit) || len(digits) == len(limit) && digits > limit
}

func (t *texts) observe(s string, formats bool) {
	if t.Seen == 0 || shorter(s, t.Least) {
		t.Least = s
	}
	t.Seen++
	if formats {
		if t.Formats == nil {
			t.Formats = map[string]int{}
		}
		t.Formats[lexical.Format(s)]++
	}
	t.count(s, 1)
}

func (t *texts) count(s string, times int) {
	if t.More {
		return
	}
	if t.Values == nil {
		t.Values = map[string]int{}
	}
	if len(s) > longest {
		t.Values, t.More = nil, true
		return
	}
	if t.Values[s] += times; len(t.Values) > mostValues {
		t.Values, t.More = nil, true
	}
}

// shorter orders by length, then by bytes; what is empty says nothing and comes last.
func shorter(a, b string) bool {
	switch {
	case a == "" || b == "":
		return b == "" && a != ""
	case len(a) != len(b):
		return len(a) < len(b)
	}
	return a < b
}
