package record

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"seine/capture"
	"seine/capture/redact"
	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/file"
)

// mostLook is how much of an answer is looked at, in bytes.
const mostLook = 4 << 20

// suggest finds, for calls that are answered, the request step that would do in place of the page.
func (r *Recording) suggest() {
	kept := r.capture.Snapshot()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.fold.actions {
		for _, c := range a.calls {
			if _, done := r.suggests[c.ID]; done || c.Status == 0 {
				continue
			}
			i := slices.IndexFunc(kept.Exchanges, func(x *capture.Exchange) bool { return x.ID == c.ID })
			if i >= 0 && kept.Exchanges[i].Done {
				r.suggests[c.ID] = suggestion(a, kept.Exchanges[i])
			}
		}
	}
}

// suggestion is in lines of a comment.
func suggestion(a *action, x *capture.Exchange) []string {
	body, err := x.Body.Bytes(mostLook)
	if err != nil || x.Request.Method != http.MethodGet || hasSecret(x.URL()) {
		return nil
	}
	rows, query, ok := rowsIn(body)
	if !ok {
		return nil
	}
	steps := []scenarios.Step{scenarios.Request{URL: expr.Literal(x.URL()), As: "answer"}, scenarios.Extract{From: "${.answer.json}", JQ: scenarios.Query(query), As: "rows"}}
	text, err := file.Marshal(scenarios.UserFlow{Title: "x", Steps: steps})
	if err != nil {
		return nil
	}
	_, list, ok := strings.Cut(string(text), "steps:\n")
	if !ok {
		return nil
	}
	out := []string{fmt.Sprintf("This %s fetched %d rows. Without the page:", a.deed, rows)}
	for line := range strings.SplitSeq(strings.TrimRight(list, "\n"), "\n") {
		out = append(out, line)
	}
	return out
}

// hasSecret reports whether an address has a parameter that sounds like one.
func hasSecret(address string) bool {
	_, query, _ := strings.Cut(address, "?")
	for p := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(p, "=")
		if redact.IsSecretName(name) {
			return true
		}
	}
	return false
}
