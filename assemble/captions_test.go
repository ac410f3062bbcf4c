package assemble

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"seine/assemble/demux/mpegts"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/media"
	"seine/assemble/subs/cea608/cea608test"
	clips "seine/testdata/media"
)

// pictures are those of the test film, segment by segment, with B-frames: decoding order is not that of presentation.
func pictures(t *testing.T) (list [][]media.Sample) {
	t.Helper()
	d := mpegts.Demuxer{Wanted: media.Video}
	for i := range segments {
		b, err := fs.ReadFile(clips.FS, seg(i))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Reset(b); err != nil {
			t.Fatal(err)
		}
		if i == segments-1 {
			defer d.Flush()
		}
		var own []media.Sample
		for {
			s, err := d.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			if d.Tracks()[s.Track].Kind == media.Video {
				s.Data = bytes.Clone(s.Data)
				own = append(own, s)
			}
		}
		list = append(list, own)
	}
	return list
}

// withCaptions are the segments of the test film, its picture alone, with captions in supplemental information.
func withCaptions(t *testing.T, script cea608test.Script) map[string][]byte {
	t.Helper()
	list := pictures(t)
	var shown []int64
	for _, own := range list {
		for _, s := range own {
			shown = append(shown, s.PTS)
		}
	}
	slices.SortFunc(shown, cmp.Compare[int64])
	files := map[string][]byte{}
	for i, own := range list {
		w := &tstest.Writer{}
		w.Program(tstest.Stream{Type: tstest.AVC, PID: tstest.VideoPID})
		for _, s := range own {
			n, _ := slices.BinarySearch(shown, s.PTS)
			var pair [2]byte
			if n < len(script) {
				pair = script[n]
			}
			w.PES(tstest.PES{PID: tstest.VideoPID, PTS: s.PTS, DTS: s.DTS, Data: annexB(&s, cea608test.SEI([]byte{6}, pair))})
		}
		files[seg(i)] = w.Buf
	}
	return files
}

// annexB is an access unit as a transport stream has it, with a unit in front of its slices.
func annexB(s *media.Sample, unit []byte) []byte {
	start := []byte{0, 0, 0, 1}
	out := []byte{0, 0, 0, 1, 9, 0xf0}
	if c, ok := s.Codec.(*media.H264); ok && s.Key {
		for _, set := range slices.Concat(c.SPS, c.PPS) {
			out = append(append(out, start...), set...)
		}
	}
	out = append(append(out, start...), unit...)
	for b := s.Data; len(b) > 4; {
		n := int(binary.BigEndian.Uint32(b))
		out = append(append(out, start...), b[4:4+n]...)
		b = b[4+n:]
	}
	return out
}

// popOn shows a text from one picture up to another, in which many are shown a second: it is sent before.
func popOn(s *cea608test.Script, from, until int, lines ...[]byte) {
	pairs := slices.Concat(cea608test.Resume, cea608test.EraseBack)
	for i, l := range lines {
		row := cea608test.Row14
		if i == len(lines)-1 {
			row = cea608test.Row15
		}
		pairs = slices.Concat(pairs, row, cea608test.Text(string(l)))
	}
	s.At(from-len(pairs), pairs...)
	s.At(from, cea608test.End...)
	if until > 0 {
		s.At(until, cea608test.Erase...)
	}
}

