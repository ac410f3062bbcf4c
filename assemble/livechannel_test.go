package assemble

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// A broadcast: a minute, over and over, in pieces of half a second, a GOP each.
const (
	livePieces = 120
	livePiece  = 500 * time.Millisecond
)

// liveSegments makes the segments of a broadcast once: TS, and TS of picture and sound apart.
var liveSegments = sync.OnceValues(func() (map[string][][]byte, error) {
	dir, err := os.MkdirTemp("", "seine-live")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	film := filepath.Join(dir, "film.ts")
	err = ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x90:rate=24", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", fmt.Sprint(livePieces/2),
		"-c:v", "libx264", "-preset", "ultrafast", "-g", "12", "-keyint_min", "12", "-sc_threshold", "0", "-b:v", "100k", "-c:a", "aac", "-b:a", "64k", film)
	if err != nil {
		return nil, err
	}
	out := map[string][][]byte{}
	for kind, streams := range map[string]string{"both": "0", "picture": "0:v", "sound": "0:a"} {
		err := ffmpeg("-i", film, "-map", streams, "-c", "copy", "-f", "hls", "-hls_time", "0.5", "-hls_init_time", "0.5", "-hls_list_size", "0",
			"-hls_flags", "split_by_time", "-hls_segment_filename", filepath.Join(dir, kind+"%d.ts"), filepath.Join(dir, kind+".m3u8"))
		if err != nil {
			return nil, err
		}
		for i := range livePieces {
			b, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s%d.ts", kind, i)))
			if err != nil {
				return nil, err
			}
			out[kind] = append(out[kind], b)
		}
	}
	return out, nil
})

func ffmpeg(args ...string) error {
	if b, err := exec.CommandContext(context.Background(), "ffmpeg", append([]string{"-v", "error"}, args...)...).CombinedOutput(); err != nil {
		return fmt.Errorf("ffmpeg: %w: %s", err, b)
	}
	return nil
}

// broadcast is a channel that is on air: its playlist shows a window of what was published by now. Set its fields before the first request.
type broadcast struct {
	*httptest.Server
	pieces map[string][][]byte

	every  time.Duration // a piece is published so often
	window int           // pieces in the list
	from   int           // piece that was there at the beginning
	total  int           // the last piece, and ENDLIST
	dates  bool
	token  time.Duration // that an address is good for; 0 for ever
	keys   int           // a key is good for so many pieces; 0 for clear ones
	target int
	// shift is how many pieces a stream's list is behind.
	shift map[string]int
	// reset is the piece from which on the channel counts from 0 again, as does the clock of its encoder.
	reset int
	// still is the piece after which nothing new comes; 0 for none.
	still int
	// down is asked for each request; true answers 503.
	down func(path string, since time.Duration) bool
	// fault answers in place of the channel when it returns true.
	fault func(w http.ResponseWriter, path string) bool

	began time.Time
	mu    sync.Mutex
	asked map[string]int // by path
	over  int            // requests with an old token
}

func newBroadcast(t *testing.T) *broadcast {
	t.Helper()
	pieces, err := liveSegments()
	if err != nil {
		t.Fatalf("%v; `make test` installs it", err)
	}
	b := &broadcast{pieces: pieces, every: 125 * time.Millisecond, window: 12, from: 8, total: 40, target: 1, asked: map[string]int{}, shift: map[string]int{}}
	b.Server = httptest.NewServer(b)
	t.Cleanup(b.Close)
	b.began = time.Now()
	return b
}

// edge is the number of pieces that are published.
func (b *broadcast) edge() int {
	n := b.from + int(time.Since(b.began)/b.every)
	if b.still > 0 {
		n = min(n, b.still)
	}
	return min(n, b.total)
}

