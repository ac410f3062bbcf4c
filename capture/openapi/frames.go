package openapi

import (
	"bytes"
	"maps"
	"regexp"
	"slices"
	"strings"

	"seine/capture"
	"seine/capture/openapi/document"
	"seine/capture/openapi/schema"
)

// packet is what Socket.IO and Engine.IO write before the JSON of a message: their types, a namespace, an id.
var packet = regexp.MustCompile(`^[0-9]{1,3}(?:-|/[\w/-]*,)?[0-9]*`)

// frame reads the message of a WebSocket: JSON, or what Socket.IO and SockJS wrap it in.
func frame(text []byte) []schema.Value {
	if rest, ok := bytes.CutPrefix(text, []byte("a[")); ok { // SockJS: a list of messages, each a string
		if list, err := schema.Parse(append([]byte("["), rest...)); err == nil {
			return unwrapped(list.Items)
		}
	}
	if at := packet.FindIndex(text); at != nil && at[1] < len(text) && startsJSON(text[at[1]:]) {
		text = text[at[1]:]
	}
	if v, err := schema.Parse(text); err == nil {
		return []schema.Value{v}
	}
	return nil
}

func unwrapped(list []schema.Value) (values []schema.Value) {
	for i := range list {
		if v, err := schema.Parse([]byte(list[i].Text)); err == nil {
			values = append(values, v)
		}
	}
	return values
}

// mostEvents bounds how many names of events are kept.
const mostEvents = 100

// noteEvents counts the names of server-sent events; those without one are called message (WHATWG HTML §9.2.6).
func (o *Operation) noteEvents(c *call) {
	names := map[string]int{}
	if len(c.from.Messages) > 0 {
		for i := range c.from.Messages {
			names[nameOfEvent(c.from.Messages[i].Name)]++
		}
	} else if text, err := c.body.Bytes(maxBody); err == nil {
		countEvents(string(text), names)
	}
	if o.events == nil {
		o.events = map[string]int{}
	}
	for _, n := range slices.Sorted(maps.Keys(names)) {
		if _, known := o.events[n]; known || len(o.events) < mostEvents {
			o.events[n] += names[n]
		}
	}
}

func nameOfEvent(s string) string {
	if s == "" {
		return "message"
	}
	return s
}

// countEvents counts blocks that have data.
func countEvents(text string, names map[string]int) {
	name, data := "", false
	flush := func() {
		if data {
			names[nameOfEvent(name)]++
		}
		name, data = "", false
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch field, value, _ := strings.Cut(line, ":"); {
		case line == "":
			flush()
		case field == "event":
			name = strings.TrimPrefix(value, " ")
		case field == "data":
			data = true
		}
	}
	flush()
}

// eventNames are those that were heard, in order.
func (w *writer) eventNames(o *Operation) document.Array {
	var list document.Array
	for _, n := range slices.Sorted(maps.Keys(o.events)) {
		if len(n) <= mostLong {
			list = append(list, w.set.Clean(n))
		}
	}
	return list
}

// protocol is what both sides of a WebSocket agreed on (RFC 6455 §1.9), "" for nothing.
func (o *Operation) protocol() string {
	for _, c := range o.calls {
		if c.from.Response != nil {
			if p := c.from.Response.Header.Get("Sec-Websocket-Protocol"); p != "" && len(p) <= mostLong {
				return p
			}
		}
	}
	return ""
}

// binary counts messages that no schema tells anything of.
func (o *Operation) binary() (n int) {
	for _, c := range o.calls {
		for i := range c.from.Messages {
			if readable(&c.from.Messages[i]) == nil {
				n++
			}
		}
	}
	return n
}

func readable(m *capture.Message) []schema.Value {
	text, err := m.Body.Bytes(maxBody)
	if err != nil {
		return nil
	}
	return frame(text)
}
