package userbrowser

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/capture/session"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

// firefoxStore makes a store as Firefox 115 to 145 has it (schema 16), which is in use: what was written last is in its log only.
func firefoxStore(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.Join(dir, "cookies.sqlite")}).String())
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	for _, q := range []string{
		`PRAGMA journal_mode = WAL`, `PRAGMA wal_autocheckpoint = 0`,
		`CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT, value TEXT, host TEXT, path TEXT, expiry INTEGER,
			lastAccessed INTEGER, creationTime INTEGER, isSecure INTEGER, isHttpOnly INTEGER, inBrowserElement INTEGER DEFAULT 0, sameSite INTEGER DEFAULT 0,
			schemeMap INTEGER DEFAULT 0, isPartitionedAttributeSet INTEGER DEFAULT 0, CONSTRAINT moz_uniqueid UNIQUE (name, host, path, originAttributes))`,
		`INSERT INTO moz_cookies (originAttributes, name, value, host, path, expiry, isSecure, isHttpOnly, sameSite) VALUES
			('', 'a', '1', '.a.example', '/', 4102444800, 1, 1, 1), ('', 'b', 'two; =', 'b.example', '/x', 4102444800000, 0, 0, 0),
			('', 'old', '3', 'b.example', '/', 1000000000, 0, 0, 0), ('^userContextId=1', 'work', '4', 'a.example', '/', 4102444800, 0, 0, 0)`,
	} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFirefox(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "x?y#z.default%20") // a name that means something in addresses
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	firefoxStore(t, dir)
	got, err := Read(t.Context(), "Firefox:"+dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	end := time.Unix(4102444800, 0)
	want := []session.Cookie{
		{Name: "a", Value: "1", Domain: ".a.example", Path: "/", Expires: end, Secure: true, HTTPOnly: true, SameSite: "Lax"},
		{Name: "b", Value: "two; =", Domain: "b.example", Path: "/x", Expires: end, HostOnly: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestFirefoxProfiles(t *testing.T) {
	home := t.TempDir()
	list := readProfiles(bufio.NewScanner(strings.NewReader(`
[Install4F96D1932A9F858E]
Default=Profiles/b.release
Locked=1

[Profile1]
Name=default
IsRelative=1
Path=Profiles/a.default
Default=1

[Profile0]
Name=default-release
IsRelative=1
Path=Profiles/b.release

[Profile2]
Name=elsewhere
IsRelative=0
Path=`+filepath.Join(home, "else")+`

[General]
StartWithLastProfile=1
`)), home)
	want := []firefoxEntry{
		{"default", filepath.Join(home, "Profiles", "a.default"), 1},
		{"default-release", filepath.Join(home, "Profiles", "b.release"), 2},
		{"elsewhere", filepath.Join(home, "else"), 0},
	}
	if len(list) != len(want) {
		t.Fatalf("%+v", list)
	}
	for i, p := range list {
		if p != want[i] {
			t.Errorf("%+v, not %+v", p, want[i])
		}
	}
}

// TestChromium reads what a browser left behind, and leaves that as it was.
func TestChromium(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "been", Value: "here", MaxAge: 3600, HttpOnly: true})
	}))
	defer srv.Close()
	name, path := installed(t)
	profile := t.TempDir()
	leave(t, browser.Options{Path: path, Profile: profile}, srv.URL)
	before := stamps(t, profile)
	got, err := Read(t.Context(), name+":"+profile, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 || got[0].Name != "been" || got[0].Value != "here" || got[0].Domain != "127.0.0.1" || !got[0].HTTPOnly || !got[0].HostOnly || got[0].Expires.IsZero() {
		t.Errorf("%+v", got)
	}
	if d := cmp.Diff(before, stamps(t, profile)); d != "" {
		t.Error(d)
	}
}

// installed is a browser of this machine.
func installed(t *testing.T) (name, path string) {
	t.Helper()
	for name, f := range families {
		if path, err := f.executable(t.Context()); err == nil {
			return name, path
		}
	}
	t.Fatal("no browser on this machine")
	return "", ""
}

// leave visits an address with a profile.
func leave(t *testing.T, o browser.Options, address string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	b, err := browser.Launch(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	tab, err := b.NewTab(ctx, nil)
	if err == nil {
		_, err = chromedp.Call(tab.Context(), cdppage.Navigate, cdppage.NavigateParams{URL: address})
	}
	if err := errors.Join(err, b.Close()); err != nil {
		t.Fatal(err)
	}
}

// stamps are the times of all files.
func stamps(t *testing.T, dir string) map[string]time.Time {
	t.Helper()
	list := map[string]time.Time{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			list[path] = info.ModTime()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestSourcesThatAreNone(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	for _, source := range []string{"", "safari", "firefox:" + t.TempDir() + "/", "chromium:" + t.TempDir() + "/", "edge:nobody"} {
		if _, err := Read(t.Context(), source, Options{}); !errors.Is(err, ErrSource) {
			t.Errorf("%q: %v", source, err)
		}
	}
}
