package assemble

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/subs"
	"seine/assemble/subs/webvtt"
)

// filmBegins is the first time stamp of the test film, of its sound: what the film shows at 0.
const filmBegins = 131110

// subtitled serves the test film with subtitles beside: text is the playlist of the English ones, files are all that it names. more are lines
// of the multivariant playlist.
func (o *origin) subtitled(t *testing.T, text string, files map[string][]byte, more ...string) Job {
	all := map[string][]byte{}
	for name, b := range files {
		all[name] = b
	}
	all["subs/en.m3u8"] = []byte(text)
	all["subtitled.m3u8"] = []byte("#EXTM3U\n" + `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="English",LANGUAGE="en",URI="subs/en.m3u8"` + "\n" + strings.Join(more, "\n") +
		"\n" + `#EXT-X-STREAM-INF:BANDWIDTH=220000,RESOLUTION=640x360,CODECS="avc1.64001e,mp4a.40.2",SUBTITLES="s"` + "\n" + film + "/index.m3u8\n")
	o.serve(all)
	job := o.job(t)
	job.URL, job.Choice.Subs = o.URL+"/subtitled.m3u8", "en"
	return job
}

// listOf is a playlist of segments of some duration.
func listOf(seconds float64, names ...string) string {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:24\n")
	for _, n := range names {
		if strings.HasPrefix(n, "#") {
			fmt.Fprintln(&b, n)
			continue
		}
		fmt.Fprintf(&b, "#EXTINF:%g,\n%s\n", seconds, n)
	}
	return b.String() + "#EXT-X-ENDLIST\n"
}

// shownIn reads the cues of a file that a run has written: "start-end text", in milliseconds.
func shownIn(t *testing.T, path string) (list []string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	if strings.HasSuffix(path, ".srt") {
		text = "WEBVTT\n\n" + text
	}
	f, err := webvtt.Parse([]byte(text))
	if err != nil || f.Dropped > 0 {
		t.Fatal(err, f.Dropped, text)
	}
	return linesOf(f.Cues)
}

func linesOf(cues []subs.Cue) (list []string) {
	for i := range cues {
		c := &cues[i]
		list = append(list, fmt.Sprintf("%d-%d %s", c.Start.Milliseconds(), c.End.Milliseconds(), strings.ReplaceAll(c.Text(), "\n", "|")))
	}
	return list
}

func beside(job Job, tag string) string { return strings.TrimSuffix(job.Output, ".mp4") + tag }

