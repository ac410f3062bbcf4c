package replay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"

	"seine/capture"
	"seine/scenarios"
	"seine/scenarios/expr"
)

// glob is a text with * for anything. Where all is not set, a part of what is compared is enough.
func glob(pattern string, all bool) *regexp.Regexp {
	parts := strings.Split(pattern, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	text := "(?s)" + strings.Join(parts, ".*")
	if all {
		text = "(?s)^" + strings.Join(parts, ".*") + "$"
	}
	return regexp.MustCompile(text)
}

// mostAnswer bounds the body that an answer gives, in bytes.
const mostAnswer = 64 << 20

// waitForRequest waits for an answer that the page had since the last step that acted on it.
func (p *Page) waitForRequest(ctx context.Context, s scenarios.WaitForRequest) (any, error) {
	wanted := glob(s.URL, false)
	seen := 0
	for {
		changed := p.visit.recorder.Changed()
		list := p.answers.since(p.visit.recorder)
		for ; seen < len(list); seen++ {
			if e := list[seen]; fits(e, s) && wanted.MatchString(e.URL()) {
				return answerOf(e)
			}
		}
		if err := wait(ctx, changed, lookAgain); err != nil {
			return nil, fmt.Errorf("%s: no such answer came: %w; %s", s.URL, err, lastAnswers(list))
		}
	}
}

// fits reports whether an exchange has the method and status that are wanted.
func fits(e *capture.Exchange, s scenarios.WaitForRequest) bool {
	if e.Response == nil || s.Method != "" && !strings.EqualFold(s.Method, e.Request.Method) {
		return false
	}
	if s.Status != 0 {
		return e.Status() == s.Status
	}
	return e.Status() >= 200 && e.Status() < 300
}

// lastAnswers names some of what came instead.
func lastAnswers(list []*capture.Exchange) string {
	const most = 3
	var names []string
	for _, e := range list {
		if e.Response != nil {
			names = append(names, fmt.Sprintf("%s %s (%d)", e.Request.Method, path.Base(e.URL()), e.Status()))
		}
	}
	if len(names) == 0 {
		return "none came at all"
	}
	return fmt.Sprintf("%d others came, the last: %s", len(names), strings.Join(names[max(0, len(names)-most):], ", "))
}

// answerOf is an answer as a request step gives it.
func answerOf(e *capture.Exchange) (any, error) {
	headers := map[string]any{}
	for name := range e.Response.Header {
		headers[strings.ToLower(name)] = strings.Join(e.Response.Header.Values(name), ", ")
	}
	out := map[string]any{"url": e.URL(), "status": e.Status(), "headers": headers, "body": ""}
	body, err := e.Body.Bytes(mostAnswer)
	if err != nil {
		if e.Body.Reason == capture.ReasonNone {
			return out, nil
		}
		return nil, fmt.Errorf("%s: its body: %w", e.URL(), err)
	}
	out["body"] = strings.ToValidUTF8(string(body), "\uFFFD")
	if v, ok := jsonOf(body); ok {
		out["json"] = v
	}
	return out, nil
}

// jsonOf reads a body that is one value in JSON; whole numbers stay whole.
func jsonOf(body []byte) (any, bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil, false
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, false
	}
	v, err := expr.Normal(v)
	return v, err == nil
}
