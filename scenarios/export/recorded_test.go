package export_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios/export"
	"seine/scenarios/internal/nodetest"
	"seine/testdata/sites"
)

var fileLine = regexp.MustCompile(`(?m)^( +)file: (.+)$`)

// TestRecordedRuns: popups whose addresses change, files and the browser's own buttons, as they are recorded, come to the same with either driver.
func TestRecordedRuns(t *testing.T) {
	t.Setenv("BROWSER", nodetest.Browser(t))
	for name, want := range map[string]struct {
		told  []string
		files []string
	}{
		"popups-whose-addresses-change": {[]string{"took the second", "took the first", "closed the first", "closed the second", "closed the first"}, nil},
		"files":                         {nil, []string{"list.csv", "made 2.txt", "made 3.txt", "made.txt", "report of today.csv", "report.csv"}},
		"back,-forward-and-again":       {[]string{"part 1", "part 2", "part 1", "part 0", "part 2"}, nil},
	} {
		recorded, err := os.ReadFile(filepath.Join("..", "record", "testdata", name+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range drivers {
			t.Run(name+" "+string(d), func(t *testing.T) {
				site := sites.New(sites.Options{})
				srv := httptest.NewServer(site)
				defer srv.Close()
				text := fileLine.ReplaceAllString(strings.ReplaceAll(string(recorded), "http://site.test", srv.URL), `${1}file: "$${.out}/$2"`)
				code, left, err := export.JavaScript(load(t, "inputs: {out: /tmp}\n"+text), d)
				if err != nil || len(left) != 0 {
					t.Fatal(err, left)
				}
				out := t.TempDir()
				script := write(t, nodetest.Dir(t), "test-recorded-"+string(d)+".mjs", code)
				defer os.Remove(script)
				if _, err := nodetest.Run(t, script, "out="+out); err != nil {
					t.Fatalf("%v\n%s", err, text)
				}
				told := want.told
				for end := time.Now().Add(time.Minute); !site.TellsAll(told) && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
				}
				got := slices.DeleteFunc(site.Told(), func(s string) bool { return !slices.Contains(told, s) })
				if d := cmp.Diff(told, got); d != "" && len(told) > 0 {
					t.Error(d)
				}
				var names []string
				list, err := os.ReadDir(out)
				for _, e := range list {
					names = append(names, e.Name())
				}
				if d := cmp.Diff(want.files, names); d != "" || err != nil {
					t.Error(d, err)
				}
			})
		}
	}
}
