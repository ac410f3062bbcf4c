package openapi

import (
	"bytes"
	"mime"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"

	"seine/capture"
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
		return nil, formatOther
	}
	return decodeJSON(text, mediaType(contentType), read)
}

func decodeJSON(text []byte, t string, read parse) ([]schema.Value, format) {
	text = unwrapJSON(text)
	if !isJSONType(t) && !isLinesType(t) && !startsJSON(text) {
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

// pairs takes a query or a form apart, in order. What cannot be decoded stays as it is.
func pairs(raw string) []pair {
	var list []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		list = append(list, pair{unescape(name), unescape(value)})
	}
	return list
}

func unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
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