// The times of HLS are those of the film, whatever its clock and that of the cues: X-TIMESTAMP-MAP (RFC 8216 §3.5), with cues that several
// segments repeat, a clock that wraps, and without one.
func TestSubtitlesOfPlaylist(t *testing.T) {
	segment := func(head, cues string) []byte { return []byte("WEBVTT\n" + head + "\n" + cues) }
	const one, two = "00:01.000 --> 00:02.500\nHello <i>world</i>\n", "00:11.250 --> 00:13.001\nTwo\nlines &amp; more\n"
	const span = "00:11.500 --> 00:12.600\nin both\n"
	want := []string{"1000-2500 Hello world", "11250-13001 Two|lines & more"}
	plain := fmt.Sprintf("X-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n", filmBegins)
	for name, c := range map[string]struct {
		list  string
		files map[string][]byte
		want  []string
	}{
		"one file":         {listOf(24, "a.vtt"), map[string][]byte{"a.vtt": segment(plain, one+"\n"+two)}, want},
		"CRLF and a mark":  {listOf(24, "a.vtt"), map[string][]byte{"a.vtt": []byte("\xef\xbb\xbf" + strings.ReplaceAll(string(segment(plain, one+"\n"+two)), "\n", "\r\n"))}, want},
		"local time":       {listOf(24, "a.vtt"), map[string][]byte{"a.vtt": segment(fmt.Sprintf("X-TIMESTAMP-MAP=LOCAL:01:00:00.000,MPEGTS:%d\n", filmBegins), "01:00:01.000 --> 01:00:02.500\nHello\n")}, []string{"1000-2500 Hello"}},
		"wrapped":          {listOf(24, "a.vtt"), map[string][]byte{"a.vtt": segment(fmt.Sprintf("X-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n", 1<<33-90000), "00:03.000 --> 00:04.000\nlater\n")}, []string{"543-1543 later"}},
		"no map":           {listOf(24, "a.vtt"), map[string][]byte{"a.vtt": segment("", "00:02.457 --> 00:03.957\nby the film's own clock\n")}, []string{"1000-2500 by the film's own clock"}},
		"repeated":         {listOf(12, "a.vtt", "b.vtt"), map[string][]byte{"a.vtt": segment(plain, one+"\n"+span), "b.vtt": segment(plain, span+"\n"+two)}, []string{"1000-2500 Hello world", "11250-13001 Two|lines & more", "11500-12600 in both"}},
		"in pieces":        {listOf(12, "a.vtt", "b.vtt"), map[string][]byte{"a.vtt": segment(plain, "00:11.000 --> 00:12.000\nsplit\n"), "b.vtt": segment(plain, "00:12.000 --> 00:13.000\nsplit\n")}, []string{"11000-13000 split"}},
		"an empty segment": {listOf(12, "a.vtt", "b.vtt"), map[string][]byte{"a.vtt": {}, "b.vtt": segment(plain, two)}, want[1:]},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			files := map[string][]byte{}
			for n, b := range c.files {
				files["subs/"+n] = b
			}
			job := o.subtitled(t, c.list, files)
			v, err := Run(t.Context(), job)
			if err != nil || len(v.Warnings) > 0 || len(v.Subtitles) != 1 {
				t.Fatal(err, v.Warnings, v.Subtitles)
			}
			got := shownIn(t, beside(job, ".en.srt"))
			slices.Sort(c.want)
			slices.Sort(got)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			wantOnly(t, filepath.Dir(job.Output), "film.en.srt", "film.mp4")
		})
	}
}

