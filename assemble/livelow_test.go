package assemble

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// lowLatency is a channel whose list comes in parts, may be waited for, and is updated in part (RFC 8216bis §6.2.5).
type lowLatency struct {
	*httptest.Server
	pieces  [][]byte
	began   time.Time
	every   time.Duration
	total   int
	mu      sync.Mutex
	held    int // requests that waited
	skipped int // updates
	whole   int
	forgets bool // the second update leaves out more than anybody knows
}

const lowWindow = 40 // pieces; the latest lowKept are in each update

const lowKept = 12

func newLowLatency(t *testing.T) *lowLatency {
	t.Helper()
	pieces, err := liveSegments()
	if err != nil {
		t.Fatal(err)
	}
	l := &lowLatency{pieces: pieces["both"], every: 250 * time.Millisecond, total: 60, began: time.Now()}
	l.Server = httptest.NewServer(l)
	t.Cleanup(l.Close)
	return l
}

func (l *lowLatency) edge() int { return min(lowWindow+int(time.Since(l.began)/l.every), l.total) }

func (l *lowLatency) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	var n int
	if _, err := fmt.Sscanf(r.URL.Path, "/piece%d.ts", &n); err == nil {
		_, _ = w.Write(l.pieces[n])
		return
	}
	if _, err := fmt.Sscanf(r.URL.Path, "/half%d.ts", &n); err == nil { // the packets of a piece's first half
		b := l.pieces[n]
		_, _ = w.Write(b[:len(b)/188/2*188])
		return
	}
	if msn, err := strconv.Atoi(q.Get("_HLS_msn")); err == nil && msn < l.total {
		l.mu.Lock()
		l.held++
		l.mu.Unlock()
		for l.edge() <= msn {
			select {
			case <-time.After(5 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
	}
	_, _ = w.Write([]byte(l.list(q.Get("_HLS_skip") == "YES")))
}

func (l *lowLatency) list(skip bool) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	end := l.edge()
	first := end - lowWindow
	var s strings.Builder
	fmt.Fprintf(&s, "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:1\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=6.0,PART-HOLD-BACK=1.0\n"+
		"#EXT-X-PART-INF:PART-TARGET=0.25\n#EXT-X-MEDIA-SEQUENCE:%d\n", first)
	from := first
	if skip {
		l.skipped++
		from = end - lowKept
		n := from - first
		if l.forgets && l.skipped == 2 {
			n += 100
		}
		fmt.Fprintf(&s, "#EXT-X-SKIP:SKIPPED-SEGMENTS=%d\n", n)
	} else {
		l.whole++
	}
	for i := from; i < end; i++ {
		if i == end-1 {
			fmt.Fprintf(&s, "#EXT-X-PART:DURATION=0.25,URI=\"half%d.ts\",INDEPENDENT=YES\n", i)
		}
		fmt.Fprintf(&s, "#EXTINF:0.500,\npiece%d.ts\n", i)
	}
	if end == l.total {
		s.WriteString("#EXT-X-ENDLIST\n")
	} else {
		fmt.Fprintf(&s, "#EXT-X-PART:DURATION=0.25,URI=\"half%d.ts\",INDEPENDENT=YES\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"half%d-2.ts\"\n", end, end)
	}
	return s.String()
}

// TestLiveLowLatency: lists are waited for at the server and updated in part; an update that does not fit is asked for anew.
func TestLiveLowLatency(t *testing.T) {
	t.Parallel()
	for name, forgets := range map[string]bool{"fits": false, "forgets": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLowLatency(t)
			l.forgets = forgets
			v, err := Run(t.Context(), l.job(t))
			if err != nil || !v.Finished || len(v.Missing) > 0 {
				t.Fatalf("%v, %+v", err, v)
			}
			wantPictures(t, v, l.total)
			if l.held < 10 || l.skipped < 10 || (l.whole > 2) != false || forgets == (l.whole == 1) {
				t.Errorf("%d requests waited, %d updates, %d whole lists", l.held, l.skipped, l.whole)
			}
		})
	}
}

func (l *lowLatency) job(t *testing.T) Job {
	return Job{
		URL: l.URL + "/live.m3u8?t=1", Client: http.DefaultClient, Output: t.TempDir() + "/film.mp4",
		Live: &Live{FromStart: true, Patience: 3 * time.Second},
	}
}

// TestLiveLastPart: a recording that is stopped ends with what there is of the segment that is not complete.
func TestLiveLastPart(t *testing.T) {
	t.Parallel()
	l := newLowLatency(t)
	stop := make(chan struct{})
	job := l.job(t)
	job.Live.Stop = stop
	once := sync.OnceFunc(func() { close(stop) })
	job.Progress = func(p Progress) {
		if p.Done >= 46 {
			once()
		}
	}
	v, err := Run(t.Context(), job)
	if err != nil || !v.Finished || len(v.Missing) > 0 {
		t.Fatalf("%v, %+v", err, v)
	}
	times, _ := timesOf(t, v.Path, "v")
	if rest := len(times) % 12; rest < 2 || rest > 10 || len(times) < 46*12 {
		t.Errorf("%d pictures of %d segments", len(times), v.Segments)
	}
}
