package tree

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Entry is a pair with a text as its key.
func Entry(key string, value *Node) Pair { return Pair{Scalar(key), value} }

// Set replaces the value of a key, or adds it.
func (n *Node) Set(key string, value *Node) {
	for i := range n.Pairs {
		if n.Pairs[i].Key.Text() == key {
			n.Pairs[i].Value = value
			return
		}
	}
	n.Pairs = append(n.Pairs, Entry(key, value))
}

// Delete removes a key.
func (n *Node) Delete(key string) {
	n.Pairs = slices.DeleteFunc(n.Pairs, func(p Pair) bool { return p.Key.Text() == key })
}

// Scalar is the node of a text, number or boolean, or of nil.
func Scalar(v any) *Node {
	n := &Node{Value: v}
	switch v.(type) {
	case nil:
	case bool:
		n.Kind = Bool
	case string:
		n.Kind = String
	default:
		n.Kind = Number
	}
	return n
}

// Of is the tree of a value as Plain gives it. Maps are in the order of their keys.
func Of(v any) (*Node, error) {
	switch v := v.(type) {
	case nil, bool, string, int:
		return Scalar(v), nil
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil, fmt.Errorf("no number that a file can hold: %v", v)
		}
		return Scalar(v), nil
	case []any:
		n := &Node{Kind: List}
		for _, e := range v {
			x, err := Of(e)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, x)
		}
		return n, nil
	case map[string]any:
		n := &Node{Kind: Map}
		for _, k := range slices.Sorted(maps.Keys(v)) {
			x, err := Of(v[k])
			if err != nil {
				return nil, err
			}
			n.Pairs = append(n.Pairs, Entry(k, x))
		}
		return n, nil
	}
	return nil, fmt.Errorf("no value that a file can hold: %T", v)
}

// Equal compares values; the order of maps counts.
func Equal(a, b *Node) bool { return string(JSON(a)) == string(JSON(b)) }
