package assemble

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"seine/assemble/bmff"
	"seine/assemble/fetch"
	"seine/assemble/live"
	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// TestLiveHoleInTheWindow: more segments than are fetched at once do not exist, in a window of hours. What is behind them comes all the same.
func TestLiveHoleInTheWindow(t *testing.T) {
	t.Parallel()
	b := newBroadcast(t)
	b.from, b.total, b.window = 90, 100, 1<<20
	b.pieces = map[string][][]byte{"both": b.pieces["both"]}
	b.fault = func(w http.ResponseWriter, path string) bool {
		var n int
		if _, err := fmt.Sscanf(path, "/both/piece%d.ts", &n); err != nil || n < 10 || n >= 30 {
			return false
		}
		w.WriteHeader(http.StatusNotFound)
		return true
	}
	began := time.Now()
	v, err := Run(t.Context(), b.job(t, "both/live.m3u8"))
	if err != nil || len(v.Missing) != 20 || v.Segments != 80 {
		t.Fatalf("%v, %d missing, %d there, in %v", err, len(v.Missing), v.Segments, time.Since(began))
	}
}

// TestLiveRenewalTakesLong: while a page is visited for new addresses, the old ones bring what they can; and the end of a recording does not wait for the visit.
func TestLiveRenewalTakesLong(t *testing.T) {
	t.Parallel()
	b := newBroadcast(t)
	b.total, b.window = 400, 24
	b.fault = func(w http.ResponseWriter, path string) bool {
		if strings.HasPrefix(path, "/sound/live") && time.Since(b.began) > 500*time.Millisecond {
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		return false
	}
	job := b.job(t, "master.m3u8")
	stop, visiting := make(chan struct{}), make(chan struct{})
	job.Live.Stop = stop
	var visits atomic.Int32
	job.Refresh = func(ctx context.Context) (Source, error) {
		if visits.Add(1) == 1 {
			close(visiting)
		}
		<-ctx.Done()
		return Source{}, ctx.Err()
	}
	at, stopped := -1, false
	job.Progress = func(p Progress) {
		select {
		case <-visiting:
		default:
			return
		}
		if at < 0 {
			at = p.Done
		}
		if p.Done >= at+10 && !stopped {
			stopped = true
			close(stop)
		}
	}
	v, err := Run(t.Context(), job)
	if err != nil || !v.Finished || visits.Load() == 0 || !stopped {
		t.Fatalf("%v, %+v", err, v)
	}
	decodes(t, v.Path)
}

// TestLiveEmptyAtFirst: lists that name nothing yet are no end, and what comes is no gap.
func TestLiveEmptyAtFirst(t *testing.T) {
	t.Parallel()
	for name, kinds := range map[string][]string{"both": {"picture", "sound"}, "picture": {"picture"}, "sound": {"sound"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBroadcast(t)
			b.fault = func(w http.ResponseWriter, path string) bool {
				for _, k := range kinds {
					if path == "/"+k+"/live.m3u8" && time.Since(b.began) < 1200*time.Millisecond {
						fmt.Fprint(w, "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MEDIA-SEQUENCE:0\n")
						return true
					}
				}
				return false
			}
			job := b.job(t, "master.m3u8")
			v, err := Run(t.Context(), job)
			if err != nil || len(v.Missing) > 0 || len(v.Tracks) != 2 {
				t.Fatalf("%v, %+v", err, v)
			}
			for _, k := range v.Tracks {
				if k.Start > 50*time.Millisecond || k.Duration < 12*time.Second {
					t.Errorf("%s from %v for %v", k.Kind, k.Start, k.Duration)
				}
			}
		})
	}
}

// TestLiveSoundDies: a list that is gone for good ends no recording, and does not hold up its end.
func TestLiveSoundDies(t *testing.T) {
	t.Parallel()
	b := newBroadcast(t)
	b.fault = func(w http.ResponseWriter, path string) bool {
		if strings.HasPrefix(path, "/sound/") && time.Since(b.began) > 1500*time.Millisecond {
			w.WriteHeader(http.StatusNotFound)
			return true
		}
		return false
	}
	job := b.job(t, "master.m3u8")
	job.Live.Patience = 5 * time.Second
	v, err := Run(t.Context(), job)
	if err != nil || !v.Finished || len(v.Warnings) == 0 {
		t.Fatalf("%v, %+v", err, v)
	}
	b.mu.Lock()
	asked := b.asked["/master.m3u8"]
	b.mu.Unlock()
	if most := 2 + int(time.Since(b.began)/(5*time.Second)); asked < 2 || asked > most {
		t.Errorf("new addresses were asked for %d times, want %d at most: each may be the visit of a page", asked-1, most-1)
	}
	for _, k := range v.Tracks {
		if k.Kind == "video" && k.Samples != b.total*12 {
			t.Errorf("%d pictures of %d", k.Samples, b.total*12)
		}
	}
}

