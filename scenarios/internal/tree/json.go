package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"

	"seine/scenarios"
)

// jsonReader builds the tree from encoding/json's tokens, which know their offsets.
type jsonReader struct {
	source *Source
	dec    *json.Decoder
	nodes  int
	line   int // of byte seen
	start  int // first byte of the line
	seen   int
}

func parseJSON(s *Source) (*Node, error) {
	r := &jsonReader{source: s, dec: json.NewDecoder(bytes.NewReader(s.Data))}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err != nil {
		return nil, err
	}
	at := r.next()
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, s.Errorf(r.pos(at), 1, "there is more behind the end of the JSON value")
	}
	return n, nil
}

// next is the offset of the next token.
func (r *jsonReader) next() int {
	i := int(r.dec.InputOffset())
	for i < len(r.source.Data) && bytes.IndexByte([]byte(" \t\r\n,:"), r.source.Data[i]) >= 0 {
		i++
	}
	return i
}

// pos goes forward only.
func (r *jsonReader) pos(offset int) scenarios.Position {
	offset = min(offset, len(r.source.Data))
	for ; r.seen < offset; r.seen++ {
		if r.source.Data[r.seen] == '\n' {
			r.line, r.start = r.line+1, r.seen+1
		}
	}
	return scenarios.Position{File: r.source.Name, Line: r.line + 1, Column: utf8.RuneCount(r.source.Data[r.start:max(offset, r.start)]) + 1}
}

func (r *jsonReader) wrong(err error, at int) error {
	what := err.Error()
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		at = max(int(syntax.Offset)-1, at)
	} else if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		what, at = "the file ends in the middle of the JSON", len(bytes.TrimRight(r.source.Data, " \t\r\n"))
	}
	return r.source.Errorf(r.source.place(at), 1, "no valid JSON: %s", what)
}

func (r *jsonReader) value(depth int) (*Node, error) {
	at := r.next()
	t, err := r.dec.Token()
	if err != nil {
		return nil, r.wrong(err, at)
	}
	n := &Node{Pos: r.pos(at), Width: 1}
	if r.nodes++; r.nodes > maxNodes || depth > MaxDepth {
		return nil, r.source.Errorf(n.Pos, 1, "the file is nested too deep, or has too many values")
	}
	if d, ok := t.(json.Delim); ok {
		return n, r.inside(n, d, depth)
	}
	raw := string(r.source.Data[at:r.dec.InputOffset()])
	n.Width = utf8.RuneCountInString(raw)
	switch t := t.(type) {
	case bool:
		n.Kind, n.Value = Bool, t
	case json.Number:
		n.Kind = Number
		n.Value, err = numberOf(string(t))
	case string:
		n.Kind, n.Value, n.lead = String, t, 1
		n.short = len(raw) == len(t)+2
	}
	if err != nil {
		return nil, r.source.Errorf(n.Pos, n.Width, "%v", err)
	}
	return n, nil
}

func (r *jsonReader) inside(n *Node, d json.Delim, depth int) error {
	n.Kind = List
	if d == '{' {
		n.Kind = Map
	}
	keys := map[string]bool{}
	for r.dec.More() {
		e, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		if d == '[' {
			n.Items = append(n.Items, e)
			continue
		}
		v, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		if keys[e.Text()] {
			return r.source.Errorf(e.Pos, e.Width, "%q is there twice", e.Text())
		}
		keys[e.Text()] = true
		n.Pairs = append(n.Pairs, Pair{e, v})
	}
	at := r.next()
	if _, err := r.dec.Token(); err != nil {
		return r.wrong(err, at)
	}
	return nil
}

// numberOf is an int where it can be one.
func numberOf(s string) (any, error) {
	if i, err := strconv.Atoi(s); err == nil {
		return i, nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, fmt.Errorf("no number that can be used: %.40s", s)
	}
	return f, nil
}
