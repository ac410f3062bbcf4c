package assemble

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/plan"
)

// trouble is something that goes wrong, and the sentence that a person reads then, to the letter.
type trouble struct {
	name string
	make func(*origin, *Job)
	want string
}

func say(t *testing.T, list []trouble) {
	for _, c := range list {
		t.Run(c.name, func(t *testing.T) {
			o := newOrigin(t)
			job := o.job(t)
			dir := filepath.Dir(job.Output)
			c.make(o, &job)
			_, err := Run(t.Context(), job)
			if err == nil {
				t.Fatal("no error")
			}
			if got := strings.NewReplacer(o.URL, "http://origin", dir, "DIR").Replace(err.Error()); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// replace changes the text of the playlist.
func replace(pairs ...string) func(*origin, *Job) {
	return func(o *origin, _ *Job) {
		o.playlist = func(s string) string { return strings.NewReplacer(pairs...).Replace(s) }
	}
}

// answer has the origin answer otherwise where a path ends so.
func answer(suffix string, f http.HandlerFunc) func(*origin, *Job) {
	return func(o *origin, _ *Job) {
		o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if strings.HasSuffix(r.URL.Path, suffix) {
				f(w, r)
				return true
			}
			return false
		}
	}
}

func body[T string | []byte](b T) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, string(b)) }
}

func status(n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(n) }
}

func header(name, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(name, value)
		_, _ = io.WriteString(w, "x")
	}
}

// at starts elsewhere.
func at(path string) func(*origin, *Job) { return func(o *origin, j *Job) { j.URL = o.URL + path } }

func crypt(o *origin, _ *Job) { o.crypt = func(uint64) (string, *[16]byte) { return "key", nil } }

func both(list ...func(*origin, *Job)) func(*origin, *Job) {
	return func(o *origin, j *Job) {
		for _, f := range list {
			f(o, j)
		}
	}
}

// file puts something where the film or its part would go.
func file(suffix string) func(*origin, *Job) {
	return func(_ *origin, j *Job) {
		if err := os.WriteFile(j.Output+suffix, []byte("x"), 0o600); err != nil {
			panic(err)
		}
	}
}

func withoutTables() []byte {
	w := &tstest.Writer{}
	for range 10 {
		w.PES(tstest.PES{PID: 0x100, Data: make([]byte, 500)})
	}
	return w.Buf
}

func withDTS() []byte {
	w := &tstest.Writer{}
	w.Program(tstest.Muxed[0], tstest.Stream{Type: 0x82, PID: 0x200})
	for range 5 {
		w.PES(tstest.PES{PID: 0x200, Data: make([]byte, 500)})
	}
	return w.Buf
}

// What is said when there is something with the playlist.
func TestPlaylistSentences(t *testing.T) {
	say(t, []trouble{
		{
			"address", func(_ *origin, j *Job) { j.URL = "ftp://example.com" },
			"the address of a playlist begins with http:// or https://",
		},
		{
			"playlist 404", answer("index.m3u8", status(404)),
			"the playlist (http://origin/film/360p/index.m3u8): HTTP 404 Not Found, after 2 tries",
		},
		{
			"playlist 500", answer("index.m3u8", status(500)),
			"the playlist (http://origin/film/360p/index.m3u8): HTTP 500 Internal Server Error, after 6 tries",
		},
		{
			"playlist HTML", answer("index.m3u8", body("<html>")),
			"the playlist (http://origin/film/360p/index.m3u8): not an HLS playlist: the server answered with an HTML page",
		},
		{
			"playlist empty", answer("index.m3u8", body("")),
			"the playlist (http://origin/film/360p/index.m3u8): there is nothing in it: the server answered with no text at all (0 bytes)",
		},
		{
			"playlist without segments", answer("index.m3u8", body("#EXTM3U\n#EXT-X-ENDLIST\n")),
			"the playlist (http://origin/film/360p/index.m3u8): there is nothing in it: it has neither segments nor variants",
		},
		{
			"playlist malformed", replace("#EXTINF:2.000000", "#EXTINF:abc"),
			`the playlist (http://origin/film/360p/index.m3u8): malformed: line 6: bad duration "abc"`,
		},
		{
			"playlist malformed", replace("seg_003.ts", "file:///etc/passwd"),
			`the playlist (http://origin/film/360p/index.m3u8): segment 4: address refused: "file:///etc/passwd" is no http or https address`,
		},
		{
			"variants again", answer("index.m3u8", body("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex.m3u8\n")),
			"the playlist of the main stream (http://origin/film/360p/index.m3u8): it names variants again, not segments",
		},
		{
			"I-frames", replace("#EXT-X-VERSION:3", "#EXT-X-I-FRAMES-ONLY"),
			"the playlist (http://origin/film/360p/index.m3u8): malformed: line 2: it is a list of single pictures for fast forward (I-FRAMES-ONLY), not a film",
		},
		{
			"variant 404", both(at("/film/master.m3u8"), answer("index.m3u8", status(404))),
			"the playlist of the main stream (http://origin/film/360p/index.m3u8): HTTP 404 Not Found, after 2 tries",
		},
		{
			"quality", func(o *origin, j *Job) { j.URL, j.Choice = o.URL+"/film/master.m3u8", plan.Choice{Quality: "nice"} },
			`no such choice: quality "nice": say best, worst or a number of lines such as 720p`,
		},
		{
			"audio", func(o *origin, j *Job) { j.URL, j.Choice = o.URL+"/film/master.m3u8", plan.Choice{Audio: "de"} },
			`no such choice: audio "de": this film has one sound, of unknown language; leave --audio out`,
		},
		{
			"live", replace("#EXT-X-ENDLIST", "", "#EXT-X-PLAYLIST-TYPE:VOD\n", ""),
			"a live stream: the playlist says of no end",
		},
		{
			"fMP4", replace("#EXTINF:2", "#EXT-X-MAP:URI=\"i.mp4\"\n#EXTINF:2"),
			"the film is incomplete: 3 segments are missing, the first is segment 1 of 12, at 0:00: its initialization section (EXT-X-MAP): HTTP 404 Not Found, after 2 tries (http://origin/film/360p/i.mp4); new addresses are refused as well",
		},
		{
			"another method", replace("#EXTINF:2", "#EXT-X-KEY:METHOD=AES-999,URI=\"key\"\n#EXTINF:2"),
			`segment 1 of the main stream: encryption by METHOD="AES-999", even with a plain key, is not supported yet`,
		},
		{
			"Widevine", replace("#EXTINF:2", "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"data:,\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\"\n#EXTINF:2"),
			`segment 1 of the main stream: protected by DRM: Widevine (METHOD="SAMPLE-AES-CTR")`,
		},
	})
}

