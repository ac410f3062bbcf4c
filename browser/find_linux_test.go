package browser

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func write(t *testing.T, path, text string, mode os.FileMode) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	write(t, dir+"/google/chrome", "\x7fELF…", 0o755)
	write(t, dir+"/google/google-chrome", "#!/bin/bash\nexec -a \"$0\" \"$HERE/chrome\" \"$@\"\n", 0o755)
	if err := os.Symlink(dir+"/google/google-chrome", dir+"/google-chrome"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/usr/bin/snap", dir+"/chromium"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, real, problem string }{
		{"a program", dir + "/google/chrome", dir + "/google/chrome", ""},
		{"a wrapper beside its program", dir + "/google-chrome", dir + "/google/chrome", ""},
		{"Debian's wrapper", "/usr/bin/chromium", "/usr/lib/chromium/chromium", ""},
		{"nothing", dir + "/none", "", "no such file"},
		{"a dangling link", dir + "/chromium", "", "no such file"},
		{"a snap's stand-in", write(t, dir+"/chromium-browser", "#!/bin/sh\nif ! [ -x /snap/bin/chromium ]; then\n", 0o755), "", "snap"},
		{"a flatpak", write(t, dir+"/org.chromium.Chromium", "#!/bin/sh\nexec /usr/bin/flatpak run --branch=stable org.chromium.Chromium\n", 0o755), "", "flatpak"},
		{"an unknown wrapper", write(t, dir+"/lonely/browser", "#!/bin/sh\nexec something\n", 0o755), "", "wrapper"},
		{"a text", write(t, dir+"/text", "hello", 0o755), "", "neither"},
		{"not executable", write(t, dir+"/mode", "\x7fELF", 0o644), dir + "/mode", "not executable"},
		{"a folder", dir, "", "folder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			real, problem := resolve(c.path)
			if c.real != "" && real != c.real {
				t.Errorf("resolved to %s, want %s", real, c.real)
			}
			if (c.problem == "") != (problem == "") || !strings.Contains(problem, c.problem) {
				t.Errorf("problem %q, want %q", problem, c.problem)
			}
		})
	}
}

func TestCandidatesOfThisMachine(t *testing.T) {
	list := Candidates(t.Context())
	if len(list) == 0 || !list[0].Usable() || versionNumber.FindString(list[0].Version) == "" || list[0].Name == "" {
		t.Fatalf("%+v", list)
	}
	seen := map[string]bool{}
	for _, c := range list {
		if seen[c.Path] {
			t.Errorf("%s is listed twice", c.Path)
		}
		seen[c.Path] = true
	}
}

func TestWhatThePersonNamedIsTaken(t *testing.T) {
	first := Candidates(t.Context())[0]
	t.Setenv(EnvBrowser, first.Path)
	if c, err := Find(t.Context()); err != nil || c.Origin != FromEnv || c.Path != first.Path {
		t.Errorf("%+v %v", c, err)
	}
	t.Setenv(EnvBrowser, "/bin/true")
	if c, err := Find(t.Context()); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "$SEINE_BROWSER") {
		t.Errorf("in place of /bin/true: %+v %v", c, err)
	}
	t.Setenv(EnvBrowser, "/none")
	if _, err := Launch(t.Context(), Options{StateDir: t.TempDir(), NoSandbox: true}); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestCompareVersions(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1.2.3.4", "1.2.3.4", 0},
		{"chrome-99.0.0.0", "chrome-100.0.0.0", -1},
		{"156.0.8078.79", "156.0.8078.8", 1},
		{"none", "1.0.0.0", -1},
	} {
		if got := compareVersions(c.a, c.b); got != c.want {
			t.Errorf("%s, %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestVersionFolder(t *testing.T) {
	dir := t.TempDir()
	for _, d := range []string{"99.0.1.2", "156.0.8078.79", "Dictionaries", "156.0.8078.79.bak"} {
		write(t, filepath.Join(dir, d, "x"), "", 0o644)
	}
	if v := versionFolder(dir); v != "156.0.8078.79" {
		t.Errorf("%q", v)
	}
}

func TestExplain(t *testing.T) {
	for output, kind := range map[string]error{
		"chrome: error while loading shared libraries: libnss3.so: cannot open shared object file":         ErrLibraries,
		"[1:1:ERROR] Running as root without --no-sandbox is not supported. See https://crbug.com/638180.": ErrSandbox,
		"[FATAL:zygote_host_impl_linux.cc(132)] No usable sandbox! If you are running on Ubuntu 23.10+":    ErrSandbox,
		"[ERROR:ozone_platform_x11.cc] Missing X server or $DISPLAY":                                       ErrDisplay,
		"Segmentation fault": ErrStart,
		"":                   ErrStart,
	} {
		e := explain("/x/chrome", errors.New("exit status 1"), output)
		if !errors.Is(e, kind) || e.Hint == "" {
			t.Errorf("%q: %v", output, e)
		}
	}
	if got := missingLibrary("x: error while loading shared libraries: libnss3.so: cannot open"); got != "libnss3.so" {
		t.Errorf("%q", got)
	}
	if d := cmp.Diff([]string{"libnss3.so", "libgbm.so.1"}, missingLibraries("\tlibc.so.6 => /lib/libc.so.6 (0x0)\n\tlibnss3.so => not found\n\tlibgbm.so.1 => not found\n")); d != "" {
		t.Error(d)
	}
}

func TestStartThatFails(t *testing.T) {
	state := t.TempDir()
	_, err := Launch(t.Context(), Options{StateDir: state, NoSandbox: true, Args: []string{"--user-data-dir=/proc/nowhere", "--version"}})
	var start *StartError
	if !errors.As(err, &start) || !errors.Is(err, ErrStart) || start.Exit == nil {
		t.Errorf("%v", err)
	}
	if runs, err := filepath.Glob(filepath.Join(state, "run-*")); err != nil || len(runs) > 0 {
		t.Errorf("left: %v, %v", runs, err)
	}
	t.Setenv("SEINE_NO_SANDBOX", "")
	if os.Geteuid() == 0 {
		if _, err := Launch(t.Context(), Options{StateDir: state}); !errors.Is(err, ErrSandbox) || !strings.Contains(err.Error(), "SEINE_NO_SANDBOX") {
			t.Errorf("as root: %v", err)
		}
	}
}

func TestNamesFolder(t *testing.T) {
	for _, c := range []struct {
		arg  string
		want bool
	}{
		{"--user-data-dir=/s/run-a", true},
		{"--user-data-dir=/s/run-a/profile", true},
		{"--user-data-dir=/s/run-ab", false},
		{"/s/run-a", false}, // an editor that shows a file of it
		{"cd=/s/run-a", false},
		{"--other", false},
	} {
		if got := namesFolder([]byte("chrome\x00"+c.arg+"\x00"), "/s/run-a"); got != c.want {
			t.Errorf("%s: %v", c.arg, got)
		}
	}
}

func TestTail(t *testing.T) {
	w := &tail{max: 5}
	for _, s := range []string{"ab", "cdef", "", "0123456789"} {
		if n, err := w.Write([]byte(s)); n != len(s) || err != nil {
			t.Fatal(n, err)
		}
	}
	if w.String() != "56789" {
		t.Errorf("%q", w.String())
	}
}
