package curl

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// words splits a command line as the shell that it was copied for would: cmd.exe where it has carets before quotes, bash
// otherwise.
func words(line string) ([]string, error) {
	if strings.Contains(line, `^"`) {
		return split(withoutCarets(line), cmd)
	}
	return split(line, bash)
}

// withoutCarets undoes the escapes of cmd.exe: a caret stands before each character that would mean something.
func withoutCarets(line string) string {
	line = strings.ReplaceAll(line, "\r\n", "\n")
	var b strings.Builder
	for i := 0; i < len(line); i++ {
		if line[i] != '^' || i+1 == len(line) {
			b.WriteByte(line[i])
			continue
		}
		i++
		if line[i] != '\n' {
			b.WriteByte(line[i])
			continue
		}
		// Two line ends stand for one that is meant; a single one continues the line.
		if i+1 < len(line) && line[i+1] == '\n' {
			b.WriteByte('\n')
			i++
		}
	}
	return b.String()
}

type shell int

const (
	bash shell = iota
	cmd
)

// splitter walks a line. open is true when a word has begun, even an empty one.
type splitter struct {
	shell shell
	rest  string
	word  strings.Builder
	open  bool
	list  []string
}

func split(line string, sh shell) ([]string, error) {
	s := &splitter{shell: sh, rest: line}
	for s.rest != "" {
		if err := s.step(); err != nil {
			return nil, err
		}
	}
	s.end()
	return s.list, nil
}

func (s *splitter) end() {
	if s.open {
		s.list = append(s.list, s.word.String())
	}
	s.word.Reset()
	s.open = false
}

func (s *splitter) step() error {
	c := s.rest[0]
	switch {
	case strings.IndexByte(" \t\r\n", c) >= 0:
		s.end()
	case s.shell == bash && strings.HasPrefix(s.rest, `$'`):
		return s.ansi()
	case s.shell == bash && c == '\'':
		return s.single()
	case c == '"':
		return s.double()
	case c == '\\' && s.shell == bash:
		s.escaped()
		return nil
	case c == '\\' && strings.HasPrefix(s.rest, `\"`):
		s.take('"')
		s.rest = s.rest[1:]
	case s.shell == bash && strings.IndexByte(";|&<>`$()", c) >= 0:
		return fmt.Errorf("it holds %q outside of quotes: paste one curl command, and nothing around it", string(c))
	default:
		s.take(c)
	}
	s.rest = s.rest[1:]
	return nil
}

func (s *splitter) take(c byte) {
	s.open = true
	s.word.WriteByte(c)
}

// escaped is a backslash outside of quotes; one at the end of a line continues it.
func (s *splitter) escaped() {
	s.rest = s.rest[1:]
	s.rest = strings.TrimPrefix(s.rest, "\r")
	switch {
	case s.rest == "":
	case s.rest[0] == '\n':
		s.rest = s.rest[1:]
	default:
		s.take(s.rest[0])
		s.rest = s.rest[1:]
	}
}

func (s *splitter) single() error {
	text, rest, ok := strings.Cut(s.rest[1:], "'")
	if !ok {
		return errQuote
	}
	s.open, s.rest = true, rest
	s.word.WriteString(text)
	return nil
}

// double is a quoted string: in bash a backslash counts before $, `, ", \ and line ends (Bash manual §3.1.2.3), for a
// Windows program only before quotes.
func (s *splitter) double() error {
	s.open = true
	special := "$`\"\\\n"
	if s.shell == cmd {
		special = `"\`
	}
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '"':
			s.rest = s.rest[i+1:]
			return nil
		case c == '\\' && i+1 < len(s.rest) && strings.IndexByte(special, s.rest[i+1]) >= 0:
			i++
			if s.rest[i] != '\n' {
				s.word.WriteByte(s.rest[i])
			}
		default:
			s.word.WriteByte(c)
		}
	}
	return errQuote
}

var simple = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'a': 7, 'b': 8, 'e': 27, 'f': 12, 'v': 11, '\\': '\\', '\'': '\'', '"': '"', '?': '?'}

// ansi is $'…' (Bash manual §3.1.2.4).
func (s *splitter) ansi() error {
	s.open = true
	for i := 2; i < len(s.rest); i++ {
		switch c := s.rest[i]; {
		case c == '\'':
			s.rest = s.rest[i+1:]
			return nil
		case c == '\\' && i+1 < len(s.rest):
			i += s.unescape(s.rest[i+1:])
		default:
			s.word.WriteByte(c)
		}
	}
	return errQuote
}

// unescape writes what follows a backslash and returns its length.
func (s *splitter) unescape(text string) int {
	if c, ok := simple[text[0]]; ok {
		s.word.WriteByte(c)
		return 1
	}
	for _, k := range []struct {
		mark         byte
		digits, base int
	}{{'x', 2, 16}, {'u', 4, 16}, {'U', 8, 16}} {
		if text[0] != k.mark {
			continue
		}
		n := digits(text[1:], k.digits, "0123456789abcdefABCDEF")
		if v, err := strconv.ParseUint(text[1:1+n], k.base, 32); err == nil {
			s.char(uint32(v), k.mark == 'x')
			return 1 + n
		}
	}
	if n := digits(text, 3, "01234567"); n > 0 {
		v, _ := strconv.ParseUint(text[:n], 8, 32)
		s.char(uint32(v&0xff), true)
		return n
	}
	s.word.WriteByte('\\')
	s.word.WriteByte(text[0])
	return 1
}

func (s *splitter) char(v uint32, raw bool) {
	if raw {
		s.word.WriteByte(byte(v))
		return
	}
	s.word.Write(utf8.AppendRune(nil, rune(min(v, utf8.MaxRune+1))))
}

func digits(text string, most int, of string) (n int) {
	for n < len(text) && n < most && strings.IndexByte(of, text[n]) >= 0 {
		n++
	}
	return n
}
