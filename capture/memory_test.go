package capture_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"seine/browser/browsertest"
	"seine/capture"
)

// mostMemory is what a visit may hold, besides Chrome's.
const mostMemory = 300 << 20

// TestMemoryOfManyRequests and those below hold memory while a page loads: the server and its log included, which run here too.
func TestMemoryOfManyRequests(t *testing.T) {
	c := watchMemory(t, 10_000, 3000, 64, capture.Options{})
	checkComplete(t, c, 10_000)
}

func TestMemoryOfLargeBodies(t *testing.T) {
	c := watchMemory(t, 20, 25<<20, 4, capture.Options{})
	checkComplete(t, c, 20)
}

// wholeVisit is how many MB the bodies of one visit have together: SEINE_VISIT_MB, or 600.
func wholeVisit() int {
	if n, err := strconv.Atoi(os.Getenv("SEINE_VISIT_MB")); err == nil && n > 0 {
		return n
	}
	return 600
}

// TestMemoryOfAVisit: bodies of 100 MB each, all kept.
func TestMemoryOfAVisit(t *testing.T) {
	n := max(wholeVisit()/100, 1)
	c := watchMemory(t, n, 100_000_000, 3, capture.Options{MaxBody: 128 << 20})
	checkComplete(t, c, n)
}

// TestMemoryOfACutVisit: the limits of a body and of the disk say of each body what they cut.
func TestMemoryOfACutVisit(t *testing.T) {
	n := max(wholeVisit()/100, 3)
	for name, test := range map[string]struct {
		options capture.Options
		reason  capture.Reason
		whole   int
	}{
		"body": {capture.Options{}, capture.ReasonTooLarge, 0},
		"disk": {capture.Options{MaxBody: 128 << 20, MaxDisk: 250_000_000}, capture.ReasonSpillFull, 2},
	} {
		t.Run(name, func(t *testing.T) {
			complete, cut := 0, 0
			for _, e := range bodiesOf(watchMemory(t, n, 100_000_000, 1, test.options)) {
				switch {
				case e.Body.Reason == test.reason && len(e.Body.Head) == 4096 && e.Body.Size == 100_000_000:
					cut++
				case e.Body.Reason == "":
					checkRepeated(t, e)
					complete++
				default:
					t.Errorf("%s: %q, %d bytes", e.URL(), e.Body.Reason, e.Body.Size)
				}
			}
			if complete != test.whole || cut != n-test.whole {
				t.Errorf("%d complete, %d cut of %d", complete, cut, n)
			}
		})
	}
}

// watchMemory visits a page that asks for n bodies of size bytes, some of them together.
func watchMemory(t *testing.T, n, size, together int, o capture.Options) *capture.Capture {
	t.Helper()
	if browsertest.Raced() {
		t.Skip("SKIPPED, NOT PROVED: the race detector takes memory of its own")
	}
	peak := browsertest.Peak()
	began := time.Now()
	o.Dir = t.TempDir()
	limit := max(visitLimit, time.Duration(n*size/10_000_000)*time.Second) // a disk takes 10 MB in a second
	v := visitedFor(t, limit, fmt.Sprintf("/kinds/many.html?n=%d&size=%d&at=%d", n, size, together), o)
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
	most := peak()
	t.Logf("%d bodies of %d bytes in %v with at most %d MiB", n, size, time.Since(began), most>>20)
	if most > mostMemory {
		t.Errorf("%d bytes of memory", most)
	}
	return c
}

// bodiesOf are the exchanges that the page was made for.
func bodiesOf(c *capture.Capture) (list []*capture.Exchange) {
	for _, e := range c.Exchanges {
		if strings.Contains(e.URL(), "/kinds/size/") && !strings.HasSuffix(e.URL(), "n=done") {
			list = append(list, e)
		}
	}
	return list
}

func checkComplete(t *testing.T, c *capture.Capture, n int) {
	t.Helper()
	list := bodiesOf(c)
	if len(list) != n {
		t.Errorf("%d exchanges of %d", len(list), n)
	}
	for _, e := range list {
		checkRepeated(t, e)
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
