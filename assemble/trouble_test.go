package assemble

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"seine/assemble/fetch"
)

// cut ends a connection in the middle of a body, by a reset or in good order.
func cut(t testing.TB, w http.ResponseWriter, head string, body []byte, reset bool) {
	conn, buf, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close()
	fmt.Fprintf(buf, "HTTP/1.1 200 OK\r\nConnection: close\r\n%s\r\n", head)
	_, _ = buf.Write(body)
	buf.Flush()
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
}

// Trouble that passes: the film is the same to the byte, and the trouble is counted.
func TestPassingTrouble(t *testing.T) {
	bad := seg(5)
	once := func(answer func(t *testing.T, o *origin, w http.ResponseWriter, r *http.Request)) func(*testing.T, *origin, http.ResponseWriter, *http.Request, int) bool {
		return func(t *testing.T, o *origin, w http.ResponseWriter, r *http.Request, n int) bool {
			if strings.TrimPrefix(r.URL.Path, "/") != bad || n > 1 {
				return false
			}
			answer(t, o, w, r)
			return true
		}
	}
	whole := func(o *origin) []byte { b, _ := o.body(bad); return b }
	for name, hook := range map[string]func(*testing.T, *origin, http.ResponseWriter, *http.Request, int) bool{
		"404 once": once(func(_ *testing.T, _ *origin, w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }),
		"403 once": once(func(_ *testing.T, _ *origin, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }),
		"reset": once(func(t *testing.T, o *origin, w http.ResponseWriter, _ *http.Request) {
			b := whole(o)
			cut(t, w, fmt.Sprintf("Content-Length: %d\r\n", len(b)), b[:5000], true)
		}),
		"short body": once(func(t *testing.T, o *origin, w http.ResponseWriter, _ *http.Request) {
			b := whole(o)
			cut(t, w, fmt.Sprintf("Content-Length: %d\r\n", len(b)), b[:len(b)/2], false)
		}),
		"short chunks": once(func(t *testing.T, o *origin, w http.ResponseWriter, _ *http.Request) {
			cut(t, w, "Transfer-Encoding: chunked\r\n", append([]byte("ffff\r\n"), whole(o)[:3000]...), false)
		}),
		"HTML with 200": once(func(_ *testing.T, _ *origin, w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "<!DOCTYPE html><title>busy</title>")
		}),
		"empty body":           once(func(*testing.T, *origin, http.ResponseWriter, *http.Request) {}),
		"no content":           once(func(_ *testing.T, _ *origin, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }),
		"Retry-After, seconds": once(func(_ *testing.T, _ *origin, w http.ResponseWriter, _ *http.Request) { refuse(w, 429, "0") }),
		"Retry-After, date": once(func(_ *testing.T, _ *origin, w http.ResponseWriter, _ *http.Request) {
			refuse(w, 503, time.Now().UTC().Format(http.TimeFormat))
		}),
		"503 storm": func(_ *testing.T, _ *origin, w http.ResponseWriter, r *http.Request, n int) bool {
			if n > 4 {
				return false
			}
			w.WriteHeader(503)
			return true
		},
		"playlist 502": func(_ *testing.T, _ *origin, w http.ResponseWriter, r *http.Request, n int) bool {
			if n > 2 || !strings.HasSuffix(r.URL.Path, ".m3u8") {
				return false
			}
			w.WriteHeader(502)
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			o.hook = func(w http.ResponseWriter, r *http.Request, n int) bool { return hook(t, o, w, r, n) }
			job := o.job(t)
			v, err := Run(t.Context(), job)
			if err != nil {
				t.Fatal(err)
			}
			wantGolden(t, job.Output)
			if v.Retries == 0 || v.Segments != segments {
				t.Errorf("%+v", v)
			}
		})
	}
}

func refuse(w http.ResponseWriter, status int, after string) {
	w.Header().Set("Retry-After", after)
	w.WriteHeader(status)
}

