// Package tree reads YAML and JSON into one kind of tree that knows where everything stands. What makes YAML dangerous or
// ambiguous (anchors, aliases, tags, merge keys, several documents) is refused, and depth and size are bounded.
package tree

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"seine/scenarios"
)

// What a file may be.
const (
	MaxSize  = 512 << 10 // bytes
	MaxDepth = 64
	maxNodes = 200_000
)

// Kind of a node.
type Kind int

// The kinds of JSON.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Map
)

// String is the kind in words, with its article.
func (k Kind) String() string {
	return [...]string{"nothing", "true or false", "a number", "text", "a list", "a map"}[k]
}

// Node is a value in a file.
type Node struct {
	Kind  Kind
	Value any // of a scalar: bool, int, float64 or string
	Items []*Node
	Pairs []Pair
	Pos   scenarios.Position
	Width int  // characters, of what is marked when it is wrong
	lead  int  // characters before the text of a scalar: its quotation mark
	block bool // a text of several lines, which begins on the next one
	short bool // a text whose characters stand in the file as they are

	Comment string // lines above it where it is an item of a list; for writing YAML
}

// Pair is an entry of a map.
type Pair struct{ Key, Value *Node }

// Get is the value of a key, nil if it is not there.
func (n *Node) Get(key string) *Node {
	i := slices.IndexFunc(n.Pairs, func(p Pair) bool { return p.Key.Value == key })
	if n.Kind != Map || i < 0 {
		return nil
	}
	return n.Pairs[i].Value
}

// Text is a scalar's text, "" of others.
func (n *Node) Text() string {
	s, _ := n.Value.(string)
	return s
}

// Plain is the value in Go: nil, bool, int, float64, string, []any, map[string]any.
func (n *Node) Plain() any {
	switch n.Kind {
	case List:
		list := make([]any, len(n.Items))
		for i, e := range n.Items {
			list[i] = e.Plain()
		}
		return list
	case Map:
		m := make(map[string]any, len(n.Pairs))
		for _, p := range n.Pairs {
			m[p.Key.Text()] = p.Value.Plain()
		}
		return m
	}
	return n.Value
}

// At is the place of a byte of the node's text, as near as can be told.
func (n *Node) At(source *Source, offset int) scenarios.Position {
	pos, text := n.Pos, n.Text()
	offset = max(min(offset, len(text)), 0)
	switch {
	case n.block:
		line := strings.Count(text[:offset], "\n")
		start := strings.LastIndexByte(text[:offset], '\n') + 1
		pos.Line += 1 + line
		indent := source.indent(pos.Line)
		pos.Column = indent + 1 + utf8.RuneCountInString(text[start:offset])
	case n.short:
		pos.Column += n.lead + utf8.RuneCountInString(text[:offset])
	}
	return pos
}

// Source is a file's name and text.
type Source struct {
	Name  string
	Data  []byte
	lines []string
}

// NewSource makes one; Parse reads it. A mark of the byte order at its head is left out.
func NewSource(name string, data []byte) *Source {
	return &Source{Name: name, Data: bytes.TrimPrefix(data, []byte("\ufeff"))}
}

// Line is the text of a line, counted from 1.
func (s *Source) Line(n int) string {
	if s.lines == nil {
		s.lines = strings.Split(string(s.Data), "\n")
	}
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return strings.TrimSuffix(s.lines[n-1], "\r")
}

// Lines is how many there are.
func (s *Source) Lines() int {
	_ = s.Line(1)
	return len(s.lines)
}

// Start is the offset of a line's first byte.
func (s *Source) Start(line int) int {
	_ = s.Line(1)
	at := 0
	for i := range min(max(line-1, 0), len(s.lines)) {
		at += len(s.lines[i]) + 1
	}
	return at
}

// Offset is the byte that stands at a place.
func (s *Source) Offset(pos scenarios.Position) int {
	line := s.Line(pos.Line)
	for i := 1; i < pos.Column && line != ""; i++ {
		_, n := utf8.DecodeRuneInString(line)
		line = line[n:]
	}
	return s.Start(pos.Line) + len(s.Line(pos.Line)) - len(line)
}

func (s *Source) indent(line int) int {
	text := s.Line(line)
	return len(text) - len(strings.TrimLeft(text, " "))
}

// Errorf makes an error of what stands at pos.
func (s *Source) Errorf(pos scenarios.Position, width int, format string, args ...any) *Error {
	return &Error{Pos: pos, What: fmt.Sprintf(format, args...), Line: s.Line(pos.Line), Width: width}
}

// Parse reads JSON where the name ends in .json, or where the text begins as it, else YAML.
func Parse(s *Source) (*Node, error) {
	if len(s.Data) > MaxSize {
		return nil, s.Errorf(scenarios.Position{File: s.Name}, 0, "the file has more than %d KiB", MaxSize>>10)
	}
	if i := invalid(s.Data); i >= 0 {
		return nil, s.Errorf(s.place(i), 1, "the file is no text in UTF-8")
	}
	lower := strings.ToLower(s.Name)
	yaml := strings.HasSuffix(lower, ".yaml") || strings.HasSuffix(lower, ".yml")
	if strings.HasSuffix(lower, ".json") || !yaml && strings.HasPrefix(strings.TrimSpace(string(s.Data)), "{") {
		return parseJSON(s)
	}
	return parseYAML(s)
}

// invalid is where the text stops to be UTF-8, -1 if it does not.
func invalid(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n <= 1 || r == 0 {
			return i
		}
		i += n
	}
	return -1
}

// place is where a byte of the file is.
func (s *Source) place(offset int) scenarios.Position {
	before := s.Data[:max(min(offset, len(s.Data)), 0)]
	line := strings.Count(string(before), "\n")
	start := strings.LastIndexByte(string(before), '\n') + 1
	return scenarios.Position{File: s.Name, Line: line + 1, Column: utf8.RuneCount(before[start:]) + 1}
}
