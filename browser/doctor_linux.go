package browser

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/adrg/xdg"
)

// checkSystem asks what on Linux keeps browsers from running: sandbox, libraries, shared memory, fonts.
func checkSystem(c Candidate, o Options) []Check {
	checks := []Check{checkSandbox(o)}
	if c.Path != "" {
		checks = append(checks, checkLibraries(c.Path))
	}
	return append(checks, checkShm(), checkFonts())
}

func checkSandbox(o Options) Check {
	c := Check{Name: "sandbox", Status: Passed, Found: "Chrome can fence off what pages do"}
	switch {
	case o.noSandbox():
		c.Status, c.Found = Warned, "it is turned off by request; a page that breaks out of its renderer has the rights of this user"
		c.Advice = "run as a user other than root, without --no-sandbox, where pages are not trusted"
	case o.refusesSandbox():
		c.Status, c.Found, c.Advice = Failed, "Chrome refuses to run as root with its sandbox", "run as another user, or ask for --no-sandbox (or SEINE_NO_SANDBOX=1)"
	case sysctl("kernel/unprivileged_userns_clone") == "0", sysctl("user/max_user_namespaces") == "0":
		c.Status, c.Found, c.Advice = Warned, "user namespaces are turned off on this system", "sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000, unless the browser has a setuid sandbox"
	case sysctl("kernel/apparmor_restrict_unprivileged_userns") == "1":
		c.Status, c.Found, c.Advice = Warned, "AppArmor restricts user namespaces; browsers without a profile of their own cannot build a sandbox", "sysctl kernel.apparmor_restrict_unprivileged_userns=0, or install the browser by the system's package manager"
	}
	return c
}

func sysctl(name string) string {
	text, err := os.ReadFile(filepath.Join("/proc/sys", name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// checkLibraries asks the loader which libraries it would not find.
func checkLibraries(path string) Check {
	c := Check{Name: "libraries", Status: Passed, Found: "all shared libraries are there"}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	text, err := exec.CommandContext(ctx, "ldd", path).Output()
	if missing := missingLibraries(string(text)); len(missing) > 0 {
		c.Status, c.Found = Failed, "missing: "+strings.Join(missing, ", ")
		c.Advice = "install the browser by the system's package manager (seine browser install), which brings its libraries along"
	} else if err != nil {
		c.Status, c.Found = Skipped, "ldd could not be asked: "+err.Error()
	}
	return c
}

// missingLibraries reads the lines "libX.so => not found" of ldd(1).
func missingLibraries(ldd string) []string {
	var list []string
	for line := range strings.Lines(ldd) {
		if name, ok := strings.CutSuffix(strings.TrimSpace(line), " => not found"); ok {
			list = append(list, name)
		}
	}
	return list
}

func checkShm() Check {
	c := Check{Name: "shared memory", Status: Passed, Found: fmt.Sprintf("/dev/shm has %d MiB", shmBytes()>>20)}
	if shmBytes() < minShm {
		c.Status = Warned
		c.Found += "; the browser uses temporary files instead, which is slower"
		c.Advice = "give a container more: docker run --shm-size=1g"
	}
	return c
}

// checkFonts looks for one font; without any, pages are painted without text, and some players measure theirs.
func checkFonts() Check {
	for _, dir := range append([]string{"/usr/share/fonts", "/usr/local/share/fonts"}, xdg.FontDirs...) {
		if hasFont(dir) {
			return Check{Name: "fonts", Status: Passed, Found: "there are fonts in " + dir}
		}
	}
	return Check{
		Name: "fonts", Status: Warned, Found: "there are no fonts, so pages show no text",
		Advice: "install some, e.g. fonts-liberation or dejavu",
	}
}

func hasFont(dir string) bool {
	found := false
	_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return fs.SkipDir
		}
		switch filepath.Ext(path) {
		case ".ttf", ".otf", ".ttc", ".pfb", ".woff2":
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found
}
