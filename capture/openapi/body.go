package openapi

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"

	"seine/capture"
	"seine/capture/internal/form"
	"seine/capture/openapi/schema"
)

// maxBody is how large a body may be to be looked into.
const maxBody = 16 << 20

// format is what a body is written in.
type format string

const (
	formatNone   format = ""
	formatJSON   format = "json"
	formatLines  format = "lines" // NDJSON: each line is a value
	formatEvents format = "events"
	formatForm   format = "form"
	formatXML    format = "xml"
	formatOther  format = "other"
)

// parse reads values: schema.ParseAll, or that of a Reader.
type parse func(text []byte) ([]schema.Value, error)

// decode reads a body. Of one that is not complete, or not what it should be, nothing is read: formatOther.
func decode(b *capture.Body, contentType string, read parse) ([]schema.Value, format) {
	if b.Reason != "" && !b.HasPart() || b.Size == 0 && b.Reason == "" {
		return nil, formatNone
	}
	text, err := b.Bytes(maxBody)
	if err != nil {
		return nil, formatOther
	}
	switch t := mediaType(contentType); {
	case t == "text/event-stream":
		return events(text), formatEvents
	case t == formType:
		return []schema.Value{formValue(string(text))}, formatForm
	case t == multipartType:
		return multipartValue(text, contentType)
	case isXMLType(t):
		return xmlValue(text)
	}
	return decodeJSON(text, contentType, read)
}

func decodeJSON(text []byte, contentType string, read parse) ([]schema.Value, format) {
	t := mediaType(contentType)
	text = unwrapJSON(inUTF8(text, contentType))
	if !isJSONType(t) && !isLinesType(t) && !startsJSON(text) && !bare(text) {
		return nil, formatOther
	}
	list, err := read(text)
	switch {
	case err != nil:
		return nil, formatOther
	case isLinesType(t) || len(list) > 1:
		return list, formatLines
	}
	return list, formatJSON
}

func xmlValue(text []byte) ([]schema.Value, format) {
	v, err := schema.ParseXML(text, typed)
	if err != nil {
		return nil, formatOther
	}
	return []schema.Value{v}, formatXML
}

// bare: the whole text is a number or a word of JSON.
func bare(text []byte) bool {
	const longest = 64
	s := string(bytes.TrimSpace(text[:min(len(text), longest+1)]))
	return len(text) <= longest && (s == "true" || s == "false" || s == "null" || literal.MatchString(s))
}

// inUTF8 is a text in the charset that it declares, or that its first bytes tell, as UTF-8. What is that already, whatever it says, stays.
func inUTF8(text []byte, contentType string) []byte {
	wide := bytes.HasPrefix(text, []byte{0xfe, 0xff}) || bytes.HasPrefix(text, []byte{0xff, 0xfe})
	if !wide && utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 {
		return text
	}
	_, params, err := mime.ParseMediaType(contentType)
	label := params["charset"]
	switch {
	case bytes.HasPrefix(text, []byte{0xfe, 0xff}), !wide && len(text) > 1 && text[0] == 0 && text[1] != 0:
		label = "utf-16be"
	case wide, len(text) > 1 && text[0] != 0 && text[1] == 0:
		label = "utf-16le"
	case err != nil || label == "":
		return text
	}
	r, err := charset.NewReaderLabel(label, bytes.NewReader(text))
	if err != nil {
		return text
	}
	plain, err := io.ReadAll(io.LimitReader(r, 2*maxBody))
	if err != nil {
		return text
	}
	return plain
}

func startsJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n\ufeff")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

var (
	guards = regexp.MustCompile(`^\s*(?:\)\]\}'?,?\s*\n?|while\s*\(1\);|for\s*\(;;\);|\{\}\s*&&)`)
	padded = regexp.MustCompile(`^\s*(?:/\*\*/)?\s*(?:typeof [\w.$]+ === ?'function' && )?[A-Za-z_$][\w.$]*\(`)
)

// unwrapJSON takes away what keeps scripts of other sites from reading it, and the function of JSONP.
func unwrapJSON(text []byte) []byte {
	if at := guards.FindIndex(text); at != nil {
		return text[at[1]:]
	}
	if at := padded.FindIndex(text); at != nil {
		return bytes.TrimSuffix(bytes.TrimRight(text[at[1]:], "; \r\n\t"), []byte(")"))
	}
	return text
}

// events are the data of server-sent events (WHATWG HTML §9.2.6) that are JSON.
func events(text []byte) []schema.Value {
	var list []schema.Value
	var data []string
	flush := func() {
		if v, err := schema.Parse([]byte(strings.Join(data, "\n"))); err == nil {
			list = append(list, v)
		}
		data = nil
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if rest, ok := strings.CutPrefix(line, "data:"); ok {
			data = append(data, strings.TrimPrefix(rest, " "))
		}
		if line == "" && data != nil {
			flush()
		}
	}
	if data != nil {
		flush()
	}
	return list
}

// pair is a parameter as it was sent.
type pair struct{ name, value string }

// pairs takes a query or a form apart, in order.
func pairs(raw string) (list []pair) {
	for name, value := range form.Pairs(raw) {
		list = append(list, pair{name, value})
	}
	return list
}

// formValue is the object that a form is.
func formValue(raw string) schema.Value {
	return objectOf(pairs(raw))
}

// objectOf makes an array of parameters that are there more than once, or whose name ends with [].
func objectOf(list []pair) schema.Value {
	v := schema.Value{Kind: schema.Object}
	for _, p := range list {
		text := typed(p.value)
		switch m := v.Get(p.name); {
		case m == nil && strings.HasSuffix(p.name, "[]"):
			v.Fields = append(v.Fields, schema.Field{Name: p.name, Value: schema.Value{Kind: schema.Array, Items: []schema.Value{text}}})
		case m == nil:
			v.Fields = append(v.Fields, schema.Field{Name: p.name, Value: text})
		case m.Kind == schema.Array:
			m.Items = append(m.Items, text)
		default:
			*m = schema.Value{Kind: schema.Array, Items: []schema.Value{*m, text}}
		}
	}
	return v
}

var literal = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$`)

// typed is the value that a text stands for where all is text.
func typed(s string) schema.Value {
	switch {
	case s == "true" || s == "false":
		return schema.Value{Kind: schema.Bool, Text: s}
	case literal.MatchString(s):
		return schema.NumberOf(s)
	}
	return schema.Value{Kind: schema.String, Text: s}
}

// multipartValue is the object of a form with files, whose contents are left out (RFC 7578).
func multipartValue(text []byte, contentType string) ([]schema.Value, format) {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil || params["boundary"] == "" {
		return nil, formatOther
	}
	const most = 1000
	r := multipart.NewReader(bytes.NewReader(text), params["boundary"])
	var list []pair
	for range most {
		p, err := r.NextRawPart()
		if err != nil {
			break
		}
		var b bytes.Buffer
		if _, err := b.ReadFrom(p); err != nil {
			break
		}
		value := b.String()
		if p.FileName() != "" || p.Header.Get("Content-Type") != "" {
			value = ""
		}
		list = append(list, pair{p.FormName(), value})
	}
	return []schema.Value{objectOf(list)}, formatForm
}

// PlainJSON takes away what stands around JSON: a guard against other sites' scripts, or the function of JSONP.
func PlainJSON(text []byte) []byte { return unwrapJSON(text) }
