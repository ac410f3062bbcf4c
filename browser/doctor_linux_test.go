package browser_test

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"seine/browser"
	"seine/browser/browsertest"
)

func TestDoctorSeesAPage(t *testing.T) {
	state := t.TempDir()
	r := browser.Doctor(t.Context(), browsertest.Options(state))
	if !r.Healthy() {
		t.Errorf("%+v", r.Checks)
	}
	status := map[string]browser.Status{}
	for _, c := range r.Checks {
		t.Logf("%-14s %-8s %s %s", c.Name, c.Status, c.Found, c.Advice)
		status[c.Name] = c.Status
		if c.Status != browser.Passed && c.Advice == "" && c.Status != browser.Skipped {
			t.Errorf("%s: no advice", c.Name)
		}
	}
	for _, name := range []string{"browser", "start", "H.264 and AAC", "page"} {
		if status[name] != browser.Passed {
			t.Errorf("%s: %q", name, status[name])
		}
	}
	img, err := png.Decode(bytes.NewReader(r.Screenshot))
	if err != nil || img.Bounds().Dx() < 800 {
		t.Errorf("the picture: %v", err)
	}
	checkNothingLeft(t, state)
}

func TestDoctorWithoutABrowser(t *testing.T) {
	o := browsertest.Options(t.TempDir())
	o.Path = filepath.Join(t.TempDir(), "none")
	r := browser.Doctor(t.Context(), o)
	if r.Healthy() || r.Screenshot != nil || r.Checks[0].Name != "browser" || r.Checks[0].Status != browser.Failed || r.Checks[0].Advice == "" {
		t.Errorf("%+v", r)
	}
}

func TestDoctorAsRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("this machine's user is not root, to whom alone Chrome refuses its sandbox")
	}
	t.Setenv("SEINE_NO_SANDBOX", "")
	r := browser.Doctor(t.Context(), browser.Options{StateDir: t.TempDir()})
	failed := 0
	for _, c := range r.Checks {
		if c.Status == browser.Failed {
			failed++
			if c.Name != "sandbox" && c.Name != "start" || c.Advice == "" {
				t.Errorf("%+v", c)
			}
		}
	}
	if failed != 2 {
		t.Errorf("%d checks failed: %+v", failed, r.Checks)
	}
}
