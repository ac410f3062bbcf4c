package session

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Bounds of a cookie file.
const (
	maxCookies    = 20_000
	maxCookieLine = 64 << 10
)

// ErrCookieFile says that a file is not in the Netscape format.
var ErrCookieFile = errors.New("this is no cookie file of the Netscape format")

// ReadCookies reads a cookies.txt as curl, wget, yt-dlp and browsers' add-ons write it: a line has domain, whether subdomains are
// included, path, whether it needs https, the time of its end in seconds since 1970 or 0, name and value, with tabs between them; "#HttpOnly_" stands
// before the domain of a cookie that scripts do not see. Errors name the line and nothing that is in it.
func ReadCookies(r io.Reader) ([]Cookie, error) {
	var list []Cookie
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxCookieLine)
	n := 0
	for lines.Scan() {
		n++
		line, httpOnly := strings.CutPrefix(strings.TrimRight(lines.Text(), "\r"), "#HttpOnly_")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := parseCookie(line)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d %w", ErrCookieFile, n, err)
		}
		if k.HTTPOnly = httpOnly; len(list) == maxCookies {
			return nil, fmt.Errorf("%w: it has more than %d cookies", ErrCookieFile, maxCookies)
		}
		list = append(list, k)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%w: line %d: %w", ErrCookieFile, n+1, err)
	}
	return list, nil
}

func parseCookie(line string) (Cookie, error) {
	f := strings.SplitN(line, "\t", 7)
	if len(f) == 6 {
		f = append(f, "") // some writers leave out an empty value with its tab
	}
	if len(f) != 7 || f[0] == "" || !strings.HasPrefix(f[2], "/") {
		return Cookie{}, errors.New("has not the seven fields")
	}
	end, err := strconv.ParseFloat(f[4], 64) // some write fractions
	if err != nil || end < -1 || end > 1e12 {
		return Cookie{}, errors.New("has no time where one should be")
	}
	k := Cookie{
		Name: f[5], Value: f[6], Domain: f[0], Path: f[2],
		HostOnly: !strings.EqualFold(f[1], "TRUE"), Secure: strings.EqualFold(f[3], "TRUE"),
	}
	if end > 0 {
		k.Expires = time.Unix(int64(end), 0)
	}
	return k, nil
}
