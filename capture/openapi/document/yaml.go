package document

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// errAlias: what an alias stands for may be anything, and large.
var errAlias = errors.New("anchors, aliases and merge keys are not read")

func parseYAML(text []byte) (n *Node, err error) {
	defer func() { // the parser's own mistakes on odd input are not ours to die of
		if r := recover(); r != nil {
			n, err = nil, fmt.Errorf("%v", r)
		}
	}()
	f, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, err
	}
	if len(f.Docs) == 0 || f.Docs[0].Body == nil {
		return nil, nil
	}
	return yamlNode(f.Docs[0].Body, 0)
}

func yamlNode(n ast.Node, depth int) (*Node, error) {
	if depth > maxDepth {
		return nil, errDeep
	}
	switch v := n.(type) {
	case nil, *ast.NullNode:
		return &Node{}, nil
	case *ast.MappingNode:
		return yamlMapping(v.Values, v.IsFlowStyle, depth)
	case *ast.MappingValueNode:
		return yamlMapping([]*ast.MappingValueNode{v}, v.IsFlowStyle, depth)
	case *ast.SequenceNode:
		return yamlSequence(v, depth)
	case *ast.BoolNode:
		return &Node{Scalar: v.Value}, nil
	case *ast.IntegerNode:
		return &Node{Scalar: numberOf(v.GetToken().Value, v.Value)}, nil
	case *ast.FloatNode:
		return &Node{Scalar: numberOf(v.GetToken().Value, v.Value)}, nil
	case *ast.LiteralNode:
		return &Node{Scalar: v.Value.Value}, nil
	case *ast.StringNode:
		if t := v.GetToken(); t.Type == token.StringType && jsonNumber.MatchString(t.Value) { // beyond 64 bit
			return &Node{Scalar: Number(t.Value)}, nil
		}
		return &Node{Scalar: v.Value}, nil
	case *ast.TagNode:
		return yamlNode(v.Value, depth+1)
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode:
		return nil, errAlias
	case ast.ScalarNode:
		return &Node{Scalar: fmt.Sprint(v.GetValue())}, nil
	}
	return nil, fmt.Errorf("a %s", n.Type())
}

func yamlMapping(values []*ast.MappingValueNode, flow bool, depth int) (*Node, error) {
	n := &Node{Kind: MappingNode, Flow: flow}
	for _, v := range values {
		key, err := yamlKey(v.Key)
		if err != nil {
			return nil, err
		}
		value, err := yamlNode(v.Value, depth+1)
		if err != nil {
			return nil, err
		}
		at := v.Key.GetToken().Position
		n.Members = append(n.Members, NodeMember{key, at.Line, at.Column, value})
	}
	n.once()
	return n, nil
}

func yamlKey(k ast.MapKeyNode) (string, error) {
	switch v := k.(type) {
	case *ast.StringNode:
		return v.Value, nil
	case *ast.LiteralNode:
		return v.Value.Value, nil
	case *ast.MergeKeyNode, *ast.MappingKeyNode, *ast.AliasNode, *ast.AnchorNode:
		return "", errAlias
	}
	return k.GetToken().Value, nil // 200: of responses
}

func yamlSequence(v *ast.SequenceNode, depth int) (*Node, error) {
	n := &Node{Kind: SequenceNode, Flow: v.IsFlowStyle}
	for i, value := range v.Values {
		item, err := yamlNode(value, depth+1)
		if err != nil {
			return nil, err
		}
		at := v.Start.Position
		if i < len(v.Entries) && v.Entries[i].Start != nil {
			at = v.Entries[i].Start.Position
		}
		n.Items = append(n.Items, NodeItem{at.Line, at.Column, item})
	}
	return n, nil
}
