package replay_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"seine/assemble"
	"seine/capture/session"
	"seine/scenarios"
	"seine/testdata/sites"
)

// TestHLSJS: what the player asked for is what we plan to fetch, and we fetch it with the same token, cookie and Referer.
func TestHLSJS(t *testing.T) {
	for _, page := range []string{
		"/movie/hlsjs/harbour", "/movie/hlsjs/harbour?mode=worker", "/movie/hlsjs/harbour?loader=worker", "/play/frame.html?page=/movie/hlsjs/embed/harbour",
	} {
		t.Run(page, func(t *testing.T) {
			s := serve(t)
			defer func() {
				for _, r := range s.Log() {
					if t.Failed() && r.Status >= 400 {
						t.Logf("%d %s %s", r.Status, r.Method, r.URL)
					}
				}
			}()
			flow := scenarios.GrabFlow(s.url(page), scenarios.Grab{Dir: t.TempDir()}, scenarios.Capture{})
			res, err := run(t, flow)
			if err != nil {
				t.Fatal(err)
			}
			checkFilm(t, res, 12)
			stream := res.Streams[0]
			if len(res.Streams) != 1 || stream.Player == nil || !stream.Player.Playing || !strings.HasPrefix(stream.Player.Source, "blob:") {
				t.Errorf("%d streams, player %+v", len(res.Streams), stream.Player)
			}
			player := media(s.byBrowser())
			checkPlanned(t, session.Proved(res.Capture, stream), assemble.Job{URL: stream.URL}, player)
			checkSameSecrets(t, s, player)
		})
	}
}

// TestDASHPlayers: the film that a player of DASH plays is fetched by its manifest.
func TestDASHPlayers(t *testing.T) {
	for _, name := range []string{"dash.js", "shaka-player"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			res, err := run(t, scenarios.GrabFlow(s.url(player(name, dashFilm).page), scenarios.Grab{Dir: t.TempDir()}, scenarios.Capture{}))
			if err != nil {
				t.Fatal(err)
			}
			checkFilm(t, res, 8) // four of the picture, four of the sound
			if f := res.Film; len(f.Tracks) != 2 || f.Tracks[0].Height != 180 || (f.Duration-8*time.Second).Abs() > 100*time.Millisecond {
				t.Errorf("%+v", f)
			}
		})
	}
}

// media are the requests for playlists, keys and segments.
func media(log []sites.Request) (list []sites.Request) {
	for _, r := range log {
		if strings.Contains(r.URL, "/hls/") || strings.Contains(r.URL, "/key/") {
			list = append(list, r)
		}
	}
	return list
}

func checkPlanned(t *testing.T, conf session.Config, job assemble.Job, player []sites.Request) {
	t.Helper()
	client, err := session.New(conf)
	if err != nil {
		t.Fatal(err)
	}
	defer client.CloseIdleConnections()
	job.Client, job.Output = client, "unused.mp4"
	in, err := assemble.Inspect(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	planned := map[string]bool{job.URL: true}
	for _, v := range in.Presentation.Variants {
		planned[v.URL.String()] = true
	}
	for _, p := range in.Plan.Parts {
		planned[p.URL] = true
		if p.Key != nil {
			planned[p.Key.URL] = true
		}
	}
	segments := 0
	for _, r := range player {
		// A player that begins with the smaller variant fetches from both; numbers and keys are the same.
		if u := strings.Replace(r.URL, "/180p/", "/360p/", 1); !planned[u] && !planned[r.URL] {
			t.Errorf("the player asked for %s, which is not planned", r.URL)
		}
		if strings.Contains(r.URL, "seg_") {
			segments++
		}
	}
	if segments == 0 {
		t.Error("the player asked for no segment")
	}
}

func checkSameSecrets(t *testing.T, s served, player []sites.Request) {
	t.Helper()
	ours := media(s.byUs())
	if len(ours) < 12 {
		t.Errorf("we asked %d times", len(ours))
	}
	want := secretsOf(t, player[0])
	segments := map[string]bool{}
	for _, r := range slices.Concat(ours, player) {
		if r.Status >= 400 {
			t.Errorf("%s: status %d", r.URL, r.Status)
		}
		if got := secretsOf(t, r); got != want {
			t.Errorf("%s: %q, want %q", r.URL, got, want)
		}
	}
	for _, r := range ours {
		if i := strings.Index(r.URL, "seg_"); i >= 0 {
			segments[r.URL[i:i+7]] = true
		}
	}
	if len(segments) != 12 {
		t.Errorf("%d segments", len(segments))
	}
}

func secretsOf(t *testing.T, r sites.Request) [3]string {
	t.Helper()
	u, err := url.Parse(r.URL)
	if err != nil {
		t.Fatal(err)
	}
	// A worker's Referer is its script's address: the site is what is asked for.
	from, err := url.Parse(r.Header.Get("Referer"))
	if err != nil {
		t.Fatal(err)
	}
	return [3]string{u.Query().Get("token"), r.Header.Get("Cookie"), from.Host}
}
