package files

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"seine/assemble/digest"
	"seine/assemble/filename"
)

// Bounds of a list.
const (
	maxLine     = 1 << 20
	mostEntries = 1_000_000
)

// ErrList: a line that cannot be read.
var ErrList = errors.New("the list cannot be read")

// ReadList reads a list of addresses: one a line, as aria2 has it, where lines that begin with a blank say more of the address above them,
//
//	https://example.com/a.jpg
//	  out=pictures/first.jpg
//	  referer=https://example.com/
//	  header=X-Token: 42
//	  checksum=sha-256=…
//
// or a line of JSON with the members url, out, referer, headers and checksum. Empty lines, and those that begin with #, say nothing. check
// judges each address, and may change it. Errors name the line.
func ReadList(r io.Reader, check func(string) (string, error)) ([]Entry, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var list []Entry
	n := 0
	for lines.Scan() {
		n++
		line := bytes.TrimRight(lines.Bytes(), "\r\n\t ")
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		text := bytes.TrimLeft(line, " \t")
		var err error
		switch {
		case len(text) == 0 || text[0] == '#':
		case len(text) < len(line):
			if len(list) == 0 {
				err = errors.New("it belongs to no address")
			} else {
				err = list[len(list)-1].option(string(text))
			}
		case len(list) == mostEntries:
			err = fmt.Errorf("there are more than %d addresses", mostEntries)
		default:
			var e Entry
			if e, err = entryOf(text, check); err == nil {
				e.Line = n
				list = append(list, e)
			}
		}
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrList, n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: line %d: %w", ErrList, n+1, err)
	}
	return list, nil
}

func entryOf(text []byte, check func(string) (string, error)) (e Entry, err error) {
	if text[0] != '{' {
		e.URL, err = check(string(text))
		return e, err
	}
	var j struct {
		URL      string            `json:"url"`
		Out      string            `json:"out"`
		Referer  string            `json:"referer"`
		Checksum string            `json:"checksum"`
		Headers  map[string]string `json:"headers"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&j); err != nil {
		return e, err
	}
	if e.URL, err = check(j.URL); err != nil {
		return e, err
	}
	for _, o := range [][2]string{{"out", j.Out}, {"referer", j.Referer}, {"checksum", j.Checksum}} {
		if o[1] != "" {
			err = errors.Join(err, e.option(o[0]+"="+o[1]))
		}
	}
	for name, value := range j.Headers {
		err = errors.Join(err, e.option("header="+name+": "+value))
	}
	return e, err
}

// option reads what a line says of the entry above it.
func (e *Entry) option(text string) error {
	name, value, _ := strings.Cut(text, "=")
	value = strings.TrimSpace(value)
	switch strings.TrimSpace(name) {
	case "out":
		out, err := CleanPath(value)
		e.Out = out
		return err
	case "referer":
		return e.header("Referer", value)
	case "header":
		key, text, ok := strings.Cut(value, ":")
		if !ok {
			return fmt.Errorf("a header is written as header=Name: value")
		}
		return e.header(strings.TrimSpace(key), strings.TrimSpace(text))
	case "checksum":
		sum, err := digest.Parse(value)
		e.Sums = append(e.Sums, sum)
		return err
	}
	return fmt.Errorf("nothing is known of %.40q: out=, referer=, header= and checksum= are", name)
}

// ours are headers that the transfer, or the jar, is to decide.
var ours = []string{
	"Cookie", "Host", "Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Accept-Encoding",
	"Connection", "Content-Length", "Content-Type", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
}

func (e *Entry) header(name, value string) error {
	name = http.CanonicalHeaderKey(name)
	switch {
	case slices.Contains(ours, name):
		return fmt.Errorf("%w: %s", ErrHeader, name)
	case !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value):
		return fmt.Errorf("%.40q is no header", name)
	}
	if e.Header == nil {
		e.Header = http.Header{}
	}
	e.Header.Add(name, value)
	return nil
}

// CleanPath makes of a path, which may be a list's, one that stays in its folder and that every file system takes.
func CleanPath(text string) (string, error) {
	var parts []string
	for p := range strings.SplitSeq(strings.ReplaceAll(text, `\`, "/"), "/") {
		switch p {
		case "", ".":
		case "..":
			return "", fmt.Errorf("the file name %.80q leads out of its folder", text)
		default:
			stem, ext := filename.SplitExtension(p)
			if strings.ContainsFunc(ext, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`:*?"<>|`, r) }) || len(ext) > 16 || strings.Trim(stem, ". ") == "" {
				stem, ext = p, ""
			}
			parts = append(parts, filename.Clean(stem, "file")+strings.TrimRight(ext, "."))
		}
	}
	if len(parts) == 0 || len(parts) > 32 {
		return "", fmt.Errorf("%.80q is no file name", text)
	}
	return path.Join(parts...), nil
}
