package replay_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"seine/assemble"
	"seine/scenarios"
	"seine/scenarios/replay"
	clips "seine/testdata/media"
)

// packet is one of a film, as ffprobe tells it.
type packet struct {
	Kind string `json:"codec_type"`
	Hash string `json:"data_hash"`
	PTS  string `json:"pts_time"`
}

// packetsOf lists the packets of a file in the order of their times, by kind.
func packetsOf(t *testing.T, file string) map[string][]string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_packets", "-show_data_hash", "md5", "-show_entries", "packet=codec_type,data_hash,pts_time", "-of", "json", file).Output()
	if err != nil {
		t.Fatalf("ffprobe %s: %v", file, err)
	}
	var list struct{ Packets []packet }
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	at := func(p packet) float64 { f, _ := strconv.ParseFloat(p.PTS, 64); return f }
	slices.SortStableFunc(list.Packets, func(a, b packet) int { return cmp.Compare(at(a), at(b)) })
	hashes := map[string][]string{}
	for _, p := range list.Packets {
		hashes[p.Kind] = append(hashes[p.Kind], p.Hash)
	}
	return hashes
}

// joined is a file of some of our own media.
func joined(t *testing.T, pattern ...string) string {
	t.Helper()
	var all bytes.Buffer
	for _, p := range pattern {
		names, err := fs.Glob(clips.FS, p)
		if err != nil || len(names) == 0 {
			t.Fatal(p, err)
		}
		for _, n := range names {
			b, err := fs.ReadFile(clips.FS, n)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(b)
		}
	}
	name := filepath.Join(t.TempDir(), "source.mp4")
	if err := os.WriteFile(name, all.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func fromPlayer(t *testing.T, address string) (*replay.Result, string, error) {
	t.Helper()
	output := filepath.Join(t.TempDir(), "film.mp4")
	res, err := run(t, scenarios.GrabFlow(address, scenarios.Grab{Output: output, FromPlayer: true}, scenarios.Capture{}))
	return res, output, err
}

// TestFromPlayer: what a page's player was given is in the film, all of it and once, whatever way it came.
func TestFromPlayer(t *testing.T) {
	t.Parallel()
	video, audio := packetsOf(t, joined(t, "fmp4/video/init.mp4", "fmp4/video/seg_*")), packetsOf(t, joined(t, "fmp4/audio/all.mp4"))
	short := packetsOf(t, joined(t, "fmp4/video/init.mp4", "fmp4/video/seg_00[012]*"))
	split := map[string][]string{"video": video["video"], "audio": audio["audio"]}
	muxed := packetsOf(t, joined(t, "fmp4/muxed/init.mp4", "fmp4/muxed/seg_*"))
	for query, want := range map[string]map[string][]string{
		"film=split": split, "film=muxed": muxed, "film=split&start=4": split, "film=muxed&start=7": muxed, "film=worker": short, "advert=1": split, "film=split&offset=10": nil,
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			res, output, err := fromPlayer(t, s.url("/hooks/player.html?"+query))
			if strings.Contains(query, "offset") { // the first ten seconds are not there
				if !errors.Is(err, assemble.ErrIncomplete) {
					t.Fatalf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := gocmp.Diff(want, packetsOf(t, output)); d != "" {
				t.Error(d)
			}
			if !res.Film.Finished || len(res.Film.Warnings) > 0 || len(s.byUs()) > 0 {
				t.Errorf("%+v, and %d requests of our own", res.Film, len(s.byUs()))
			}
		})
	}
}

func TestFromPlayerRefuses(t *testing.T) {
	for query, want := range map[string]error{"eme=1": assemble.ErrDRM, "film=webm": replay.ErrUnsupported} {
		t.Run(query, func(t *testing.T) {
			_, output, err := fromPlayer(t, serve(t).url("/hooks/player.html?"+query))
			if !errors.Is(err, want) {
				t.Errorf("%v", err)
			}
			if _, err := os.Stat(output); err == nil {
				t.Error("there is a film")
			}
		})
	}
}

// TestPlays: whoever asks for a film that only its player can have is told so.
func TestPlays(t *testing.T) {
	_, err := run(t, scenarios.GrabFlow(serve(t).url("/hooks/player.html"), scenarios.Grab{Dir: t.TempDir()}, scenarios.Capture{}))
	if !errors.Is(err, replay.ErrPlays) || errors.Is(err, assemble.ErrDRM) {
		t.Error(err)
	}
}

// TestFromPlayerHLSJS: hls.js makes fragments of its own of a transport stream; no picture and no sound of the film is lost by that, or by
// playing it sixteen times as fast.
func TestFromPlayerHLSJS(t *testing.T) {
	t.Parallel()
	plain := filepath.Join(t.TempDir(), "sound.mp4")
	if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", joined(t, "film/360p/seg_*"), "-map", "0:a", "-c", "copy", plain).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v: %s", err, out)
	}
	sound := packetsOf(t, plain)["audio"]
	for _, page := range []string{"/movie/hlsjs/harbour", "/play/frame.html?page=/movie/hlsjs/embed/harbour"} {
		t.Run(page, func(t *testing.T) {
			s := serve(t)
			res, output, err := fromPlayer(t, s.url(page))
			if err != nil {
				t.Fatal(err)
			}
			if len(s.byUs()) > 0 || len(res.Film.Warnings) > 0 {
				t.Errorf("%d requests of our own, %q", len(s.byUs()), res.Film.Warnings)
			}
			// The player puts silence in front where the sound begins before the picture, and takes the marks between pictures away.
			film := packetsOf(t, output)
			extra := len(film["audio"]) - len(sound)
			if len(film["video"]) != 600 || extra < 0 || extra > 2 || !slices.Equal(film["audio"][extra:], sound) {
				t.Errorf("%d pictures and %d frames of sound", len(film["video"]), len(film["audio"]))
			}
		})
	}
}
