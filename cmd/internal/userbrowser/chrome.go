package userbrowser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/adrg/xdg"

	"seine/browser"
	"seine/capture/session"
	"seine/scenarios/replay"
)

// family is a browser made from Chromium.
type family struct {
	called []string // names of its executable, in part
	linux  []string // folders of its data: --user-data-dir
	mac    string
	window string
}

var families = map[string]family{
	"chrome":   {[]string{"google-chrome", "google chrome", "chrome.exe", "/chrome"}, []string{".config/google-chrome", ".var/app/com.google.Chrome/config/google-chrome"}, "Google/Chrome", `Google\Chrome\User Data`},
	"chromium": {[]string{"chromium"}, []string{".config/chromium", "snap/chromium/common/chromium", ".var/app/org.chromium.Chromium/config/chromium"}, "Chromium", `Chromium\User Data`},
	"edge":     {[]string{"edge"}, []string{".config/microsoft-edge", ".var/app/com.microsoft.Edge/config/microsoft-edge"}, "Microsoft Edge", `Microsoft\Edge\User Data`},
}

// homes are where a browser keeps its data.
func (f family) homes() (list []string) {
	switch runtime.GOOS {
	case "darwin":
		return []string{filepath.Join(xdg.Home, "Library", "Application Support", f.mac)}
	case "windows":
		return []string{filepath.Join(os.Getenv("LOCALAPPDATA"), f.window)}
	}
	for _, dir := range f.linux {
		list = append(list, filepath.Join(xdg.Home, dir))
	}
	return list
}

// chrome has the browser itself read its cookies, out of a copy: they are enciphered with a key that the system gives to that browser.
func chrome(ctx context.Context, name, profile, temp string, o Options) ([]session.Cookie, error) {
	f := families[name]
	home, profile, err := chromeProfile(f, profile)
	if err != nil {
		return nil, err
	}
	found := false
	for _, store := range []string{filepath.Join("Network", "Cookies"), "Cookies"} {
		ok, err := copyStore(filepath.Join(temp, "Default", store), filepath.Join(home, profile, store))
		if err != nil {
			return nil, err
		}
		found = found || ok
	}
	if !found {
		return nil, fmt.Errorf("%w: %s has none", ErrSource, filepath.Join(home, profile))
	}
	if _, err := copyFile(filepath.Join(temp, "Local State"), filepath.Join(home, "Local State")); err != nil { // has the key on Windows
		return nil, err
	}
	path, err := f.executable(ctx)
	if err != nil {
		return nil, err
	}
	b, err := browser.Launch(ctx, browser.Options{Path: path, Profile: temp, SystemKeys: true, NoSandbox: o.NoSandbox, Log: o.Log})
	if err != nil {
		return nil, err
	}
	list, err := replay.Cookies(ctx, b)
	if e := b.Close(); err == nil {
		err = e
	}
	return list, err
}

// chromeProfile splits the place of a profile into the folder of all data and the profile's name.
func chromeProfile(f family, profile string) (home, name string, err error) {
	if strings.ContainsAny(profile, `/\`) {
		profile = filepath.Clean(profile)
		if _, err := os.Stat(filepath.Join(profile, "Default")); err == nil {
			return profile, "Default", nil
		}
		return filepath.Dir(profile), filepath.Base(profile), nil
	}
	if profile == "" {
		profile = "Default"
	}
	for _, home := range f.homes() {
		if _, err := os.Stat(filepath.Join(home, profile)); err == nil {
			return home, profile, nil
		}
	}
	return "", "", fmt.Errorf("%w: it has no profile %q here", ErrSource, profile)
}

// executable is that of the family: another one could not read the cookies.
func (f family) executable(ctx context.Context) (string, error) {
	for _, c := range browser.Candidates(ctx) {
		if !c.Usable() || c.HeadlessShell {
			continue
		}
		for _, name := range f.called {
			if strings.Contains(strings.ToLower(filepath.ToSlash(c.Path)), name) {
				return c.Path, nil
			}
		}
	}
	return "", fmt.Errorf("%w: its program was not found, which alone can read its cookies", ErrSource)
}
