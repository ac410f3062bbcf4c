package folder_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"seine/capture"
	"seine/capture/folder"
	"seine/capture/redact/canary"
)

var same = cmp.Options{
	cmp.Comparer(func(a, b capture.Body) bool {
		x, xerr := a.PartBytes(1 << 30)
		y, yerr := b.PartBytes(1 << 30)
		return a.Reason == b.Reason && bytes.Equal(x, y) && (xerr == nil) == (yerr == nil) && bytes.Equal(a.Head, b.Head)
	}),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
	cmpopts.IgnoreUnexported(capture.Stream{}),
	cmpopts.EquateEmpty(),
}

// save writes a folder and opens it again.
func save(t *testing.T, c *capture.Capture, o folder.Options) (string, *folder.Opened) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "kept")
	if err := folder.Save(dir, c, o); err != nil {
		t.Fatal(err)
	}
	got, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = got.Close() })
	return dir, got
}

// TestKeptWithSecrets: a folder that keeps its secrets gives back what was put into it.
func TestKeptWithSecrets(t *testing.T) {
	c, secrets := canary.Plant()
	for _, e := range c.Exchanges { // what a HAR cannot say of itself
		e.Done, e.Response.Timing = true, capture.Timing{DNS: -1, Connect: -1, TLS: -1, Blocked: -1}
		if e.Type == "" {
			e.Type = "Fetch"
		}
	}
	_, got := save(t, c, folder.Options{Secrets: true, Screenshot: []byte("\x89PNG\r\n\x1a\n")})
	if m := got.Manifest; m.Redacted || !m.Complete || !m.Screenshot || m.Lost != 0 {
		t.Errorf("%+v", m)
	}
	for name, diff := range map[string]string{
		"streams": cmp.Diff(c.Streams(), got.Capture.Streams(), same, cmpopts.IgnoreFields(capture.Stream{}, "Exchange")),
		"counts":  cmp.Diff(c.Count(), got.Capture.Count(), same), "manifest": cmp.Diff(c.Count(), got.Manifest.Counts, same),
		"players": cmp.Diff(c.Players, got.Capture.Players, same), "console": cmp.Diff(c.Console, got.Capture.Console, same),
		"cookies": cmp.Diff(c.Cookies, got.Capture.Cookies, same),
	} {
		if diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for i, m := range c.Made {
		if g := got.Capture.Made[i]; !bytes.Equal(g.Data, m.Data) || g.How != m.How || g.URL != m.URL {
			t.Errorf("made %d: %+v", i, g)
		}
	}
	for i, e := range c.Exchanges {
		g := got.Capture.Exchanges[i]
		if diff := cmp.Diff(e.Body, g.Body, same) + cmp.Diff(e.Request.Body, g.Request.Body, same) + cmp.Diff(e.Messages, g.Messages, same); diff != "" {
			t.Errorf("%s: %.500s", e.URL(), diff)
		}
	}
	if len(secrets) < 100 {
		t.Errorf("%d secrets", len(secrets))
	}
}

// TestKeptWithoutSecrets looks into every file for every secret: raw, percent-encoded, in base64, and in what base64 says.
func TestKeptWithoutSecrets(t *testing.T) {
	c, secrets := canary.Plant()
	dir, got := save(t, c, folder.Options{})
	if !got.Manifest.Redacted || len(got.Capture.Exchanges) != len(c.Exchanges) {
		t.Errorf("%+v", got.Manifest)
	}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text := string(raw) + unpacked(string(raw[:min(len(raw), 1<<20)])) + unpacked(string(raw[max(len(raw)-1<<20, 0):]))
		for _, v := range secrets {
			for _, form := range canary.Forms(v) {
				if at := strings.Index(text, form); at >= 0 {
					t.Errorf("%s: %s is there as %q: …%.120q", filepath.Base(name), v, form, text[max(at-60, 0):])
					break
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all := 0
	for _, e := range got.Capture.Exchanges {
		if e.Body.Reason == "" && e.Body.Size > 0 {
			all++
		}
	}
	if all < len(secrets) {
		t.Errorf("only %d bodies are left: the test proves nothing", all)
	}
}

// unpacked is what all of the text's words say that are base64 or percent-encoded.
func unpacked(text string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \n\"<>/:,?&", r) }) {
		if len(word) < 8 {
			continue
		}
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
			if raw, err := e.DecodeString(word); err == nil {
				b.Write(raw)
			}
		}
		if plain, err := url.QueryUnescape(word); err == nil {
			b.WriteString(plain + " ")
		}
	}
	return b.String()
}

func TestModes(t *testing.T) {
	c, _ := canary.Plant()
	for _, o := range []folder.Options{{}, {Secrets: true, Screenshot: []byte("\x89PNG")}} {
		dir, _ := save(t, c, o)
		_ = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			info, infoErr := os.Lstat(name)
			if err = errors.Join(err, infoErr); err != nil {
				t.Fatal(err)
			}
			want := fs.FileMode(0o600)
			if d.IsDir() {
				want = 0o700
			}
			if info.Mode().Perm() != want {
				t.Errorf("%s has mode %o", name, info.Mode().Perm())
			}
			return nil
		})
	}
}

// TestWhereItIsPut: an empty folder and an old capture give way, and nothing else does; what fails leaves nothing behind.
func TestWhereItIsPut(t *testing.T) {
	base := t.TempDir()
	c := &capture.Capture{Page: "https://a.example/"}
	dir := filepath.Join(base, "kept")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := folder.Save(dir, c, folder.Options{}); err != nil {
			t.Error(err)
		}
	}
	if !folder.Is(dir) || folder.Is(base) || folder.Is(filepath.Join(base, "nowhere")) {
		t.Error("what is a capture folder?")
	}
	mine := filepath.Join(dir, "my-notes.txt")
	if err := os.WriteFile(mine, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := folder.Save(dir, c, folder.Options{}); !errors.Is(err, folder.ErrOccupied) {
		t.Errorf("over somebody's notes: %v", err)
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error(err)
	}
	if err := folder.Save(filepath.Join(base, "no", "parent"), c, folder.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	list, err := os.ReadDir(base)
	if err != nil || len(list) != 1 {
		t.Errorf("left behind: %v, %v", list, err)
	}
}

// TestAKillBetweenOldAndNew: what a killed run had moved away is put back, or, if it has been replaced, removed.
func TestAKillBetweenOldAndNew(t *testing.T) {
	base := t.TempDir()
	dir := filepath.Join(base, "kept")
	if err := folder.Save(dir, &capture.Capture{Page: "https://old.example/"}, folder.Options{}); err != nil {
		t.Fatal(err)
	}
	killed := filepath.Join(base, ".seine-folder-KILLED", "old")
	if err := errors.Join(os.MkdirAll(killed, 0o700), os.Rename(dir, filepath.Join(killed, "kept"))); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := folder.Save(filepath.Join(base, "another"), &capture.Capture{Page: "https://a.example/"}, folder.Options{}); err != nil {
			t.Fatal(err)
		}
		o, err := folder.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if o.Capture.Page != "https://old.example/" {
			t.Errorf("%s", o.Capture.Page)
		}
		if err := errors.Join(o.Close(), os.MkdirAll(filepath.Join(killed, "kept"), 0o700)); err != nil { // and once more, as if it had been replaced
			t.Fatal(err)
		}
	}
	if err := folder.Save(dir, &capture.Capture{Page: "https://new.example/"}, folder.Options{}); err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadDir(base)
	if err != nil || len(list) != 2 {
		t.Errorf("left behind: %v, %v", list, err)
	}
}
