package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/assemble/digest"
	"seine/assemble/files"
	"seine/capture/redact"
	"seine/cmd/internal/ui"
)

func listFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "input-file", Aliases: []string{"i"}, Usage: "fetch what a list in `FILE`, or - for stdin, names: an address a line, with out=, referer=, header= and checksum= in lines below that begin with a blank; or JSON lines", Category: catFetch},
		&cli.IntFlag{Name: "jobs", Aliases: []string{"j"}, Usage: "have `N` files under way at once", DefaultText: "32; how many requests a host gets is found by itself", Category: catFetch},
		archiveFlag(),
		&cli.StringFlag{Name: "checksum", Usage: "throw away a file whose digest is not `ALGORITHM=HEX`, such as sha-256=…; for one address", Category: catOutput},
	}
}

func archiveFlag() cli.Flag {
	return &cli.StringFlag{Name: "archive", Usage: "remember in `FILE` what was fetched, and ask for nothing that is in it", Category: catOutput}
}

// openArchive is nil without --archive.
func openArchive(c *cli.Context) (*files.Archive, error) {
	name := c.String("archive")
	if name == "" {
		return nil, nil
	}
	return files.OpenArchive(name)
}

// entriesOf are the files that the command line names, with those of its list.
func entriesOf(c *cli.Context, list []input) ([]files.Entry, error) {
	var entries []files.Entry
	for i := range list {
		entries = append(entries, files.Entry{URL: list[i].url})
	}
	if name := c.String("input-file"); name != "" {
		more, err := readList(c, name)
		if err != nil {
			return nil, err
		}
		entries = append(entries, more...)
	}
	if len(entries) == 0 {
		return nil, &usageError{what: fmt.Sprintf("%s names no address", ui.Remote(c.String("input-file")))}
	}
	if text := c.String("checksum"); text != "" {
		sum, err := digest.Parse(text)
		switch {
		case err != nil:
			return nil, &usageError{what: "--checksum: " + err.Error()}
		case len(entries) > 1:
			return nil, &usageError{what: "--checksum is that of one file, but there are several addresses; in a list, a line checksum= stands below each"}
		}
		entries[0].Sums = []digest.Sum{sum}
	}
	return entries, ownOrigin(c, entries)
}

func readList(c *cli.Context, name string) ([]files.Entry, error) {
	r := c.App.Reader
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, &usageError{what: fmt.Sprintf("%s cannot be read: %v", ui.Remote(name), errors.Unwrap(err))}
		}
		defer f.Close()
		r = f
	}
	list, err := files.ReadList(r, address)
	if err != nil {
		return nil, &usageError{what: fmt.Sprintf("%s: %v", ui.Remote(name), err)}
	}
	return list, nil
}

// ownOrigin refuses headers and passwords of the command line for several origins: they may be secrets, and nobody says whose.
func ownOrigin(c *cli.Context, entries []files.Entry) error {
	if !c.IsSet("header") && c.String("user") == "" {
		return nil
	}
	for i := range entries {
		if a, b := originOf(entries[0].URL), originOf(entries[i].URL); a != b {
			return &usageError{what: fmt.Sprintf("--header and --user are for one origin, and there are %s and %s; in a list, a line header= stands below its address", ui.Remote(a), ui.Remote(b))}
		}
	}
	return nil
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Scheme + "://" + u.Host)
}

// archiveKey is an address without what lets others act as the user, and what changes from one day to the next: signatures, tokens and their
// times. Of other names that may hold a secret, or may say which file it is, a digest of the value stays.
func archiveKey(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	u.Host = strings.TrimSuffix(u.Host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	u.Path = cmp.Or(u.Path, "/")
	given, query := u.Query(), u.Query()
	for name, values := range given {
		switch {
		case rotates(name, given):
			query.Del(name)
		case redact.IsSecretName(name):
			for i, v := range values {
				query[name][i] = "sha256:" + shortSum(v)
			}
		}
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// rotating are the parameters of signed addresses: Akamai's and Wowza's tokens, CloudFront, S3, Google, Azure.
var rotating = map[string]bool{
	"token": true, "access_token": true, "auth_token": true, "signature": true, "sig": true, "sign": true, "jwt": true, "hdnts": true, "hdnea": true, "hdntl": true,
	"expires": true, "expire": true, "exp": true, "expiry": true, "policy": true, "key-pair-id": true, "awsaccesskeyid": true, "googleaccessid": true, "auth_key": true,
}

func rotates(name string, query url.Values) bool {
	name = strings.ToLower(name)
	if rotating[name] || strings.HasPrefix(name, "x-amz-") || strings.HasPrefix(name, "x-goog-") || strings.HasPrefix(name, "wowzatoken") {
		return true
	}
	switch name {
	case "st", "e": // secure_link: together
		return query.Has("st") && query.Has("e")
	case "se", "sp", "sv", "sr", "spr", "skoid", "sktid", "skt", "ske", "sks", "skv": // a shared access signature
		return query.Has("sig") && query.Has("sv")
	}
	return false
}

// clients are those that speak to the origins of a list, one for each: what one address may reach is not for another to say.
type clients struct {
	make func(address string) (client, error)
	open map[string]client
}

type client interface {
	Do(*http.Request) (*http.Response, error)
	CloseIdleConnections()
}

// mostClients are kept at once.
const mostClients = 512

// of is the client of an address: of its origin, and whoever it says asks.
func (l *clients) of(address string) (client, error) {
	key := address
	if u, err := url.Parse(address); err == nil {
		key = u.Scheme + "://" + u.User.String() + "@" + u.Host
	}
	if k, ok := l.open[key]; ok {
		return k, nil
	}
	k, err := l.make(address)
	if err != nil {
		return nil, err
	}
	if len(l.open) >= mostClients {
		l.close()
	}
	l.open[key] = k
	return k, nil
}

func (l *clients) close() {
	for _, k := range l.open {
		k.CloseIdleConnections()
	}
	clear(l.open)
}
