// Package hartest holds HAR files against the published schema and against what Chrome's DevTools refuse to import.
package hartest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// Valid fails the test unless the files are accepted by har-validator (npm, see testdata/harschema) and by Chrome.
func Valid(t testing.TB, files ...string) {
	t.Helper()
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err == nil {
			err = Importable(data)
		}
		if err != nil {
			t.Errorf("%s: %v", f, err)
		}
	}
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(here), "..", "..", "..", "testdata", "harschema")
	node, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(dir, "node_modules", "har-validator")); err != nil || missing != nil {
		t.Skip("SKIPPED, NOT PROVED: the schema of HAR is not installed; make harschema does that")
	}
	args := append([]string{filepath.Join(dir, "validate.js")}, files...)
	if out, err := exec.CommandContext(t.Context(), node, args...).CombinedOutput(); err != nil {
		t.Errorf("%v\n%.4000s", err, out)
	}
}

// rules are what Chrome's importer throws at: it reads dates with new Date and numbers with Number, and wants each object to be one
// (devtools-frontend, models/har/HARFormat.ts).
type rules struct {
	dates, numbers []string // that must be there
	lists          map[string]rules
	inner          map[string]rules
}

var (
	named     = rules{}
	creator   = rules{}
	cookie    = rules{}
	importing = rules{inner: map[string]rules{"log": {
		inner: map[string]rules{"creator": creator},
		lists: map[string]rules{
			"pages": {dates: []string{"startedDateTime"}, inner: map[string]rules{"pageTimings": {}}},
			"entries": {
				dates: []string{"startedDateTime"}, numbers: []string{"time"},
				inner: map[string]rules{
					"request": {numbers: []string{"headersSize", "bodySize"}, lists: map[string]rules{"headers": named, "queryString": named, "cookies": cookie}},
					"response": {
						numbers: []string{"status", "headersSize", "bodySize"}, lists: map[string]rules{"headers": named, "cookies": cookie},
						inner: map[string]rules{"content": {numbers: []string{"size"}}},
					},
					"timings": {numbers: []string{"send", "wait", "receive"}},
				},
			},
		},
	}}}
)

// Importable says what Chrome would not import, or would leave out.
func Importable(data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	if err := importing.check("har", v); err != nil {
		return err
	}
	return messages(data)
}

func (r rules) check(at string, v any) error {
	o, ok := v.(map[string]any)
	if !ok {
		return fmt.Errorf("%s is %T, and no object", at, v)
	}
	var errs []error
	for _, name := range r.dates {
		s, _ := o[name].(string)
		if _, err := time.Parse(time.RFC3339, s); err != nil {
			errs = append(errs, fmt.Errorf("%s.%s is no date: %v", at, name, o[name]))
		}
	}
	for _, name := range r.numbers {
		if _, ok := o[name].(float64); !ok {
			errs = append(errs, fmt.Errorf("%s.%s is no number: %v", at, name, o[name]))
		}
	}
	for name, inner := range r.inner {
		errs = append(errs, inner.check(at+"."+name, o[name]))
	}
	for name, inner := range r.lists {
		list, ok := o[name].([]any)
		if !ok {
			errs = append(errs, fmt.Errorf("%s.%s is no list", at, name))
		}
		for i, item := range list {
			errs = append(errs, inner.check(fmt.Sprintf("%s.%s[%d]", at, name, i), item))
		}
	}
	return errors.Join(errs...)
}

// messages: of a WebSocket's messages the importer skips, without a word, those that lack something.
func messages(data []byte) error {
	var h struct {
		Log struct {
			Entries []struct {
				Messages []struct {
					Type   string   `json:"type"`
					Time   *float64 `json:"time"`
					Opcode *int     `json:"opcode"`
					Data   *string  `json:"data"`
				} `json:"_webSocketMessages"`
			} `json:"entries"`
		} `json:"log"`
	}
	if err := json.Unmarshal(data, &h); err != nil {
		return err
	}
	for i, e := range h.Log.Entries {
		for _, m := range e.Messages {
			if m.Type != "send" && m.Type != "receive" || m.Time == nil || m.Opcode == nil || m.Data == nil {
				return fmt.Errorf("entry %d has a message that would be skipped: %+v", i, m)
			}
		}
	}
	return nil
}
