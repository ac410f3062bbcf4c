package schema

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

// textName is the member that holds the text of an element which has attributes or elements too: JSON has no such thing.
const textName = "#text"

// ParseXML reads an XML document as the object that its root is: attributes and elements are members (OpenAPI 3.1 §4.8.26). Each element is a list,
// for it may be there more than once; scalar makes the value of a text.
func ParseXML(text []byte, scalar func(string) Value) (Value, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(label string, r io.Reader) (io.Reader, error) { return charset.NewReaderLabel(label, r) }
	d.Strict = true
	for {
		t, err := d.Token()
		if err != nil {
			return Value{}, fmt.Errorf("not XML: %w", err)
		}
		if start, ok := t.(xml.StartElement); ok {
			r := xmlReader{d, scalar}
			v, err := r.element(&start, 0)
			if err != nil {
				return Value{}, fmt.Errorf("not XML: %w", err)
			}
			v.XML = XML{Element: start.Name.Local, Namespace: start.Name.Space}
			return v, nil
		}
	}
}

type xmlReader struct {
	d      *xml.Decoder
	scalar func(string) Value
}

func (r *xmlReader) element(start *xml.StartElement, depth int) (Value, error) {
	if depth >= maxDepth {
		return Value{Kind: Cut}, r.d.Skip()
	}
	v := Value{Kind: Object}
	for _, a := range start.Attr {
		if a.Name.Local == "xmlns" || a.Name.Space == "xmlns" {
			continue
		}
		one := r.scalar(a.Value)
		one.XML.Attribute = true
		v.Fields = append(v.Fields, Field{a.Name.Local, one})
	}
	text, err := r.content(&v, depth)
	if err != nil {
		return v, err
	}
	switch {
	case len(v.Fields) == 0 && text == "" && depth == 0:
		return v, nil
	case len(v.Fields) == 0 && text == "":
		return Value{}, nil
	case len(v.Fields) == 0:
		return r.scalar(text), nil
	case text != "":
		v.Fields = append(v.Fields, Field{textName, r.scalar(text)})
	}
	v.Fields = lastOfEach(v.Fields)
	return v, nil
}

// content reads up to the end of an element.
func (r *xmlReader) content(v *Value, depth int) (string, error) {
	var text strings.Builder
	lists := map[string]int{}
	for {
		t, err := r.d.Token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			return strings.TrimSpace(text.String()), nil
		case xml.StartElement:
			child, err := r.element(&t, depth+1)
			if err != nil {
				return "", err
			}
			at, known := lists[t.Name.Local]
			if !known {
				at = len(v.Fields)
				lists[t.Name.Local] = at
				v.Fields = append(v.Fields, Field{t.Name.Local, Value{Kind: Array, XML: XML{List: true}}})
			}
			v.Fields[at].Value.Items = append(v.Fields[at].Value.Items, child)
		}
	}
}

// XML is how a value stands in XML. The zero value is that of JSON.
type XML struct {
	Attribute bool
	List      bool   // of elements of one name, side by side
	Element   string // name of the root
	Namespace string // of the root
}