// What is said when a segment does not come.
func TestSegmentSentences(t *testing.T) {
	say(t, []trouble{
		{
			"segment 404", answer("seg_003.ts", status(404)),
			"the film is incomplete: segment 4 of 12, at 0:06: HTTP 404 Not Found, after 2 tries (http://origin/film/360p/seg_003.ts)",
		},
		{
			"segment 403", answer("seg_003.ts", status(403)),
			"the film is incomplete: segment 4 of 12, at 0:06: HTTP 403 Forbidden, after 2 tries (http://origin/film/360p/seg_003.ts)",
		},
		{
			"segment 503", answer("seg_003.ts", func(w http.ResponseWriter, _ *http.Request) { refuse(w, 503, "86400") }),
			"the film is incomplete: segment 4 of 12, at 0:06: the server asks to wait for too long: 24h, with HTTP 503 Service Unavailable (http://origin/film/360p/seg_003.ts)",
		},
		{
			"segment HTML", answer("seg_003.ts", body("<html>")),
			"the film is incomplete: segment 4 of 12, at 0:06: not media: the server answered with an HTML page, after 3 tries (http://origin/film/360p/seg_003.ts)",
		},
		{
			"segment empty", answer("seg_003.ts", body("")),
			"the film is incomplete: segment 4 of 12, at 0:06: not media: the server answered with nothing, after 3 tries (http://origin/film/360p/seg_003.ts)",
		},
		{
			"segment of fMP4", answer("seg_003.ts", body("\x00\x00\x00\x18styp.....")),
			"the film is incomplete: segment 4 of 12, at 0:06: not media: not an MPEG-2 transport stream: it looks like MP4 (box styp)",
		},
		{
			"segment subtitles", answer("seg_003.ts", body("WEBVTT\n")),
			"segment 4 of 12 (http://origin/film/360p/seg_003.ts): WebVTT subtitles are not supported yet",
		},
		{
			"segment without PMT first", answer("seg_000.ts", body(withoutTables())),
			"the film is incomplete: segment 1 of 12, at 0:00: not media: transport stream without PAT and PMT",
		},
		{
			"DTS", answer("seg_000.ts", body(withDTS())),
			"segment 1 of 12: DTS is not supported yet",
		},
		{
			"compressed", answer("seg_003.ts", header("Content-Encoding", "zstd")),
			`the film is incomplete: segment 4 of 12, at 0:06: the server compressed the body unasked, by Content-Encoding: "zstd" (http://origin/film/360p/seg_003.ts)`,
		},
		{
			"too large", answer("seg_003.ts", header("Content-Length", "99999999999")),
			"the film is incomplete: segment 4 of 12, at 0:06: the body is too large: 99999999999 bytes, the limit for a segment is 536870912 (http://origin/film/360p/seg_003.ts)",
		},
		{
			"cut", answer("seg_003.ts", func(w http.ResponseWriter, _ *http.Request) {
				cut(t, w, "Content-Length: 9000\r\n", []byte("G"), false)
			}),
			"the film is incomplete: segment 4 of 12, at 0:06: the body ended early: 1 of 9000 bytes came, after 8 tries (http://origin/film/360p/seg_003.ts)",
		},
		{
			"no range", replace("seg_003.ts", "#EXT-X-BYTERANGE:1880@99999999\nseg_003.ts"),
			"the film is incomplete: segment 4 of 12, at 0:06: HTTP 416 Requested Range Not Satisfiable, after 2 tries (http://origin/film/360p/seg_003.ts)",
		},
		{
			"gap", replace("seg_003.ts", "#EXT-X-GAP\nseg_003.ts"),
			"the film is incomplete: segment 4 of 12, at 0:06: the playlist says that it does not exist (EXT-X-GAP)",
		},
		{
			"gaps", replace("seg_003.ts", "#EXT-X-GAP\nseg_003.ts", "seg_004.ts", "#EXT-X-GAP\nseg_004.ts"),
			"the film is incomplete: 2 segments are missing, the first is segment 4 of 12, at 0:06: the playlist says that it does not exist (EXT-X-GAP)",
		},
		{
			"split 404", both(at("/split/master.m3u8"), answer("audio/seg_001.ts", status(404))),
			"the film is incomplete: audio segment 2 of 3, at 0:03: HTTP 404 Not Found, after 2 tries (http://origin/split/audio/seg_001.ts)",
		},
	})
}

