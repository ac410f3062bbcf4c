package main

import (
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// deadlyTo is the site, which kills Chrome's processes whose command line names the state folder when a page has made its call:
// /faults/?wait=renderer its renderers, /faults/?wait=browser its main one.
func deadlyTo(site http.Handler, state string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind, ok := strings.CutPrefix(r.Referer(), "http://"+r.Host+"/faults/?wait="); ok && strings.HasSuffix(r.URL.Path, "/now") {
			killChrome(state, kind)
		}
		site.ServeHTTP(w, r)
	})
}

func killChrome(state, kind string) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil || !bytes.Contains(text, []byte("="+state)) || bytes.Contains(text, []byte("--type=renderer")) != (kind == "renderer") ||
			bytes.Contains(text, []byte("--type=")) && kind == "browser" {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		if p, err := os.FindProcess(pid); err == nil {
			_ = p.Kill()
		}
	}
}

// serveSecure serves a site with a certificate that nobody has signed.
func serveSecure(env *testscript.Env, name string, site http.Handler) {
	srv := httptest.NewUnstartedServer(site)
	srv.Config.ReadHeaderTimeout, srv.Config.ErrorLog = time.Minute, log.New(io.Discard, "", 0)
	srv.StartTLS()
	env.Defer(srv.Close)
	env.Setenv(name, srv.URL)
}
