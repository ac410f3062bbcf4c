package main

import (
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seine/capture/session/sessiontest"
	"seine/testdata/sites"
)

// TestSOCKSWithAPassword: the page in the browser and the film without it come over a SOCKS proxy that wants a name and a password, where alone the
// site's name means something; with the wrong one, that is said, and not the password.
func TestSOCKSWithAPassword(t *testing.T) {
	site := httptest.NewServer(sites.New(sites.Options{}))
	t.Cleanup(site.Close)
	u, err := url.Parse(site.URL)
	if err != nil {
		t.Fatal(err)
	}
	page := "http://film.test:" + u.Port() + "/movie/harbour"
	s := &sessiontest.SOCKS{User: "me:SECRET-7f3a"}
	proxy, exe, dir := s.Listen(t), build(t), t.TempDir()
	grab := func(login string) (string, error) {
		cmd := exec.CommandContext(t.Context(), exe, "grab", page, "-o", "film.mp4", "--force", "--proxy", "socks5://"+login+"@"+proxy, "-v")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := grab("me:SECRET-7f3a")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if info, err := os.Stat(filepath.Join(dir, "film.mp4")); err != nil || info.Size() < 100_000 {
		t.Errorf("%v, %v", info, err)
	}
	heard := s.Heard()
	if !slices.Contains(heard, "film.test me:SECRET-7f3a") || slices.Contains(heard, "film.test") || strings.Contains(out, "SECRET-7f3a") {
		t.Errorf("%v\n%s", heard, out)
	}
	if out, err = grab("me:WRONG-7f3a"); err == nil || !strings.Contains(out, "warning: the proxy: ") || strings.Contains(out, "WRONG-7f3a") {
		t.Errorf("%v\n%s", err, out)
	}
}
