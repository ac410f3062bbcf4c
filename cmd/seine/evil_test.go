package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/testscript"

	"seine/testdata/sites"
)

// What a terminal would obey: OSC 52 sets the clipboard, the C1 form of CSI clears the screen, \r and \b overwrite, U+202E turns
// text around.
const (
	evil     = "\x1b]52;c;ZXZpbA==\x07\u009b2J\u009d0;owned\u009c\rback\b\u202egpj.exe\u200b\u2028"
	evilJS   = `\x1b]52;c;ZXZpbA==\x07\u009b2J\u009d0;owned\u009c\rback\b\u202egpj.exe\u200b\u2028`
	evilLine = "\x1b]52;c;ZXZpbA==\x07\u009b2J\u202egpj.exe" // without line ends, for a header or playlist
)

// evilSite says evil things wherever a server may: in titles, labels, addresses, types, status texts, playlists.
func evilSite() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/media/", sites.New(sites.Options{}))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<title></title><link rel=icon href="data:,"><div id=s><button id=go class=jw-icon-display style="width:300px;height:200px">Play</button></div><script>
document.title = "%[1]s"; go.setAttribute("aria-label", "Play %[1]s"); go.textContent = "Play %[1]s";
fetch("/api/\u202e\u009b2J?x=%[1]s#%[1]s"); fetch("/status"); fetch("/nowhere%[1]s").catch(() => 0);
go.onclick = (e) => { if (e.isTrusted) s.innerHTML = "<video autoplay muted src='/master.m3u8?\u202e'></video>" };
</script>`, evilJS)
	})
	mux.HandleFunc("GET /api/{x}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = []string{"application/\u009b2J" + "\u202evil+json; x=\"" + evilLine + "\""}
		fmt.Fprintf(w, "{%q: %q}", evil, evil)
	})
	mux.HandleFunc("GET /master.m3u8", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
		fmt.Fprintf(w, "#EXTM3U\n"+
			"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"%[1]s\",LANGUAGE=\"%[1]s\",NAME=\"%[1]s\",URI=\"/media/split/audio/index.m3u8?%[2]s\"\n"+
			"#EXT-X-STREAM-INF:BANDWIDTH=220000,RESOLUTION=320x180,CODECS=\"avc1.4d400c,mp4a.40.2%[1]s\",AUDIO=\"%[1]s\"\n/media/split/video/index.m3u8?%[2]s\n", evilLine, "\u202e\u009b2J")
	})
	for _, path := range []string{"/status", "/missing.ts"} {
		mux.HandleFunc("GET "+path, rawAnswer("403 "+evilLine, "Content-Type: application/json"))
	}
	mux.HandleFunc("GET /moved.m3u8", rawAnswer("302 "+evilLine, "Location: evil"+evilLine+"://h/"+evilLine))
	mux.HandleFunc("GET /inside.m3u8", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/vnd.apple.mpegurl")
		fmt.Fprintf(w, "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n%s\n#EXT-X-ENDLIST\n", r.URL.Query().Get("to"))
	})
	mux.HandleFunc("GET /inside.html", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<title>inside</title><video autoplay muted src='/inside.m3u8?%s'></video>", r.URL.RawQuery)
	})
	mux.HandleFunc("GET /away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	})
	for name, line := range map[string]string{
		"missing": "/missing.ts?" + "\u202e\u009b2J", "scheme": "evil" + evilLine + "://h/x", "tag": "#EXT-X-KEY:METHOD=" + evilLine + ",URI=\"k\"\n/missing.ts",
		"key": "#EXT-X-KEY:METHOD=SAMPLE-AES,KEYFORMAT=\"" + evilLine + "\",URI=\"" + evilLine + "\"\n/missing.ts",
	} {
		mux.HandleFunc("GET /"+name+".m3u8", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,%s\n%s\n#EXT-X-ENDLIST\n", evilLine, line)
		})
	}
	return mux
}

// rawAnswer writes a status line and headers that net/http would not.
func rawAnswer(status, headers string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprintf(buf, "HTTP/1.1 %s\r\n%s\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}", status, headers)
		_ = buf.Flush()
	}
}

// harmless holds what the last command printed to text that a terminal obeys nothing of; with "json", stdout to JSON lines as well.
func harmless(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range []string{"stdout", "stderr"} {
		text := ts.ReadFile(name)
		if !utf8.ValidString(text) {
			ts.Fatalf("%s is no UTF-8: %q", name, text)
		}
		for _, r := range text {
			if r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
				ts.Fatalf("%s has %q:\n%q", name, r, text)
			}
		}
	}
	if len(args) == 0 {
		return
	}
	lines := bufio.NewScanner(strings.NewReader(ts.ReadFile("stdout")))
	lines.Buffer(nil, 1<<20)
	n := 0
	for ; lines.Scan(); n++ {
		var v struct {
			Event string
			Data  map[string]any
		}
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil || v.Event == "" {
			ts.Fatalf("no JSON line (%v): %q", err, lines.Text())
		}
	}
	if n == 0 {
		ts.Fatalf("stdout is empty")
	}
}

// mode holds the permissions of files: mode 0600 FILE…
func mode(ts *testscript.TestScript, _ bool, args []string) {
	for _, f := range args[1:] {
		info, err := os.Lstat(ts.MkAbs(f))
		ts.Check(err)
		if got := fmt.Sprintf("%04o", info.Mode().Perm()); !info.Mode().IsRegular() || got != args[0] {
			ts.Fatalf("%s is %v, not %s", f, info.Mode(), args[0])
		}
	}
}
