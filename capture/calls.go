package capture

import (
	"bytes"
	"strings"
)

// Calls are the exchanges by which scripts talk to servers in JSON, in order: the hidden API of the page.
func (c *Capture) Calls() []*Exchange {
	var list []*Exchange
	for _, e := range c.Exchanges {
		if isCall(e) {
			list = append(list, e)
		}
	}
	return list
}

func isCall(e *Exchange) bool {
	if e.Response == nil || e.Type == "Document" || e.Type == "Preflight" {
		return false
	}
	t := strings.ToLower(e.ContentType())
	if strings.Contains(t, "json") && !strings.Contains(t, "manifest+json") {
		return true
	}
	head := bytes.TrimLeft(e.Body.Head, " \t\r\n")
	looksJSON := bytes.HasPrefix(head, []byte("{")) || bytes.HasPrefix(head, []byte("["))
	return looksJSON && (e.Type == "XHR" || e.Type == "Fetch") && !strings.Contains(t, "javascript") && !strings.Contains(t, "css")
}
