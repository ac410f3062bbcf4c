package main

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"seine/capture"
	"seine/cmd/internal/ui"
)

// mostCommands bounds how many are printed.
const mostCommands = 3

// showCommands prints what to type to have the films.
func showCommands(con *ui.Console, streams []*capture.Stream, secrets bool) {
	n := 0
	for _, s := range streams {
		wanted := s.Role == capture.RoleMain || s.Role == capture.RoleNone && (s.Kind.Listed() && !s.Mentioned() || n == 0)
		if line := commandFor(s, secrets); wanted && line != "" && n < mostCommands {
			if n == 0 {
				con.Print("")
			}
			n++
			con.Print("  " + line)
			if left := withheld(s, secrets); left != "" && strings.HasPrefix(line, "seine get ") {
				con.Say("    %s", con.Faint("without the "+left+" that the page sent; if it is refused: seine grab "+quoted(s.Page)+", or --with-secrets"))
			}
		}
	}
}

// withheld names the headers that a command leaves out because they may be secrets.
func withheld(s *capture.Stream, secrets bool) string {
	var names []string
	for name := range s.Exchange.Request.Header {
		if !secrets && !ordinary.MatchString(name) && secretive.MatchString(name) {
			names = append(names, ui.Remote(name).Short(32))
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// commandFor is the line that fetches a stream, quoted for a POSIX shell; "" where seine cannot fetch it. It brings the headers that the
// page asked with, those that may be secrets only if wanted. What stands in no answer of its own is fetched by visiting the page.
func commandFor(s *capture.Stream, secrets bool) string {
	switch {
	case s.DRM != "":
		return ""
	case fed(s) && web(s.Page):
		return "seine grab " + quoted(s.Page) + " --from-player"
	case !s.Fetchable():
		return ""
	case web(s.URL) && s.Exchange.Request.Method == http.MethodGet && len(s.Keys) == 0 && (s.Inside == "" || s.Mentioned()):
		return strings.Join(append([]string{"seine get", quoted(s.URL)}, headerArgs(s, secrets)...), " ")
	case web(s.Page):
		return "seine grab " + quoted(s.Page)
	}
	return ""
}

func web(address string) bool {
	return strings.HasPrefix(address, "http://") || strings.HasPrefix(address, "https://")
}

// ordinary are the headers that every request has, or that a client makes itself.
var ordinary = regexp.MustCompile(`^(?i:sec-.*|accept|accept-.*|user-agent|referer|host|connection|content-.*|cache-control|pragma|priority|te|upgrade-.*|range|if-.*|dnt|x-requested-with|save-data|device-memory|rtt|downlink|ect|purpose|origin)$`)

// secretive are the headers whose values are left out.
var secretive = regexp.MustCompile(`(?i)cookie|auth|token|secret|api-?key|session|csrf|xsrf|signature|password`)

func headerArgs(s *capture.Stream, secrets bool) (args []string) {
	h := s.Exchange.Request.Header
	referer := h.Get("Referer")
	if s.Mentioned() {
		referer = s.Exchange.Document
	}
	if web(referer) && printable(referer) {
		args = append(args, "--referer "+quoted(referer))
	}
	if origin := h.Get("Origin"); web(origin) && !sameOrigin(origin, s.URL) {
		args = append(args, "-H "+quoted("Origin: "+origin))
	}
	var names []string
	for name := range h {
		if !ordinary.MatchString(name) && (secrets || !secretive.MatchString(name)) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if line := name + ": " + h.Get(name); printable(line) {
			args = append(args, "-H "+quoted(line))
		}
	}
	return args
}

func sameOrigin(origin, address string) bool {
	a, err := url.Parse(origin)
	b, e := url.Parse(address)
	return err == nil && e == nil && a.Scheme == b.Scheme && a.Host == b.Host
}

// printable is false for what a terminal would not show as it is: such a command could do other things than it seems to.
func printable(s string) bool { return ui.Remote(s).String() == s }

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// quoted is one word of a POSIX shell (XCU 2.2.2). What cannot be shown is percent-encoded: it can only stand in an address.
func quoted(s string) string {
	if !printable(s) {
		s = percented(s)
	}
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func percented(s string) string {
	var b strings.Builder
	for _, r := range s {
		if printable(string(r)) && r != ' ' {
			b.WriteRune(r)
		} else {
			b.WriteString(url.QueryEscape(string(r)))
		}
	}
	return b.String()
}
