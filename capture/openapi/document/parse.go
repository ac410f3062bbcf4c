package document

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// ErrNotDocument: the text is neither JSON nor YAML, is too large or nested too deep, or is no object.
var ErrNotDocument = errors.New("not a document in JSON or YAML")

// MaxBytes and maxDepth bound a document that is read.
const (
	MaxBytes = 64 << 20
	maxDepth = 500
)

// Node is a value with the place where it stands in a text. Lines and columns count from 1.
type Node struct {
	Scalar  any // of what is neither mapping nor sequence: string, Number, bool or nil
	Members []NodeMember
	Items   []NodeItem
	Kind    NodeKind
	Flow    bool // written as {…} or […]
}

// NodeKind tells mappings, sequences and scalars apart.
type NodeKind uint8

// The kinds.
const (
	ScalarNode NodeKind = iota
	MappingNode
	SequenceNode
)

// NodeMember is one entry of a mapping; it begins with its key.
type NodeMember struct {
	Key          string
	Line, Column int
	Node         *Node
}

// NodeItem is one entry of a sequence; it begins with its dash.
type NodeItem struct {
	Line, Column int
	Node         *Node
}

// Parse reads a document in JSON or YAML. Of members with one name the last counts; aliases, anchors and merge keys are refused.
func Parse(text []byte) (Object, error) {
	n, err := ParseNode(text)
	if err != nil {
		return nil, err
	}
	return n.Value().(Object), nil
}

// ParseNode is Parse, with places. JSON has none.
func ParseNode(text []byte) (*Node, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrNotDocument, MaxBytes)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	read := parseYAML
	if IsJSON(text) {
		read = parseJSON
	}
	n, err := read(text)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotDocument, err)
	}
	if n == nil || n.Kind != MappingNode {
		return nil, fmt.Errorf("%w: it is no object", ErrNotDocument)
	}
	return n, nil
}

// IsJSON says whether a document is written in JSON, and not in YAML.
func IsJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n\ufeff")
	return len(text) > 0 && text[0] == '{' && jsontext.Value(text).IsValid(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

// Value is the tree without places.
func (n *Node) Value() any {
	switch n.Kind {
	case MappingNode:
		o := make(Object, 0, len(n.Members))
		for _, m := range n.Members {
			o = append(o, Member{m.Key, m.Node.Value()})
		}
		return o
	case SequenceNode:
		a := make(Array, 0, len(n.Items))
		for _, i := range n.Items {
			a = append(a, i.Node.Value())
		}
		return a
	}
	return n.Scalar
}

var errDeep = fmt.Errorf("nested deeper than %d levels", maxDepth)

func parseJSON(text []byte) (*Node, error) {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return jsonNode(d, 0)
}

func jsonNode(d *jsontext.Decoder, depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	switch t.Kind() {
	case 'n':
		return &Node{}, nil
	case 't', 'f':
		return &Node{Scalar: t.Bool()}, nil
	case '"':
		return &Node{Scalar: t.String()}, nil
	case '0':
		return &Node{Scalar: Number(t.String())}, nil
	case '[':
		return jsonArray(d, depth)
	}
	return jsonObject(d, depth)
}

func jsonArray(d *jsontext.Decoder, depth int) (*Node, error) {
	n := &Node{Kind: SequenceNode, Flow: true}
	for d.PeekKind() != ']' {
		item, err := jsonNode(d, depth+1)
		if err != nil {
			return nil, err
		}
		n.Items = append(n.Items, NodeItem{Node: item})
	}
	_, err := d.ReadToken()
	return n, err
}

func jsonObject(d *jsontext.Decoder, depth int) (*Node, error) {
	n := &Node{Kind: MappingNode, Flow: true}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, err
		}
		key := name.String() // before the next token is read
		value, err := jsonNode(d, depth+1)
		if err != nil {
			return nil, err
		}
		n.Members = append(n.Members, NodeMember{Key: key, Node: value})
	}
	n.once()
	_, err := d.ReadToken()
	return n, err
}

// once leaves the last of members with one name.
func (n *Node) once() {
	last := make(map[string]int, len(n.Members))
	for i, m := range n.Members {
		last[m.Key] = i
	}
	if len(last) == len(n.Members) {
		return
	}
	kept := n.Members[:0]
	for i, m := range n.Members {
		if last[m.Key] == i {
			kept = append(kept, m)
		}
	}
	n.Members = kept
}

var jsonNumber = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$`)

// numberOf keeps the literal where JSON has it too.
func numberOf(literal string, value any) any {
	if jsonNumber.MatchString(literal) {
		return Number(literal)
	}
	switch v := value.(type) {
	case int64:
		return Number(strconv.FormatInt(v, 10))
	case uint64:
		return Number(strconv.FormatUint(v, 10))
	case float64:
		if text := strconv.FormatFloat(v, 'g', -1, 64); jsonNumber.MatchString(text) {
			return Number(text)
		}
	}
	return literal
}
