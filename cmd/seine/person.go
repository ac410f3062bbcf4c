package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/browser"
	"seine/capture/session"
	"seine/cmd/internal/ui"
)

// emulationOf reads whom the browser is to be. A device brings its user agent along, which is set in o unless the user has named one.
func emulationOf(c *cli.Context, o *browser.Options) (browser.Emulation, error) {
	e := browser.Emulation{Locale: strings.ReplaceAll(c.String("locale"), "_", "-"), TimeZone: c.String("timezone")}
	if name := c.String("device"); name != "" {
		view, agent, ok := browser.Device(name)
		if !ok {
			return e, noDevice(name)
		}
		if e.Viewport = view; o.UserAgent == "" {
			o.UserAgent = agent
		}
	}
	if size := c.String("viewport"); size != "" {
		var more string
		if n, _ := fmt.Sscanf(size, "%dx%d%s", &e.Viewport.Width, &e.Viewport.Height, &more); n != 2 {
			return e, &usageError{what: fmt.Sprintf("--viewport %q is no size", ui.Remote(size)), try: "--viewport 1920x1080"}
		}
	}
	if place := c.String("geolocation"); place != "" {
		var err error
		if e.Geolocation, err = geolocation(place); err != nil {
			return e, err
		}
	}
	if err := e.Check(); err != nil {
		return e, &usageError{what: err.Error()}
	}
	if c.String("connect") != "" && o.UserAgent != "" {
		return e, &usageError{what: "a browser that runs already has its user agent: leave out --connect, or --user-agent and --device"}
	}
	return e, nil
}

// noDevice names devices that are called so in part, or all.
func noDevice(name string) error {
	all := slices.DeleteFunc(browser.Devices(), func(d string) bool { return strings.HasSuffix(d, "landscape") })
	near := slices.DeleteFunc(slices.Clone(all), func(d string) bool { return !strings.Contains(strings.ToLower(d), strings.ToLower(name)) })
	if len(near) == 0 {
		near = all
	}
	return &usageError{what: fmt.Sprintf("there is no device %q; there are %s, each also with \"landscape\" behind it", ui.Remote(name), strings.Join(near, ", "))}
}

func geolocation(place string) (*browser.Geolocation, error) {
	latitude, longitude, ok := strings.Cut(place, ",")
	g := &browser.Geolocation{}
	var err1, err2 error
	g.Latitude, err1 = strconv.ParseFloat(strings.TrimSpace(latitude), 64)
	g.Longitude, err2 = strconv.ParseFloat(strings.TrimSpace(longitude), 64)
	if !ok || err1 != nil || err2 != nil {
		return nil, &usageError{what: fmt.Sprintf("--geolocation %q is no place", ui.Remote(place)), try: "--geolocation 52.52,13.40"}
	}
	return g, nil
}

// identityFlags say who asks, with a browser and without.
func identityFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "cookies", Usage: "bring along the cookies in `FILE`, a cookies.txt as curl, yt-dlp and browsers' add-ons write it", Category: catPerson},
		&cli.StringSliceFlag{Name: "header", Aliases: []string{"H"}, Usage: "send a header such as `'Name: value'` to the origin of the address, and to no other; may be repeated", Category: catPerson},
		&cli.StringFlag{Name: "user", Aliases: []string{"u"}, Usage: "log in as `NAME:PASSWORD` where the address's origin asks (HTTP authentication)", EnvVars: []string{envUser}, Category: catPerson},
		&cli.StringFlag{Name: "user-agent", Usage: "say that we are `TEXT`", Category: catPerson},
	}
}

// emulationFlags say whom and where sites take the browser's user for.
func emulationFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "device", Usage: "have the telephone or tablet `NAME`, such as 'iPhone 13' or 'Pixel 5'", Category: catPerson},
		&cli.StringFlag{Name: "geolocation", Usage: "be at `LATITUDE,LONGITUDE`, for every site that asks", Category: catPerson},
		&cli.StringFlag{Name: "locale", Usage: "read the language of `LOCALE`, such as de-DE", Category: catPerson},
		&cli.StringFlag{Name: "timezone", Usage: "live in `ZONE`, such as Europe/Berlin", Category: catPerson},
		&cli.StringFlag{Name: "viewport", Usage: "show pages in `WIDTHxHEIGHT` pixels", Category: catPerson},
	}
}

// cookiesOf reads the file of cookies, if there is one.
func cookiesOf(c *cli.Context) ([]session.Cookie, error) {
	name := c.String("cookies")
	if name == "" {
		return nil, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, &usageError{what: fmt.Sprintf("--cookies: %v", err)}
	}
	defer f.Close()
	list, err := session.ReadCookies(f)
	if err != nil {
		return nil, &usageError{what: fmt.Sprintf("--cookies %s: %v", ui.Remote(name), err)}
	}
	return list, nil
}
