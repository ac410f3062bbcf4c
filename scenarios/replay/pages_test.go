package replay_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/assemble"
	"seine/scenarios"
	"seine/scenarios/replay"
	files "seine/testdata/media"
)

func kinds(r *replay.Result) (list []string) {
	for _, a := range r.Tried {
		if a.Err == "" {
			list = append(list, a.Kind)
		} else {
			list = append(list, a.Kind+": "+a.Err)
		}
	}
	return list
}

// grab runs the built-in flow into a folder of the test.
func grab(t testing.TB, url string) (*replay.Result, error) {
	t.Helper()
	return run(t, scenarios.GrabFlow(url, scenarios.Grab{Dir: t.TempDir()}, scenarios.Capture{}))
}

func checkFilm(t *testing.T, res *replay.Result, segments int) {
	t.Helper()
	if res.Film == nil || !res.Film.Finished || res.Film.Segments != segments || len(res.Film.Missing) != 0 {
		t.Fatalf("film: %+v", res.Film)
	}
	if info, err := os.Stat(res.Film.Path); err != nil || info.Size() != res.Film.Size {
		t.Errorf("%s: %v, want %d bytes", res.Film.Path, err, res.Film.Size)
	}
}

func TestPagesWithAFilm(t *testing.T) {
	for _, test := range []struct {
		page   string
		tried  []string
		stream string // path of the playlist
		found  int    // streams
		name   string // of the file
	}{
		{"/movie/harbour", nil, "/movie/hls/harbour/master.m3u8", 1, "The Harbour.mp4"},
		{"/play/click.html", []string{"play button"}, "/media/film/master.m3u8", 1, "A click starts it.mp4"},
		{"/play/poster.html", []string{"player"}, "/media/film/master.m3u8", 1, "A click on the picture starts it.mp4"},
		{"/play/consent.html", []string{"consent"}, "/media/film/master.m3u8", 1, "First your consent.mp4"},
		{"/play/frame.html", []string{"play button"}, "/media/film/master.m3u8", 1, "In a frame of another site.mp4"},
		{"/play/frame.html?page=/movie/embed/x", nil, "/movie/hls/x/master.m3u8", 1, "In a frame of another site.mp4"},
		{"/play/two.html", nil, "/media/film/master.m3u8", 2, "A preview and the film.mp4"},
		{"/play/popups.html", []string{"play button"}, "/media/film/master.m3u8", 1, "It opens an advertisement.mp4"},
	} {
		t.Run(test.page, func(t *testing.T) {
			s := serve(t)
			res, err := grab(t, s.url(test.page))
			if err != nil {
				t.Fatal(err)
			}
			checkFilm(t, res, 12)
			if diff := cmp.Diff(test.tried, kinds(res)); diff != "" {
				t.Errorf("tried: %s", diff)
			}
			if len(res.Streams) != test.found || !strings.Contains(res.Streams[0].URL, test.stream) {
				t.Errorf("%d streams, first %s", len(res.Streams), res.Streams[0].URL)
			}
			if p := res.Streams[0].Player; p == nil || !p.Playing {
				t.Errorf("player: %+v", p)
			}
			if got := filepath.Base(res.Film.Path); got != test.name {
				t.Errorf("file %q", got)
			}
			if res.Status != 200 {
				t.Errorf("status %d", res.Status)
			}
		})
	}
}

// TestAPlaylistThatThePageMadeUp: the first 12 segments are those of a blob: URL.
func TestAPlaylistThatThePageMadeUp(t *testing.T) {
	s := serve(t)
	res, err := grab(t, s.url("/play/blob-playlist.html"))
	if err != nil {
		t.Fatal(err)
	}
	checkFilm(t, res, 12)
	for _, x := range res.Streams {
		t.Logf("%s %s, %d requests, player %v", x.Kind, x.URL, x.Requests, x.Player != nil)
	}
}

