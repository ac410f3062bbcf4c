package browser

import (
	"bytes"
	"strconv"

	"github.com/chromedp/cdproto"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// parseMessage reads the outermost object of a message. Parameters and result are windows into b, whose owner gives it away; they are not
// looked at before somebody wants them.
func parseMessage(b []byte, m *cdproto.Message) error {
	var got cdproto.Message
	if !splitMessage(b, &got) {
		return jsonv2.Unmarshal(b, m, chromedp.DefaultUnmarshalOptions) // which says what is wrong with it
	}
	*m = got
	return nil
}

// splitMessage takes messages as Chrome writes them. What is out of the ordinary it leaves alone.
func splitMessage(b []byte, m *cdproto.Message) bool {
	s := scanner{b: b}
	if !s.take('{') {
		return false
	}
	for first := true; ; first = false {
		if s.take('}') {
			return s.blank()
		}
		if !first && !s.take(',') {
			return false
		}
		name, ok := s.plain()
		if !ok || !s.take(':') {
			return false
		}
		value := s.value()
		if value == nil || !setMember(m, name, value) {
			return false
		}
	}
}

func setMember(m *cdproto.Message, name string, value []byte) bool {
	inside := scanner{b: value}
	switch name {
	case "id":
		id, err := strconv.ParseInt(string(value), 10, 64)
		m.ID = id
		return err == nil
	case "method":
		text, ok := inside.plain()
		m.Method = cdproto.MethodType(text)
		return ok
	case "sessionId":
		text, ok := inside.plain()
		m.SessionID = target.SessionID(text)
		return ok
	case "params":
		m.Params = jsonv2.Value(value)
		return value[0] == '{'
	case "result":
		m.Result = jsonv2.Value(value)
		return value[0] == '{'
	}
	return false
}

// scanner walks over JSON (RFC 8259) without taking it apart.
type scanner struct {
	b  []byte
	at int
}

func (s *scanner) skipBlanks() {
	for s.at < len(s.b) && bytes.IndexByte([]byte(" \t\r\n"), s.b[s.at]) >= 0 {
		s.at++
	}
}

func (s *scanner) blank() bool {
	s.skipBlanks()
	return s.at == len(s.b)
}

func (s *scanner) take(c byte) bool {
	s.skipBlanks()
	if s.at == len(s.b) || s.b[s.at] != c {
		return false
	}
	s.at++
	return true
}

// plain is a string without escapes.
func (s *scanner) plain() (string, bool) {
	if !s.take('"') {
		return "", false
	}
	n := bytes.IndexByte(s.b[s.at:], '"')
	if n < 0 || bytes.IndexByte(s.b[s.at:s.at+n], '\\') >= 0 {
		return "", false
	}
	text := string(s.b[s.at : s.at+n])
	s.at += n + 1
	return text, true
}

// text moves behind the end of a string, whose quote has been taken.
func (s *scanner) text() bool {
	for {
		n := bytes.IndexByte(s.b[s.at:], '"')
		if n < 0 {
			return false
		}
		piece := s.b[s.at : s.at+n]
		s.at += n + 1
		if escapes := len(piece) - len(bytes.TrimRight(piece, `\`)); escapes%2 == 0 {
			return true
		}
	}
}

// value is the next value; nil if it has no end.
func (s *scanner) value() []byte {
	s.skipBlanks()
	from, depth := s.at, 0
	for s.at < len(s.b) {
		switch c := s.b[s.at]; c {
		case '"':
			s.at++
			if !s.text() {
				return nil
			}
		case '{', '[':
			depth++
			s.at++
			continue
		case '}', ']':
			if depth == 0 {
				return nil
			}
			depth--
			s.at++
		case ',', ':', ' ', '\t', '\r', '\n':
			s.at++
			continue
		default:
			s.word()
		}
		if depth == 0 {
			return s.b[from:s.at:s.at]
		}
	}
	return nil
}

// word moves behind a number, true, false or null.
func (s *scanner) word() {
	for s.at++; s.at < len(s.b); s.at++ {
		if bytes.IndexByte([]byte(",:]} \t\r\n\"{["), s.b[s.at]) >= 0 {
			return
		}
	}
}
