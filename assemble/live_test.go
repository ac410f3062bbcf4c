package assemble

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func (b *broadcast) job(t *testing.T, kind string) Job {
	return Job{
		URL: b.URL + "/" + kind, Client: http.DefaultClient, Output: filepath.Join(t.TempDir(), "film.mp4"),
		Live: &Live{FromStart: true, Patience: 3 * time.Second},
	}
}

// timesOf returns the presentation times of one kind of a file's packets, in seconds, and the sum of their sizes.
func timesOf(t *testing.T, path, kind string) (times []float64, bytes int) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", kind, "-show_entries", "packet=pts_time,size", "-of", "csv=p=0", path).Output()
	if err != nil {
		t.Fatalf("ffprobe %s: %v", path, err)
	}
	for line := range strings.Lines(string(out)) {
		var at float64
		var n int
		if _, err := fmt.Sscanf(strings.ReplaceAll(line, ",", " "), "%f %d", &at, &n); err == nil {
			times, bytes = append(times, at), bytes+n
		}
	}
	return times, bytes
}

// wantPictures checks that a recording has all pictures of so many pieces, evenly.
func wantPictures(t *testing.T, v Verdict, pieces int) {
	t.Helper()
	times, _ := timesOf(t, v.Path, "v")
	if len(times) != pieces*12 {
		t.Errorf("%d pictures, want %d", len(times), pieces*12)
	}
	if d := time.Duration(pieces) * livePiece; (v.Duration - d).Abs() > 100*time.Millisecond {
		t.Errorf("it lasts %v, want %v", v.Duration, d)
	}
	decodes(t, v.Path)
}

// decodes has ffmpeg read all of a file.
func decodes(t *testing.T, path string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-f", "null", "-").CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("ffmpeg says of %s: %v %s", path, err, out)
	}
}

// TestLive records a channel from the beginning of its window to its end: everything is there, once.
func TestLive(t *testing.T) {
	t.Parallel()
	for name, set := range map[string]func(*broadcast){
		"plain":   func(*broadcast) {},
		"dates":   func(b *broadcast) { b.dates = true },
		"tokens":  func(b *broadcast) { b.token = 400 * time.Millisecond },
		"keys":    func(b *broadcast) { b.keys = 3 },
		"outage":  func(b *broadcast) { b.down = between(800*time.Millisecond, 1600*time.Millisecond); b.window = 24 },
		"waiting": func(b *broadcast) { b.every, b.total = 300*time.Millisecond, 16 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBroadcast(t)
			set(b)
			job := b.job(t, "both/live.m3u8")
			var last Progress
			job.Progress = func(p Progress) { last = p }
			v, err := Run(t.Context(), job)
			if err != nil || !v.Finished || len(v.Missing) > 0 || !v.Live {
				t.Fatalf("%v, %+v", err, v)
			}
			wantPictures(t, v, b.total)
			if last.Live == nil || last.Live.Recorded != time.Duration(b.total)*livePiece || last.Live.Behind != 0 || last.Live.Bitrate == 0 || !last.Live.Ending {
				t.Errorf("progress %+v", last.Live)
			}
			if len(v.Warnings) > 0 {
				t.Errorf("warnings %q", v.Warnings)
			}
		})
	}
}

func between(from, to time.Duration) func(string, time.Duration) bool {
	return func(_ string, since time.Duration) bool { return since >= from && since < to }
}

// TestLiveGap: an outage that is longer than the window leaves a gap with its times, and the recording goes on.
func TestLiveGap(t *testing.T) {
	t.Parallel()
	b := newBroadcast(t)
	b.window, b.total, b.from = 6, 60, 6
	b.down = between(700*time.Millisecond, 3500*time.Millisecond)
	v, err := Run(t.Context(), b.job(t, "both/live.m3u8"))
	if err != nil || !v.Finished || len(v.Missing) == 0 {
		t.Fatalf("%v, %+v", err, v)
	}
	var missing time.Duration
	for _, g := range v.Missing {
		missing += g.Duration
	}
	times, _ := timesOf(t, v.Path, "v")
	if got := len(times) / 12; got+int(missing/livePiece) != b.total || missing < livePiece {
		t.Errorf("%d pieces and %v missing of %d", got, missing, b.total)
	}
	if (v.Duration - time.Duration(b.total)*livePiece).Abs() > 100*time.Millisecond {
		t.Errorf("it lasts %v", v.Duration)
	}
}

// TestLiveReset: an encoder that is started again is no end.
func TestLiveReset(t *testing.T) {
	t.Parallel()
	b := newBroadcast(t)
	b.reset, b.window = 20, 24
	v, err := Run(t.Context(), b.job(t, "both/live.m3u8"))
	if err != nil || !v.Finished {
		t.Fatalf("%v, %+v", err, v)
	}
	for i := range b.total { // what was published right before it was in no list that could be read
		if b.asked[fmt.Sprintf("/both/piece%d.ts", i)] != 1 && (i < b.reset-6 || i >= b.reset) {
			t.Errorf("piece %d was not fetched once", i)
		}
	}
	wantPictures(t, v, v.Segments)
}