// TestAFileThatAPagePlays: it is fetched as it is.
func TestAFileThatAPagePlays(t *testing.T) {
	t.Parallel()
	s := serve(t)
	res, err := grab(t, s.url("/play/plain.html"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := fs.ReadFile(files.FS, "clips/fragment.mp4")
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(res.Film.Path)
	if err != nil || !bytes.Equal(got, want) || filepath.Ext(res.Film.Path) != ".mp4" || !res.Film.Finished {
		t.Errorf("%d bytes of %d, %v, %+v", len(got), len(want), err, res.Film)
	}
}

func TestPagesWithoutAFilm(t *testing.T) {
	for _, test := range []struct {
		page  string
		want  error
		says  []string
		tried []string
	}{
		{"/play/nothing.html", replay.ErrNoMedia, []string{"2 requests"}, nil},
		{"/play/fairplay.html", assemble.ErrDRM, []string{"FairPlay"}, nil},
		{"/play/eme.html", assemble.ErrDRM, []string{"com.widevine.alpha"}, []string{"poster"}},
		{"/play/html-playlist.html", replay.ErrNoMedia, []string{"/bad/html.m3u8 should be a playlist", "status 200", `HTML page, "Sign in"`}, []string{"player"}},
		{"/wall/", replay.ErrChallenge, []string{"test for a person", "Cloudflare", "status 403"}, nil},
		{"/nowhere", replay.ErrNoMedia, []string{"the page itself answered with status 404"}, nil},
	} {
		t.Run(test.page, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			res, err := grab(t, s.url(test.page))
			if !errors.Is(err, test.want) {
				t.Fatalf("%v, want %v", err, test.want)
			}
			for _, text := range test.says {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q does not say %q", err, text)
				}
			}
			if diff := cmp.Diff(test.tried, kinds(res)); diff != "" {
				t.Errorf("tried: %s", diff)
			}
			for _, r := range s.byUs() {
				t.Errorf("fetched %s %q", r.URL, r.Header)
			}
			if res.Film != nil {
				t.Errorf("%+v", res.Film)
			}
		})
	}
}

func TestDecoysAreNotClicked(t *testing.T) {
	for real, want := range map[string][]string{
		"": {"poster", "scroll down"}, "text": {"play button"}, "title": {"play button"}, "name": {"play button"}, "link": {"play button"}, "script": {"play button"}, "german": {"play button"},
	} {
		t.Run("real="+real, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			res, err := run(t, scenarios.SniffFlow(s.url("/play/decoys.html?real="+real), scenarios.Sniff{}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, kinds(res)); diff != "" {
				t.Errorf("tried: %s%+v", diff, res.Tried)
			}
			if found := len(res.Streams) == 1; found != (real != "") {
				t.Errorf("%d streams", len(res.Streams))
			}
			for _, x := range res.Capture.Exchanges {
				body, _ := x.Request.Body.Bytes(1000)
				if strings.Contains(x.URL(), "/api/decoy") && !strings.Contains(string(body), "stage") {
					t.Errorf("clicked %s", body)
				}
				if x.Type == "Document" && !strings.Contains(x.URL(), "decoys.html") {
					t.Errorf("went to %s", x.URL())
				}
			}
		})
	}
}

func TestEventsTellWhatHappens(t *testing.T) {
	s := serve(t)
	r := runner(t)
	var got []string
	r.Observe = func(e replay.Event) {
		switch e := e.(type) {
		case replay.StepStarted:
			got = append(got, e.Type)
		case replay.Tried:
			got = append(got, e.Kind+" "+e.What)
		case replay.Found:
			got = append(got, "found")
		case replay.Fetching:
			if e.Done == e.Parts && !slices.Contains(got, "fetched") {
				got = append(got, "fetched")
			}
		}
	}
	flow := scenarios.GrabFlow(s.url("/play/click.html"), scenarios.Grab{Dir: t.TempDir()}, scenarios.Capture{})
	if _, err := r.Run(t.Context(), flow); err != nil {
		t.Fatal(err)
	}
	want := []string{"navigate", "play", "play button Play", "capture", "found", "grab", "fetched"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestAPartitionedCookie: what a frame of another site sets with Partitioned reaches its film, and is known to belong to the
// page that it is framed by.
func TestAPartitionedCookie(t *testing.T) {
	s := serve(t)
	res, err := grab(t, s.url("/play/frame.html?page=/movie/chips/x"))
	if err != nil {
		t.Fatal(err)
	}
	checkFilm(t, res, 12)
	if c := res.Capture.Cookies; len(c) != 1 || c[0].PartitionKey != "http://127.0.0.1" || !c[0].HTTPOnly {
		t.Errorf("cookies: %+v", c)
	}
}
