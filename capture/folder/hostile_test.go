//go:build unix

package folder_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"seine/capture"
	"seine/capture/folder"
)

const (
	manifest = `{"format":"seine-capture","version":1}`
	entry    = `{"_seine":{"id":"%d"},"request":{"method":"GET","url":"https://a.example/%d"},"response":{"status":200,"content":{"_file":%q,"size":-5}}}`
)

func put(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHostileNames: nothing outside of bodies/ and made/ is read, whatever the HAR says.
func TestHostileNames(t *testing.T) {
	dir := t.TempDir()
	names := []string{
		"bodies/000001.txt", "../secret", "/etc/passwd", "bodies/../manifest.json", "bodies/000002", "bodies/000003", "bodies/000004", "bodies/000005", "bodies", "",
		"bodies/000006/../../../secret", "C:\\x", "manifest.json", strings.Repeat("bodies/", 10000),
	}
	var entries []string
	for i, n := range names {
		entries = append(entries, fmt.Sprintf(entry, i, i, n))
	}
	outside := filepath.Join(t.TempDir(), "secret")
	put(t, dir, map[string]string{
		"manifest.json": manifest, "bodies/000001.txt": "it is here", "capture.har": `{"log":{"entries":[` + strings.Join(entries, ",") + `]}}`,
		"made/index.json": `[{"how":"atob","file":"../../secret","size":-1},{"how":"atob","file":"bodies/000001.txt"}]`,
	})
	if err := errors.Join(
		os.WriteFile(outside, []byte("secret"), 0o600), os.Symlink(outside, filepath.Join(dir, "bodies/000002")), os.Symlink("000001.txt", filepath.Join(dir, "bodies/000003")),
		syscall.Mkfifo(filepath.Join(dir, "bodies/000004"), 0o600), os.Mkdir(filepath.Join(dir, "bodies/000005"), 0o700),
	); err != nil {
		t.Fatal(err)
	}
	o, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if len(o.Capture.Exchanges) != len(names) {
		t.Fatalf("%d exchanges", len(o.Capture.Exchanges))
	}
	for i, e := range o.Capture.Exchanges {
		data, err := e.Body.Bytes(1 << 20)
		switch {
		case i == 0 && string(data) != "it is here":
			t.Errorf("%s: %q, %v", names[i], data, err)
		case i > 0 && names[i] != "" && (e.Body.Reason != capture.ReasonLost || err == nil):
			t.Errorf("%.40s: %q, %q", names[i], e.Body.Reason, data)
		}
	}
	if m := o.Capture.Made; len(m) != 2 || len(m[0].Data) > 0 || m[0].Size != 0 || string(m[1].Data) != "it is here" {
		t.Errorf("%+v", m)
	}
}

// TestDamaged: each is an error with a name, and none is read without end.
func TestDamaged(t *testing.T) {
	const empty = `{"log":{"entries":[]}}`
	for name, c := range map[string]struct {
		files map[string]string
		want  error
	}{
		"nothing":            {nil, folder.ErrNotCapture},
		"another format":     {map[string]string{"manifest.json": `{"format":"x","version":1}`}, folder.ErrNotCapture},
		"no JSON":            {map[string]string{"manifest.json": `{`}, folder.ErrNotCapture},
		"version zero":       {map[string]string{"manifest.json": `{"format":"seine-capture"}`}, folder.ErrNotCapture},
		"a later version":    {map[string]string{"manifest.json": `{"format":"seine-capture","version":2}`}, folder.ErrVersion},
		"a huge version":     {map[string]string{"manifest.json": `{"format":"seine-capture","version":1e99}`}, folder.ErrNotCapture},
		"a huge manifest":    {map[string]string{"manifest.json": manifest + strings.Repeat(" ", 2<<20)}, folder.ErrNotCapture},
		"no HAR":             {map[string]string{"manifest.json": manifest}, folder.ErrDamaged},
		"half a HAR":         {map[string]string{"manifest.json": manifest, "capture.har": empty[:10]}, folder.ErrDamaged},
		"players":            {map[string]string{"manifest.json": manifest, "capture.har": empty, "players.json": "{"}, folder.ErrDamaged},
		"too many players":   {map[string]string{"manifest.json": manifest, "capture.har": empty, "players.json": strings.Repeat(" ", 5<<20) + "[]"}, folder.ErrDamaged},
		"console":            {map[string]string{"manifest.json": manifest, "capture.har": empty, "console.jsonl": "{}\n{"}, folder.ErrDamaged},
		"an endless line":    {map[string]string{"manifest.json": manifest, "capture.har": empty, "console.jsonl": strings.Repeat("x", 1<<20)}, folder.ErrDamaged},
		"made":               {map[string]string{"manifest.json": manifest, "capture.har": empty, "made/index.json": "[1]"}, folder.ErrDamaged},
		"the least there is": {map[string]string{"manifest.json": manifest, "capture.har": empty}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, c.files)
			o, err := folder.Open(dir)
			if !errors.Is(err, c.want) || err == nil && c.want != nil {
				t.Errorf("%v, want %v", err, c.want)
			}
			if err == nil {
				_ = o.Close()
			}
		})
	}
}
