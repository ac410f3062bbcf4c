package browser

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"pgregory.net/rapid"
)

// tidy gives an inbox with limits of its own, and sees that no file is left of it.
func tidy(t *testing.T, memory, disk int64) (*inbox, *Session) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Cleanup(func() {
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	})
	root := newSession(nil, "", &target.Info{Type: "browser"})
	in := newInbox(root)
	in.memory, in.disk = memory, disk
	return in, root
}

// TestInboxKeepsOrder: whatever comes is taken in order, by way of memory or the disk.
func TestInboxKeepsOrder(t *testing.T) {
	in, root := tidy(t, 2000, 1<<30)
	rapid.Check(t, func(t *rapid.T) {
		in := newInbox(root)
		in.memory, in.disk = 2000, 1<<30
		sessions := []*Session{newSession(nil, "A", &target.Info{}), newSession(nil, "B", &target.Info{})}
		var sent, got []string
		note := func(list []string, n notice) []string {
			return append(list, fmt.Sprint(n.kind, n.session.ID(), n.method, string(n.params), n.id))
		}
		taken := func() {
			for _, n := range in.take() {
				got = note(got, n)
			}
		}
		for i := range rapid.IntRange(1, 60).Draw(t, "n") {
			n := notice{kind: noticeKind(rapid.IntRange(0, 3).Draw(t, "kind")), session: sessions[i%2]}
			switch n.kind {
			case event:
				n.method, n.params = "Network.x", jsonv2.Value(strings.Repeat("p", rapid.IntRange(0, 900).Draw(t, "size")))
			case resumeDouble:
				n.id = target.SessionID(fmt.Sprint(i))
			}
			sent = note(sent, n)
			in.push(n)
			if rapid.IntRange(0, 9).Draw(t, "take") == 0 {
				taken()
			}
		}
		for len(got) < len(sent) {
			taken()
		}
		if !slices.Equal(sent, got) {
			t.Fatalf("sent %q, got %q", sent, got)
		}
		in.close()
	})
	in.close()
	if in.take() != nil {
		t.Error("news after the end")
	}
}

// TestInboxIsBounded: 256 MiB of news that nobody takes are on disk, not in memory, and come whole.
func TestInboxIsBounded(t *testing.T) {
	in, root := tidy(t, inboxMemory, inboxDisk)
	const n, size = 1024, 256 << 10
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range n {
		params := make([]byte, size)
		params[0], params[size-1] = byte(i), byte(i>>8)
		in.push(notice{kind: event, session: root, method: "Network.dataReceived", params: params})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 2*inboxMemory {
		t.Errorf("%d bytes are held", held)
	}
	in.close()
	for i := 0; i < n; {
		batch := in.take()
		if len(batch) > 2*inboxMemory/size || len(batch) == 0 {
			t.Fatalf("%d at once, behind %d", len(batch), i)
		}
		for _, got := range batch {
			if got.params[0] != byte(i) || got.params[size-1] != byte(i>>8) || len(got.params) != size {
				t.Fatalf("%d is another", i)
			}
			i++
		}
	}
}

// TestInboxSaysWhatItLost: of what is too much for the disk too the targets are told, and how many events were lost.
func TestInboxSaysWhatItLost(t *testing.T) {
	for name, spoil := range map[string]func(*testing.T, *inbox){
		"limit":   func(_ *testing.T, in *inbox) { in.disk = 3000 },
		"no disk": func(t *testing.T, _ *inbox) { t.Setenv("TMPDIR", "/nowhere/at/all") },
		"broken": func(t *testing.T, in *inbox) { // as a disk that has filled up since
			in.push(notice{kind: event, session: in.root, method: "big", params: make([]byte, 2000)})
			in.push(notice{kind: event, session: in.root, method: "first on disk"})
			_ = in.spill.file.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			in, root := tidy(t, 1000, 1<<30)
			spoil(t, in)
			events, targets := 0, 0
			const n = 40
			for range n {
				in.push(notice{kind: event, session: root, method: "x", params: make([]byte, 100+rand.IntN(5))})
				in.push(notice{kind: detached, session: root})
			}
			in.close()
			lost := ""
			for batch := in.take(); batch != nil; batch = in.take() {
				for _, got := range batch {
					switch {
					case got.kind == detached:
						targets++
					case got.method == EventsLost:
						lost += string(got.params)
					case got.method == "x":
						events++
					}
				}
			}
			want := n - events
			if name == "broken" {
				want += 2
			}
			if targets != n || events == n || lost != fmt.Sprintf(`{"events":%d}`, want) {
				t.Errorf("%d events, %d targets, lost %s of %d", events, targets, lost, n)
			}
		})
	}
	if _, err := os.Stat("/nowhere"); err == nil {
		t.Error("there is a /nowhere")
	}
}
