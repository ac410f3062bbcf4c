package assemble

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"strconv"
	"strings"
	"testing"
)

// TestLiveSubtitles: the subtitles of a broadcast come with it, each with its piece, wherever the recording begins. Their list need not end.
func TestLiveSubtitles(t *testing.T) {
	t.Parallel()
	for name, fromStart := range map[string]bool{"from the start": true, "from the edge": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkLiveSubtitles(t, fromStart)
		})
	}
}

func checkLiveSubtitles(t *testing.T, fromStart bool) {
	t.Helper()
	b := newBroadcast(t)
	b.fault = func(w http.ResponseWriter, name string) bool {
		switch {
		case name == "/subtitled.m3u8":
			fmt.Fprint(w, "#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"en\",LANGUAGE=\"en\",URI=\"text/live.m3u8\"\n"+
				"#EXT-X-STREAM-INF:BANDWIDTH=200000,CODECS=\"avc1.42c00a,mp4a.40.2\",SUBTITLES=\"s\"\nboth/live.m3u8\n")
			return true
		case name == "/text/live.m3u8":
			list := httptest.NewRecorder()
			b.list(list, "text")
			fmt.Fprint(w, strings.ReplaceAll(list.Body.String(), "#EXT-X-ENDLIST", ""))
			return true
		case strings.HasPrefix(name, "/text/piece"):
			n, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(path.Base(name), "piece"), ".ts"))
			if err != nil {
				return false
			}
			at := func(ms int) string { return fmt.Sprintf("%02d:%02d.%03d", ms/60000, ms/1000%60, ms%1000) }
			// The encoder's clock begins at 1.4 s, and the pictures two frames later.
			fmt.Fprintf(w, "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:126000,LOCAL:00:00.000\n\n%s --> %s\n%d\n", at(500*n+100), at(500*n+400), n)
			return true
		}
		return false
	}
	job := b.job(t, "subtitled.m3u8")
	job.Choice.Subs, job.Live.FromStart = "en", fromStart
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Subtitles) != 1 || len(v.Missing) > 0 {
		t.Fatalf("%v, %+v", err, v)
	}
	cues := shownIn(t, beside(job, ".en.srt"))
	first := -1
	for i, c := range cues {
		var start, end, n int
		_, _ = fmt.Sscanf(c, "%d-%d %d", &start, &end, &n)
		if first < 0 {
			first = n
		}
		if d := start - 500*i - 100; n != first+i || d > 0 || d < -150 || end-start > 301 {
			t.Errorf("cue %d: %s", i, c)
		}
	}
	if len(cues) == 0 || len(cues) != b.total-first || (first > 0) == fromStart {
		t.Errorf("%d cues from %d, of %d", len(cues), first, b.total)
	}
}
