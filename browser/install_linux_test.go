package browser

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// entry of an archive; mode 0 is an executable file.
type entry struct {
	name, body string
	mode       fs.FileMode
}

func archive(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode == 0 {
			e.mode = 0o755
		}
		if len(e.body) > 1<<20 {
			h.Method = zip.Store // for the time of the test
		}
		h.SetMode(e.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// self is this test binary, which calls itself a browser when its name is chrome.
func self(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// depot serves an index, and an archive as serve has it.
func depot(t *testing.T, url, version string, serve http.HandlerFunc) Installer {
	t.Helper()
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	if url == "" {
		url = srv.URL + "/chrome.zip"
	}
	mux.HandleFunc("/index.json", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"timestamp":"x","channels":{"Beta":{},"Stable":{"channel":"Stable","version":%q,"downloads":{
			"chrome":[{"platform":"mac-x64","url":"https://storage.googleapis.com/no"},{"platform":"linux64","url":%q}]}}}}`, version, url)
	})
	mux.HandleFunc("/chrome.zip", serve)
	return Installer{
		Index: srv.URL + "/index.json", Dir: filepath.Join(t.TempDir(), "browsers"),
		lookPath: func(string) string { return "" },
	}
}

func bytesOf(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(b)))
		_, _ = w.Write(b)
	}
}

func withSum(b []byte, off uint32) http.HandlerFunc {
	sum := binary.BigEndian.AppendUint32(nil, off+crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("X-Goog-Hash", "crc32c="+base64.StdEncoding.EncodeToString(sum))
		w.Header().Add("X-Goog-Hash", "md5=AAAA")
		bytesOf(b)(w, r)
	}
}

// tree lists what is in the installer's folder.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != "install.lock" {
			p, err = filepath.Rel(dir, p)
			list = append(list, p)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return list
}

func TestInstallFromAnArchive(t *testing.T) {
	b := archive(t, entry{name: "chrome-linux64/", mode: fs.ModeDir | 0o755},
		entry{name: "chrome-linux64/chrome", body: self(t)}, entry{name: "chrome-linux64/locales/en.pak", body: "x", mode: 0o600})
	i := depot(t, "", "999.1.2.3", withSum(b, 0))
	if err := os.MkdirAll(filepath.Join(i.Dir, ".partial-old", "tree"), 0o755); err != nil {
		t.Fatal(err)
	}
	var last Progress
	i.Progress = func(p Progress) { last = p }
	var asked []Way
	i.Confirm = func(w Way) bool { asked = append(asked, w); return true }
	for range 2 { // the second replaces the first
		c, err := i.Install(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := Candidate{
			Path: filepath.Join(i.Dir, "chrome-999.1.2.3", "chrome-linux64", "chrome"),
			Name: "Google Chrome for Testing", Version: "999.1.2.3", Origin: FromCache,
		}
		if d := cmp.Diff(want, c); d != "" {
			t.Error(d)
		}
	}
	if d := cmp.Diff(Progress{int64(len(b)), int64(len(b)), "chrome 999.1.2.3"}, last); d != "" {
		t.Error(d)
	}
	if len(asked) != 2 || asked[0].Version != "999.1.2.3" || !strings.Contains(asked[0].String(), i.Dir) {
		t.Errorf("asked %v", asked)
	}
	want := []string{"chrome-999.1.2.3/chrome-linux64/chrome", "chrome-999.1.2.3/chrome-linux64/locales/en.pak"}
	if d := cmp.Diff(want, tree(t, i.Dir)); d != "" {
		t.Error(d)
	}
}

func TestInstallRefuses(t *testing.T) {
	good := archive(t, entry{name: "chrome-linux64/chrome", body: "\x7fELF"})
	for name, c := range map[string]struct {
		url, version string
		serve        http.HandlerFunc
	}{
		"a path out":       {serve: bytesOf(archive(t, entry{name: "../evil", body: "x"}))},
		"a path out below": {serve: bytesOf(archive(t, entry{name: "a/../../evil", body: "x"}))},
		"an absolute path": {serve: bytesOf(archive(t, entry{name: "/tmp/evil", body: "x"}))},
		"a backslash":      {serve: bytesOf(archive(t, entry{name: `..\evil`, body: "x"}))},
		"a link":           {serve: bytesOf(archive(t, entry{name: "l", body: "/etc", mode: fs.ModeSymlink | 0o777}, entry{name: "l/evil", body: "x"}))},
		"a device":         {serve: bytesOf(archive(t, entry{name: "d", mode: fs.ModeDevice | 0o666}))},
		"a file twice":     {serve: bytesOf(archive(t, entry{name: "a", body: "1"}, entry{name: "a", body: "2"}))},
		"no archive":       {serve: bytesOf([]byte("<html>not found</html>"))},
		"no browser":       {serve: bytesOf(archive(t, entry{name: "readme", body: "x"}))},
		"a wrong checksum": {serve: withSum(good, 1)},
		"no length": {serve: func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush()
			_, _ = w.Write(good)
		}},
		"a huge length": {serve: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(int64(1)<<40))
		}},
		"another host":  {url: "https://storage.googleapis.com.evil.example/chrome.zip", serve: bytesOf(good)},
		"plain http":    {url: "http://storage.googleapis.com/chrome.zip", serve: bytesOf(good)},
		"a file URL":    {url: "file:///etc/passwd", serve: bytesOf(good)},
		"a bad version": {version: "1.2.3.4/../../x", serve: bytesOf(good)},
		"a redirect":    {serve: func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/index.json", http.StatusFound) }},
	} {
		t.Run(name, func(t *testing.T) {
			if c.version == "" {
				c.version = "999.1.2.3"
			}
			i := depot(t, c.url, c.version, c.serve)
			got, err := i.Install(t.Context())
			if err == nil {
				t.Fatalf("installed %v", got)
			}
			if !errors.Is(err, ErrUntrusted) && !errors.Is(err, ErrNoWay) && !errors.Is(err, fs.ErrExist) && !strings.Contains(err.Error(), "not what Chrome for Testing serves") {
				t.Errorf("%v", err)
			}
			if left := tree(t, filepath.Dir(i.Dir)); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

func TestInstallBrokenOff(t *testing.T) {
	began := make(chan struct{})
	i := depot(t, "", "999.1.2.3", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		_, _ = w.Write(make([]byte, 1000))
		_ = http.NewResponseController(w).Flush()
		close(began)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-began; cancel() }()
	if _, err := i.Install(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if left := tree(t, i.Dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestInstallDeclined(t *testing.T) {
	i := depot(t, "", "999.1.2.3", bytesOf(nil))
	i.Confirm = func(Way) bool { return false }
	if _, err := i.Install(t.Context()); !errors.Is(err, ErrDeclined) {
		t.Errorf("%v", err)
	}
}

// Who says no is not told what would have kept the other ways from working.
func TestDeclinedIsDeclined(t *testing.T) {
	i := Installer{
		Index: "http://127.0.0.1:1/index.json", Dir: t.TempDir(), root: func() bool { return true },
		lookPath: func(c string) string { return map[string]string{"dnf": "/usr/bin/dnf"}[c] }, Confirm: func(Way) bool { return false },
	}
	if _, err := i.Install(t.Context()); !errors.Is(err, ErrDeclined) || strings.Contains(err.Error(), "index") {
		t.Errorf("%v", err)
	}
}

func TestIndexOutOfReach(t *testing.T) {
	i := Installer{Index: "http://127.0.0.1:1/index.json", Dir: t.TempDir(), lookPath: func(string) string { return "" }}
	_, err := i.Install(t.Context())
	if !errors.Is(err, ErrNoWay) || !strings.Contains(err.Error(), "index") {
		t.Errorf("%v", err)
	}
}

func TestPackageManagerWays(t *testing.T) {
	for _, c := range []struct {
		name     string
		commands string // that are there
		root     bool
		shell    bool
		want     []string
	}{
		{"debian as root", "apt-get", true, false, []string{"apt: apt-get update && apt-get install --yes --no-install-recommends chromium fonts-liberation"}},
		{"debian with sudo", "apt-get sudo", false, true, []string{"apt: sudo env DEBIAN_FRONTEND=noninteractive apt-get update && " +
			"sudo env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium-headless-shell fonts-liberation; sudo may ask for your password"}},
		{"fedora without sudo", "dnf", false, false, []string{"dnf: sudo env DEBIAN_FRONTEND=noninteractive dnf install --assumeyes chromium BLOCKED"}},
		{"mac", "brew", false, false, []string{"brew: brew install --cask google-chrome"}},
		{"arch", "pacman", true, false, []string{"pacman: pacman -S --noconfirm --needed chromium"}},
		{"no shell there", "apk winget", true, true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := Installer{Shell: c.shell, root: func() bool { return c.root }, lookPath: func(cmd string) string {
				if strings.Contains(" "+c.commands+" ", " "+cmd+" ") {
					return "/bin/" + cmd
				}
				return ""
			}}
			var got []string
			for _, w := range i.packageManagers() {
				line := w.Name + ": " + w.String()
				if w.Blocked != "" {
					line += " BLOCKED"
				}
				if w.Note != "" {
					line += "; " + w.Note
				}
				got = append(got, line)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// A real child process, so that arguments, environment and output are those that a package manager would see.
func TestPackageManagerIsRunWithoutAShell(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\nprintf '%s|' \"$DEBIAN_FRONTEND\" \"$@\"\n"
	if err := os.WriteFile(filepath.Join(dir, "apt-get"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	var out bytes.Buffer
	i := Installer{Out: &out}
	c, err := i.Go(t.Context(), Way{Name: "apt", Commands: [][]string{{"apt-get", "install", "$(id) ; x"}}})
	if err != nil || !c.Usable() {
		t.Fatalf("%v %v", c, err)
	}
	if got := out.String(); got != "noninteractive|install|$(id) ; x|" {
		t.Errorf("the package manager saw %q", got)
	}
	_, err = i.Go(t.Context(), Way{Name: "apt", Commands: [][]string{{"false"}}})
	if err == nil || !strings.Contains(err.Error(), "exit status 1") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := i.Go(ctx, Way{Name: "apt", Commands: [][]string{{"sleep", "1000"}}}); err == nil {
		t.Error("a command that never ends ended well")
	}
}

func FuzzUnpack(f *testing.F) {
	dir := f.TempDir()
	for n, names := range [][]string{{"a/b", "a/b/c"}, {"../x"}, {"l", "l/x"}} {
		var buf bytes.Buffer
		z := zip.NewWriter(&buf)
		for _, name := range names {
			h := &zip.FileHeader{Name: name}
			if h.SetMode(0o644); n == 2 && name == "l" {
				h.SetMode(fs.ModeSymlink | 0o777)
			}
			w, err := z.CreateHeader(h)
			if err == nil {
				_, err = io.WriteString(w, "/tmp")
			}
			if err != nil {
				f.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			f.Fatal(err)
		}
		f.Add(buf.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		work, err := os.MkdirTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(work) //nolint:errcheck // the folder above is removed too
		zipFile, into := write(t, filepath.Join(work, "a.zip"), string(b), 0o600), filepath.Join(work, "tree")
		if err := os.Mkdir(into, 0o700); err != nil {
			t.Fatal(err)
		}
		_ = unpack(t.Context(), zipFile, into)
		if beside, err := os.ReadDir(work); err != nil || len(beside) != 2 {
			t.Errorf("it wrote beside its folder: %v", beside)
		}
	})
}