// A segment that stays away is asked for once more when all others are there. The next run asks for it, and for its neighbour that it
// is joined to.
func TestLastingTrouble(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		tries  int
		says   string
	}{
		"404":      {func(w http.ResponseWriter) { w.WriteHeader(404) }, 4, "HTTP 404"},
		"403":      {func(w http.ResponseWriter) { w.WriteHeader(403) }, 4, "HTTP 403"},
		"410":      {func(w http.ResponseWriter) { w.WriteHeader(410) }, 4, "HTTP 410"},
		"500":      {func(w http.ResponseWriter) { w.WriteHeader(500) }, 16, "HTTP 500"},
		"HTML":     {func(w http.ResponseWriter) { fmt.Fprint(w, "<html>") }, 6, "an HTML page"},
		"patience": {func(w http.ResponseWriter) { refuse(w, 503, "86400") }, 2, "wait for too long"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if r.URL.Path != "/"+seg(5) {
					return false
				}
				c.answer(w)
				return true
			}
			job := o.job(t)
			v, err := Run(t.Context(), job)
			var fe *fetch.Error
			if !errors.Is(err, ErrIncomplete) || !errors.As(err, &fe) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "segment 6 of 12") {
				t.Fatalf("got %v", err)
			}
			if n := o.count(seg(5)); n != c.tries+c.tries/2*v.Renewals*refusals(c.says) {
				t.Errorf("%d tries, want %d", n, c.tries)
			}
			if v.Finished || v.Segments != 11 || len(v.Missing) != 1 || v.Missing[0].Start != 10*time.Second || Hint(err) == "" {
				t.Errorf("%+v, hint %q", v, Hint(err))
			}
			wantOnly(t, filepath.Dir(job.Output), "film.mp4.part", "film.mp4.part.journal")
			o.behave()
			o.reset()
			v, err = Run(t.Context(), job)
			if err != nil || v.Resumed != 11 || v.Filled != 1 || v.Segments != segments || o.count(seg(5)) != 1 || o.count(seg(6)) != 1 {
				t.Fatalf("%+v, %v", v, err)
			}
			if len(o.order) != 3 {
				t.Errorf("asked for %v", o.order)
			}
			wantFilm(t, job.Output)
			wantOnly(t, filepath.Dir(job.Output), "film.mp4")
		})
	}
}

// refusals is 1 for an answer that may mean that the addresses have expired: renewing them has the segment asked for again.
func refusals(says string) int {
	if strings.HasPrefix(says, "HTTP 4") {
		return 1
	}
	return 0
}

func TestAllowGaps(t *testing.T) {
	o := newOrigin(t)
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.URL.Path != "/"+seg(3) {
			return false
		}
		w.WriteHeader(404)
		return true
	}
	job := o.job(t)
	job.AllowGaps = true
	v, err := Run(t.Context(), job)
	if err != nil || !v.Finished || v.Segments != segments-1 || len(v.Missing) != 1 || v.Missing[0].Sequence != 3 || v.Missing[0].Start != 6*time.Second {
		t.Fatalf("%+v, %v", v, err)
	}
	if p := probe(t, job.Output); p.Format.Duration < 23.9 || p.Format.Duration > 24.1 {
		t.Errorf("duration %v", p.Format.Duration)
	}
}

// A gap that the playlist itself declares is missing too, and is not asked for.
func TestDeclaredGap(t *testing.T) {
	o := newOrigin(t)
	o.playlist = func(s string) string { return strings.Replace(s, "seg_003.ts", "#EXT-X-GAP\nseg_003.ts", 1) }
	job := o.job(t)
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrIncomplete) || !strings.Contains(err.Error(), "EXT-X-GAP") {
		t.Fatal(err)
	}
	job.AllowGaps = true
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Missing) != 1 || v.Resumed != 11 || o.count(seg(3)) != 0 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestRefused(t *testing.T) {
	key := func(attrs string) func(string) string {
		return func(s string) string { return strings.Replace(s, "#EXTINF", "#EXT-X-KEY:"+attrs+"\n#EXTINF", 1) }
	}
	to := func(text string) func(string) string { return func(string) string { return text } }
	for name, c := range map[string]struct {
		playlist func(string) string
		want     error
		says     string
	}{
		"Widevine":  {key(`METHOD=SAMPLE-AES-CTR,URI="data:text/plain;base64,AAAA",KEYFORMAT="urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed"`), ErrDRM, "Widevine"},
		"PlayReady": {key(`METHOD=SAMPLE-AES,URI="data:text/plain;charset=UTF-16;base64,AA==",KEYFORMAT="com.microsoft.playready"`), ErrDRM, "PlayReady"},
		"FairPlay":  {key(`METHOD=SAMPLE-AES,URI="skd://a",KEYFORMAT="com.apple.streamingkeydelivery"`), ErrDRM, "FairPlay"},
		"a method":  {key(`METHOD=AES-999,URI="key"`), ErrUnsupported, "AES-999"},
		"live": {func(s string) string {
			return strings.NewReplacer("#EXT-X-ENDLIST", "", "#EXT-X-PLAYLIST-TYPE:VOD\n", "").Replace(s)
		}, ErrLive, "no end"},
		"empty":   {to("#EXTM3U\n#EXT-X-ENDLIST\n"), ErrNothing, "neither segments nor variants"},
		"no text": {to(""), ErrNothing, "no text"},
		"HTML":    {to("<html>login</html>"), ErrNotPlaylist, "an HTML page"},
		"JSON":    {to(`{"a":1}`), ErrNotPlaylist, "JSON"},
		"loop":    {to("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nindex.m3u8\n"), ErrMalformed, "variants again"},
		"file":    {to("#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:1,\nfile:///etc/passwd\n"), ErrMalformed, "no http"},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			o.playlist = c.playlist
			job := o.job(t)
			_, err := Run(t.Context(), job)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %v with %q", err, c.want, c.says)
			}
			wantOnly(t, filepath.Dir(job.Output))
			for name := range o.counts {
				if !strings.HasSuffix(name, ".m3u8") {
					t.Errorf("%s was fetched", name)
				}
			}
		})
	}
}

