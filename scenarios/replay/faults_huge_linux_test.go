package replay_test

import (
	"path/filepath"
	"strings"
	"testing"

	"seine/browser/browsertest"
)

// TestHugeAnswers: of 2 GiB no more is held than the limits let, and no file is left.
func TestHugeAnswers(t *testing.T) {
	for _, name := range []string{"huge", "huge-film"} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			t.Setenv("TMPDIR", temp)
			s, r := serve(t), ownBrowser(t)
			peak := browsertest.Peak()
			res, err := sniff(t, r, s.url("/faults/?"+name))
			most := peak()
			if err != nil {
				t.Fatal(err)
			}
			checkBefore(t, res)
			var got int64
			for _, e := range res.Capture.Exchanges {
				if strings.HasSuffix(e.URL(), "/faults/huge") {
					got += e.Received
					if e.Body.Reason == "" {
						t.Errorf("%d bytes are said to be all", e.Body.Size)
					}
				}
			}
			t.Logf("%d MiB came, memory %d MiB", got>>20, most>>20)
			if got == 0 || most > 300<<20 && !browsertest.Raced() {
				t.Errorf("%d bytes came, %d of memory", got, most)
			}
			if left, err := filepath.Glob(filepath.Join(temp, "seine-*")); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
}