// TestLiveApartInOrder: of a window that is found at once, picture and sound lie side by side in the file.
func TestLiveApartInOrder(t *testing.T) {
	t.Parallel()
	b := newBroadcast(t)
	b.from, b.total, b.window = livePieces-2, livePieces, 1<<20
	job := b.job(t, "master.m3u8")
	job.Workers = 2
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	job.Progress = func(p Progress) {
		if p.Done >= livePieces {
			cancel()
		}
	}
	v, _ := Run(ctx, job)
	data, err := os.ReadFile(v.Path)
	if err != nil {
		t.Fatal(err)
	}
	boxes, err := bmff.Boxes(data)
	if err != nil && len(boxes) == 0 {
		t.Fatal(err)
	}
	part := v.Path + ".mp4"
	if err := os.WriteFile(part, data, 0o600); err != nil {
		t.Fatal(err)
	}
	pictures, _ := timesOf(t, part, "v")
	sounds, _ := timesOf(t, part, "a")
	if len(pictures) == 0 || len(sounds) == 0 {
		t.Fatalf("%d pictures, %d sounds", len(pictures), len(sounds))
	}
	if apart := pictures[len(pictures)-1] - sounds[len(sounds)-1]; apart > 12 || apart < -12 {
		t.Errorf("the picture is %.1f s ahead of the sound in a file that grows", apart)
	}
}

// TestLiveOtherPath: a page whose channel has another path each time is the same channel; without a page that says so, it is another.
func TestLiveOtherPath(t *testing.T) {
	t.Parallel()
	for name, origin := range map[string][]byte{"of a page": []byte("page"), "alone": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBroadcast(t)
			b.window = 1 << 20
			b.pieces = map[string][][]byte{"both": b.pieces["both"], "pass": b.pieces["both"]}
			job := b.job(t, "both/live.m3u8")
			job.Origin = origin
			ctx, cancel := context.WithCancel(t.Context())
			job.Progress = func(p Progress) {
				if p.Written > 0 && p.Done >= 8 {
					cancel()
				}
			}
			if _, err := Run(ctx, job); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			job.Progress, job.URL = nil, b.URL+"/pass/live.m3u8"
			v, err := Run(t.Context(), job)
			if origin == nil {
				if !errors.Is(err, ErrChanged) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil || v.Resumed == 0 || len(v.Missing) > 0 {
				t.Fatalf("%v, %+v", err, v)
			}
			wantPictures(t, v, b.total)
		})
	}
}

// TestLivePatience: what failed before the recording ended is given up soon behind its end; what is asked for later has its time.
func TestLivePatience(t *testing.T) {
	now := time.Now()
	refused := &fetch.StatusError{Code: http.StatusNotFound}
	for name, c := range map[string]struct {
		began, ended time.Duration // before now
		target       time.Duration
		newest       int64
		waiting      int
		try          int
		err          error
		want         bool
	}{
		"at first":                         {began: time.Second, target: time.Second, try: 1, err: refused},
		"ended, asked for before":          {began: time.Minute, ended: 11 * time.Second, target: time.Hour, try: 2, err: errLost, want: true},
		"ended, asked for behind":          {began: time.Second, ended: time.Minute, target: time.Second, try: 1, err: errLost},
		"passed, refused":                  {began: 3 * time.Second, target: time.Second, newest: 9, try: 3, err: refused, want: true},
		"passed, in trouble":               {began: 10 * time.Second, target: time.Second, newest: 9, try: 3, err: errLost},
		"passed, a target of a day":        {began: 2 * time.Minute, target: 24 * time.Hour, newest: 9, try: 3, err: errLost, want: true},
		"an outage":                        {began: 10 * time.Minute, target: time.Second, try: 30, err: errLost, waiting: 500},
		"refused, and all wait for it":     {began: time.Minute, target: time.Second, try: 9, err: refused, waiting: 500, want: true},
		"refused, and nobody waits for it": {began: time.Minute, target: time.Second, try: 9, err: refused},
	} {
		p := &plan.Plan{Streams: []plan.Stream{{Playlist: &manifest.Playlist{TargetDuration: c.target}}}}
		rec := &recording{run: &run{plan: p}, feed: live.NewFeed(0)}
		rec.feed.Add(make([]live.Item, c.waiting+1)...)
		rec.newest.Store(c.newest)
		if c.ended > 0 {
			rec.stopTime = now.Add(-c.ended)
		}
		if got := rec.givesUp(0, &live.Item{}, c.try, now.Add(-c.began), c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestLiveStopsWithAWindow: the end by hand does not wait for a window of hours.
func TestLiveStopsWithAWindow(t *testing.T) {
	t.Parallel()
	b := newBroadcast(t)
	b.from, b.total, b.window = 5000, 6000, 10000
	stop := make(chan struct{})
	job := b.job(t, "both/live.m3u8")
	job.Workers, job.Live.Stop = 1, stop
	once := false
	job.Progress = func(p Progress) {
		if p.Done >= 10 && !once {
			once = true
			close(stop)
		}
	}
	v, err := Run(t.Context(), job)
	if err != nil || !v.Finished || v.Segments < 10 || v.Segments > 1000 {
		t.Fatalf("%v, %d segments", err, v.Segments)
	}
}
