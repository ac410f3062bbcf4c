package assemble_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"seine/assemble"
	"seine/capture/session"
	"seine/capture/session/sessiontest"
)

// secrets are what one source of the film knows, and who may hear it.
type secrets struct {
	conf   session.Config
	owners map[string][]string
}

// homely are those of a visit at home. mark makes them others.
func homely(o *origins, mark string) *secrets {
	home := o.at["home"]
	login := base64.StdEncoding.EncodeToString([]byte("me:SECRET-login-" + mark))
	return &secrets{
		conf: session.Config{
			Start:          home,
			DefaultHeaders: http.Header{"Referer": {"https://me:SECRET-user-" + mark + "@" + strings.TrimPrefix(home, "https://") + "/SECRET-path-" + mark + "/watch?SECRET-query-" + mark}},
			Headers:        map[string]http.Header{home: {"Authorization": {"Basic " + login}, "X-Token": {"SECRET-token-" + mark}}},
			Cookies: []session.Cookie{
				{Name: "a", Value: "SECRET-host-" + mark, Domain: "home.test", HostOnly: true, Secure: true},
				{Name: "b", Value: "SECRET-domain-" + mark, Domain: "home.test", Secure: true},
				{Name: "c", Value: "SECRET-strange-" + mark, Domain: "foreign.test", Secure: true, SameSite: "None"},
			},
		},
		// Cookies know no ports (RFC 6265 §8.5), so another port is no stranger to them.
		owners: map[string][]string{
			login:                    {"home"},
			"SECRET-token-" + mark:   {"home"},
			"SECRET-path-" + mark:    {"home"},
			"SECRET-query-" + mark:   {"home"},
			"SECRET-host-" + mark:    {"home", "port"},
			"SECRET-domain-" + mark:  {"home", "port", "subdomain"},
			"SECRET-strange-" + mark: {"foreign"},
			"SECRET-user-" + mark:    {},
			"SECRET-login-" + mark:   {},
		},
	}
}

// reveals holds each request against what its place may hear: all of its own, and nothing else.
func reveals(t *testing.T, list []heard, s *secrets) {
	t.Helper()
	for _, h := range list {
		for secret, mine := range s.owners {
			if got, want := strings.Contains(h.text, secret), slices.Contains(mine, h.place); got != want {
				t.Errorf("%s at %s: heard = %v, want %v\n%s", secret, h.place, got, want, h.text)
			}
		}
	}
}

// everywhere wants segments, keys and sections to have been asked for at all places, and by all ways that lead there.
func everywhere(t *testing.T, list []heard) {
	t.Helper()
	for i, way := range ways() {
		last := way[0]
		if hops := strings.Split(way[1], "|"); way[1] != "" {
			last = hops[len(hops)-1]
		}
		for _, name := range []string{"key", "init.mp4", "seg_000.m4s", "seg_003.m4s"} {
			file := fmt.Sprintf("/%d/%s", i, name)
			if !slices.ContainsFunc(list, func(h heard) bool { return h.path == file && h.place == last && h.query.Get("to") == "" }) {
				t.Errorf("%s did not hear of %s", last, file)
			}
		}
	}
}

func wantFinished(t *testing.T, v assemble.Verdict, err error) {
	t.Helper()
	if err != nil || !v.Finished || v.Segments != clipSegments*len(ways()) || len(v.Missing) != 0 {
		t.Fatalf("%+v, %v", v, err)
	}
}

// Each request of a film, for whatever and by whatever way, carries the secrets of its own origin, all of them, and none of another.
func TestFilmSecrets(t *testing.T) {
	o := newOrigins(t)
	s := homely(o, "1")
	v, err := assemble.Run(t.Context(), o.job(t, o.client(t, s.conf)))
	wantFinished(t, v, err)
	reveals(t, o.requests(), s)
	everywhere(t, o.requests())
}

// A name and password in the playlist's address are for the program to make a header of; nobody hears them from here.
func TestFilmSecretsInAddress(t *testing.T) {
	o := newOrigins(t)
	s := homely(o, "1")
	job := o.job(t, o.client(t, s.conf))
	job.URL = strings.Replace(job.URL, "https://", "https://me:SECRET-user-1@", 1)
	o.list = func(q url.Values) string { // relative addresses take the login along
		return strings.ReplaceAll(routes(q), "{home}", "")
	}
	v, err := assemble.Run(t.Context(), job)
	wantFinished(t, v, err)
	reveals(t, o.requests(), s)
	everywhere(t, o.requests())
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		w.WriteHeader(http.StatusForbidden)
		return true
	}
	job.Output = path.Join(t.TempDir(), "film.mp4")
	if _, err := assemble.Run(t.Context(), job); err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("the error says %v", err)
	}
}

// The same when everything has to be asked for twice.
func TestFilmSecretsRetried(t *testing.T) {
	o := newOrigins(t)
	s := homely(o, "1")
	o.hook = func(w http.ResponseWriter, _ *http.Request, n int) bool {
		if n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return n == 1
	}
	v, err := assemble.Run(t.Context(), o.job(t, o.client(t, s.conf)))
	wantFinished(t, v, err)
	if v.Retries < clipSegments*len(ways()) {
		t.Errorf("%d retries", v.Retries)
	}
	reveals(t, o.requests(), s)
	everywhere(t, o.requests())
}

