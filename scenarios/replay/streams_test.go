package replay_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"seine/capture"
	kind "seine/capture/media"
	"seine/scenarios"
	"seine/scenarios/replay"
)

// filmRow is what the main row of a page is to be.
type filmRow struct {
	page     string
	kind     kind.Kind
	height   int
	duration time.Duration
	url      string // part of it
	inside   string
}

const (
	hlsFilm  = "/media/film/master.m3u8"
	dashFilm = "/media/dash/film.mpd"
)

func player(name, src string) filmRow {
	row := filmRow{page: "/players/player.html?player=" + name + "&src=" + src, kind: kind.HLS, height: 360, duration: 24 * time.Second, url: src}
	if src == dashFilm {
		row.kind, row.height, row.duration = kind.DASH, 180, 8*time.Second
	}
	return row
}

func madeUp(way, inside string) filmRow {
	return filmRow{page: "/players/player.html?player=hls.js&way=" + way, kind: kind.HLS, height: 360, duration: 24 * time.Second, inside: inside}
}

// TestPlayers: whatever plays a film, and however it came by its playlist, there is one row of it.
func TestPlayers(t *testing.T) {
	rows := []filmRow{
		player("native", hlsFilm), player("hls.js", hlsFilm), player("hls.js", hlsFilm+"&worker=1"), player("video.js", hlsFilm), player("shaka-player", hlsFilm),
		player("plyr", hlsFilm), player("mediaelement", hlsFilm), player("clappr", hlsFilm), player("hls-video", hlsFilm),
		player("dash.js", dashFilm), player("shaka-player", dashFilm), player("video.js", dashFilm),
		player("hls.js", hlsFilm+"&click=1"), player("hls.js", hlsFilm+"&popup=1"),
		madeUp("post", ""), madeUp("json", "JSON"), madeUp("base64", "Base64 in JSON"), madeUp("socket", "message"), madeUp("data", "Base64 in JSON"),
		{"/players/player.html?way=pieces", kind.MSE, 180, 8 * time.Second, "blob:", ""},
	}
	framed := player("hls.js", hlsFilm)
	framed.page = "/play/frame.html?page=" + strings.ReplaceAll(framed.page, "&", "%26")
	rows = append(rows, framed)
	together := make(chan struct{}, 2)
	for _, row := range rows {
		t.Run(row.page, func(t *testing.T) {
			t.Parallel()
			together <- struct{}{}
			defer func() { <-together }()
			s := serve(t)
			res, err := run(t, scenarios.SniffFlow(s.url(row.page), scenarios.Sniff{}))
			if err != nil {
				t.Fatal(err)
			}
			row.check(t, res.Streams)
		})
	}
}

func (row filmRow) check(t *testing.T, streams []*capture.Stream) {
	t.Helper()
	var films []*capture.Stream
	for _, x := range streams {
		t.Logf("%s %s %s %q %v, inside %q, evidence %s, %d requests, plays %v", x.Kind, x.Role, x.Duration, x.URL, x.Codecs, x.Inside, x.Evidence, x.Requests, x.Player != nil)
		if !x.Mentioned() {
			films = append(films, x)
		}
	}
	if len(films) != 1 || films[0].Role != capture.RoleMain {
		t.Fatalf("%d rows", len(films))
	}
	src, _, _ := strings.Cut(row.url, "&")
	switch s := films[0]; {
	case s.Kind != row.kind, s.Inside != row.inside, !strings.Contains(s.URL, src):
		t.Errorf("%s %s, inside %q", s.Kind, s.URL, s.Inside)
	case s.Player == nil || !s.Player.Playing:
		t.Errorf("player %+v", s.Player)
	case row.inside == "" && s.Height() != row.height && !strings.Contains(row.page, "way="):
		t.Errorf("height %d, want %d", s.Height(), row.height)
	case math.Abs((s.Duration - row.duration).Seconds()) > 0.5:
		t.Errorf("duration %v, want %v", s.Duration, row.duration)
	}
}

// TestWhatIsAroundAFilm: an advert that an advertising server named, a clip that plays for ever, something that is no film.
func TestWhatIsAroundAFilm(t *testing.T) {
	s := serve(t)
	res, err := run(t, scenarios.SniffFlow(s.url("/players/around.html"), scenarios.Sniff{}))
	if err != nil {
		t.Fatal(err)
	}
	roles := map[capture.Role]string{}
	for _, x := range res.Streams {
		t.Logf("%s %s %s %s %v, evidence %s, player %+v", x.Kind, x.Role, x.Duration, x.URL, x.Codecs, x.Evidence, x.Player)
		roles[x.Role] = x.URL
	}
	if len(res.Streams) == 0 || res.Streams[0].Role != capture.RoleMain {
		t.Fatal("no film")
	}
	for role, url := range map[capture.Role]string{
		capture.RoleMain: hlsFilm, capture.RoleAdvert: "plain.mp4?ad=1", capture.RolePreview: "fragment.mp4", capture.RoleTracker: "/beacon",
	} {
		if !strings.Contains(roles[role], url) {
			t.Errorf("%s is %q, want %q", role, roles[role], url)
		}
	}
}

// TestGrabOfWhatStandsInAnAnswer: the playlist came in no answer of its own, but its segments can be fetched.
func TestGrabOfWhatStandsInAnAnswer(t *testing.T) {
	for _, way := range []string{"json", "socket", "post"} {
		t.Run(way, func(t *testing.T) {
			s := serve(t)
			res, err := grab(t, s.url("/players/player.html?way="+way))
			if err != nil {
				t.Fatal(err)
			}
			checkFilm(t, res, 12)
		})
	}
}

// TestAMentionIsNoFilm: an address that stands in a script is told of, and not fetched.
func TestAMentionIsNoFilm(t *testing.T) {
	t.Parallel()
	s := serve(t)
	_, err := grab(t, s.url("/players/player.html?player=none"))
	if !errors.Is(err, replay.ErrNoMedia) || !strings.Contains(err.Error(), hlsFilm+" stands in its script, but nothing asked for it") {
		t.Errorf("%v", err)
	}
	for _, r := range s.byUs() {
		t.Errorf("fetched %s", r.URL)
	}
}

// TestAKeyThatAScriptMakes: what the page's script handed to the browser opens the film, and its address is not asked.
func TestAKeyThatAScriptMakes(t *testing.T) {
	s := serve(t)
	res, err := grab(t, s.url("/players/player.html?way=key"))
	if err != nil {
		t.Fatal(err)
	}
	checkFilm(t, res, 12)
	if keys := res.Streams[0].Keys; len(keys) != 1 || !strings.HasSuffix(keys[0].URL, "/players/api/key") {
		t.Errorf("%d keys", len(keys))
	}
	for _, r := range s.Log() {
		if strings.Contains(r.URL, "/players/api/key") {
			t.Errorf("asked for %s", r.URL)
		}
	}
}
