package browser

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// resolve follows links and wrappers to the real executable. A wrapper must not be started: Debian's does not exec, so that
// neither the pipe nor a signal would reach Chrome itself.
func resolve(path string) (real, problem string) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return path, "there is no such file"
	}
	if base := filepath.Base(real); base == "snap" || strings.HasPrefix(real, "/snap/") {
		return path, "it is a snap, which may not use our profile folder and pipe; install Chrome or Chromium by another way"
	}
	head, err := readHead(real)
	switch {
	case errors.Is(err, syscall.EISDIR):
		return real, "it is a folder"
	case err != nil:
		return real, "it cannot be read: " + err.Error()
	case isProgram(head):
		return real, notExecutable(real)
	case !bytes.HasPrefix(head, []byte("#!")):
		return real, "it is neither a program nor a wrapper script"
	}
	return unwrap(path, real, head)
}

// unwrap finds the program behind a wrapper script.
func unwrap(path, script string, text []byte) (real, problem string) {
	switch {
	case bytes.Contains(text, []byte("flatpak run")):
		return path, "it is a flatpak, which may not use our profile folder and pipe; install Chrome or Chromium by another way"
	case bytes.Contains(text, []byte("/snap/bin/")) || bytes.Contains(text, []byte("snap install")):
		return path, "it is a stand-in for a snap; install Chrome or Chromium by another way"
	}
	for _, p := range behind(path, script) {
		if head, err := readHead(p); err == nil && isProgram(head) {
			if p, err = filepath.EvalSymlinks(p); err == nil {
				return p, notExecutable(p)
			}
		}
	}
	return path, "it is a wrapper script, and the program behind it was not found; name that in $" + EnvBrowser
}

// behind lists where the wrappers of the known packages keep their program: Google's and Microsoft's beside the script, Debian's, Fedora's, Arch's and
// openSUSE's in a library folder.
func behind(path, script string) []string {
	dir, name := filepath.Dir(script), filepath.Base(path)
	list := []string{filepath.Join(dir, "chrome"), filepath.Join(dir, "msedge")}
	names := []string{name}
	if strings.HasPrefix(name, "chromium") && !isHeadlessShell(name) {
		names = append(names, "chromium", "chromium-browser")
	}
	for _, lib := range []string{"/usr/lib", "/usr/lib64", "/usr/local/lib"} {
		for _, folder := range append(names, "chromium") {
			for _, file := range names {
				list = append(list, filepath.Join(lib, folder, file))
			}
		}
	}
	return list
}

// readHead reads the first 8 KiB of a file: enough for a magic number and for a wrapper's text.
func readHead(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, 8<<10))
}

// isProgram knows ELF, Mach-O (64 bit and universal) and PE by their first bytes.
func isProgram(head []byte) bool {
	for _, magic := range []string{"\x7fELF", "\xcf\xfa\xed\xfe", "\xca\xfe\xba\xbe", "MZ"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}

func notExecutable(path string) string {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err.Error()
	case !info.Mode().IsRegular():
		return "it is no file"
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return "it is not executable"
	}
	return ""
}
