package tree

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"seine/scenarios"
)

// yamlReader builds the tree from goccy's.
type yamlReader struct {
	source *Source
	nodes  int
}

func parseYAML(s *Source) (n *Node, err error) {
	r := &yamlReader{source: s}
	defer func() {
		if bug := recover(); bug != nil {
			n, err = nil, s.Errorf(scenarios.Position{File: s.Name}, 0, "no valid YAML: %v", bug)
		}
	}()
	if err := r.indented(); err != nil {
		return nil, err
	}
	tokens := lexer.Tokenize(strings.ReplaceAll(string(s.Data), "\r\n", "\n"))
	if err := r.refused(tokens); err != nil {
		return nil, err
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		return nil, r.wrong(err)
	}
	var body ast.Node
	for _, d := range file.Docs {
		if d.Body == nil || d.Body.Type() == ast.CommentType {
			continue
		}
		if body != nil {
			return nil, s.Errorf(r.pos(d.Start), 3, "the file has a second document (---); one file is one scenario")
		}
		body = d.Body
	}
	if body == nil {
		return nil, s.Errorf(scenarios.Position{File: s.Name, Line: 1, Column: 1}, 1, "the file is empty")
	}
	return r.node(body, 0)
}

// indented bounds how deep blocks can be nested before the parser, which recurses, sees them.
func (r *yamlReader) indented() error {
	for i, line := range strings.Split(string(r.source.Data), "\n") {
		rest := strings.TrimLeft(line, " \t-?:")
		if indent := len(line) - len(rest); strings.Count(line[:indent], "-")+strings.Count(line[:indent], "?")+strings.Count(line[:indent], ":") > MaxDepth {
			return r.source.Errorf(scenarios.Position{File: r.source.Name, Line: i + 1, Column: 1}, 1, "the file is nested too deep")
		}
	}
	return nil
}

// refusals are what a file may not have.
var refusals = map[token.Type]string{
	token.AnchorType:    "anchors (&name) are not allowed here; to begin a text with &, put it in quotes",
	token.AliasType:     "aliases (*name) are not allowed here; to begin a text with *, put it in quotes",
	token.TagType:       "tags (!name) are not allowed here; to begin a text with !, put it in quotes",
	token.MergeKeyType:  "merge keys (<<) are not allowed here",
	token.DirectiveType: "directives (%) are not allowed here",
}

// What a YAML file may have: goccy's parser takes a time that grows with the square of a block's entries.
const (
	maxPairs = 10_000
	maxItems = 50_000
)

// refused looks at the tokens before the parser does, which recurses, and which takes very long over lists of nothing.
func (r *yamlReader) refused(tokens token.Tokens) error {
	flow, pairs := 0, 0
	count := map[token.Type]int{}
	var columns []int // of the blocks that are open
	for i, t := range tokens {
		if why := refusals[t.Type]; why != "" {
			return r.source.Errorf(r.pos(t), width(t), "%s", why)
		}
		if count[t.Type]++; count[token.MappingValueType] > maxPairs || count[token.SequenceEntryType] > maxItems {
			return r.source.Errorf(r.pos(t), 1, "the file has too many entries").Hinted("long lists belong into a csv or jsonl file, which an input can name")
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow, pairs = flow+1, 0
		case token.MappingEndType, token.SequenceEndType:
			flow, pairs = max(flow-1, 0), 0
		case token.CollectEntryType:
			pairs = 0
		case token.MappingValueType, token.SequenceEntryType:
			if flow > 0 {
				pairs++
			} else {
				columns = nested(columns, t.Position.Column)
			}
			if i > 0 && empty(tokens[i-1], t) {
				return r.source.Errorf(r.pos(tokens[i-1]), 1, "this item of the list is empty")
			}
		}
		if flow+pairs+len(columns) > 2*MaxDepth {
			return r.source.Errorf(r.pos(t), 1, "the file is nested too deep")
		}
	}
	return nil
}

// empty reports whether a dash has nothing behind it but the next one of its list.
func empty(dash, next *token.Token) bool {
	return dash.Type == token.SequenceEntryType && next.Type == token.SequenceEntryType && next.Position.Line > dash.Position.Line && next.Position.Column <= dash.Position.Column
}

// nested are the columns of indicators that stand one inside of the other, as far as that can be told by columns.
func nested(open []int, column int) []int {
	for len(open) > 0 && open[len(open)-1] >= column {
		open = open[:len(open)-1]
	}
	return append(open, column)
}

