package replay_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"seine/assemble"
	"seine/assemble/subs/isotext/isotexttest"
	"seine/assemble/subs/srt"
	"seine/testdata/sites"
)

// shownCues loads a film into hls.js until that has the cues of its subtitles. It is not played, see shownByShaka. Their times are counted from the first picture: its own
// clock begins with the first decoding time, a film of ours with the first presentation time.
const shownCues = `new Promise((done, fail) => {
  const v = document.querySelector("video"), hls = new Hls(), errors = [];
  let first = -1;
  v.requestVideoFrameCallback((_, m) => { first = m.mediaTime; });
  hls.on(Hls.Events.ERROR, (_, e) => { errors.push(e.details + " " + e.error); if (e.fatal) fail(new Error(e.details)); });
  hls.on(Hls.Events.SUBTITLE_TRACKS_UPDATED, () => { hls.subtitleTrack = 0; hls.subtitleDisplay = true; });
  hls.loadSource("master.m3u8");
  hls.attachMedia(v);
  const began = Date.now(), look = () => {
    const cues = [...v.textTracks].flatMap((t) => [...(t.cues ?? [])]);
    if ((cues.length < 2 || first < 0) && Date.now() - began > 9000) return fail(new Error(JSON.stringify({ tracks: hls.subtitleTracks.length, track: hls.subtitleTrack, at: v.currentTime, errors, texts: [...v.textTracks].map((t) => [t.mode, t.label, (t.cues ?? []).length]) })));
    if (cues.length < 2 || first < 0) return setTimeout(look, 20);
    done(JSON.stringify(cues.map((c) => ({ Start: c.startTime - first, End: c.endTime - first, Text: c.text }))));
  };
  look();
})`

// TestSubtitlesAsHLSJS: a cue is in the file at the time at which the player shows it, with X-TIMESTAMP-MAP and without, of MPEG-TS and of fragments.
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
			answers := map[string]string{
				"page":        `<!doctype html><link rel="icon" href="data:,"><video muted></video><script src="/npm/hls.js/dist/hls.min.js"></script>`,
				"master.m3u8": "#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,URI=\"subs.m3u8\"\n#EXT-X-STREAM-INF:BANDWIDTH=220000,CODECS=\"avc1.64001e,mp4a.40.2\",SUBTITLES=\"s\"\n" + c.film + "\n",
				"subs.m3u8":   "#EXTM3U\n#EXT-X-TARGETDURATION:24\n#EXTINF:8,\nsubs.vtt\n#EXT-X-ENDLIST\n",
				"subs.vtt":    "WEBVTT\n" + c.head + "\n" + cues,
			}
			at := serveFiles(t, answers)
			checkCues(t, bySeine(t, at+"master.m3u8"), byPage[[]shownCue](t, at+"page", shownCues))
		})
	}
}

