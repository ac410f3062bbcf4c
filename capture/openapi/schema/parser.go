package schema

import (
	"bytes"
	"slices"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// parser reads values, and keeps what it needs for that from one text to the next: of a hundred thousand answers most say the same words.
type parser struct {
	d      jsontext.Decoder
	words  map[string]string
	items  []Value // of the arrays that are being read, one behind the other
	fields []Field // of the objects
	kept   *kept   // where what was read stands; nil: by itself
}

// kept is room that is used again.
type kept struct {
	items  []Value
	fields []Field
}

// Reader reads values that hold until it reads again, so that they cost no memory of their own.
type Reader struct {
	p    parser
	kept kept
}

// ParseAll is that of the package. What it gave before is no longer valid, but for the texts in it.
func (r *Reader) ParseAll(text []byte) ([]Value, error) {
	const much = 1 << 16 // of large texts the room is not kept
	if cap(r.kept.items) > much || cap(r.kept.fields) > much {
		r.kept = kept{}
	}
	if r.p.words == nil {
		r.p.words = map[string]string{}
	}
	r.kept.items, r.kept.fields = r.kept.items[:0], r.kept.fields[:0]
	r.p.kept = &r.kept
	defer r.p.reset()
	return r.p.all(text)
}

// ofItems is a copy of what stands at the end of the items that are being read.
func (p *parser) ofItems(list []Value) []Value {
	if p.kept == nil || len(list) == 0 {
		return slices.Clone(list)
	}
	from := len(p.kept.items)
	p.kept.items = append(p.kept.items, list...)
	return p.kept.items[from:len(p.kept.items):len(p.kept.items)]
}

func (p *parser) ofFields(list []Field) []Field {
	if p.kept == nil || len(list) == 0 {
		return slices.Clone(list)
	}
	from := len(p.kept.fields)
	p.kept.fields = append(p.kept.fields, list...)
	return p.kept.fields[from:len(p.kept.fields):len(p.kept.fields)]
}

var parsers = sync.Pool{New: func() any { return &parser{words: map[string]string{}} }}

// free lets go of the text.
func (p *parser) free() {
	p.reset()
	parsers.Put(p)
}

func (p *parser) reset() {
	p.items, p.fields = p.items[:0], p.fields[:0]
	const much = 4096 // of large texts the room is not kept
	if cap(p.items) > much || cap(p.fields) > much {
		p.items, p.fields = nil, nil
	}
	clear(p.items[:cap(p.items)])
	clear(p.fields[:cap(p.fields)])
	p.d.Reset(bytes.NewReader(nil))
}

// mostWords and longestWord bound what is remembered.
const mostWords, longestWord = 4096, 32

// word is the text as a string, the same each time.
func (p *parser) word(b []byte) string {
	if len(b) > longestWord {
		return string(b)
	}
	if s, ok := p.words[string(b)]; ok {
		return s
	}
	if len(p.words) >= mostWords {
		clear(p.words)
	}
	s := string(b)
	p.words[s] = s
	return s
}

func (p *parser) read(depth int) (Value, error) {
	switch p.d.PeekKind() {
	case '{':
		if depth < maxDepth {
			return p.object(depth)
		}
		return Value{Kind: Cut}, p.d.SkipValue()
	case '[':
		if depth < maxDepth {
			return p.array(depth)
		}
		return Value{Kind: Cut}, p.d.SkipValue()
	}
	raw, err := p.d.ReadValue()
	if err != nil {
		return Value{}, err
	}
	switch raw.Kind() {
	case 'n':
		return Value{}, nil
	case 't', 'f':
		return Value{Kind: Bool, Text: p.word(raw)}, nil
	case '"':
		return Value{Kind: String, Text: p.text(raw)}, nil
	}
	return NumberOf(p.word(raw)), nil
}

// text is what the literal of a string says.
func (p *parser) text(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 && ascii(raw) {
		return p.word(raw[1 : len(raw)-1])
	}
	plain, _ := jsontext.AppendUnquote(nil, raw) // what is no UTF-8 becomes U+FFFD
	return p.word(plain)
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

func (p *parser) array(depth int) (Value, error) {
	v := Value{Kind: Array}
	if _, err := p.d.ReadToken(); err != nil {
		return v, err
	}
	from := len(p.items)
	for p.d.PeekKind() != ']' {
		item, err := p.read(depth + 1)
		if err != nil {
			return v, err
		}
		p.items = append(p.items, item)
	}
	v.Items = p.ofItems(p.items[from:])
	p.items = p.items[:from]
	_, err := p.d.ReadToken()
	return v, err
}

func (p *parser) object(depth int) (Value, error) {
	v := Value{Kind: Object}
	if _, err := p.d.ReadToken(); err != nil {
		return v, err
	}
	from := len(p.fields)
	for p.d.PeekKind() != '}' {
		raw, err := p.d.ReadValue()
		if err != nil {
			return v, err
		}
		f := Field{Name: p.text(raw)}
		if f.Value, err = p.read(depth + 1); err != nil {
			return v, err
		}
		p.fields = append(p.fields, f)
	}
	v.Fields = p.ofFields(lastOfEach(p.fields[from:]))
	p.fields = p.fields[:from]
	_, err := p.d.ReadToken()
	return v, err
}

// lastOfEach leaves the last of members with one name.
func lastOfEach(list []Field) []Field {
	if len(list) <= 16 && !repeats(list) {
		return list
	}
	at := make(map[string]int, len(list))
	for i := range list {
		at[list[i].Name] = i
	}
	if len(at) == len(list) {
		return list
	}
	kept := list[:0]
	for i := range list {
		if at[list[i].Name] == i {
			kept = append(kept, list[i])
		}
	}
	return kept
}

func repeats(list []Field) bool {
	for i := range list {
		for j := range i {
			if list[i].Name == list[j].Name {
				return true
			}
		}
	}
	return false
}