func (r *yamlReader) wrong(err error) error {
	e, ok := err.(interface { //nolint:errorlint // goccy's errors are not wrapped, and have no exported type
		GetMessage() string
		GetToken() *token.Token
	})
	if !ok || e.GetToken() == nil {
		return r.source.Errorf(scenarios.Position{File: r.source.Name}, 0, "no valid YAML: %v", err)
	}
	t := e.GetToken()
	out := r.source.Errorf(r.pos(t), width(t), "no valid YAML: %s", e.GetMessage())
	switch line := out.Line; {
	case strings.Contains(line, "${"):
		out.Hint = `a ${…} with ": " or " #" in it, or inside of { } or [ ], must stand in quotes: '${…}'`
	case strings.Contains(line, "\t"):
		out.Hint = "YAML is indented by spaces, not by tabs"
	}
	return out
}

func (r *yamlReader) pos(t *token.Token) scenarios.Position {
	return scenarios.Position{File: r.source.Name, Line: t.Position.Line, Column: t.Position.Column}
}

func width(t *token.Token) int {
	first, _, _ := strings.Cut(strings.TrimSpace(t.Origin), "\n")
	return max(utf8.RuneCountInString(first), 1)
}

func (r *yamlReader) node(n ast.Node, depth int) (*Node, error) {
	first := n.GetToken()
	if p, ok := n.(*ast.MappingValueNode); ok {
		first = p.Key.GetToken() // its own is the colon
	} else if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		first = m.Values[0].Key.GetToken()
	}
	out := &Node{Pos: r.pos(first), Width: width(first)}
	if r.nodes++; r.nodes > maxNodes || depth > MaxDepth {
		return nil, r.source.Errorf(out.Pos, 1, "the file is nested too deep, or has too many values")
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return out, r.pairs(out, n.Values, depth)
	case *ast.MappingValueNode:
		return out, r.pairs(out, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		out.Kind = List
		for _, v := range n.Values {
			e, err := r.node(v, depth+1)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, e)
		}
		return out, nil
	}
	if err := r.scalar(out, n); err != nil {
		return nil, err
	}
	return out, nil
}

func (r *yamlReader) pairs(out *Node, values []*ast.MappingValueNode, depth int) error {
	out.Kind = Map
	keys := map[string]bool{}
	for _, v := range values {
		k, err := r.key(v.Key)
		if err != nil {
			return err
		}
		if keys[k.Text()] {
			return r.source.Errorf(k.Pos, k.Width, "%q is there twice", k.Text())
		}
		keys[k.Text()] = true
		e := &Node{Pos: k.Pos, Width: k.Width}
		if v.Value != nil {
			if e, err = r.node(v.Value, depth+1); err != nil {
				return err
			}
		}
		if e.Kind == Null {
			e.Pos, e.Width = k.Pos, k.Width
		}
		out.Pairs = append(out.Pairs, Pair{k, e})
	}
	return nil
}

// key is a name, whatever YAML would make of it: on, 1 and null too.
func (r *yamlReader) key(k ast.MapKeyNode) (*Node, error) {
	t := k.GetToken()
	out := &Node{Kind: String, Pos: r.pos(t), Width: width(t), Value: t.Value, short: true}
	switch k := k.(type) {
	case *ast.StringNode:
		out.Value = k.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
	default:
		return nil, r.source.Errorf(out.Pos, out.Width, "a name was expected here")
	}
	return out, nil
}

func (r *yamlReader) scalar(out *Node, n ast.Node) error {
	switch n := n.(type) {
	case *ast.NullNode:
		return nil
	case *ast.BoolNode:
		out.Kind, out.Value = Bool, n.Value
	case *ast.IntegerNode:
		return r.integer(out, n)
	case *ast.FloatNode:
		out.Kind, out.Value = Number, n.Value
		if math.IsInf(n.Value, 0) || math.IsNaN(n.Value) {
			return r.source.Errorf(out.Pos, out.Width, "no number that can be used")
		}
	case *ast.StringNode:
		out.Kind, out.Value = String, n.Value
		quoted := n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType
		if quoted {
			out.lead = 1
		}
		out.short = strings.HasPrefix(strings.TrimLeft(n.Token.Origin, " \n'\""), n.Value)
	case *ast.LiteralNode:
		out.Kind, out.Value, out.block = String, n.Value.Value, strings.HasPrefix(n.Start.Value, "|")
		out.Pos, out.Width = r.pos(n.Start), 1
	default:
		return r.source.Errorf(out.Pos, out.Width, "a value was expected here")
	}
	return nil
}

func (r *yamlReader) integer(out *Node, n *ast.IntegerNode) error {
	out.Kind = Number
	switch v := n.Value.(type) {
	case int64:
		out.Value = int(v)
	case uint64:
		out.Value = int(v)
		if v > math.MaxInt {
			out.Value = float64(v)
		}
	default:
		return r.source.Errorf(out.Pos, out.Width, "no number that can be used: %s", fmt.Sprint(n.Value))
	}
	return nil
}