// byFFmpeg are the captions that ffmpeg reads in a transport stream, counted from its first picture.
func byFFmpeg(t *testing.T, stream []byte) []string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in.ts"), stream, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "movie=in.ts[out0+subcc]", "-map", "s", "out.srt")
	cmd.Dir = dir
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	b, err := os.ReadFile(filepath.Join(dir, "out.srt"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, noise := range []string{`<font face="Monospace">`, "</font>", `{\an7}`, `\h`} {
		text = strings.ReplaceAll(text, noise, "")
	}
	if err := os.WriteFile(filepath.Join(dir, "out.srt"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return shownIn(t, filepath.Join(dir, "out.srt"))
}

// Closed captions are read from the pictures, in the order in which they are shown, at the times at which they are; what ffmpeg reads is the same.
// They are there after a run that was ended, too, and cost nothing unless they are asked for.
func TestCaptions(t *testing.T) {
	var script cea608test.Script
	popOn(&script, 50, 100, []byte("Hello"), []byte("world & all"))
	popOn(&script, 150, 0, []byte("first"))
	popOn(&script, 200, 260, []byte("second"))
	files := withCaptions(t, script)
	want := []string{"2000-4000 Hello|world & all", "6000-8000 first", "8000-10400 second"}

	o := newOrigin(t)
	var whole []byte
	for i := range segments {
		whole = append(whole, files[seg(i)]...)
	}
	if diff := gocmp.Diff(want, byFFmpeg(t, whole)); diff != "" {
		t.Errorf("ffmpeg: %s", diff)
	}
	all := map[string][]byte{}
	for n, b := range files {
		all[n] = b
	}
	all["m.m3u8"] = []byte("#EXTM3U\n" + `#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID="c",NAME="English",LANGUAGE="en",INSTREAM-ID="CC1"` +
		"\n#EXT-X-STREAM-INF:BANDWIDTH=220000,RESOLUTION=640x360,CLOSED-CAPTIONS=\"c\"\n" + film + "/index.m3u8\n")
	o.serve(all)
	restore := o.lacks("seg_011.ts")
	job := o.job(t)
	job.URL, job.Choice.Subs = o.URL+"/m.m3u8", "cc"
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) {
		t.Fatal(err)
	}
	restore()
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Subtitles) != 1 || v.Subtitles[0].Channel != "CC1" {
		t.Fatal(err, v.Subtitles, v.Warnings)
	}
	if diff := gocmp.Diff(want, shownIn(t, beside(job, ".en.cc1.srt"))); diff != "" {
		t.Error(diff)
	}
}

// What rolls and what is painted is there from its first character on; in texts and ends ffmpeg agrees.
func TestCaptionsRolling(t *testing.T) {
	ends := func(list []string) (out []string) {
		for _, l := range list {
			_, rest, _ := strings.Cut(l, "-")
			out = append(out, rest)
		}
		return out
	}
	for name, c := range map[string]struct {
		write func(*cea608test.Script)
		want  []string
	}{
		"rolling": {func(s *cea608test.Script) {
			s.At(25, slices.Concat(cea608test.RollUp2, cea608test.Return, cea608test.Row15, cea608test.Text("one"))...)
			s.At(75, slices.Concat(cea608test.Return, cea608test.Text("two"))...)
			s.At(125, slices.Concat(cea608test.Return, cea608test.Text("three"))...)
			s.At(200, cea608test.Erase...)
		}, []string{"1240-3000 one", "3000-5000 one|two", "5000-8000 two|three"}},
		"painted": {func(s *cea608test.Script) {
			s.At(25, slices.Concat(cea608test.Paint, cea608test.Row15, cea608test.Text("painted"))...)
			s.At(100, cea608test.Erase...)
		}, []string{"1160-4000 painted"}},
	} {
		t.Run(name, func(t *testing.T) {
			var script cea608test.Script
			c.write(&script)
			files := withCaptions(t, script)
			var whole []byte
			for i := range segments {
				whole = append(whole, files[seg(i)]...)
			}
			o := newOrigin(t)
			o.serve(files)
			job := o.job(t)
			job.Choice.Subs = "cc1"
			if _, err := Run(t.Context(), job); err != nil {
				t.Fatal(err)
			}
			if diff := gocmp.Diff(c.want, shownIn(t, beside(job, ".cc1.srt"))); diff != "" {
				t.Error(diff)
			}
			if diff := gocmp.Diff(ends(byFFmpeg(t, whole)), ends(c.want)); diff != "" {
				t.Errorf("ffmpeg: %s", diff)
			}
		})
	}
}

// Fragments have them as well, in samples that are copied as they are.
func TestCaptionsOfFragments(t *testing.T) {
	var script cea608test.Script
	popOn(&script, 50, 100, []byte("Hello"))
	files := withCaptions(t, script)
	dir := t.TempDir()
	var whole []byte
	for i := range segments {
		whole = append(whole, files[seg(i)]...)
	}
	if err := os.WriteFile(filepath.Join(dir, "in.ts"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", "in.ts", "-c", "copy", "-f", "hls", "-hls_time", "4", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4", "list.m3u8")
	cmd.Dir = dir
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	served := map[string][]byte{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if served[e.Name()], err = os.ReadFile(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
	o := newOrigin(t)
	o.serve(served)
	job := o.job(t)
	job.URL, job.Choice.Subs, job.SubsFormat = o.URL+"/list.m3u8", "cc1,cc2", VTT
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Subtitles) != 1 {
		t.Fatal(err, v.Subtitles, v.Warnings)
	}
	if diff := gocmp.Diff([]string{"2000-4000 Hello"}, shownIn(t, beside(job, ".cc1.vtt"))); diff != "" {
		t.Error(diff)
	}
}
