package filename

import (
	"mime"
	"net/url"
	"path"
	"strings"
)

// maxDisposition bounds how much of a Content-Disposition is read.
const maxDisposition = 16 << 10

// FromDisposition reads the name that a Content-Disposition gives a file (RFC 6266 §4.3): filename* before filename, whatever else is wrong
// with it. The name is as the server says it, but for folders in front; empty if there is none.
func FromDisposition(header string) string {
	header = header[:min(len(header), maxDisposition)]
	_, params, err := mime.ParseMediaType(header)
	if err != nil || params["filename"] == "" {
		params = map[string]string{"filename": loose(header)}
	}
	name := params["filename"]
	// Some encode the plain parameter as if it were the other one, which browsers forgive.
	if plain, err := url.PathUnescape(name); err == nil && strings.Contains(name, "%") {
		name = plain
	}
	return lastElement(name)
}

// loose finds what a name is in a header that breaks the grammar: blanks without quotes, a charset without a language, two of a kind.
func loose(header string) (name string) {
	for _, part := range fields(header) {
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "filename*":
			if text, ok := extended(value); ok {
				return text
			}
		case "filename":
			if name == "" {
				name = unquote(value)
			}
		}
	}
	return name
}

// fields are the parts between semicolons outside of quotes.
func fields(s string) (list []string) {
	begin, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == ';' && !quoted:
			list, begin = append(list, s[begin:i]), i+1
		}
	}
	return append(list, s[begin:])
}

// extended decodes charset'language'text (RFC 8187 §3.2.1).
func extended(value string) (string, bool) {
	charset, rest, ok := strings.Cut(unquote(value), "'")
	_, text, ok2 := strings.Cut(rest, "'")
	plain, err := url.PathUnescape(text)
	if !ok || !ok2 || err != nil {
		return "", false
	}
	switch strings.ToLower(charset) {
	case "utf-8", "us-ascii", "":
		return plain, true
	case "iso-8859-1":
		runes := make([]rune, len(plain))
		for i := range len(plain) {
			runes[i] = rune(plain[i])
		}
		return string(runes), true
	}
	return "", false
}

func unquote(s string) string {
	inner, ok := strings.CutPrefix(s, `"`)
	if !ok {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(inner) && inner[i] != '"'; i++ {
		if inner[i] == '\\' && i+1 < len(inner) {
			i++
		}
		b.WriteByte(inner[i])
	}
	return b.String()
}

// lastElement drops folders, of either kind (RFC 6266 §4.3).
func lastElement(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	if name == "." || name == ".." {
		return ""
	}
	return name
}

// OfURL is the last element of an address's path, decoded; empty if it ends with a folder.
func OfURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || strings.HasSuffix(u.Path, "/") {
		return ""
	}
	return lastElement(path.Base("/" + u.Path))
}
