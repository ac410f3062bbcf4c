package assemble

import (
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// soakTime is how long TestSoak records unless SEINE_SOAK says it.
const soakTime = 12 * time.Second

// TestSoak records a channel of which one answer in twenty is bad, with tokens that die and keys that change: nothing is missing in the end, and memory,
// goroutines and descriptors are no more at its end than at its beginning.
func TestSoak(t *testing.T) {
	length, workers := soakTime, 4 // in so short a time the pool would still find out how many pay off
	if s := os.Getenv("SEINE_SOAK"); s != "" {
		workers = 0
		var err error
		if length, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	b := newBroadcast(t)
	b.window, b.token, b.keys = 64, 2*time.Second, 3
	b.total = b.from + int(length/b.every)
	b.fault = faultyIn(20)
	job := b.job(t, "both/live.m3u8")
	job.Workers = workers
	m := &meter{every: max(length/30, 300*time.Millisecond)}
	job.Progress = func(Progress) { m.look() }
	v, err := Run(t.Context(), job)
	if err != nil || !v.Finished || len(v.Missing) > 0 {
		t.Fatalf("%v, finished %v, missing %v", err, v.Finished, v.Missing)
	}
	times, _ := timesOf(t, v.Path, "v")
	if len(times) != b.total*12 {
		t.Errorf("%d pictures, want %d", len(times), b.total*12)
	}
	m.flat(t, b.total)
	t.Logf("%v of film in %v, %d faults survived, %s", v.Duration.Round(time.Second), length, v.Retries, m)
}

// faultyIn has one answer in n be bad, each in its way.
func faultyIn(n int) func(http.ResponseWriter, string) bool {
	var mu sync.Mutex
	dice := rand.New(rand.NewPCG(7, 11))
	return func(w http.ResponseWriter, _ string) bool {
		mu.Lock()
		bad, kind := dice.IntN(n) == 0, dice.IntN(5)
		mu.Unlock()
		if !bad {
			return false
		}
		switch kind {
		case 0:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 1:
			w.WriteHeader(http.StatusNotFound)
		case 2:
			_, _ = w.Write([]byte("<html>later</html>"))
		case 3:
			w.Header().Set("Content-Length", "5000")
			_, _ = w.Write(make([]byte, 1000))
			panic(http.ErrAbortHandler)
		default:
			panic(http.ErrAbortHandler)
		}
		return true
	}
}

// meter looks now and then at what the process takes.
type meter struct {
	every time.Duration
	last  time.Time
	list  []taken
}

type taken struct{ heap, goroutines, files int }

func (m *meter) look() {
	if time.Since(m.last) < m.every {
		return
	}
	m.last = time.Now()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	files, _ := os.ReadDir("/proc/self/fd")
	m.list = append(m.list, taken{int(s.HeapAlloc), runtime.NumGoroutine(), len(files)})
}

func most(list []taken, of func(taken) int) (n int) {
	for _, t := range list {
		n = max(n, of(t))
	}
	return n
}

// sampleMemory is what a piece's samples and sounds may stay in memory with, in bytes: the tables of the film, which are written at its end.
const sampleMemory = 48 * (12 + 24)

// flat compares the last third with the second.
func (m *meter) flat(t *testing.T, pieces int) {
	t.Helper()
	n := len(m.list) / 3
	if n == 0 {
		t.Fatalf("%d looks", len(m.list))
	}
	before, after := m.list[n:2*n], m.list[2*n:]
	for name, c := range map[string]struct {
		of   func(taken) int
		more int
	}{
		"heap":       {func(t taken) int { return t.heap }, pieces*sampleMemory/3 + 4<<20},
		"goroutines": {func(t taken) int { return t.goroutines }, 12},
		"files":      {func(t taken) int { return t.files }, 12},
	} {
		if a, b := most(before, c.of), most(after, c.of); b > a+c.more {
			t.Errorf("%s: at most %d in the second third, %d in the last", name, a, b)
		}
	}
}

func (m *meter) String() string {
	var s []string
	for i := 0; i < len(m.list); i += max(len(m.list)/6, 1) {
		k := m.list[i]
		s = append(s, strconv.Itoa(k.heap>>10)+" KiB/"+strconv.Itoa(k.goroutines)+"/"+strconv.Itoa(k.files))
	}
	return "heap, goroutines, files: " + strings.Join(s, ", ")
}