func (b *broadcast) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	if len(b.asked) < 10_000 {
		b.asked[r.URL.Path]++
	}
	b.mu.Unlock()
	if b.down != nil && b.down(r.URL.Path, time.Since(b.began)) {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if b.fault != nil && b.fault(w, r.URL.Path) {
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	kind, file, _ := strings.Cut(name, "/")
	switch {
	case name == "master.m3u8":
		fmt.Fprint(w, "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"en\",LANGUAGE=\"en\",DEFAULT=YES,URI=\"sound/live.m3u8\"\n"+
			"#EXT-X-STREAM-INF:BANDWIDTH=200000,CODECS=\"avc1.42c00a,mp4a.40.2\",AUDIO=\"a\"\npicture/live.m3u8\n")
	case file == "live.m3u8":
		b.list(w, kind)
	case strings.HasPrefix(file, "key"):
		_, _ = w.Write(keyBytes(file))
	default:
		b.piece(w, r, kind, file)
	}
}

func (b *broadcast) list(w http.ResponseWriter, kind string) {
	end := b.edge() - b.shift[kind]
	first := max(end-b.window, 0)
	base := 0
	if b.reset > 0 && end > b.reset {
		base = b.reset
		first = max(first, base)
	}
	var s strings.Builder
	fmt.Fprintf(&s, "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%d\n", b.target, first-base)
	fmt.Fprintf(&s, "#EXT-X-DISCONTINUITY-SEQUENCE:%d\n", max(first-1, 0)/livePieces)
	for i := first; i < end; i++ {
		if i > 0 && i%livePieces == 0 { // the film begins again
			s.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		if b.keys > 0 && (i == first || i%b.keys == 0) {
			fmt.Fprintf(&s, "#EXT-X-KEY:METHOD=AES-128,URI=\"key%d%s\",IV=0x%032x\n", i/b.keys, b.tokenNow(), i/b.keys)
		}
		if b.dates {
			fmt.Fprintf(&s, "#EXT-X-PROGRAM-DATE-TIME:%s\n", b.date(i).Format("2006-01-02T15:04:05.000Z07:00"))
		}
		fmt.Fprintf(&s, "#EXTINF:%.3f,\npiece%d.ts%s\n", livePiece.Seconds(), i, b.tokenNow())
	}
	if end == b.total {
		s.WriteString("#EXT-X-ENDLIST\n")
	}
	_, _ = w.Write([]byte(s.String()))
}

func (b *broadcast) date(piece int) time.Time {
	return b.began.Truncate(time.Millisecond).Add(time.Duration(piece) * livePiece)
}

func (b *broadcast) tokenNow() string {
	if b.token == 0 {
		return ""
	}
	return fmt.Sprintf("?t=%d", time.Since(b.began)/b.token)
}

func (b *broadcast) piece(w http.ResponseWriter, r *http.Request, kind, file string) {
	n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(file, "piece"), ".ts"))
	if err != nil || n < 0 || n >= b.edge() || n < b.edge()-2*b.window {
		http.NotFound(w, r)
		return
	}
	if b.token > 0 {
		if t, err := strconv.Atoi(r.URL.Query().Get("t")); err != nil || t < int(time.Since(b.began)/b.token)-1 {
			b.mu.Lock()
			b.over++
			b.mu.Unlock()
			w.WriteHeader(http.StatusForbidden)
			return
		}
	}
	data := b.pieces[kind][n%livePieces]
	if b.reset > 0 && n >= b.reset {
		data = b.pieces[kind][n-b.reset]
	}
	if b.keys > 0 {
		data = cbcWith(keyBytes(fmt.Sprintf("key%d", n/b.keys)), n/b.keys, data)
	}
	_, _ = w.Write(data)
}

func cbcWith(key []byte, iv int, data []byte) []byte {
	c, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	pad := 16 - len(data)%16
	out := append(append([]byte(nil), data...), strings.Repeat(string(rune(pad)), pad)...)
	vector := make([]byte, 16)
	binary.BigEndian.PutUint64(vector[8:], uint64(iv))
	cipher.NewCBCEncrypter(c, vector).CryptBlocks(out, out)
	return out
}
