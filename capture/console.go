package capture

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// ConsoleMessage is one line of the page's console: what scripts wrote there, exceptions that nobody caught, and what the browser had to
// say (CDP Runtime.consoleAPICalled, Runtime.exceptionThrown, Log.entryAdded).
type ConsoleMessage struct {
	Time   time.Time `json:"time"`
	Level  string    `json:"level"`  // log, debug, info, warning, error and so on, as CDP names them
	Source string    `json:"source"` // console, exception, or the part of the browser: network, security, rendering …
	Text   string    `json:"text"`
	URL    string    `json:"url,omitempty"`  // of the script
	Line   int       `json:"line,omitempty"` // from 0
	Frame  string    `json:"frame"`          // URL of the page, frame or worker
}

// What is kept of a console: a page may write in a loop.
const (
	maxConsole     = 10_000
	maxConsoleText = 16 << 10 // bytes of one message
	maxConsoleAll  = 4 << 20  // bytes of all
)

// console is what was written so far.
type console struct {
	list  []ConsoleMessage
	bytes int
	cut   int
}

func (c *console) add(s Session, m ConsoleMessage) {
	if m.Text = strings.ToValidUTF8(m.Text, "\ufffd"); len(m.Text) > maxConsoleText {
		m.Text = m.Text[:maxConsoleText]
		for !utf8.ValidString(m.Text) {
			m.Text = m.Text[:len(m.Text)-1]
		}
		m.Text += "…"
	}
	if len(c.list) >= maxConsole || c.bytes+len(m.Text) > maxConsoleAll {
		c.cut++
		return
	}
	m.Frame = s.URL()
	c.bytes += len(m.Text)
	c.list = append(c.list, m)
}

// remoteObject is as much of CDP's Runtime.RemoteObject as can be written down.
type remoteObject struct {
	Value          any    `json:"value"`
	Unserializable string `json:"unserializableValue"` // NaN, -0, 1n
	Description    string `json:"description"`
	Type           string `json:"type"`
}

func (o *remoteObject) text() string {
	if s, ok := o.Value.(string); ok {
		return s
	}
	if o.Value != nil {
		if b, err := json.Marshal(o.Value); err == nil {
			return string(b)
		}
	}
	return cmp.Or(o.Unserializable, o.Description, o.Type)
}

type wireStack struct {
	CallFrames []struct {
		URL  string `json:"url"`
		Line int    `json:"lineNumber"`
	} `json:"callFrames"`
}

func (w *wireStack) place() (string, int) {
	if len(w.CallFrames) == 0 {
		return "", 0
	}
	return w.CallFrames[0].URL, w.CallFrames[0].Line
}

type consoleCalled struct {
	Type      string         `json:"type"`
	Args      []remoteObject `json:"args"`
	Timestamp float64        `json:"timestamp"` // ms since 1970
	Stack     wireStack      `json:"stackTrace"`
}

type exceptionThrown struct {
	Timestamp float64 `json:"timestamp"`
	Details   struct {
		Text      string        `json:"text"`
		Line      int           `json:"lineNumber"`
		URL       string        `json:"url"`
		Stack     wireStack     `json:"stackTrace"`
		Exception *remoteObject `json:"exception"`
	} `json:"exceptionDetails"`
}

type logEntry struct {
	Entry struct {
		Source    string  `json:"source"`
		Level     string  `json:"level"`
		Text      string  `json:"text"`
		Timestamp float64 `json:"timestamp"`
		URL       string  `json:"url"`
		Line      int     `json:"lineNumber"`
	} `json:"entry"`
}

func (r *Recorder) consoleCalled(s Session, ev *consoleCalled) {
	const most = 100 // arguments of one call
	var words []string
	for i := range ev.Args[:min(len(ev.Args), most)] {
		words = append(words, ev.Args[i].text())
	}
	m := ConsoleMessage{Time: fromMillis(ev.Timestamp), Level: ev.Type, Source: "console", Text: strings.Join(words, " ")}
	m.URL, m.Line = ev.Stack.place()
	r.console.add(s, m)
}

func (r *Recorder) exceptionThrown(s Session, ev *exceptionThrown) {
	d := &ev.Details
	m := ConsoleMessage{Time: fromMillis(ev.Timestamp), Level: "error", Source: "exception", Text: d.Text, URL: d.URL, Line: d.Line}
	if d.Exception != nil {
		m.Text = strings.TrimSpace(d.Text + " " + d.Exception.text())
	}
	if url, line := d.Stack.place(); m.URL == "" {
		m.URL, m.Line = url, line
	}
	r.console.add(s, m)
}

func (r *Recorder) logEntry(s Session, ev *logEntry) {
	e := &ev.Entry
	r.console.add(s, ConsoleMessage{Time: fromMillis(e.Timestamp), Level: e.Level, Source: e.Source, Text: e.Text, URL: e.URL, Line: e.Line})
}

// fromMillis bounds what Chrome says: the year must have four digits to be written down.
func fromMillis(ms float64) time.Time {
	const last = 253402300799000 // 9999-12-31
	if !(ms > 0 && ms < last) {
		return time.Time{}
	}
	return time.UnixMicro(int64(ms * 1000))
}