// TestLiveStandsStill: a list that has nothing new counts as over after a while.
func TestLiveStandsStill(t *testing.T) {
	t.Parallel()
	b := newBroadcast(t)
	b.still = 16
	job := b.job(t, "both/live.m3u8")
	job.Live.Patience = 1500 * time.Millisecond
	v, err := Run(t.Context(), job)
	if err != nil || !v.Finished || len(v.Warnings) != 1 || !strings.Contains(v.Warnings[0], "nothing new") {
		t.Fatalf("%v, %+v", err, v)
	}
	wantPictures(t, v, 16)
}

// TestLiveLimits: by time, by the wall clock, and by hand.
func TestLiveLimits(t *testing.T) {
	t.Parallel()
	t.Run("duration", func(t *testing.T) {
		t.Parallel()
		b := newBroadcast(t)
		job := b.job(t, "both/live.m3u8")
		job.Live.Duration = 5250 * time.Millisecond
		v, err := Run(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		wantPictures(t, v, 11)
	})
	t.Run("until", func(t *testing.T) {
		t.Parallel()
		b := newBroadcast(t)
		b.dates = true
		job := b.job(t, "both/live.m3u8")
		job.Live.Until = b.date(13)
		v, err := Run(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		wantPictures(t, v, 13)
	})
	t.Run("stop", func(t *testing.T) {
		t.Parallel()
		b := newBroadcast(t)
		stop := make(chan struct{})
		job := b.job(t, "both/live.m3u8")
		job.Live.Stop = stop
		once := false
		job.Progress = func(p Progress) {
			if p.Done >= 10 && !once {
				once = true
				close(stop)
			}
		}
		v, err := Run(t.Context(), job)
		if err != nil || !v.Finished || v.Segments < 10 || v.Segments >= b.total {
			t.Fatalf("%v, %+v", err, v)
		}
		wantPictures(t, v, v.Segments)
	})
	t.Run("edge", func(t *testing.T) {
		t.Parallel()
		b := newBroadcast(t)
		job := b.job(t, "both/live.m3u8")
		job.Live.FromStart, job.Live.Duration = false, livePiece
		if _, err := Run(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		if b.asked["/both/piece0.ts"] > 0 || b.asked["/both/piece1.ts"] > 0 {
			t.Error("it began before the edge")
		}
	})
}

// TestLiveApart: sound and picture in lists of their own, one of which is behind, begin together.
func TestLiveApart(t *testing.T) {
	t.Parallel()
	for name, dates := range map[string]bool{"with dates": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBroadcast(t)
			b.dates = dates
			b.shift["sound"] = 2
			job := b.job(t, "master.m3u8")
			job.Live.FromStart, job.Live.Duration = false, 4*time.Second
			v, err := Run(t.Context(), job)
			if err != nil || len(v.Tracks) != 2 {
				t.Fatalf("%v, %+v", err, v)
			}
			for _, k := range v.Tracks {
				if k.Start > 30*time.Millisecond || k.Duration < 3*time.Second {
					t.Errorf("%s from %v for %v", k.Kind, k.Start, k.Duration)
				}
			}
			decodes(t, v.Path)
		})
	}
}

// TestLiveKilled: what is there can be played, and the next recording goes on in the same file.
func TestLiveKilled(t *testing.T) {
	t.Parallel()
	for name, pause := range map[string]time.Duration{"at once": 0, "later": 4 * time.Second} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBroadcast(t)
			b.total, b.window, b.from = 80, 16, 10
			job := b.job(t, "both/live.m3u8")
			ctx, cancel := context.WithCancel(t.Context())
			job.Progress = func(p Progress) {
				if p.Done >= 14 {
					cancel()
				}
			}
			v, err := Run(ctx, job)
			if !errors.Is(err, context.Canceled) || v.Finished {
				t.Fatalf("%v, %+v", err, v)
			}
			part := filepath.Join(t.TempDir(), "part.mp4") // a player's name for it
			data, err := os.ReadFile(v.Path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(part, data, 0o600); err != nil {
				t.Fatal(err)
			}
			<-time.After(pause) // as long as nobody records
			job.Progress = nil
			v, err = Run(t.Context(), job)
			if err != nil || !v.Finished || v.Resumed < 13 {
				t.Fatalf("%v, %+v", err, v)
			}
			times, _ := timesOf(t, part, "v")
			if len(times) < 13*12 {
				t.Errorf("%d pictures in the unfinished file", len(times))
			}
			decodes(t, part)
			if (len(v.Missing) > 0) != (pause > 0) {
				t.Errorf("missing %+v", v.Missing)
			}
			var missing time.Duration
			for _, g := range v.Missing {
				missing += g.Duration
			}
			times, _ = timesOf(t, v.Path, "v")
			if got := len(times) / 12; got+int(missing/livePiece) != b.total {
				t.Errorf("%d pieces and %v missing of %d", got, missing, b.total)
			}
		})
	}
}
