package call

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"golang.org/x/net/html/charset"

	"seine/capture/openapi"
)

// maxAnswer bounds an answer, which stands in memory, in bytes.
const maxAnswer = 64 << 20

// Answer is what a server answered.
type Answer struct {
	URL    string // of the last hop
	Status int
	Header http.Header
	Body   []byte // as it came, decoded from its Content-Encoding
	JSON   any    // nil, bool, json.Number, string, []any or map[string]any
	IsJSON bool
	InPage bool // a page of the browser asked
}

func readAnswer(resp *http.Response) (*Answer, error) {
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(resp.Request.URL.String()), err)
	}
	if len(body) > maxAnswer {
		return nil, lasting{fmt.Errorf("%s: %w: more than %d MiB", shown(resp.Request.URL.String()), ErrTooLarge, maxAnswer>>20)}
	}
	return NewAnswer(resp.Request.URL.String(), resp.StatusCode, resp.Header, body), nil
}

// NewAnswer reads what came as JSON if it is any.
func NewAnswer(address string, status int, h http.Header, body []byte) *Answer {
	a := &Answer{URL: address, Status: status, Header: h, Body: body}
	if v, err := parseJSON(openapi.PlainJSON(utf8Of(body, h.Get("Content-Type")))); err == nil && len(body) > 0 {
		a.JSON, a.IsJSON = v, true
	}
	return a
}

// utf8Of decodes what a server says to be in another charset (RFC 8259 §8.1 knows no other, servers do).
func utf8Of(body []byte, contentType string) []byte {
	_, params, err := mime.ParseMediaType(contentType)
	if name := strings.ToLower(params["charset"]); err != nil || name == "" || name == "utf-8" || name == "utf8" {
		return body
	}
	r, err := charset.NewReader(bytes.NewReader(body), contentType)
	if err != nil {
		return body
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return body
	}
	return out
}

// parseJSON reads one value, or several one behind the other as a list; numbers stay as they are.
func parseJSON(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	d.UseNumber()
	var all []any
	for {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) && len(all) > 0 {
			break
		}
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

// ok: the answer is what was wanted.
func (a *Answer) ok(o *Operation) bool {
	if a.Status/100 != 2 {
		return false
	}
	html := strings.Contains(a.Header.Get("Content-Type"), "html")
	return !o.JSON || !html || a.IsJSON // a login page, with 200
}

// Rows are the list in the answer: where the operation's pages have it, the answer itself if it is one, else the answer as the only row.
func (o *Operation) Rows(a *Answer) ([]any, error) {
	if !a.IsJSON {
		if len(bytes.TrimSpace(a.Body)) == 0 {
			return nil, nil
		}
		return nil, lasting{fmt.Errorf("%s: %w but %s", shown(a.URL), ErrContent, firstOf(a.Header.Get("Content-Type"), "something else"))}
	}
	if o.Pagination != nil {
		if v, ok := at(a.JSON, o.Pagination.Rows); ok {
			if rows, ok := v.([]any); ok {
				return rows, nil
			}
			if v == nil {
				return nil, nil
			}
		}
	}
	if rows, ok := a.JSON.([]any); ok {
		return rows, nil
	}
	return []any{a.JSON}, nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
