package record_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seine/capture/session"
	"seine/scenarios/engine"
	"seine/scenarios/program"
	"seine/scenarios/replay"
	"seine/testdata/sites"
)

// rounds is how often a recording is played: SEINE_ROUNDS, or once.
func rounds() int {
	if n, err := strconv.Atoi(os.Getenv("SEINE_ROUNDS")); err == nil && n > 0 {
		return n
	}
	return 1
}

// replays runs a recorded file on a site of its own, and gives what its pages told.
func replays(t *testing.T, st *replay.Stage, text string, inputs map[string]string, want []string, files map[string]string) {
	t.Helper()
	for range rounds() {
		dir := t.TempDir()
		site := sites.New(sites.Options{})
		srv := httptest.NewServer(site)
		own := strings.ReplaceAll(strings.Replace(text, "name: ", "timeout: 10s\npool: {retries: 0}\nname: ", 1), "http://site.test", srv.URL)
		p, err := program.Load("recorded.yaml", program.Options{Read: func(string) ([]byte, error) { return []byte(own), nil }, UploadRoot: st.UploadRoot})
		if err != nil {
			t.Fatalf("%v\n%s", err, own)
		}
		report, err := engine.Run(t.Context(), p, engine.Options{Given: inputs, Dir: dir, Stage: engine.StageOf[*replay.Page](st), Fresh: true, Session: session.Config{}})
		if err == nil && len(report.Failed) > 0 {
			err = report.Failed[0].Err
		}
		if err != nil {
			t.Fatalf("%v; told %q\n%s", err, site.Told(), own)
		}
		for end := time.Now().Add(time.Minute); !site.TellsAll(want) && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		}
		srv.Close()
		if d := cmp.Diff(files, filesIn(t, dir), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("%s\n%s", d, own)
		}
		got := site.Told()
		slices.Sort(got)
		sorted := slices.Sorted(slices.Values(want))
		if d := cmp.Diff(sorted, got); d != "" {
			t.Fatalf("%s\n%s", d, own)
		}
	}
}

// filesIn are the files of a folder, those of the run itself left out.
func filesIn(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		if e.IsDir() { // what is kept of a run that failed, and was made again
			found, _ := filepath.Glob(filepath.Join(dir, e.Name(), "*", "*.txt"))
			for _, name := range found {
				data, _ := os.ReadFile(name)
				t.Errorf("it did not hold the first time: %s\n%s", filepath.Base(name), data)
			}
			t.Fatalf("the folder %s: %v", e.Name(), found)
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(data)
	}
	return out
}
