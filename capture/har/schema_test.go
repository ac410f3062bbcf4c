package har_test

import (
	"os"
	"path/filepath"
	"testing"

	"seine/capture"
	"seine/capture/har"
	"seine/capture/har/hartest"
	"seine/capture/redact/canary"
)

// TestSchema holds what is written against the published schema, with its secrets and without.
func TestSchema(t *testing.T) {
	planted, _ := canary.Plant()
	var files []string
	dir := t.TempDir()
	for _, c := range []*capture.Capture{visit(), {}, planted} {
		for _, o := range []har.Options{{}, {Secrets: true}, {Attach: func(*capture.Body, string) string { return "bodies/000001" }}} {
			name := filepath.Join(dir, string(rune('a'+len(files)))+".har")
			if err := os.WriteFile(name, write(t, c, o), 0o600); err != nil {
				t.Fatal(err)
			}
			files = append(files, name)
		}
	}
	hartest.Valid(t, files...)
}

// TestTheSchemaRefuses: a validator that accepts everything proves nothing.
func TestTheSchemaRefuses(t *testing.T) {
	for _, text := range []string{
		`{}`, `{"log":{}}`, `{"log":{"creator":{},"pages":[],"entries":[{}]}}`, `{"log":{"creator":{},"pages":[{"startedDateTime":"x","pageTimings":{}}],"entries":[]}}`,
	} {
		if hartest.Importable([]byte(text)) == nil {
			t.Errorf("accepted: %s", text)
		}
	}
}
