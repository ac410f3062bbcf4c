package media

import (
	"bytes"
	"encoding/binary"
	"html"
	"strings"
	"unicode/utf16"
)

// maxXML bounds what is read of a manifest in XML, in bytes.
const maxXML = 16 << 20

// tag is a start tag, an empty-element tag or an end tag (XML 1.0 §3.1), without its namespace prefix.
type tag struct {
	name  string
	end   bool   // </name>
	empty bool   // <name/>
	list  []byte // attributes as they stand
	text  []byte // character data up to the next tag, CDATA sections included
}

// eachTag calls visit for each tag, until it gives false. Comments, declarations and document types are skipped: entities are not
// defined and nothing is fetched. Broken text gives the tags that can be told.
func eachTag(text []byte, visit func(tag) bool) {
	text = plainXML(text)
	for len(text) > 0 {
		start := bytes.IndexByte(text, '<')
		if start < 0 {
			return
		}
		text = text[start:]
		if skip := skipped(text); skip > 0 {
			text = text[skip:]
			continue
		}
		end := tagEnd(text)
		if end < 0 {
			return
		}
		t := readTag(text[1:end])
		text = text[end+1:]
		t.text = characters(text)
		if t.name != "" && !visit(t) {
			return
		}
	}
}

// skipped is the length of a comment, declaration, CDATA section or document type at the start of text, 0 for a tag.
func skipped(text []byte) int {
	for _, k := range []struct{ begin, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"<!", ">"}} {
		if bytes.HasPrefix(text, []byte(k.begin)) {
			if i := bytes.Index(text, []byte(k.end)); i >= 0 {
				return i + len(k.end)
			}
			return len(text)
		}
	}
	return 0
}

// tagEnd finds the > that is in no quotes; -1 if there is none.
func tagEnd(text []byte) int {
	var quote byte
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		}
	}
	return -1
}

func readTag(inner []byte) tag {
	t := tag{}
	inner, t.end = bytes.CutPrefix(inner, []byte("/"))
	inner, t.empty = bytes.CutSuffix(inner, []byte("/"))
	n := bytes.IndexAny(inner, " \t\r\n")
	if n < 0 {
		n = len(inner)
	}
	t.name, t.list = local(string(inner[:n])), inner[n:]
	return t
}

// local is a name without its prefix (Namespaces in XML §4).
func local(name string) string {
	if i := strings.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// attr is the value of an attribute by its local name, "" if there is none.
func (t tag) attr(name string) string {
	for rest := t.list; len(rest) > 0; {
		eq := bytes.IndexByte(rest, '=')
		if eq < 0 {
			return ""
		}
		key := bytes.TrimSpace(rest[:eq])
		rest = bytes.TrimLeft(rest[eq+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		value, after, ok := bytes.Cut(rest[1:], rest[:1])
		if !ok {
			return ""
		}
		if i := bytes.IndexByte(key, ':'); i >= 0 {
			key = key[i+1:]
		}
		if string(key) == name {
			return unescapeXML(value)
		}
		rest = after
	}
	return ""
}

func unescapeXML(b []byte) string {
	s := strings.TrimSpace(string(b))
	if strings.Contains(s, "&") {
		return html.UnescapeString(s)
	}
	return s
}

// content is the tag's text, unescaped.
func (t tag) content() string { return unescapeXML(t.text) }

// characters are the text up to the next tag; of CDATA sections what is in them.
func characters(text []byte) []byte {
	if inner, ok := bytes.CutPrefix(bytes.TrimLeft(text, " \t\r\n"), []byte("<![CDATA[")); ok {
		inner, _, _ = bytes.Cut(inner, []byte("]]>"))
		return inner
	}
	text, _, _ = bytes.Cut(text, []byte("<"))
	return text
}

// plainXML is UTF-8, bounded: Smooth Streaming manifests often come in UTF-16 (XML 1.0 §4.3.3 asks for a byte order mark then).
func plainXML(text []byte) []byte {
	text = text[:min(len(text), maxXML)]
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}):
		order = binary.LittleEndian
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		order = binary.BigEndian
	default:
		return bytes.TrimPrefix(text, []byte("\ufeff"))
	}
	units := make([]uint16, 0, len(text)/2)
	for text = text[2:]; len(text) >= 2; text = text[2:] {
		units = append(units, order.Uint16(text))
	}
	return []byte(string(utf16.Decode(units)))
}
