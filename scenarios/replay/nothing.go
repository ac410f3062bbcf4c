package replay

import (
	"bytes"
	"cmp"
	"fmt"
	"html"
	"regexp"
	"strings"

	"seine/capture"
	"seine/capture/media"
)

// nothing explains itself: what the page answered, what came in place of playlists, what was tried, what the players
// said.
func (v *visit) nothing() error {
	if name := v.result.Capture.Challenge(); name != "" {
		return fmt.Errorf("%w: in place of the page came a test for a person (%s, status %d), which seine does not get around", ErrChallenge, name, v.result.Status)
	}
	err := fmt.Errorf("%w: %d requests were heard, none of them a playlist or a film", ErrNoMedia, len(v.result.Capture.Exchanges))
	if v.result.Status >= 400 {
		err = fmt.Errorf("%w; the page itself answered with status %d", err, v.result.Status)
	}
	for _, said := range pretenders(v.result.Capture) {
		err = fmt.Errorf("%w; %s", err, said)
	}
	for _, p := range v.players {
		if p.Error != "" {
			err = fmt.Errorf("%w; the page's player says %q of %s", err, p.Error, p.Source)
		}
	}
	for _, s := range v.result.Streams {
		if s.Mentioned() && (s.Kind == media.HLS || s.Kind == media.DASH) {
			err = fmt.Errorf("%w; %s stands in its %s, but nothing asked for it: try `seine get` with that address", err, s.URL, s.Inside)
			break
		}
	}
	for _, i := range v.result.Incidents {
		if i.hinders() {
			err = fmt.Errorf("%w; %s", err, i)
		}
	}
	if n := len(v.result.Tried); n > 0 {
		last := v.result.Tried[n-1]
		err = fmt.Errorf("%w; in vain: %s: %s", err, last.Did(), last.What)
	}
	return err
}

// mostPretenders bounds what an error's text lists.
const mostPretenders = 3

// pretenders are the answers that were to be playlists, by their type or name, and are none.
func pretenders(c *capture.Capture) []string {
	var list []string
	told := map[string]bool{}
	for _, e := range c.Exchanges {
		in := capture.InputOf(e)
		switch media.Declared(in).Kind {
		case media.HLS, media.DASH, media.Smooth:
		default:
			continue
		}
		if told[e.URL()] || len(list) == mostPretenders {
			continue
		}
		told[e.URL()] = true
		list = append(list, fmt.Sprintf("%s should be a playlist, but %s", e.URL(), instead(e)))
	}
	return list
}

var titleTag = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`)

// instead says what came.
func instead(e *capture.Exchange) string {
	if e.Response == nil {
		return "there was no answer: " + cmp.Or(e.Failure, string(e.Body.Reason))
	}
	answer := fmt.Sprintf("the answer (status %d) is ", e.Status())
	head := bytes.TrimLeft(e.Body.Head, "\ufeff \t\r\n")
	switch {
	case e.Body.Reason != "":
		return answer + "not known: " + string(e.Body.Reason)
	case len(head) == 0:
		return answer + "empty"
	case bytes.HasPrefix(head, []byte("#EXTM3U")):
		return answer + "a playlist without segments"
	case bytes.HasPrefix(head, []byte("{")), bytes.HasPrefix(head, []byte("[")):
		return answer + "JSON: " + excerpt(string(head))
	case bytes.HasPrefix(head, []byte("<")):
		if m := titleTag.FindSubmatch(head); m != nil {
			return answer + fmt.Sprintf("an HTML page, %q", excerpt(html.UnescapeString(string(m[1]))))
		}
		return answer + "HTML or XML: " + excerpt(string(head))
	default:
		return answer + fmt.Sprintf("%q", excerpt(string(head)))
	}
}

func excerpt(s string) string {
	const most = 80
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "?")
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
