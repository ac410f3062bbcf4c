package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"seine/capture/session"
	"seine/capture/session/sessiontest"
	"seine/testdata/sites"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"seine": main})
}

// slowly is the delay of each segment on the slow site.
const slowly = 300 * time.Millisecond

// TestScripts runs testdata/script: the program as a person runs it, against the built-in site. A script has
// $SITE and $SLOW, the site's addresses, $EVIL and $OUTWARD, one that says evil things at a loopback and
// at a private address (condition network), $PROXY, a proxy that has $SITE under any name, $SECURE, where
// $SITE has a certificate that nobody has signed, $DEADLY, whose pages kill Chrome (see deadlyTo), and the commands
//
//	requested PATTERN   the site's log has a matching "METHOD URL STATUS"; ! for has not
//	hold PATH           $SLOW answers nothing whose path has PATH in it, until
//	release             lets it go
//	waitfor FILE [SIZE] until the file is there and has SIZE bytes (1)
//	harmless [json]     a terminal obeys nothing of what was printed; and it is JSON lines
//	mode PERM FILE…     the files' permissions, such as 0600
//	tinydisk DIR [ro]   a file system of 96 KiB at DIR, on request read-only, or skip where the kernel does not let us
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		RequireExplicitExec: true,
		Setup:               setup,
		Condition: func(cond string) (bool, error) {
			if cond == "network" {
				return outward() != "", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"requested": requested, "waitfor": waitfor, "tinydisk": tinydisk, "exits": exitsWith, "harmless": harmless, "mode": mode,
			"hold": hold, "release": release,
		},
	})
}

type siteKey struct{}

// serveTo serves a site until the script ends, and tells it where.
func serveTo(env *testscript.Env, name, host string, site http.Handler) error {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: site, ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l)
	}()
	env.Defer(func() {
		_ = srv.Close()
		<-done
	})
	env.Setenv(name, "http://"+l.Addr().String())
	env.Setenv(name+"_PORT", fmt.Sprint(l.Addr().(*net.TCPAddr).Port))
	return nil
}

func setup(env *testscript.Env) error {
	fast, slow := sites.New(sites.Options{}), sites.New(sites.Options{SegmentDelay: slowly})
	env.Values[siteKey{}] = []*sites.Site{fast, slow}
	stop := &brake{site: slow}
	env.Values[brakeKey{}] = stop
	for name, site := range map[string]http.Handler{"SITE": fast, "SLOW": stop, "EVIL": evilSite()} {
		if err := serveTo(env, name, "127.0.0.1", site); err != nil {
			return err
		}
	}
	if err := serveTo(env, "PROXY", "127.0.0.1", proxyTo(fast)); err != nil {
		return err
	}
	if ip := outward(); ip != "" {
		if err := serveTo(env, "OUTWARD", ip, evilSite()); err != nil {
			return err
		}
	}
	port, free, err := sessiontest.NobodyThere()
	if err != nil {
		return err
	}
	env.Defer(free)
	env.Setenv("CLOSED", fmt.Sprint("http://127.0.0.1:", port))
	home := filepath.Join(env.WorkDir, ".home")
	for _, dir := range []string{home, filepath.Join(env.WorkDir, ".tmp")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	env.Setenv("HOME", home)
	state := filepath.Join(home, "state")
	env.Setenv("XDG_STATE_HOME", state)
	serveSecure(env, "SECURE", fast)
	if err := serveTo(env, "DEADLY", "127.0.0.1", deadlyTo(fast, state)); err != nil {
		return err
	}
	if os.Geteuid() == 0 || os.Getenv("SEINE_NO_SANDBOX") != "" {
		env.Setenv("SEINE_NO_SANDBOX", "1")
	}
	if b := os.Getenv("SEINE_BROWSER"); b != "" {
		env.Setenv("SEINE_BROWSER", b)
	}
	return nil
}

// proxyTo is an HTTP proxy behind which all names are one site.
func proxyTo(site http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !r.URL.IsAbs() {
			http.Error(w, "a proxy is asked by absolute addresses", http.StatusBadRequest)
			return
		}
		site.ServeHTTP(w, r)
	})
}

// outward is an address of this machine in a private network, or empty.
func outward() string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() && session.SpaceOf(p.Addr()) == session.Private {
			return p.Addr().String()
		}
	}
	return ""
}

func requested(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: [!] requested PATTERN")
	}
	pattern := regexp.MustCompile(args[0])
	var log []string
	found := false
	for _, s := range ts.Value(siteKey{}).([]*sites.Site) {
		for _, r := range s.Log() {
			line := fmt.Sprintf("%s %s %d", r.Method, r.URL, r.Status)
			log = append(log, line)
			found = found || pattern.MatchString(line)
		}
	}
	if found == neg {
		ts.Fatalf("requested %q: %t; the log:\n%s", args[0], found, strings.Join(log, "\n"))
	}
}

func waitfor(ts *testscript.TestScript, _ bool, args []string) {
	size := int64(1)
	if len(args) > 1 {
		n, err := strconv.ParseInt(args[1], 10, 64)
		ts.Check(err)
		size = n
	}
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		if info, err := os.Stat(ts.MkAbs(args[0])); err == nil && info.Size() >= size {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	ts.Fatalf("%s did not come", args[0])
}