func TestUnsupportedSegments(t *testing.T) {
	for body, says := range map[string]string{
		"WEBVTT\n\n": "subtitles",
	} {
		o := newOrigin(t)
		o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if !strings.HasSuffix(r.URL.Path, ".ts") {
				return false
			}
			_, _ = io.WriteString(w, body)
			return true
		}
		if _, err := Run(t.Context(), o.job(t)); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", body, err)
		}
		if n := o.count(seg(0)); n != 1 {
			t.Errorf("asked %d times", n)
		}
	}
}

// One file of which each segment is a range.
func TestRanges(t *testing.T) {
	for _, ignore := range []bool{false, true} {
		o := newOrigin(t)
		var all []byte
		list := "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n"
		for i := range segments {
			b, err := o.body(seg(i))
			if err != nil {
				t.Fatal(err)
			}
			at := ""
			if i%3 == 0 {
				at = fmt.Sprintf("@%d", len(all))
			}
			list += fmt.Sprintf("#EXTINF:2,\n#EXT-X-BYTERANGE:%d%s\nall.ts\n", len(b), at)
			all = append(all, b...)
		}
		o.playlist = func(string) string { return list }
		o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if !strings.HasSuffix(r.URL.Path, "all.ts") {
				return false
			}
			if ignore {
				r.Header.Del("Range")
			}
			http.ServeContent(w, r, "all.ts", time.Time{}, strings.NewReader(string(all)))
			return true
		}
		job := o.job(t)
		if _, err := Run(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		wantGolden(t, job.Output)
	}
}

func TestCancel(t *testing.T) {
	o := newOrigin(t)
	ctx, cancel := context.WithCancel(t.Context())
	o.hook = func(_ http.ResponseWriter, r *http.Request, _ int) bool {
		if r.URL.Path == "/"+seg(7) {
			<-r.Context().Done()
			return true
		}
		return false
	}
	job := o.job(t)
	job.Progress = func(p Progress) {
		if p.Done > 0 {
			cancel()
		}
	}
	v, err := Run(ctx, job)
	if !errors.Is(err, context.Canceled) || v.Finished {
		t.Fatalf("%+v, %v", v, err)
	}
	for _, suffix := range []string{".part", ".part.journal"} {
		if info, err := os.Stat(job.Output + suffix); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", suffix, info, err)
		}
	}
	o.behave()
	if _, err := Run(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	wantGolden(t, job.Output)
}

func TestUnwritable(t *testing.T) {
	o := newOrigin(t)
	job := o.job(t)
	job.Output = filepath.Join(t.TempDir(), "no", "such", "folder", "film.mp4")
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrOutput) || !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for _, bad := range []string{"", ".", "/", ".."} {
		job.Output = bad
		if _, err := Run(t.Context(), job); !errors.Is(err, ErrOutput) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	job.Output = t.TempDir()
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrOutput) || !strings.Contains(err.Error(), "folder") {
		t.Error(err)
	}
	if len(o.order) != 0 {
		t.Errorf("asked for %v", o.order)
	}
}
