package browser

import (
	"path/filepath"
	"runtime"
	"strings"
)

// baseFlags make a quiet browser that behaves as a person's: nothing is fetched that no page asked for, nothing is slowed down
// for want of a visible window, video starts without a click.
var baseFlags = []string{
	"--no-first-run", "--no-default-browser-check", "--no-startup-window", "--no-service-autorun",
	"--disable-background-networking", "--disable-component-update", "--disable-domain-reliability", "--disable-sync",
	"--disable-default-apps", "--disable-extensions", "--disable-client-side-phishing-detection", "--disable-field-trial-config",
	"--disable-breakpad", "--disable-crash-reporter", "--metrics-recording-only",
	"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
	"--disable-hang-monitor", "--disable-prompt-on-repost", "--disable-popup-blocking",
	"--disable-search-engine-choice-screen",
	"--autoplay-policy=no-user-gesture-required", "--mute-audio", "--force-color-profile=srgb",
	// Two parts of the address bar are pages of their own, with a renderer for each window, whether or not it can be seen; a spare renderer
	// costs as much as it saves where tabs wait for each other.
	// HttpsUpgrades would ask for https first wherever a page of a person's choice is http.
	"--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,HttpsUpgrades,CertificateTransparencyComponentUpdater,AutofillServerCommunication,WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess",
}

// commandLine builds Chrome's arguments for a run folder.
func commandLine(o Options, path, userAgent string, run *runFolder) []string {
	args := append([]string{}, baseFlags...)
	if !o.SystemKeys {
		args = append(args, "--password-store=basic", "--use-mock-keychain")
	}
	args = append(args, "--remote-debugging-pipe", "--user-data-dir="+run.profile())
	switch {
	case o.Window:
		args = append(args, "--window-size=1280,800")
	case isHeadlessShell(path):
		args = append(args, "--headless", "--window-size=1280,800", "--hide-scrollbars")
		if l := o.Emulation.languages(); l != "" {
			args = append(args, "--accept-lang="+l) // it reads no preferences
		}
	default:
		args = append(args, "--headless=new", "--window-size=1280,800")
	}
	if o.noSandbox() {
		args = append(args, "--no-sandbox")
	}
	if runtime.GOOS == "linux" && shmBytes() < minShm {
		args = append(args, "--disable-dev-shm-usage")
	}
	if userAgent != "" {
		args = append(args, "--user-agent="+userAgent)
	}
	if o.Proxy != "" {
		args = append(args, "--proxy-server="+o.Proxy)
	}
	return append(args, o.Args...)
}

// minShm is the size of /dev/shm (bytes) below which Chrome is known to crash on heavy pages; containers have 64 MiB.
const minShm = 512 << 20

func isHeadlessShell(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	return strings.Contains(name, "headless-shell") || strings.Contains(name, "headless_shell")
}

// plainUserAgent is the reduced user agent of a Chrome of this major version with a window, e.g. for "156"; empty when the
// version is unknown.
func plainUserAgent(major string) string {
	if major == "" {
		return ""
	}
	platform := "X11; Linux x86_64"
	switch runtime.GOOS {
	case "darwin":
		platform = "Macintosh; Intel Mac OS X 10_15_7"
	case "windows":
		platform = "Windows NT 10.0; Win64; x64"
	}
	return "Mozilla/5.0 (" + platform + ") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + major + ".0.0.0 Safari/537.36"
}
