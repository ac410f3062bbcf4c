// Package curl writes the operations of a document as commands of a POSIX shell. What is secret, or not known, is a variable of the shell.
package curl

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"seine/capture/openapi/spec"
)

// Write writes a command for each operation, each under a comment that says what it is.
func Write(w io.Writer, s *spec.Spec) error {
	var b strings.Builder
	for i, o := range s.Operations {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("# " + line(o.ID+": "+o.Summary) + "\n")
		r := s.Request(o)
		for _, v := range r.Variables() {
			why := "is yours to fill in: no sample of it is in the document"
			if v.Secret {
				why = "is a secret"
			}
			fmt.Fprintf(&b, "# $%s %s\n", v.Name, why)
		}
		b.WriteString(Command(o, r) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Command is one command, over several lines.
func Command(o *spec.Operation, r *spec.Request) string {
	if o.Style == "websocket" {
		return "# curl --no-buffer " + address(r) + " # a WebSocket: curl has no command to speak with it"
	}
	parts := []string{"curl --fail-with-body --silent --show-error"}
	if r.Method == "HEAD" {
		parts = append(parts, "--head")
	} else if r.Method != "GET" || r.Body != "" {
		parts = append(parts, "--request "+quote(r.Method))
	}
	if o.Style == "events" {
		parts = append(parts, "--no-buffer")
	}
	parts = append(parts, address(r))
	if r.Basic != nil {
		parts = append(parts, "--user "+variable(r.Basic))
	}
	for _, h := range r.Headers {
		parts = append(parts, "--header "+quote(line(h.Name)+": "+h.Before)+oneLine(h.Part))
	}
	if len(r.Cookies) > 0 {
		parts = append(parts, "--cookie "+cookies(r.Cookies))
	}
	if r.Type != "" {
		parts = append(parts, "--header "+quote("Content-Type: "+line(r.Type)), "--data-raw "+quote(r.Body))
	}
	return strings.Join(parts, " \\\n  ")
}

func cookies(list []spec.Value) string {
	var all []string
	for _, k := range list {
		all = append(all, quote(line(k.Name)+"=")+oneLine(k.Part))
	}
	return strings.Join(all, quote("; "))
}

// address is the URL as one word of the shell.
func address(r *spec.Request) string {
	var b strings.Builder
	fixed := r.Server
	flush := func() {
		if fixed != "" {
			b.WriteString(quote(fixed))
		}
		fixed = ""
	}
	add := func(p spec.Part) {
		if p.Value == nil {
			fixed += p.Fixed
			return
		}
		flush()
		b.WriteString(variable(p.Value))
	}
	for _, p := range r.Path {
		add(p)
	}
	for i, q := range r.Query {
		fixed += string("?&"[min(i, 1)]) + url.QueryEscape(q.Name) + "="
		q.Fixed = url.QueryEscape(q.Fixed)
		add(q.Part)
	}
	flush()
	return b.String()
}

func oneLine(p spec.Part) string {
	if p.Value != nil {
		return variable(p.Value)
	}
	return quote(line(p.Fixed))
}

// variable ends the command where it is not set.
func variable(v *spec.Variable) string { return `"${` + v.Name + `:?}"` }

// quote makes one word of a text, whatever is in it (POSIX §2.2.2).
func quote(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "'", `'\''`) + "'"
}

// line keeps what others wrote on one line.
func line(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
