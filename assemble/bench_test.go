package assemble

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seine/testdata/media"
)

// BenchmarkRun makes a film of 600 segments, clear and encrypted, from a server in the same process.
func BenchmarkRun(b *testing.B) {
	for _, crypt := range []bool{false, true} {
		b.Run(fmt.Sprintf("encrypted=%v", crypt), func(b *testing.B) {
			o := newOrigin(b)
			if crypt {
				o.crypt = func(uint64) (string, *[16]byte) { return "key", &[16]byte{} }
			}
			size := longFilm(b, o, 600, 0)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				job := o.job(b)
				job.Client = http.DefaultClient
				if _, err := Run(b.Context(), job); err != nil {
					b.Fatal(err)
				}
			}
			http.DefaultClient.CloseIdleConnections()
		})
	}
}

// longFilm has the origin repeat the film, each time after a discontinuity, in segments of some megabytes: all twelve of
// the film in one, again and again. Null packets (ISO/IEC 13818-1 §2.4.1) make them at least least bytes long.
func longFilm(b testing.TB, o *origin, count, least int) (size int64) {
	b.Helper()
	var one []byte
	for i := range segments {
		s, err := fs.ReadFile(media.FS, seg(i))
		if err != nil {
			b.Fatal(err)
		}
		one = append(one, s...)
	}
	null := append([]byte{0x47, 0x1f, 0xff, 0x10}, bytes.Repeat([]byte{0xff}, 184)...)
	one = append(one, bytes.Repeat(null, max(0, least-len(one)+187)/188)...)
	if o.crypt != nil {
		one = o.encrypt("seg_000.ts", one)
	}
	var list strings.Builder
	list.WriteString("#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n")
	if o.crypt != nil {
		fmt.Fprintf(&list, "#EXT-X-KEY:METHOD=AES-128,URI=\"key\",IV=0x%032x\n", 0)
	}
	for i := range count {
		fmt.Fprintf(&list, "#EXT-X-DISCONTINUITY\n#EXTINF:24,\nlong_%d.ts\n", i)
	}
	o.mu.Lock() // for the race detector: the requests may come from another process
	defer o.mu.Unlock()
	o.playlist = func(string) string { return list.String() }
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if !strings.HasPrefix(filepath.Base(r.URL.Path), "long_") {
			return false
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(one))
		return true
	}
	return int64(len(one)) * int64(count)
}