// What is said when a segment does not decrypt.
func TestKeySentences(t *testing.T) {
	say(t, []trouble{
		{
			"wrong key", both(crypt, answer("/key", body("fedcba9876543210"))),
			"segment 1 of 12 (http://origin/film/360p/seg_000.ts): the key does not fit: the padding is wrong after decryption, after 3 tries",
		},
		{
			"short key", both(crypt, answer("/key", body("0123456789ab"))),
			"the key of segment 1 of 12 (http://origin/film/360p/key): unusable key: 16 bytes are wanted, 12 came, after 3 tries",
		},
		{
			"hex key", both(crypt, answer("/key", body("00112233445566778899aabbccddeeff"))),
			"the key of segment 1 of 12 (http://origin/film/360p/key): unusable key: 16 bytes are wanted, 32 came; it looks like a key in hexadecimal digits, after 3 tries",
		},
		{
			"HTML key", both(crypt, answer("/key", body("<html>"))),
			"the key of segment 1 of 12 (http://origin/film/360p/key): unusable key: 16 bytes are wanted, 6 came; it looks like an HTML page, perhaps a login or an error, after 3 tries",
		},
		{
			"key 403", both(crypt, answer("/key", status(403))),
			"the film is incomplete: 3 segments are missing, the first is segment 1 of 12, at 0:00: its key: HTTP 403 Forbidden, after 2 tries (http://origin/film/360p/key); new addresses are refused as well",
		},
		{
			"encrypted segment HTML", both(crypt, answer("seg_003.ts", body("<html>"))),
			"the film is incomplete: segment 4 of 12, at 0:06: not media: the server answered with an HTML page, after 3 tries (http://origin/film/360p/seg_003.ts)",
		},
		{
			"encrypted segment cut", both(crypt, answer("seg_003.ts", body("\x01\x02\x03"))),
			"the film is incomplete: segment 4 of 12, at 0:06: the key does not fit: 3 bytes are no whole number of AES blocks, so the segment is cut or not encrypted, after 3 tries (http://origin/film/360p/seg_003.ts)",
		},
	})
}

// What is said when the file cannot be made, or nobody answers.
func TestFileSentences(t *testing.T) {
	say(t, []trouble{
		{
			"exists", file(""),
			"the output exists already: DIR/film.mp4",
		},
		{
			"folder", func(_ *origin, j *Job) { j.Output = filepath.Dir(j.Output) },
			"the file cannot be written: DIR is a folder",
		},
		{
			"no folder", func(_ *origin, j *Job) { j.Output = filepath.Join(filepath.Dir(j.Output), "no", "film.mp4") },
			"the file cannot be written: open DIR/no: no such file or directory",
		},
		{
			"no name", func(_ *origin, j *Job) { j.Output = ".." },
			`the file cannot be written: ".." is no file name`,
		},
		{
			"part of others", file(".part"),
			"the output exists already: DIR/film.mp4.part, without the journal of an unfinished download",
		},
		{
			"journal of others", file(".part.journal"),
			"DIR/film.mp4.part: the unfinished file belongs to another film or choice: it was made by another program or version",
		},
		{
			"nothing usable", both(func(_ *origin, j *Job) { j.AllowGaps = true }, answer(".ts", status(404))),
			"there is nothing to download: no segment holds picture or sound that can be used",
		},
		{
			"nobody answers", func(_ *origin, j *Job) { j.URL, j.Retry.Tries = "http://127.0.0.1:1/index.m3u8", 2 },
			"the playlist (http://127.0.0.1:1/index.m3u8): dial tcp 127.0.0.1:1: connect: connection refused, after 2 tries",
		},
	})
}
