package record

import (
	"strings"

	"seine/capture/redact"
	"seine/scenarios"
	"seine/scenarios/expr"
)

// everyday are names of parameters that may be a secret's, and seldom are in an address that a person goes to.
var everyday = map[string]bool{"key": true, "hash": true, "policy": true, "st": true, "e": true}

// masked is an address without the values of parameters that sound like secrets: a form that is sent by its address puts them there. Each value
// is what with gives for the parameter's name.
func masked(address string, with func(name string) string) string {
	head, rest, ok := strings.Cut(address, "?")
	if !ok {
		return expr.Literal(address)
	}
	query, fragment, more := strings.Cut(rest, "#")
	parts := strings.Split(query, "&")
	for i, p := range parts {
		name, value, given := strings.Cut(p, "=")
		parts[i] = expr.Literal(p)
		if given && value != "" && redact.IsSecretName(name) && !everyday[strings.ToLower(name)] {
			parts[i] = expr.Literal(name) + "=" + with(name)
		}
	}
	out := expr.Literal(head) + "?" + strings.Join(parts, "&")
	if more {
		out += "#" + expr.Literal(fragment)
	}
	return out
}

// address is one as it stands in a step: secrets in it are inputs.
func (w *writer) address(url string) string {
	return masked(url, func(name string) string {
		return "${." + w.input(&Element{Called: name}, scenarios.Input{Secret: true, Required: true, Description: oneLine(name)}) + " | @uri}"
	})
}

// shown is an address for a terminal.
func shown(url string) string { return masked(url, func(string) string { return "…" }) }
