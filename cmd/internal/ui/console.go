package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lmittmann/tint"
	"golang.org/x/term"
)

// Options of a Console.
type Options struct {
	JSON  bool // results and events as JSON lines on stdout; no text
	Quiet bool // only errors and results
	Debug bool // log what happens inside
}

// Console owns stdout and stderr. It is safe for concurrent use.
type Console struct {
	*screen
	page  string // see About
	label string
}

// screen is what all consoles share.
type screen struct {
	opt    Options
	out    io.Writer
	err    io.Writer
	width  int // columns of the terminal on stderr when it began, 0 if it is none
	colour bool
	table  bool // colour in what goes to stdout

	mu   sync.Mutex
	line *progressLine // drawn at the bottom of the terminal
}

// New looks at what stdout and stderr are.
func New(stdout, stderr io.Writer, o Options) *Console {
	c := &Console{screen: &screen{opt: o, out: stdout, err: stderr}}
	if os.Getenv("TERM") == "dumb" {
		return c
	}
	colour := os.Getenv("NO_COLOR") == "" // https://no-color.org
	c.width = columns(stderr)
	c.colour = colour && c.width > 0
	c.table = colour && columns(stdout) > 0
	return c
}

// About is a console for one of several pages at work: messages and progress begin with the label, and each event of --json has the page.
func (c *Console) About(page, label string) *Console { return &Console{c.screen, page, label} }

// usual is the width of a terminal that does not tell.
const usual = 80

// columns is the width of a terminal at this moment, 0 of anything else.
func columns(w io.Writer) int {
	f, ok := w.(interface{ Fd() uintptr })
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
		return n
	}
	return usual
}

// JSONMode says whether results go out as JSON lines.
func (c *Console) JSONMode() bool { return c.opt.JSON }

// Width is how many columns a table may take.
func (c *Console) Width() int {
	if n := columns(c.out); n > 0 {
		return n
	}
	return 120
}

// Room is how many columns an address may take behind a text of n on a line of stderr.
func (c *Console) Room(n int) int {
	if c.width == 0 {
		return 80
	}
	return min(max(c.width-n-1, 20), 80)
}

// Say tells the person something, on stderr; -q and --json silence it. Arguments that came from elsewhere must be Remote.
func (c *Console) Say(format string, args ...any) {
	if c.opt.Quiet || c.opt.JSON {
		return
	}
	c.above(c.label + fmt.Sprintf(format, args...))
}

// Warn is Say that -q does not silence.
func (c *Console) Warn(format string, args ...any) {
	if c.opt.JSON {
		return
	}
	c.above(c.label + c.paint(yellow, "warning: ") + fmt.Sprintf(format, args...))
}

// Fail prints the one sentence that says what went wrong.
func (c *Console) Fail(text string) { c.above(c.paint(red, "seine: ") + text) }

// Print writes a result to stdout as it is; nothing in --json.
func (c *Console) Print(text string) {
	if c.opt.JSON {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.clear(c.err)
	fmt.Fprintln(c.out, strings.TrimSuffix(text, "\n"))
	c.line.draw(c.err)
}

// Emit writes one JSON line to stdout in --json, nothing otherwise.
func (c *Console) Emit(event string, v any) error {
	if !c.opt.JSON {
		return nil
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if data, err = c.paged(data); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err = fmt.Fprintf(c.out, "{\"event\":%q,\"data\":%s}\n", event, visible(data))
	return err
}

// paged puts the page into an object that does not name one.
func (c *Console) paged(object []byte) ([]byte, error) {
	members := map[string]json.RawMessage{}
	if c.page == "" || json.Unmarshal(object, &members) != nil || members["page"] != nil {
		return object, nil
	}
	page, err := json.Marshal(c.page)
	if err != nil {
		return nil, err
	}
	list := [][]byte{append([]byte(`"page":`), page...)}
	if rest := bytes.TrimSuffix(bytes.TrimPrefix(object, []byte("{")), []byte("}")); len(rest) > 0 {
		list = append(list, rest)
	}
	return slices.Concat([]byte("{"), bytes.Join(list, []byte(",")), []byte("}")), nil
}

// Row writes a value in JSON to stdout, one a line; in --json as the event row.
func (c *Console) Row(line []byte) error {
	if c.opt.JSON {
		return c.Emit("row", json.RawMessage(line))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.clear(c.err)
	_, err := fmt.Fprintf(c.out, "%s\n", visible(line))
	c.line.draw(c.err)
	return err
}

// above writes lines over the progress, which stays at the bottom.
func (c *Console) above(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.clear(c.err)
	fmt.Fprintln(c.err, text)
	c.line.draw(c.err)
}

// Logger writes to stderr, above the progress. Without -v it shows warnings only.
func (c *Console) Logger() *slog.Logger {
	level := slog.LevelWarn
	switch {
	case c.opt.Debug:
		level = slog.LevelDebug
	case c.opt.Quiet:
		level = slog.LevelError
	}
	return slog.New(tint.NewTextHandler(logWriter{c}, &tint.Options{
		Level: level, TimeFormat: time.TimeOnly, NoColor: !c.colour,
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Value.Kind() == slog.KindString {
				a.Value = slog.StringValue(Remote(a.Value.String()).String())
			}
			return a
		},
	}))
}

type logWriter struct{ c *Console }

func (w logWriter) Write(p []byte) (int, error) {
	w.c.above(strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}

type colour string

const (
	red    colour = "\x1b[31m"
	green  colour = "\x1b[32m"
	yellow colour = "\x1b[33m"
	bold   colour = "\x1b[1m"
	dim    colour = "\x1b[2m"

	reset = "\x1b[0m"
)

func (c *Console) paint(k colour, s string) string {
	if !c.colour {
		return s
	}
	return string(k) + s + reset
}

// Good marks success, on stderr.
func (c *Console) Good(s string) string { return c.paint(green, s) }

// Strong makes a heading of s, on stderr.
func (c *Console) Strong(s string) string { return c.paint(bold, s) }

// Faint makes s recede, on stderr.
func (c *Console) Faint(s string) string { return c.paint(dim, s) }

// Status marks the outcome of a check, on stdout: ok, warning, failed, skipped.
func (c *Console) Status(s string) string {
	k, sign := dim, "·"
	switch s {
	case "ok":
		k, sign = green, "✓"
	case "warning":
		k, sign = yellow, "!"
	case "failed":
		k, sign = red, "✗"
	}
	if !c.table {
		return sign
	}
	return string(k) + sign + reset
}