// Subtitles that count the film's discontinuities, and such that do not, go with the clock of each.
func TestSubtitlesOverDiscontinuities(t *testing.T) {
	o := newOrigin(t)
	// The film twice: its clock begins anew in the middle.
	var list strings.Builder
	list.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:2\n")
	for turn := range 2 {
		if turn > 0 {
			list.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		for i := range segments {
			fmt.Fprintf(&list, "#EXTINF:2.000,\nseg_%03d.ts\n", i)
		}
	}
	list.WriteString("#EXT-X-ENDLIST\n")
	vtt := []byte(fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n\n00:03.000 --> 00:04.000\ncue\n", filmBegins))
	for name, text := range map[string]string{
		"counted": listOf(24, "a.vtt", "#EXT-X-DISCONTINUITY", "b.vtt"),
		"not":     listOf(24, "a.vtt", "b.vtt"),
	} {
		job := o.subtitled(t, text, map[string][]byte{"subs/a.vtt": vtt, "subs/b.vtt": vtt, film + "/index.m3u8": []byte(list.String())})
		v, err := Run(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		got := shownIn(t, beside(job, ".en.srt"))
		half := v.Duration / 2
		if len(got) != 2 || got[0] != "3000-4000 cue" || !strings.HasPrefix(got[1], fmt.Sprint((half+3*time.Second).Milliseconds()/100)) {
			t.Errorf("%s: %v of a film of %v", name, got, v.Duration)
		}
	}
}

// What cannot be had is a gap of the film, with its times, as any other; the rest is there. It is asked for again.
func TestSubtitlesMissing(t *testing.T) {
	o := newOrigin(t)
	at := func(n int) []byte {
		return []byte(fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n\n00:%02d.000 --> 00:%02d.500\ncue %d\n", filmBegins, 8*n+1, 8*n+2, n))
	}
	files := map[string][]byte{"subs/0.vtt": at(0), "subs/1.vtt": []byte("<html>gone</html>"), "subs/2.vtt": at(2)}
	job := o.subtitled(t, listOf(8, "0.vtt", "1.vtt", "2.vtt"), files)
	v, err := Run(t.Context(), job)
	if !errors.Is(err, ErrIncomplete) || len(v.Missing) != 1 || v.Finished {
		t.Fatal(err, v.Missing)
	}
	if g := v.Missing[0]; g.Stream != "subtitles en" || g.Start != 8*time.Second || g.Duration != 8*time.Second || !strings.Contains(g.Reason, "not with subtitles") {
		t.Errorf("%+v", g)
	}
	wantOnly(t, filepath.Dir(job.Output), "film.mp4.part", "film.mp4.part.journal")
	gaps := job
	gaps.AllowGaps = true
	if v, err = Run(t.Context(), gaps); err != nil || len(v.Missing) != 1 || !v.Finished {
		t.Fatal(err, v)
	}
	if diff := cmp.Diff([]string{"1000-2500 cue 0", "17000-18500 cue 2"}, shownIn(t, beside(job, ".en.srt"))); diff != "" {
		t.Error(diff)
	}
	files["subs/1.vtt"] = at(1)
	o.subtitled(t, listOf(8, "0.vtt", "1.vtt", "2.vtt"), files)
	o.reset()
	if v, err = Repair(t.Context(), job); err != nil || v.Filled != 1 || len(v.Missing) != 0 {
		t.Fatal(err, v)
	}
	if diff := cmp.Diff([]string{"1000-2500 cue 0", "9000-10500 cue 1", "17000-18500 cue 2"}, shownIn(t, beside(job, ".en.srt"))); diff != "" {
		t.Error(diff)
	}
	if n := o.count("subs/0.vtt"); n != 0 {
		t.Errorf("what is on record was asked for %d times", n)
	}
}

// A run that was ended is gone on with, and its subtitles are not lost.
func TestSubtitlesResumed(t *testing.T) {
	o := newOrigin(t)
	vtt := func(n int) []byte {
		return []byte(fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n\n00:%02d.000 --> 00:%02d.500\ncue %d\n", filmBegins, 12*n+1, 12*n+2, n))
	}
	job := o.subtitled(t, listOf(12, "0.vtt", "1.vtt"), map[string][]byte{"subs/0.vtt": vtt(0), "subs/1.vtt": vtt(1)})
	restore := o.lacks("seg_011.ts")
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) {
		t.Fatal(err)
	}
	restore()
	o.reset()
	if v, err := Run(t.Context(), job); err != nil || len(v.Subtitles) != 1 {
		t.Fatal(err, v)
	}
	if o.count("subs/0.vtt")+o.count("subs/1.vtt") != 0 {
		t.Error("they were asked for again")
	}
	if diff := cmp.Diff([]string{"1000-2500 cue 0", "13000-14500 cue 1"}, shownIn(t, beside(job, ".en.srt"))); diff != "" {
		t.Error(diff)
	}
}

// Files are named after language and kind, and none that is there is replaced.
func TestSubtitlesNames(t *testing.T) {
	o := newOrigin(t)
	line := func(name, attributes string) string {
		return fmt.Sprintf(`#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME=%q,URI="subs/%s.m3u8"%s`, name, strings.ReplaceAll(name, " ", ""), attributes)
	}
	vtt := []byte(fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.000\n<b>a</b> < b\n", filmBegins))
	files := map[string][]byte{"subs/a.vtt": vtt}
	for _, n := range []string{"Forced", "Hearing", "Other", "Nameless"} {
		files["subs/"+n+".m3u8"] = []byte(listOf(24, "a.vtt"))
	}
	job := o.subtitled(t, listOf(24, "a.vtt"), files,
		line("Forced", `,LANGUAGE="de",FORCED=YES`), line("Hearing", `,LANGUAGE="en",CHARACTERISTICS="public.accessibility.transcribes-spoken-dialog"`),
		line("Other", `,LANGUAGE="en"`), line("Nameless", ""))
	job.Choice.Subs, job.SubsFormat = "all", VTT
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Subtitles) != 5 {
		t.Fatal(err, v.Subtitles)
	}
	wantOnly(t, filepath.Dir(job.Output), "film.Nameless.vtt", "film.de.forced.vtt", "film.en.2.vtt", "film.en.sdh.vtt", "film.en.vtt", "film.mp4")
	if err := os.Remove(job.Output); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(beside(job, ".en.vtt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.reset()
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrExists) || !strings.Contains(err.Error(), "film.en.vtt") || o.count(seg(0)) > 0 {
		t.Errorf("%v; %d segments were fetched", err, o.count(seg(0)))
	}
	job.Force = true
	if _, err := Run(t.Context(), job); err != nil {
		t.Error(err)
	}
	if got := shownIn(t, beside(job, ".en.vtt")); len(got) != 1 {
		t.Error(got)
	}
}

// A language that is not there is no film; none at all is no mistake for all.
func TestSubtitlesChoice(t *testing.T) {
	o := newOrigin(t)
	job := o.subtitled(t, listOf(24, "a.vtt"), nil)
	job.Choice.Subs = "fr"
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrChoice) || !strings.Contains(err.Error(), `"en"`) {
		t.Error(err)
	}
	for _, wish := range []string{"", "none"} {
		job := o.subtitled(t, listOf(24, "a.vtt"), nil)
		job.Choice.Subs = wish
		if v, err := Run(t.Context(), job); err != nil || len(v.Subtitles) > 0 || o.count("subs/en.m3u8") > 0 {
			t.Error(err, v.Subtitles)
		}
	}
}

// Subtitles go the way of all segments: keys, tokens that die, and what is asked for again.
func TestSubtitlesKeyedAndRenewed(t *testing.T) {
	o := newOrigin(t)
	o.crypt = func(uint64) (string, *[16]byte) { return "key", nil }
	vtt := func(n int) []byte {
		return o.encrypt(fmt.Sprintf("seg_%03d.ts", n), []byte(fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n\n00:%02d.000 --> 00:%02d.500\ncue %d\n", filmBegins, 4*n+1, 4*n+2, n)))
	}
	files := map[string][]byte{"subs/key": keyBytes("key")}
	for n := range 6 {
		files[fmt.Sprintf("subs/%d.vtt", n)] = vtt(n)
	}
	list := func(token int) string {
		lines := []string{`#EXT-X-KEY:METHOD=AES-128,URI="key"`}
		for n := range 6 {
			lines = append(lines, fmt.Sprintf("%d.vtt?token=%d", n, token))
		}
		return listOf(4, lines...)
	}
	job := o.subtitled(t, "", files)
	serves := o.hook
	o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		switch {
		case r.URL.Path == "/subs/en.m3u8":
			_, _ = w.Write([]byte(list(n)))
			return true
		case strings.HasSuffix(r.URL.Path, ".vtt") && r.URL.Query().Get("token") == "1" && r.URL.Path != "/subs/0.vtt":
			http.Error(w, "expired", http.StatusForbidden)
			return true
		}
		return serves(w, r, n)
	}
	v, err := Run(t.Context(), job)
	if err != nil || v.Renewals == 0 {
		t.Fatal(err, v.Renewals, v.Missing)
	}
	if diff := cmp.Diff([]string{"1000-2500 cue 0", "5000-6500 cue 1", "9000-10500 cue 2", "13000-14500 cue 3", "17000-18500 cue 4", "21000-22500 cue 5"}, shownIn(t, beside(job, ".en.srt"))); diff != "" {
		t.Error(diff)
	}
}

// Whatever is wrong with the subtitles, the film is there where gaps are allowed.
func TestSubtitlesDamaged(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"a map that is none":   {[]byte("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:x,LOCAL:00:00.000\n\n00:01.000 --> 00:02.000\na\n"), "X-TIMESTAMP-MAP"},
		"an unknown rate":      {[]byte(`<tt frameRate="fast"><body><p begin="1f" end="2f">a</p></body></tt>`), "frameRate"},
		"XML that ends":        {[]byte(`<tt><body>`), "TTML"},
		"another film's mp4":   {[]byte("\x00\x00\x00\x08moof"), "subtitles"},
		"a page":               {[]byte("<!DOCTYPE html><html>no</html>"), "not with subtitles"},
		"too many of the same": {[]byte("WEBVTT\n\n" + strings.Repeat("00:00.000 --> 00:01.000\na\n\n", subs.MaxCues+1)), "cues"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			job := o.subtitled(t, listOf(12, "a.vtt", "b.vtt"), map[string][]byte{"subs/a.vtt": c.data, "subs/b.vtt": []byte("WEBVTT\n")})
			job.AllowGaps = true
			v, err := Run(t.Context(), job)
			if err != nil || !v.Finished || len(v.Missing) != 1 || !strings.Contains(v.Missing[0].Reason, c.says) {
				t.Fatalf("%v %+v", err, v.Missing)
			}
		})
	}
	o := newOrigin(t)
	job := o.subtitled(t, listOf(24, "a.vtt"), map[string][]byte{"subs/a.vtt": []byte(fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00.000\n\n00:0x.000 --> 00:02.000\na\n\n00:03.000 --> 00:04.000\nb\n", filmBegins))})
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Subtitles) != 1 || v.Subtitles[0].Dropped != 1 || len(v.Warnings) != 1 || !strings.Contains(v.Warnings[0], "subtitles en have 1 cue ") {
		t.Fatalf("%v %+v", err, v)
	}
}

// Files that a page shows with a film count from its beginning, whatever its clock; of a playlist, of several, and of a film in one file.
func TestSubtitlesOfPage(t *testing.T) {
	vtt, srt := []byte("WEBVTT\n\n00:01.000 --> 00:02.500\none\n"), []byte("1\r\n00:00:03,250 --> 00:00:04,000\r\n<i>zwei</i>\r\n\r\n")
	files := map[string][]byte{"t.vtt": vtt, "t.srt": srt}
	for _, address := range []string{film + "/index.m3u8", "film/master.m3u8", "clips/plain.mp4"} {
		t.Run(address, func(t *testing.T) {
			o := newOrigin(t)
			o.serve(files)
			job := o.job(t)
			job.URL, job.Choice.Subs = o.URL+"/"+address, "en,de"
			job.Tracks = []TextTrack{{URL: o.URL + "/t.vtt", Language: "en"}, {URL: o.URL + "/t.srt", Language: "de", Name: "Deutsch"}, {URL: o.URL + "/none.vtt", Language: "fr"}, {URL: "javascript:0"}}
			v, err := Run(t.Context(), job)
			if err != nil || len(v.Subtitles) != 2 || len(v.Warnings) > 0 {
				t.Fatal(err, v)
			}
			if diff := cmp.Diff([]string{"1000-2500 one"}, shownIn(t, beside(job, ".en.srt"))); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff([]string{"3250-4000 zwei"}, shownIn(t, beside(job, ".de.srt"))); diff != "" {
				t.Error(diff)
			}
			job = o.job(t)
			job.URL, job.Choice.Subs = o.URL+"/"+address, "fr"
			job.Tracks = []TextTrack{{URL: o.URL + "/none.vtt", Language: "fr"}}
			if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) || !strings.Contains(err.Error(), "subtitles fr") {
				t.Error(err)
			}
			job = o.job(t)
			job.URL, job.Choice.Subs = o.URL+"/"+address, "xx"
			job.Tracks = []TextTrack{{URL: o.URL + "/t.vtt", Language: "en"}}
			if v, err := Run(t.Context(), job); !errors.Is(err, ErrChoice) || v.Finished {
				t.Error(err)
			}
		})
	}
}
