package assemble

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"seine/assemble/journal"
)

// TestLiveKillLoop kills a recording at any moment, again and again. What is there can be played each time; the film has each piece once, or a gap in
// its place.
func TestLiveKillLoop(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind   string
		window int
		pause  time.Duration // between two processes, at most
		ended  bool          // before the last process
	}{
		"together": {"both/live.m3u8", 30, time.Millisecond, false},
		"apart":    {"master.m3u8", 30, time.Millisecond, true},
		"gaps":     {"both/live.m3u8", 3, 1200 * time.Millisecond, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBroadcast(t)
			b.mu.Lock() // the requests come from other processes
			b.total, b.window = 64, c.window
			b.mu.Unlock()
			job := b.job(t, c.kind)
			kills, first := 0, -1
			for ; b.edge() < b.total-8; kills++ {
				killRecording(t, job, 50*time.Millisecond+rand.N(900*time.Millisecond))
				playable(t, job.Output+".part")
				if first < 0 {
					first = firstPiece(t, job.Output)
				}
				<-time.After(rand.N(c.pause)) // nobody records
			}
			for c.ended && b.edge() < b.total {
				<-time.After(b.every)
			}
			v, err := Run(t.Context(), job)
			if err != nil || !v.Finished {
				t.Fatalf("after %d kills: %v, %+v", kills, err, v)
			}
			wantOnce(t, b.total-first, v)
			t.Logf("%d kills, %d pieces missing", kills, len(v.Missing))
		})
	}
}

// killRecording records for a while, in a process of its own.
func killRecording(t *testing.T, job Job, after time.Duration) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), after)
	defer cancel()
	cmd := exec.CommandContext(ctx, self) // its end is SIGKILL
	cmd.Env = append(os.Environ(), childURL+"="+job.URL, childOutput+"="+job.Output, childLive+"=1")
	if out, err := cmd.CombinedOutput(); ctx.Err() == nil {
		t.Fatalf("the process ended: %v %s", err, out)
	}
}

// playable has ffmpeg read what there is of a recording, if there is anything.
func playable(t *testing.T, part string) {
	t.Helper()
	data, err := os.ReadFile(part)
	if err != nil || len(data) == 0 {
		return // killed before it began
	}
	film := filepath.Join(t.TempDir(), "part.mp4") // a player's name for it
	if err := os.WriteFile(film, data, 0o600); err != nil {
		t.Fatal(err)
	}
	// The last fragment may be cut off; what is in front of it must be there.
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "fatal", "-show_entries", "format=duration", film).CombinedOutput()
	if err != nil {
		t.Errorf("a recording of %d bytes: %v %s", len(data), err, out)
	}
}

// firstPiece is the one that a recording begins with, -1 if it has not begun.
func firstPiece(t *testing.T, output string) int {
	t.Helper()
	f, err := os.Open(output + ".part.journal")
	if err != nil {
		return -1
	}
	defer f.Close()
	_, records, err := journal.Read(f)
	if err != nil || len(records) == 0 {
		return -1
	}
	n, _, ok := cutNote(records[0].Data)
	if !ok {
		t.Fatal("a record without a note")
	}
	return int(n.item.Part.Sequence)
}

// wantOnce checks that pieces and gaps make so many pieces of a broadcast, in order.
func wantOnce(t *testing.T, total int, v Verdict) {
	t.Helper()
	var missing time.Duration // of the picture
	for _, g := range v.Missing {
		if g.Stream == v.Missing[0].Stream {
			missing += g.Duration
		}
	}
	times, _ := timesOf(t, v.Path, "v")
	if n := len(times)/12 + int(missing/livePiece); len(times)%12 != 0 || n != total {
		t.Errorf("%d pictures and %v missing, of %d pieces", len(times), missing, total)
	}
	if slices.Sort(times); len(slices.Compact(times)) != len(times) {
		t.Error("pictures twice")
	}
	if (v.Duration - time.Duration(total)*livePiece).Abs() > 100*time.Millisecond {
		t.Errorf("it lasts %v", v.Duration)
	}
	decodes(t, v.Path)
}
