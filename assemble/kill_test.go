package assemble

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"seine/assemble/journal"
	"seine/assemble/plan"
)

const (
	childURL    = "SEINE_TEST_CHILD_URL"
	childOutput = "SEINE_TEST_CHILD_OUTPUT"
	// childWorkers is 3 if it is not set.
	childWorkers = "SEINE_TEST_CHILD_WORKERS"
	// childSubs is Choice.Subs.
	childSubs = "SEINE_TEST_CHILD_SUBS"
	// childLive makes it a recording.
	childLive = "SEINE_TEST_CHILD_LIVE"
)

// child is the process that gets killed: one Run.
func child() int {
	workers, err := strconv.Atoi(cmp.Or(os.Getenv(childWorkers), "3"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	job := Job{URL: os.Getenv(childURL), Client: client(), Output: os.Getenv(childOutput), Retry: quick(), Workers: workers, Choice: plan.Choice{Subs: os.Getenv(childSubs)}}
	if os.Getenv(childLive) != "" {
		job.Live = &Live{FromStart: true, Patience: 5 * time.Second}
	}
	if _, err := Run(context.Background(), job); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	if status, err := os.ReadFile("/proc/self/status"); err == nil {
		_, _ = os.Stdout.Write(status) // how much memory it took
	}
	return 0
}

// journaled reads which parts of the unfinished film are on record.
func journaled(t *testing.T, output string, likeness [32]byte) int {
	t.Helper()
	f, err := os.OpenFile(output+".part.journal", os.O_RDWR, 0)
	if err != nil {
		return 0 // killed before it began, or after it ended
	}
	defer f.Close()
	copied, err := os.CreateTemp(t.TempDir(), "journal")
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if _, err := io.Copy(copied, f); err != nil {
		t.Fatal(err)
	}
	_, _, records, err := journal.Open(copied, journal.Header{Likeness: likeness})
	if err != nil {
		t.Fatal(err)
	}
	return len(records)
}

// A process killed at any moment is followed by one that asks for nothing twice but what was under way, and the film is
// the same to the byte. Each film is killed until it is finished all the same.
func TestKill(t *testing.T) {
	kills := 200
	if testing.Short() {
		kills = 20
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := newOrigin(t)
	// Inspect, below, is the first request; those of other processes come after it.
	o.hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		select { // a slow line
		case <-time.After(rand.N(50 * time.Millisecond)):
		case <-r.Context().Done():
		}
		return false
	}
	in, err := Inspect(t.Context(), o.job(t))
	if err != nil {
		t.Fatal(err)
	}
	killed, films := 0, 0
	for ; killed < kills; films++ {
		killed += killFilm(t, o, self, in.Plan)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d kills in %d films", killed, films)
}

// killFilm makes one film and returns how many processes it took beyond the last.
func killFilm(t *testing.T, o *origin, self string, p *plan.Plan) (kills int) {
	output := filepath.Join(t.TempDir(), "film.mp4")
	for {
		o.reset()
		before := journaled(t, output, p.Likeness())
		// A slow machine gets more time with each kill, or no film would ever be finished.
		finished := killOnce(t, o, self, output, 160*time.Millisecond<<(kills/10))
		for i := range before {
			if o.count(seg(i)) > 0 {
				t.Errorf("segment %d was on record and was asked for again", i)
			}
		}
		if _, err := os.Stat(output); err == nil {
			wantGolden(t, output)
			if finished {
				wantOnly(t, filepath.Dir(output), "film.mp4")
				return kills
			}
			return kills + 1 // killed between the name and the end
		}
		if finished {
			t.Fatal("the process ended without a film")
		}
		kills++
	}
}

// killOnce runs a process and kills it at a random moment within patience; true means that it was quicker.
func killOnce(t *testing.T, o *origin, self, output string, patience time.Duration) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), rand.N(patience))
	defer cancel()
	cmd := exec.CommandContext(ctx, self) // its end is SIGKILL
	cmd.Env = append(os.Environ(), childURL+"="+o.URL+"/"+film+"/index.m3u8", childOutput+"="+output)
	cmd.Stderr = os.Stderr
	err := cmd.Run()
	if err != nil && ctx.Err() == nil {
		t.Fatalf("the process failed: %v", err)
	}
	return err == nil
}

// TestKillSubtitles: a process killed at any moment loses no subtitles either, and leaves nothing behind but them and the film.
func TestKillSubtitles(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := newOrigin(t)
	names, files := []string{}, map[string][]byte{}
	var want []string
	for n := range 12 {
		name := fmt.Sprintf("%d.vtt", n)
		files["subs/"+name] = []byte(fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n\n00:%02d.250 --> 00:%02d.000\ncue %d\n", filmBegins, 2*n, 2*n+1, n))
		names, want = append(names, name), append(want, fmt.Sprintf("%d-%d cue %d", 2000*n+250, 2000*n+1000, n))
	}
	job := o.subtitled(t, listOf(2, names...), files)
	serves := o.hook
	o.mu.Lock() // who asks is another process
	o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		select { // a slow line
		case <-time.After(rand.N(50 * time.Millisecond)):
		case <-r.Context().Done():
		}
		return serves(w, r, n)
	}
	o.mu.Unlock()
	kills := 0
	for finished := false; !finished; kills++ {
		ctx, cancel := context.WithTimeout(t.Context(), rand.N(160*time.Millisecond<<(kills/10)))
		cmd := exec.CommandContext(ctx, self) // its end is SIGKILL
		cmd.Env = append(os.Environ(), childURL+"="+job.URL, childOutput+"="+job.Output, childSubs+"=en")
		err := cmd.Run()
		if err != nil && ctx.Err() == nil {
			t.Fatalf("the process failed: %v", err)
		}
		cancel()
		_, there := os.Stat(job.Output)
		finished = err == nil || there == nil
	}
	t.Logf("%d kills", kills-1)
	got := shownIn(t, beside(job, ".en.srt"))
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v", got)
	}
	wantGolden(t, job.Output)
}
