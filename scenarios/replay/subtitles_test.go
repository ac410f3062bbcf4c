package replay_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"seine/assemble"
	"seine/assemble/subs/srt"
	"seine/browser/browsertest"
	"seine/testdata/sites"
)

// shownCues plays a film with hls.js until it has the cues of its subtitles. Their times are counted from the first picture: its own
// clock begins with the first decoding time, a film of ours with the first presentation time.
const shownCues = `new Promise((done, fail) => {
  const v = document.querySelector("video"), hls = new Hls(), errors = [];
  let first = -1;
  v.requestVideoFrameCallback((_, m) => { first = m.mediaTime; });
  hls.on(Hls.Events.ERROR, (_, e) => { errors.push(e.details + " " + e.error); if (e.fatal) fail(new Error(e.details)); });
  hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => { hls.subtitleTrack = 0; hls.subtitleDisplay = true; });
  hls.loadSource("master.m3u8");
  hls.attachMedia(v);
  v.play();
  const began = Date.now(), look = () => {
    const cues = [...v.textTracks].flatMap((t) => [...(t.cues ?? [])]);
    if ((cues.length < 2 || first < 0) && Date.now() - began > 9000) return fail(new Error(JSON.stringify({ tracks: hls.subtitleTracks.length, track: hls.subtitleTrack, at: v.currentTime, errors, texts: [...v.textTracks].map((t) => [t.mode, t.label, (t.cues ?? []).length]) })));
    if (cues.length < 2 || first < 0) return setTimeout(look, 20);
    done(JSON.stringify(cues.map((c) => ({ Start: c.startTime - first, End: c.endTime - first, Text: c.text }))));
  };
  look();
})`

// TestSubtitlesAsHLSJS: a cue is in the file at the time at which hls.js shows it, with X-TIMESTAMP-MAP and without, of MPEG-TS and of fragments.
func TestSubtitlesAsHLSJS(t *testing.T) {
	const cues = "00:03.000 --> 00:04.500\none\n\n00:05.250 --> 00:06.001\ntwo\n"
	const ts, fragments = "/media/film/360p/index.m3u8", "/media/fmp4/muxed/index.m3u8"
	for name, c := range map[string]struct{ film, head string }{
		"a map":                      {ts, "X-TIMESTAMP-MAP=MPEGTS:180000,LOCAL:00:00:00.000\n"},
		"a map of local time":        {ts, "X-TIMESTAMP-MAP=LOCAL:00:00:01.000,MPEGTS:180000\n"},
		"no map":                     {ts, ""},
		"fragments":                  {fragments, ""},
		"fragments and a map":        {fragments, "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000\n"},
		"fragments, a map of a TS's": {fragments, "X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:10.000\n"},
	} {
		t.Run(name, func(t *testing.T) {
			site := sites.New(sites.Options{Players: "../../testdata/players"})
			answers := map[string]string{
				"page":        `<!doctype html><link rel="icon" href="data:,"><video muted></video><script src="/npm/hls.js/dist/hls.min.js"></script>`,
				"master.m3u8": "#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,URI=\"subs.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=220000,CODECS=\"avc1.64001e,mp4a.40.2\",SUBTITLES=\"s\"\n" + c.film + "\n",
				"subs.m3u8":   "#EXTM3U\n#EXT-X-TARGETDURATION:24\n#EXTINF:8,\nsubs.vtt\n#EXT-X-ENDLIST\n",
				"subs.vtt":    "WEBVTT\n" + c.head + "\n" + cues,
			}
			mux := http.NewServeMux()
			mux.Handle("/", site)
			mux.HandleFunc("GET /t/{name}", func(w http.ResponseWriter, r *http.Request) {
				if r.PathValue("name") == "page" {
					w.Header().Set("Content-Type", "text/html")
				}
				fmt.Fprint(w, answers[r.PathValue("name")])
			})
			srv := httptest.NewServer(mux)
			defer srv.Close()
			checkCues(t, bySeine(t, srv.URL+"/t/master.m3u8"), byHLSJS(t, srv.URL+"/t/page"))
		})
	}
}

type shownCue struct {
	Start, End float64 // seconds
	Text       string
}

func byHLSJS(t *testing.T, page string) (list []shownCue) {
	t.Helper()
	tab := browsertest.New(t, nil)
	ctx, cancel := tab.Bind(t.Context())
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, 40*time.Second)
	defer stop()
	text, err := "", chromedp.Do(ctx, chromedp.Navigate(page))
	if err == nil {
		text, err = chromedp.Run(ctx, chromedp.Evaluate[string](shownCues, chromedp.EvalAwaitPromise))
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &list)
	}
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func bySeine(t *testing.T, address string) (list []shownCue) {
	t.Helper()
	job := assemble.Job{URL: address, Client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Output: filepath.Join(t.TempDir(), "film.mp4")}
	job.Choice.Subs = "en"
	v, err := assemble.Run(t.Context(), job)
	if err != nil || len(v.Subtitles) != 1 {
		t.Fatal(err, v.Warnings)
	}
	text, err := os.ReadFile(v.Subtitles[0].Path)
	if err != nil {
		t.Fatal(err)
	}
	cues, _, err := srt.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	first := firstPicture(t, v.Path)
	for i := range cues {
		list = append(list, shownCue{cues[i].Start.Seconds() - first, cues[i].End.Seconds() - first, cues[i].Text()})
	}
	return list
}

// firstPicture is when it is shown, in seconds.
func firstPicture(t *testing.T, film string) float64 {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time", "-read_intervals", "%+#1", "-of", "csv=p=0", film).Output()
	if err != nil {
		t.Fatal(err)
	}
	at, err := strconv.ParseFloat(strings.Trim(strings.TrimSpace(string(out)), ","), 64)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func checkCues(t *testing.T, got, want []shownCue) {
	t.Helper()
	same := len(got) == len(want)
	for i := 0; same && i < len(got); i++ {
		near := func(a, b float64) bool { return a-b < 0.0011 && b-a < 0.0011 }
		same = near(got[i].Start, want[i].Start) && near(got[i].End, want[i].End) && got[i].Text == strings.TrimSpace(want[i].Text)
	}
	if !same {
		t.Errorf("%v; hls.js shows %v", got, want)
	}
}

// TestEmbeddedFilmPlays: a film with subtitles inside plays and seeks as any other.
func TestEmbeddedFilmPlays(t *testing.T) {
	s := serve(t)
	job := assemble.Job{
		URL: s.url("/lists/subtitled.m3u8"), Client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		Output: filepath.Join(t.TempDir(), "film.mp4"), EmbedSubs: true,
	}
	job.Choice.Subs = "en,de"
	v, err := assemble.Run(t.Context(), job)
	if err != nil || len(v.Subtitles) != 2 {
		t.Fatal(err, v)
	}
	checkPlays(t, v.Path)
}
