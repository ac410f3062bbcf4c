package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/itchyny/gojq"
	"golang.org/x/net/html/charset"

	"seine/scenarios"
)

// mostAnswer bounds an answer that stands in memory, in bytes; a download has no bound.
const mostAnswer = 64 << 20

// ErrAnswer: an answer that is larger than what may stand in memory.
var ErrAnswer = errors.New("the answer is too large for a request step; a download step has no limit")

// StatusError is an answer with another status than was wanted.
type StatusError struct {
	URL    string
	Status int
	after  time.Duration
}

// Error names the address and the status.
func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: %v %d %s", e.URL, ErrStatus, e.Status, http.StatusText(e.Status))
}

// Is makes it an ErrStatus.
func (e *StatusError) Is(target error) bool { return target == ErrStatus }

// Permanent reports whether asking again is in vain.
func (e *StatusError) Permanent() bool {
	switch e.Status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return false
	}
	return e.Status < 500
}

// RetryAfter is what the server asked for (RFC 9110 §10.2.3), 0 if nothing.
func (e *StatusError) RetryAfter() time.Duration { return e.after }

func retryAfter(text string) time.Duration {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return time.Duration(min(n, 3600)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(time.Until(at), 0)
	}
	return 0
}

// request gives the answer as an object: url, status, headers, body and, where it is JSON, json.
func (a *actor) request(ctx context.Context, s scenarios.Request) (any, error) {
	req, err := newRequest(ctx, s)
	if err != nil {
		return nil, err
	}
	client, err := a.client(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.wait(ctx); err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", req.URL.Redacted(), err)
	}
	defer resp.Body.Close()
	wanted := resp.StatusCode == s.Status || s.Status == 0 && resp.StatusCode/100 == 2
	if !wanted {
		e := &StatusError{URL: resp.Request.URL.Redacted(), Status: resp.StatusCode, after: retryAfter(resp.Header.Get("Retry-After"))}
		a.r.hold(e)
		return nil, e
	}
	return answer(resp)
}

func newRequest(ctx context.Context, s scenarios.Request) (*http.Request, error) {
	address, err := withQuery(s.URL, s.Query)
	if err != nil {
		return nil, err
	}
	body, kind, err := bodyOf(s)
	if err != nil {
		return nil, err
	}
	method := s.Method
	if method == "" {
		method = http.MethodGet
		if body != nil {
			method = http.MethodPost
		}
	}
	var from io.Reader
	if body != nil {
		from = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, from)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: %w", address, err)
	}
	req.Header.Set("Accept-Encoding", "gzip, deflate, br")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	for _, h := range s.Headers {
		text, err := textOf(h.Value)
		if err != nil {
			return nil, fmt.Errorf("header %s: %w", h.Name, err)
		}
		req.Header.Set(h.Name, text)
	}
	return req, nil
}

// withQuery adds parameters behind those that the address has, in their order.
func withQuery(address string, list []scenarios.Field) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("%w: %q is no address of a page or file", ErrType, address)
	}
	more, err := encoded(list)
	if err != nil {
		return "", err
	}
	if u.RawQuery != "" && more != "" {
		more = "&" + more
	}
	u.RawQuery += more
	return u.String(), nil
}

// encoded is a list as application/x-www-form-urlencoded.
func encoded(list []scenarios.Field) (string, error) {
	var parts []string
	for _, f := range list {
		text, err := textOf(f.Value)
		if err != nil {
			return "", fmt.Errorf("%s: %w", f.Name, err)
		}
		parts = append(parts, url.QueryEscape(f.Name)+"="+url.QueryEscape(text))
	}
	return strings.Join(parts, "&"), nil
}

// textOf is a value as a text: what is none, as JSON; null is nothing.
func textOf(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	}
	b, err := gojq.Marshal(v)
	return string(b), err
}

func bodyOf(s scenarios.Request) (body []byte, kind string, err error) {
	switch {
	case s.JSON != nil:
		body, err = gojq.Marshal(s.JSON)
		return body, "application/json", err
	case s.Form != nil:
		text, err := encoded(s.Form)
		return []byte(text), "application/x-www-form-urlencoded", err
	case s.Body != "":
		return []byte(s.Body), "", nil
	}
	return nil, "", nil
}

// answer reads a response. Its text is UTF-8 whatever it came in (HTML §12.2.3.2).
func answer(resp *http.Response) (map[string]any, error) {
	address := resp.Request.URL.Redacted()
	data, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	if len(data) > mostAnswer {
		return nil, fmt.Errorf("%s: %w", address, ErrAnswer)
	}
	headers := map[string]any{}
	for name, values := range resp.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	out := map[string]any{"url": address, "status": resp.StatusCode, "headers": headers}
	kind := resp.Header.Get("Content-Type")
	if looksJSON(kind, data) {
		if v, err := parseJSON(data); err == nil {
			out["json"] = v
		}
	}
	text := data
	if out["json"] == nil {
		if r, err := charset.NewReader(bytes.NewReader(data), kind); err == nil {
			if text, err = io.ReadAll(r); err != nil {
				return nil, fmt.Errorf("%s: %w", address, err)
			}
		}
	}
	out["body"] = strings.ToValidUTF8(string(text), "\ufffd")
	return out, nil
}

// looksJSON: servers send JSON as text/html too.
func looksJSON(kind string, data []byte) bool {
	if strings.Contains(kind, "json") {
		return true
	}
	data = bytes.TrimSpace(data)
	return len(data) > 1 && (data[0] == '{' || data[0] == '[') && json.Valid(data)
}
