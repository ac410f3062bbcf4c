package assemble

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// extracted are the cues of a film's subtitle track, as ffmpeg reads them.
func extracted(t *testing.T, path string, track int) []string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out.srt")
	if b, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", fmt.Sprintf("0:s:%d", track), out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{`<font face="Sans-Serif">`, "</font>"} {
		b = []byte(strings.ReplaceAll(string(b), tag, ""))
	}
	if err := os.WriteFile(out, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return shownIn(t, out)
}

type streamsOf struct {
	Streams []struct {
		Kind  string            `json:"codec_type"`
		Codec string            `json:"codec_name"`
		Tags  map[string]string `json:"tags"`
	} `json:"streams"`
}

// Subtitles inside the film are what those beside it are, to the millisecond: ffmpeg reads them. The picture and the sound stay what they are.
func TestSubtitlesEmbedded(t *testing.T) {
	o := newOrigin(t)
	plain := o.job(t)
	want := packets(t, finished(t, plain))
	cues := "00:01.001 --> 00:02.503\nHello <i>wörld</i>\n\n00:02.000 --> 00:03.000\nabove another\n\n00:11.250 --> 00:13.001\nTwo\nlines &amp; more\n"
	vtt := []byte(fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n\n%s", filmBegins, cues))
	job := o.subtitled(t, listOf(24, "a.vtt"), map[string][]byte{"subs/a.vtt": vtt, "subs/de.m3u8": []byte(listOf(24, "a.vtt"))},
		`#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="Deutsch",LANGUAGE="de",FORCED=YES,DEFAULT=YES,URI="subs/de.m3u8"`)
	job.Choice.Subs, job.EmbedSubs = "all", true
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Subtitles) != 2 || v.Subtitles[0].Path != "" || v.Subtitles[0].Format != "tx3g" || len(v.Warnings) > 0 {
		t.Fatal(err, v)
	}
	wantOnly(t, filepath.Dir(job.Output), "film.mp4")
	b, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_streams", "-of", "json", job.Output).Output()
	var p streamsOf
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil || len(p.Streams) != 4 {
		t.Fatal(err, p)
	}
	for i, language := range []string{"eng", "deu"} {
		if s := p.Streams[2+i]; s.Kind != "subtitle" || s.Codec != "mov_text" || s.Tags["language"] != language {
			t.Errorf("%+v", s)
		}
	}
	for track := range 2 {
		got := extracted(t, job.Output, track)
		if diff := cmp.Diff([]string{"1001-2000 Hello wörld", "2000-2503 Hello wörld|above another", "2503-3000 above another", "11250-13001 Two|lines & more"}, got); diff != "" {
			t.Error(diff)
		}
	}
	whole := packets(t, job.Output)
	film := slices.DeleteFunc(whole, func(l string) bool {
		return strings.HasPrefix(l, "2,") || strings.HasPrefix(l, "3,") || strings.HasPrefix(l, "#")
	})
	want = slices.DeleteFunc(want, func(l string) bool { return strings.HasPrefix(l, "#") })
	if diff := cmp.Diff(want, film); diff != "" {
		t.Errorf("%.1000s", diff)
	}
	raw, err := os.ReadFile(job.Output)
	if err != nil || string(raw[36:40]) != "moov" {
		t.Errorf("moov is not in front: %q", raw[32:48])
	}
}

// A run that was ended and one that was not make the same film, subtitles inside included.
func TestSubtitlesEmbeddedResumed(t *testing.T) {
	o := newOrigin(t)
	vtt := []byte(fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.500\n<i>one</i>\n", filmBegins))
	make := func() Job {
		job := o.subtitled(t, listOf(24, "a.vtt"), map[string][]byte{"subs/a.vtt": vtt})
		job.EmbedSubs = true
		return job
	}
	want := filmOf(t, make())
	job := make()
	restore := o.lacks("seg_011.ts")
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) {
		t.Fatal(err)
	}
	restore()
	if got := filmOf(t, job); !bytes.Equal(got, want) {
		t.Errorf("%d bytes, want %d", len(got), len(want))
	}
}

// Without its playlist there is no subtitle; the film is there where gaps are allowed, and says so.
func TestSubtitlesWithoutPlaylist(t *testing.T) {
	o := newOrigin(t)
	job := o.subtitled(t, "", map[string][]byte{})
	serves := o.hook
	o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
		if r.URL.Path == "/subs/en.m3u8" {
			http.NotFound(w, r)
			return true
		}
		return serves(w, r, n)
	}
	if _, err := Run(t.Context(), job); err == nil || !strings.Contains(err.Error(), "subtitles en") {
		t.Error(err)
	}
	job.AllowGaps = true
	v, err := Run(t.Context(), job)
	if err != nil || !v.Finished || len(v.Warnings) != 1 || !strings.Contains(v.Warnings[0], "subtitles en stream is left out") {
		t.Error(err, v.Warnings)
	}
}
