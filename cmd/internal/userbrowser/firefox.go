package userbrowser

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/adrg/xdg"
	_ "modernc.org/sqlite" // the database/sql driver "sqlite"

	"seine/capture/session"
)

// firefoxHomes are where Firefox keeps profiles.ini: by itself, as a snap, and in a flatpak.
func firefoxHomes() []string {
	switch runtime.GOOS {
	case "darwin":
		return []string{filepath.Join(xdg.Home, "Library", "Application Support", "Firefox")}
	case "windows":
		return []string{filepath.Join(os.Getenv("APPDATA"), "Mozilla", "Firefox")}
	}
	return []string{
		filepath.Join(xdg.Home, ".mozilla", "firefox"), filepath.Join(xdg.ConfigHome, "mozilla", "firefox"),
		filepath.Join(xdg.Home, "snap", "firefox", "common", ".mozilla", "firefox"),
		filepath.Join(xdg.Home, ".var", "app", "org.mozilla.firefox", ".mozilla", "firefox"),
	}
}

func firefox(ctx context.Context, profile, temp string) ([]session.Cookie, error) {
	dir, err := firefoxProfile(profile)
	if err != nil {
		return nil, err
	}
	store := filepath.Join(temp, "cookies.sqlite")
	switch ok, err := copyStore(store, filepath.Join(dir, "cookies.sqlite")); {
	case err != nil:
		return nil, err
	case !ok:
		return nil, fmt.Errorf("%w: %s has no cookies.sqlite", ErrSource, dir)
	}
	return firefoxCookies(ctx, store)
}

// firefoxProfile is the folder of a profile: one that was named, by folder or by name, or Firefox's own choice.
func firefoxProfile(profile string) (string, error) {
	if strings.ContainsAny(profile, `/\`) {
		return profile, nil
	}
	var names []string
	for _, home := range firefoxHomes() {
		f, err := os.Open(filepath.Join(home, "profiles.ini"))
		if err != nil {
			continue
		}
		list := readProfiles(bufio.NewScanner(f), home)
		f.Close()
		best := -1
		for i, p := range list {
			names = append(names, p.name)
			if strings.EqualFold(p.name, profile) || profile == "" && (best < 0 || p.rank > list[best].rank) {
				best = i
			}
		}
		if best >= 0 {
			return list[best].dir, nil
		}
	}
	if profile != "" && len(names) > 0 {
		return "", fmt.Errorf("%w: there is no profile %q; there are %s", ErrSource, profile, strings.Join(names, ", "))
	}
	return "", fmt.Errorf("%w: Firefox has no profile here", ErrSource)
}

// firefoxEntry is a section of profiles.ini. Of several, that of an installation ranks before the default, and that before others.
type firefoxEntry struct {
	name, dir string
	rank      int
}

// readProfiles reads profiles.ini. A section [Install…] names by Default= the folder of the profile that a Firefox starts with.
func readProfiles(lines *bufio.Scanner, home string) (list []firefoxEntry) {
	section := ""
	relative := true
	installed := map[string]bool{}
	var now *firefoxEntry
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			section, relative, now = strings.Trim(line, "[]"), true, nil
			if strings.HasPrefix(section, "Profile") {
				list = append(list, firefoxEntry{})
				now = &list[len(list)-1]
			}
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		switch {
		case strings.HasPrefix(section, "Install") && name == "Default":
			installed[under(home, value, !filepath.IsAbs(value))] = true
		case now == nil:
		case name == "Name":
			now.name = value
		case name == "IsRelative":
			relative = value != "0"
			now.dir = under(home, now.dir, relative && now.dir != "")
		case name == "Path":
			now.dir = under(home, value, relative && !filepath.IsAbs(value))
		case name == "Default" && value == "1":
			now.rank = 1
		}
	}
	for i := range list {
		if installed[list[i].dir] {
			list[i].rank = 2
		}
	}
	return list
}

func under(home, path string, relative bool) string {
	if relative && !filepath.IsAbs(path) {
		return filepath.Join(home, filepath.FromSlash(path))
	}
	return path
}

// firefoxCookies reads moz_cookies. Those of containers (originAttributes) are of other identities of the user, and left out.
func firefoxCookies(ctx context.Context, store string) ([]session.Cookie, error) {
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: filepath.ToSlash(store)}).String())
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, `SELECT name, value, host, path, expiry, isSecure, isHttpOnly, sameSite FROM moz_cookies WHERE originAttributes = ''`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []session.Cookie
	for rows.Next() {
		var k session.Cookie
		var expiry, sameSite int64
		if err := rows.Scan(&k.Name, &k.Value, &k.Domain, &k.Path, &expiry, &k.Secure, &k.HTTPOnly, &sameSite); err != nil {
			return nil, err
		}
		k.HostOnly = !strings.HasPrefix(k.Domain, ".")
		k.SameSite = map[int64]string{1: "Lax", 2: "Strict"}[sameSite]
		k.Expires = firefoxTime(expiry)
		if !k.Expires.IsZero() && k.Expires.Before(time.Now()) {
			continue
		}
		list = append(list, k)
	}
	return list, rows.Err()
}

// firefoxTime reads seconds, or since Firefox 142 milliseconds, from 1970 on. Zero is the end of the session.
func firefoxTime(n int64) time.Time {
	const secondsIn5138 = 100_000_000_000
	switch {
	case n <= 0:
		return time.Time{}
	case n > secondsIn5138:
		return time.UnixMilli(n)
	}
	return time.Unix(n, 0)
}