// The same in a run that ends in the middle, and in one that goes on with a new client.
func TestFilmSecretsResumed(t *testing.T) {
	o := newOrigins(t)
	s := homely(o, "1")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	middle := fmt.Sprintf("/%d/seg_001.m4s", len(ways())/2)
	there := make(chan struct{})
	once := sync.OnceFunc(func() { close(there) })
	o.hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if r.URL.Path == middle {
			select {
			case <-there:
				cancel()
			case <-r.Context().Done():
			}
		}
		return false
	}
	job := o.job(t, o.client(t, s.conf))
	job.Progress = func(p assemble.Progress) {
		if p.Done > 0 {
			once()
		}
	}
	first, err := assemble.Run(ctx, job)
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	job.Client = o.client(t, s.conf)
	before := len(o.requests())
	v, err := assemble.Run(t.Context(), job)
	wantFinished(t, v, err)
	if v.Resumed == 0 || v.Resumed != first.Segments {
		t.Errorf("resumed %d of %d", v.Resumed, first.Segments)
	}
	list := o.requests()
	if len(list[before:]) < clipSegments*len(ways())/2 {
		t.Errorf("%d requests of the second run", len(list[before:]))
	}
	reveals(t, list, s)
	everywhere(t, list)
}

// After a refresh, new addresses are asked for with the new source's secrets alone, and those of the old one are not heard with them
// anywhere, the old home included.
func TestFilmSecretsRefreshed(t *testing.T) {
	o := newOrigins(t)
	old, fresh := homely(o, "1"), homely(o, "2")
	var dead atomic.Bool
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.URL.Path == fmt.Sprintf("/%d/seg_001.m4s", len(ways())/2) {
			dead.Store(true)
		}
		if r.URL.Query().Get("e") == "1" && dead.Load() {
			w.WriteHeader(http.StatusForbidden)
			return true
		}
		return false
	}
	job := o.job(t, o.client(t, old.conf))
	calls := 0
	job.Refresh = func(context.Context) (assemble.Source, error) {
		calls++
		return assemble.Source{URL: o.at["home"] + "/list.m3u8?e=2", Client: o.client(t, fresh.conf)}, nil
	}
	v, err := assemble.Run(t.Context(), job)
	wantFinished(t, v, err)
	if calls != 1 || v.Renewals != 1 {
		t.Errorf("%d calls, %d renewals", calls, v.Renewals)
	}
	var before, after []heard
	for _, h := range o.requests() {
		if h.query.Get("e") == "2" {
			after = append(after, h)
		} else {
			before = append(before, h)
		}
	}
	if len(before) < clipSegments*len(ways())/2 || len(after) < clipSegments*len(ways())/2 {
		t.Errorf("%d requests before and %d after", len(before), len(after))
	}
	reveals(t, after, fresh)
	silent(t, after, old)
	// What waits for its next try when the client changes asks for an old address with the new one, in the same way.
	for _, h := range before {
		of, other := old, fresh
		if knows(h, fresh) {
			of, other = fresh, old
		}
		reveals(t, []heard{h}, of)
		silent(t, []heard{h}, other)
	}
}

// silent wants nothing of the secrets to be heard.
func silent(t *testing.T, list []heard, s *secrets) {
	t.Helper()
	for _, h := range list {
		if knows(h, s) {
			t.Errorf("at %s, of another source:\n%s", h.place, h.text)
		}
	}
}

func knows(h heard, s *secrets) bool {
	for secret := range s.owners {
		if strings.Contains(h.text, secret) {
			return true
		}
	}
	return false
}

// A film on two servers at once: the mirror hears nothing of the first, also when it has to take over.
func TestFilmSecretsMirrored(t *testing.T) {
	for _, place := range []string{"port", "scheme", "subdomain", "foreign"} {
		for _, dies := range []bool{false, true} {
			t.Run(fmt.Sprint(place, dies), func(t *testing.T) {
				o := newOrigins(t)
				s := homely(o, "1")
				o.hook = mirrored(o, place, dies)
				v, err := assemble.Run(t.Context(), o.job(t, o.client(t, s.conf)))
				if err != nil || !v.Finished || v.Segments != mirroredClips*clipSegments {
					t.Fatalf("%+v, %v", v, err)
				}
				at := map[string]int{}
				for _, h := range o.requests() {
					if strings.HasSuffix(h.path, ".m4s") {
						at[h.place]++
					}
				}
				if at["home"] == 0 || at[place] == 0 || len(at) != 2 {
					t.Errorf("segments at %v", at)
				}
				reveals(t, o.requests(), s)
			})
		}
	}
}

const mirroredClips = 8

