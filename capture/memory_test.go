package capture_test

import (
	"bufio"
	"fmt"
	"io"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"testing"
	"time"

	"seine/capture"
)

// mostMemory is what a visit may hold, besides Chrome's.
const mostMemory = 300 << 20

// TestMemoryOfManyRequests and the next hold memory while a page loads: the server and its log included, which run here too.
func TestMemoryOfManyRequests(t *testing.T) {
	watchMemory(t, 10_000, 3000, 64)
}

func TestMemoryOfLargeBodies(t *testing.T) {
	watchMemory(t, 20, 25<<20, 4)
}

func watchMemory(t *testing.T, n, size, together int) {
	t.Helper()
	if raceEnabled() {
		t.Skip("SKIPPED, NOT PROVED: the race detector takes memory of its own")
	}
	stop := make(chan struct{})
	peak := make(chan uint64)
	go func() { peak <- highest(stop) }()
	began := time.Now()
	v := visited(t, fmt.Sprintf("/kinds/many.html?n=%d&size=%d&at=%d", n, size, together), capture.Options{Dir: t.TempDir()})
	heard := 0
	lost := v.await(t, v.Changed, func() string {
		if heard = v.Progress().Done; heard < n+2 { // the page itself, and the last one
			return fmt.Sprintf("%d of %d requests", n+2-heard, n+2)
		}
		return ""
	})
	if lost {
		t.Fatal(v.tab.Err())
	}
	if err := v.Settle(v.ctx); err != nil {
		t.Fatal(err)
	}
	c := v.Snapshot()
	close(stop)
	most := <-peak
	t.Logf("%d bodies of %d bytes in %v with at most %d MiB", n, size, time.Since(began), most>>20)
	if most > mostMemory {
		t.Errorf("%d bytes of memory", most)
	}
	for _, e := range c.Exchanges {
		if strings.Contains(e.URL(), "/kinds/size/") {
			checkRepeated(t, e)
		}
	}
}

func raceEnabled() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
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

// checkRepeated: the body is its own address, over and over.
func checkRepeated(t *testing.T, e *capture.Exchange) {
	t.Helper()
	r, err := e.Body.Open()
	if err != nil {
		t.Fatalf("%s: %v", e.URL(), err)
	}
	defer r.Close()
	path := e.URL()[strings.Index(e.URL(), "/kinds/"):] + "\n"
	var length int
	if _, err := fmt.Sscanf(path, "/kinds/size/%d", &length); err != nil {
		t.Fatal(err)
	}
	in, seen := bufio.NewReader(r), 0
	for seen < length {
		part := make([]byte, min(len(path), length-seen))
		if _, err := io.ReadFull(in, part); err != nil || string(part) != path[:len(part)] {
			t.Fatalf("%s: at %d: %q, %v", e.URL(), seen, part, err)
		}
		seen += len(part)
	}
	if _, err := in.ReadByte(); err != io.EOF || e.Body.Size != int64(length) {
		t.Errorf("%s: %d bytes of %d, %v", e.URL(), e.Body.Size, length, err)
	}
}
