package replay_test

import (
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestHugeAnswers: of 2 GiB no more is held than the limits let, and no file is left.
func TestHugeAnswers(t *testing.T) {
	for _, name := range []string{"huge", "huge-film"} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			t.Setenv("TMPDIR", temp)
			s, r := serve(t), ownBrowser(t)
			stop, peak := make(chan struct{}), make(chan uint64)
			go func() { peak <- highest(stop) }()
			res, err := sniff(t, r, s.url("/faults/?"+name))
			close(stop)
			most := <-peak
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
			if got == 0 || most > 300<<20 && !raceEnabled() {
				t.Errorf("%d bytes came, %d of memory", got, most)
			}
			if left, err := filepath.Glob(filepath.Join(temp, "seine-*")); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
}

// highest is the most memory in bytes that was taken from the system and not given back, until stop is closed.
func highest(stop <-chan struct{}) uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	most := uint64(0)
	for {
		metrics.Read(samples)
		most = max(most, samples[0].Value.Uint64()-samples[1].Value.Uint64())
		select {
		case <-stop:
			return most
		case <-tick.C:
		}
	}
}

// raceEnabled: the race detector takes memory of its own.
func raceEnabled() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