// mirrored answers with a film that is at home and at another place. Its home may lose all segments but the first, and the initialization section.
func mirrored(o *origins, place string, dies bool) func(http.ResponseWriter, *http.Request, int) bool {
	return func(w http.ResponseWriter, r *http.Request, _ int) bool {
		switch {
		case r.URL.Path == "/list.m3u8":
			const variant = "#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=320x180\n{%s}/film/index.m3u8\n"
			fmt.Fprint(w, o.named("#EXTM3U\n"+fmt.Sprintf(variant, "home")+fmt.Sprintf(variant, place)))
		case r.URL.Path == "/film/index.m3u8":
			fmt.Fprintf(w, "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"key\",IV=0x%032x\n", 0)
			for c := range mirroredClips {
				for s := range clipSegments {
					fmt.Fprintf(w, "#EXTINF:2,\n%d/seg_%03d.m4s\n", c, s)
				}
				if c < mirroredClips-1 {
					fmt.Fprint(w, "#EXT-X-DISCONTINUITY\n")
				}
			}
			fmt.Fprint(w, "#EXT-X-ENDLIST\n")
		case dies && "https://"+r.Host == o.at["home"] && mirroredMedia(r.URL.Path) && r.TLS != nil:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			return false
		}
		return true
	}
}

// A steering manifest, wherever it is, and the pathway that it makes, hear nothing of the film's home; nor does the way there.
func TestFilmSecretsSteered(t *testing.T) {
	for _, way := range ways() {
		t.Run(fmt.Sprint(way), func(t *testing.T) {
			o := newOrigins(t)
			s := homely(o, "1")
			inner := mirrored(o, "home", false)
			o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool {
				switch {
				case r.URL.Path == "/list.m3u8":
					fmt.Fprint(w, o.named(fmt.Sprintf("#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI=\"{%s}/steer?to=%s\",PATHWAY-ID=\"a\"\n"+
						"#EXT-X-STREAM-INF:BANDWIDTH=500000,RESOLUTION=320x180,PATHWAY-ID=\"a\"\n{home}/film/index.m3u8\n", way[0], url.QueryEscape(way[1]))))
				case r.URL.Path == "/steer" && r.URL.Query().Get("to") == "":
					_, host, _ := strings.Cut(o.at["foreign"], "//")
					fmt.Fprintf(w, `{"VERSION":1,"TTL":1,"PATHWAY-PRIORITY":["a","b"],"PATHWAY-CLONES":[{"BASE-ID":"a","ID":"b","URI-REPLACEMENT":{"HOST":%q,"PARAMS":{"cdn":"b"}}}]}`, host)
				default:
					return r.URL.Path != "/steer" && inner(w, r, n)
				}
				return true
			}
			v, err := assemble.Run(t.Context(), o.job(t, o.client(t, s.conf)))
			if err != nil || !v.Finished || v.Segments != mirroredClips*clipSegments {
				t.Fatalf("%+v, %v", v, err)
			}
			at := map[string]int{}
			for _, h := range o.requests() {
				at[h.place+h.path]++
			}
			if at["foreign/film/index.m3u8"] != 1 || at[way[0]+"/steer"] == 0 || len(v.Warnings) > 0 {
				t.Errorf("asked %v, told %q", at, v.Warnings)
			}
			reveals(t, o.requests(), s)
		})
	}
}

// mirroredMedia are the segments but the first, and what goes before them.
func mirroredMedia(name string) bool {
	return strings.HasSuffix(name, ".mp4") || strings.HasSuffix(name, ".m4s") && name != "/film/0/seg_000.m4s"
}

// The proxy hears its own password, and no origin does, nor anything else that is not its own.
func TestFilmSecretsByProxy(t *testing.T) {
	o := newOrigins(t)
	s := homely(o, "1")
	proxy := &sessiontest.Proxy{User: "me:SECRET-proxy"}
	defer proxy.Close()
	login := base64.StdEncoding.EncodeToString([]byte(proxy.User))
	u, err := session.ParseProxy("http://" + proxy.User + "@127.0.0.1:" + sessiontest.Serve(t, "127.0.0.1", nil, proxy.ServeHTTP))
	if err != nil {
		t.Fatal(err)
	}
	s.conf.Proxy = session.ViaProxy(u)
	s.owners[login], s.owners["SECRET-proxy"], s.owners["Proxy-Auth"] = nil, nil, nil
	c := o.client(t, s.conf)
	defer c.CloseIdleConnections() // the tunnels end with it
	v, err := assemble.Run(t.Context(), o.job(t, c))
	wantFinished(t, v, err)
	reveals(t, o.requests(), s)
	everywhere(t, o.requests())
	targets := map[string]bool{}
	for _, h := range proxy.Heard() {
		if !strings.HasSuffix(h, "Basic "+login) {
			t.Errorf("the proxy heard %s", h)
		}
		target := strings.Fields(h)[1]
		if to, err := url.Parse(target); err == nil && to.Host != "" {
			target = to.Host // of a request that goes through in the open
		}
		targets[target] = true
	}
	for place, at := range o.at {
		if _, host, _ := strings.Cut(at, "://"); !targets[host] {
			t.Errorf("the proxy was not asked for %s", place)
		}
	}
}
