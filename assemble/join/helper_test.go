package join

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	clips "seine/testdata/media"
)

// memory is a File for tests that only compare bytes. It fails a write that goes over bytes written before, except the
// headers at the front.
type memory struct{ b []byte }

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	if off < int64(len(m.b)) && off != 0 {
		return 0, fmt.Errorf("byte %d of %d written twice", off, len(m.b))
	}
	if n := int(off) + len(p); n > len(m.b) {
		m.b = append(m.b, make([]byte, n-len(m.b))...)
	}
	return copy(m.b[off:], p), nil
}

func (m *memory) ReadAt(p []byte, off int64) (int, error) { return bytes.NewReader(m.b).ReadAt(p, off) }

func (m *memory) Truncate(n int64) error {
	if n > int64(len(m.b)) {
		return io.ErrShortBuffer
	}
	m.b = m.b[:n]
	return nil
}

// segment is a part with its bytes.
type segment struct {
	Part
	data []byte
}

// file reads a file of testdata/media, or length bytes at offset of it.
func file(tb testing.TB, name, byteRange string) []byte {
	tb.Helper()
	b, err := fs.ReadFile(clips.FS, name)
	if err != nil {
		tb.Fatal(err)
	}
	if byteRange != "" {
		var length, offset int
		if _, err := fmt.Sscanf(byteRange, "%d@%d", &length, &offset); err != nil {
			tb.Fatal(err)
		}
		b = b[offset : offset+length]
	}
	return b
}

// playlist reads a folder of testdata/media: its index.m3u8 gives the durations, byte ranges and the initialization section.
func playlist(tb testing.TB, dir string, stream int) (list []segment) {
	tb.Helper()
	text, err := fs.ReadFile(clips.FS, dir+"/index.m3u8")
	if err != nil {
		tb.Fatal(err)
	}
	var d time.Duration
	var init []byte
	byteRange := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if s, ok := strings.CutPrefix(line, "#EXTINF:"); ok {
			f, err := strconv.ParseFloat(strings.TrimSuffix(s, ","), 64)
			if err != nil {
				tb.Fatal(err)
			}
			d = time.Duration(f * float64(time.Second))
		}
		if s, ok := strings.CutPrefix(line, "#EXT-X-BYTERANGE:"); ok {
			byteRange = s
		}
		if f := strings.Split(line, `"`); strings.HasPrefix(line, "#EXT-X-MAP:") {
			init = file(tb, dir+"/"+f[1], strings.Join(f[3:max(len(f)-1, 3)], ""))
		}
		if line == "" || line[0] == '#' {
			continue
		}
		b := file(tb, dir+"/"+line, byteRange)
		list = append(list, segment{Part{Stream: stream, Sequence: uint64(len(list)), Duration: d, Init: init}, b})
	}
	return list
}

func total(list []segment) (d time.Duration) {
	for _, s := range list {
		if s.Stream == 0 {
			d += s.Duration
		}
	}
	return d
}

// options are those of a run over list.
func options(list []segment) Options {
	o := Options{Duration: total(list), Streams: 1}
	for _, s := range list {
		o.Streams = max(o.Streams, s.Stream+1)
	}
	return o
}

// run joins list into f and returns the records.
func run(tb testing.TB, f File, o Options, list []segment) (Summary, [][]byte) {
	tb.Helper()
	j := New(f, o)
	var records [][]byte
	for _, s := range list {
		r, err := j.Add(s.Part, s.data)
		if err != nil {
			tb.Fatal(err)
		}
		records = append(records, r)
	}
	sum, err := j.Finish()
	if err != nil {
		tb.Fatal(err)
	}
	return sum, records
}

// movie joins list into a file of its own.
func movie(tb testing.TB, list []segment) (path string, s Summary) {
	tb.Helper()
	path = filepath.Join(tb.TempDir(), "movie.mp4")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	s, _ = run(tb, f, options(list), list)
	st, err := f.Stat()
	if err != nil {
		tb.Fatal(err)
	}
	if st.Size() != s.Size {
		tb.Errorf("the file has %d bytes, the summary says %d", st.Size(), s.Size)
	}
	return path, s
}

// joined writes the segments of one stream one behind the other: what ffmpeg sees of the source.
func joined(tb testing.TB, list []segment) string {
	tb.Helper()
	b := slices.Clone(list[0].Init)
	for _, s := range list {
		b = append(b, s.data...)
	}
	path := filepath.Join(tb.TempDir(), "source.ts")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func tool(tb testing.TB, name string, args ...string) []byte {
	tb.Helper()
	if _, err := exec.LookPath(name); err != nil {
		tb.Fatalf("%s is not installed; `make test` installs it", name)
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(tb.Context(), name, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("%s %v: %v\n%s", name, args, err, &stderr)
	}
	if stderr.Len() > 0 {
		tb.Errorf("%s %v complains: %s", name, args, &stderr)
	}
	return out
}

// probed is what ffprobe says.
type probed struct {
	Format struct {
		Duration  float64 `json:"duration,string"`
		StartTime float64 `json:"start_time,string"`
	}
	Streams []struct {
		CodecType string  `json:"codec_type"`
		StartTime float64 `json:"start_time,string"`
		Duration  float64 `json:"duration,string"`
		TimeBase  string  `json:"time_base"`
		Tags      map[string]string
		Width     int
		Height    int
	}
	Packets []struct {
		Stream   int `json:"stream_index"`
		PTS, DTS int64
		Time     float64 `json:"pts_time,string"`
		Size     int     `json:"size,string"`
		Flags    string
	}
}

func probe(tb testing.TB, path string) (p probed) {
	tb.Helper()
	out := tool(tb, "ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", "-show_packets", path)
	if err := json.Unmarshal(out, &p); err != nil {
		tb.Fatal(err)
	}
	return p
}

func (p probed) stream(kind string) int {
	for i, s := range p.Streams {
		if s.CodecType == kind {
			return i
		}
	}
	return -1
}

func (p probed) count(kind string) (n int) {
	for _, k := range p.Packets {
		if k.Stream == p.stream(kind) {
			n++
		}
	}
	return n
}

// times are those of the packets of one kind, in seconds, in order.
func (p probed) times(kind string) (list []float64) {
	for _, k := range p.Packets {
		if k.Stream == p.stream(kind) {
			list = append(list, k.Time)
		}
	}
	slices.Sort(list)
	return list
}

// decoded returns ffmpeg's hashes of the decoded frames of one kind.
func decoded(tb testing.TB, path, kind string) []string {
	tb.Helper()
	out := tool(tb, "ffmpeg", "-v", "error", "-i", path, "-map", "0:"+kind, "-fps_mode", "passthrough", "-f", "framemd5", "-")
	var list []string
	for line := range strings.Lines(string(out)) {
		if line[0] != '#' {
			f := strings.Split(strings.TrimSpace(line), ",")
			list = append(list, strings.TrimSpace(f[len(f)-1]))
		}
	}
	return list
}
