package browser

import (
	"os"
	"os/exec"
	"strings"
)

// manager is how a package manager installs a browser.
type manager struct {
	name     string
	command  string // its presence shows that the system has it
	commands [][]string
	byRoot   bool
	noShell  bool // it has no package of the headless shell
}

// Without its recommended packages Debian's chromium may find no font at all; the others depend on some.
var managers = []manager{
	{name: "apt", command: "apt-get", byRoot: true, commands: [][]string{
		{"apt-get", "update"},
		{"apt-get", "install", "--yes", "--no-install-recommends", "PACKAGE", "fonts-liberation"},
	}},
	{name: "dnf", command: "dnf", byRoot: true, commands: [][]string{{"dnf", "install", "--assumeyes", "PACKAGE"}}},
	{name: "pacman", command: "pacman", byRoot: true, noShell: true, commands: [][]string{{"pacman", "-S", "--noconfirm", "--needed", "PACKAGE"}}},
	{name: "apk", command: "apk", byRoot: true, noShell: true, commands: [][]string{{"apk", "add", "PACKAGE"}}},
	{name: "brew", command: "brew", noShell: true, commands: [][]string{{"brew", "install", "--cask", "google-chrome"}}},
	{name: "winget", command: "winget", noShell: true, commands: [][]string{{
		"winget", "install", "--exact", "--id", "Google.Chrome", "--silent",
		"--accept-package-agreements", "--accept-source-agreements",
	}}},
}

// packageManagers lists the ways of the package managers that are here.
func (i Installer) packageManagers() []Way {
	var ways []Way
	for _, m := range managers {
		if i.look(m.command) != "" && (!i.Shell || !m.noShell) {
			ways = append(ways, i.way(m))
		}
	}
	return ways
}

func (i Installer) way(m manager) Way {
	w := Way{Name: m.name}
	sudo := m.byRoot && !i.isRoot()
	for _, c := range m.commands {
		var args []string
		if sudo { // sudo drops the environment, but for what env sets again
			args = append(args, "sudo", "env", "DEBIAN_FRONTEND=noninteractive")
		}
		for _, a := range c {
			args = append(args, strings.ReplaceAll(a, "PACKAGE", i.packageName()))
		}
		w.Commands = append(w.Commands, args)
	}
	switch {
	case m.name == "apt" && distribution() == "ubuntu":
		w.Blocked = "Ubuntu's chromium is a snap, which may not use our profile folder and pipe; Google's own package (google-chrome-stable) works"
	case sudo && i.look("sudo") == "":
		w.Blocked = "it needs the rights of root, and there is no sudo; run as root: " + w.String()
	case sudo:
		w.Note = "sudo may ask for your password"
	}
	return w
}

func (i Installer) packageName() string {
	if i.Shell {
		return "chromium-headless-shell"
	}
	return "chromium"
}

func (i Installer) look(command string) string {
	if i.lookPath != nil {
		return i.lookPath(command)
	}
	path, err := exec.LookPath(command)
	if err != nil {
		return ""
	}
	return path
}

func (i Installer) isRoot() bool {
	if i.root != nil {
		return i.root()
	}
	return os.Geteuid() == 0
}

// distribution is the ID of os-release(5), e.g. "debian"; empty where there is none.
func distribution() string {
	text, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if id, ok := strings.CutPrefix(strings.TrimSpace(line), "ID="); ok {
			return strings.Trim(id, `"'`)
		}
	}
	return ""
}