// serveFiles serves files beside the built-in site, and returns the address of their folder.
func serveFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/", sites.New(sites.Options{Players: "../../testdata/players"}))
	mux.HandleFunc("GET /t/{name}", func(w http.ResponseWriter, r *http.Request) {
		if r.PathValue("name") == "page" {
			w.Header().Set("Content-Type", "text/html")
		}
		fmt.Fprint(w, files[r.PathValue("name")])
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL + "/t/"
}

type shownCue struct {
	Start, End float64 // seconds
	Text       string
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
		t.Errorf("%v; the player shows %v", got, want)
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

// shownByShaka has Shaka load a manifest until it has the cues of its subtitles, and counts as shownCues does. It is not played: on a busy machine the first
// picture that is shown of a film that plays is not its first. On a busy machine Shaka has at times no text at all; why is not
// known. It loads the manifest anew then.
const shownByShaka = `(async () => {
  const v = document.querySelector("video"), player = new shaka.Player();
  await player.attach(v);
  for (const began = Date.now(); ;) {
    let first = -1;
    v.requestVideoFrameCallback((_, m) => { first = m.mediaTime; });
    await player.load("film.mpd");
    player.selectTextTrack(player.getTextTracks()[0]);
    player.setTextTrackVisibility?.(true);
    for (const loaded = Date.now(); Date.now() - loaded < 4000; await new Promise((done) => setTimeout(done, 20))) {
      const cues = [...v.textTracks].flatMap((t) => [...(t.cues ?? [])]);
      if (cues.length >= 2 && first >= 0) return JSON.stringify(cues.map((c) => ({ Start: c.startTime - first, End: c.endTime - first, Text: c.text })));
    }
    if (Date.now() - began > 9000) throw new Error(JSON.stringify({ first, at: v.currentTime, tracks: player.getTextTracks(), texts: [...v.textTracks].map((t) => [t.mode, (t.cues ?? []).length]) }));
  }
})()`

// TestSubtitlesAsShaka: a cue of DASH is in the file at the time at which Shaka shows it.
func TestSubtitlesAsShaka(t *testing.T) {
	const inTemplate = `<SegmentTemplate timescale="1000" duration="4000" media="t$Number$" initialization="ti" startNumber="1"/>`
	const ttml = `<?xml version="1.0" encoding="UTF-8"?><tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body><div><p begin="1s" end="2.5s">one</p><p begin="00:00:05.250" end="00:00:06.001">two</p></div></body></tt>`
	cue := func(text string, d uint32) isotexttest.Sample {
		return isotexttest.Sample{Data: isotexttest.Cue(text, ""), Duration: d}
	}
	pause := func(d uint32) isotexttest.Sample { return isotexttest.Sample{Data: isotexttest.Pause(), Duration: d} }
	for name, c := range map[string]struct {
		mime, codecs, inside string
		files                map[string]string
	}{
		"WebVTT": {"text/vtt", "", "<BaseURL>t.vtt</BaseURL>", map[string]string{"t.vtt": "WEBVTT\n\n00:01.000 --> 00:02.500\none\n\n00:05.250 --> 00:06.001\ntwo\n"}},
		"TTML":   {"application/ttml+xml", "", "<BaseURL>t.xml</BaseURL>", map[string]string{"t.xml": ttml}},
		"wvtt": {"application/mp4", "wvtt", inTemplate, map[string]string{
			"ti": string(isotexttest.Init("wvtt", 1000)), "t1": string(isotexttest.Segment(0, pause(1000), cue("one", 1500), pause(1500))),
			"t2": string(isotexttest.Segment(4000, pause(1250), cue("two", 751), pause(1999))),
		}},
		"stpp": {"application/mp4", "stpp", inTemplate, map[string]string{
			"ti": string(isotexttest.Init("stpp", 1000)), "t1": string(isotexttest.Segment(0, isotexttest.Sample{Data: []byte(ttml), Duration: 4000})),
			"t2": string(isotexttest.Segment(4000, isotexttest.Sample{Data: []byte(ttml), Duration: 4000})),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{
				"page": `<!doctype html><link rel="icon" href="data:,"><video muted></video><script src="/npm/shaka-player/dist/shaka-player.compiled.js"></script>`,
				"film.mpd": `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" profiles="urn:mpeg:dash:profile:isoff-live:2011" minBufferTime="PT2S" mediaPresentationDuration="PT8S"><Period>` +
					`<AdaptationSet contentType="video"><Representation id="v" mimeType="video/mp4" codecs="avc1.4d400c" bandwidth="90000" width="320" height="180">` +
					`<SegmentTemplate duration="2" startNumber="0" media="/media/fmp4/video/seg_$Number%03d$.m4s" initialization="/media/fmp4/video/init.mp4"/></Representation></AdaptationSet>` +
					`<AdaptationSet contentType="text" lang="en"><Representation id="t" bandwidth="100" mimeType="` + c.mime + `" codecs="` + c.codecs + `">` + c.inside + `</Representation></AdaptationSet></Period></MPD>`,
			}
			if c.codecs == "" {
				files["film.mpd"] = strings.Replace(files["film.mpd"], ` codecs=""`, "", 1)
			}
			maps.Copy(files, c.files)
			at := serveFiles(t, files)
			checkCues(t, bySeine(t, at+"film.mpd"), byPage[[]shownCue](t, at+"page", shownByShaka))
		})
	}
}
