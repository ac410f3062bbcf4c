package browser

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/adrg/xdg"
)

// commandNames are the commands under which browsers are installed.
var commandNames = []string{
	"google-chrome-stable", "google-chrome", "chrome", "chromium", "chromium-browser",
	"microsoft-edge-stable", "microsoft-edge", "msedge", "google-chrome-beta", "google-chrome-unstable",
	"chromium-headless-shell", "chrome-headless-shell", "headless_shell", "headless-shell",
}

// systemPlaces are the executables of the well-known packages.
func systemPlaces() []string {
	switch runtime.GOOS {
	case "darwin":
		return macPlaces()
	case "windows":
		return windowsPlaces()
	default:
		return []string{
			"/opt/google/chrome/chrome", "/opt/google/chrome-beta/chrome", "/opt/google/chrome-unstable/chrome",
			"/usr/lib/chromium/chromium", "/usr/lib64/chromium/chromium",
			"/usr/lib/chromium-browser/chromium-browser", "/usr/lib64/chromium-browser/chromium-browser",
			"/opt/microsoft/msedge/msedge", "/headless-shell/headless-shell",
			"/snap/bin/chromium", "/var/lib/flatpak/exports/bin/org.chromium.Chromium", "/var/lib/flatpak/exports/bin/com.google.Chrome",
		}
	}
}

func macPlaces() []string {
	roots := []string{"/Applications", filepath.Join(xdg.Home, "Applications")}
	var list []string
	for _, app := range []string{"Google Chrome", "Chromium", "Microsoft Edge", "Google Chrome Beta", "Google Chrome Canary"} {
		for _, root := range roots {
			list = append(list, filepath.Join(root, app+".app", "Contents", "MacOS", app))
		}
	}
	return list
}

func windowsPlaces() []string {
	var list []string
	for _, app := range []string{`Google\Chrome\Application\chrome.exe`, `Chromium\Application\chrome.exe`, `Microsoft\Edge\Application\msedge.exe`} {
		for _, root := range []string{"ProgramFiles", "ProgramFiles(x86)", "LocalAppData"} {
			if dir := os.Getenv(root); dir != "" {
				list = append(list, filepath.Join(dir, filepath.FromSlash(app)))
			}
		}
	}
	return list
}

// CacheDir is where [Installer] puts browsers: one folder per product and version.
func CacheDir() string { return filepath.Join(xdg.CacheHome, "seine", "browsers") }

// cachePlaces lists what Installer put into the cache, the newest first.
func cachePlaces() []string {
	dirs, err := filepath.Glob(filepath.Join(CacheDir(), "chrome*"))
	if err != nil {
		return nil
	}
	slices.SortFunc(dirs, func(a, b string) int { return compareVersions(filepath.Base(b), filepath.Base(a)) })
	var list []string
	for _, dir := range dirs {
		list = append(list, executablesIn(dir)...)
	}
	return list
}

// executablesIn finds the browsers in an unpacked archive of Chrome for Testing: DIR/chrome-linux64/chrome and the like.
func executablesIn(dir string) []string {
	var list []string
	for _, pattern := range []string{
		"*/chrome", "*/chrome.exe", "*/chrome-headless-shell", "*/chrome-headless-shell.exe",
		"*/*.app/Contents/MacOS/Google Chrome for Testing",
	} {
		if found, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern))); err == nil {
			list = append(list, found...)
		}
	}
	return list
}
