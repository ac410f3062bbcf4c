// Package httpfile writes the operations of a document in the .http format that editors run: JetBrains' HTTP Client and the REST Client of Visual Studio Code.
package httpfile

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"seine/capture/openapi/spec"
)

// Write writes one request for each operation. What all have in common, and what is to be filled in, stands at the top as variables.
func Write(w io.Writer, s *spec.Spec) error {
	var b, requests strings.Builder
	known, order, blank := map[string]string{}, []string{}, map[string]bool{}
	server := serverNames(s)
	for _, o := range s.Operations {
		r := s.Request(o)
		for _, v := range r.Variables() {
			if !blank[v.Name] {
				blank[v.Name], order = true, append(order, v.Name)
			}
		}
		request(&requests, o, r, server[r.Server])
	}
	fmt.Fprintf(&b, "# %s\n# Written by %s (x-seine-generator)\n\n", line(s.Title), line(s.Generator))
	for _, o := range s.Operations {
		address := s.Request(o).Server
		if name := server[address]; known[name] == "" {
			known[name] = address
			fmt.Fprintf(&b, "@%s = %s\n", name, line(address))
		}
	}
	for _, name := range order {
		fmt.Fprintf(&b, "@%s = \n", name)
	}
	b.WriteString(requests.String())
	_, err := io.WriteString(w, b.String())
	return err
}

// serverNames numbers the servers: base, base2.
func serverNames(s *spec.Spec) map[string]string {
	names := map[string]string{}
	for _, o := range s.Operations {
		address := s.Request(o).Server
		if names[address] == "" {
			names[address] = "base"
			if n := len(names); n > 1 {
				names[address] = fmt.Sprintf("base%d", n)
			}
		}
	}
	return names
}

func request(b *strings.Builder, o *spec.Operation, r *spec.Request, server string) {
	fmt.Fprintf(b, "\n### %s\n", line(o.Summary))
	fmt.Fprintf(b, "# @name %s\n", line(o.ID))
	method := line(r.Method)
	if o.Style == "websocket" {
		method = "WEBSOCKET"
	}
	fmt.Fprintf(b, "%s {{%s}}", method, server)
	for _, p := range r.Path {
		b.WriteString(part(p, func(s string) string { return s }))
	}
	for i, q := range r.Query {
		b.WriteString(string("?&"[min(i, 1)]) + url.QueryEscape(q.Name) + "=" + part(q.Part, url.QueryEscape))
	}
	b.WriteByte('\n')
	if r.Basic != nil {
		fmt.Fprintf(b, "Authorization: Basic {{%s}}\n", r.Basic.Name)
	}
	for _, h := range r.Headers {
		fmt.Fprintf(b, "%s: %s%s\n", line(h.Name), h.Before, part(h.Part, line))
	}
	if len(r.Cookies) > 0 {
		var all []string
		for _, k := range r.Cookies {
			all = append(all, line(k.Name)+"="+part(k.Part, line))
		}
		fmt.Fprintf(b, "Cookie: %s\n", strings.Join(all, "; "))
	}
	if r.Type != "" {
		fmt.Fprintf(b, "Content-Type: %s\n\n%s\n", line(r.Type), body(r.Body))
	}
}

func part(p spec.Part, fixed func(string) string) string {
	if p.Value != nil {
		return "{{" + p.Value.Name + "}}"
	}
	return line(fixed(p.Fixed))
}

// body keeps a line of it from being taken for the beginning of the next request, or for a file to be read.
func body(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, "###") || strings.HasPrefix(l, "< ") || strings.HasPrefix(l, "> ") {
			lines[i] = " " + l
		}
	}
	return strings.Join(lines, "\n")
}

// line keeps what others wrote on one line, and variables out of it.
func line(s string) string {
	return strings.ReplaceAll(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s), "{{", "{ {")
}
