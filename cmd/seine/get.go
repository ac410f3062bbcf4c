package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/assemble/filename"
	"seine/capture/session"
	"seine/cmd/internal/ui"
)

func getCommand() *cli.Command {
	return &cli.Command{
		Name:      "get",
		Usage:     "fetch an HLS film by its playlist's address, without a browser",
		UsageText: "seine get M3U8… [-o FILE | -d FOLDER] [flags]\n\nseine get https://example.com/master.m3u8 -o film.mp4\nseine get https://example.com/master.m3u8 --referer https://example.com/ --list",
		Flags:     slices.Concat(choiceFlags(), outputFlags(), headerFlags(), fetchFlags(), talkFlags()),
		Action: func(c *cli.Context) error {
			con := console(c)
			lists, err := targets(c)
			if err != nil {
				return err
			}
			return each(c.Context, lists, con, func(u string) error { return get(c, con, u) })
		},
		OnUsageError: onUsageError,
	}
}

// headerFlags say how requests without a browser present themselves.
func headerFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "header", Aliases: []string{"H"}, Usage: "send a header such as `'Name: value'` to the playlist's origin, and to no other; may be repeated", Category: catFetch},
		&cli.StringFlag{Name: "referer", Usage: "page that the film belongs to, as `URL`", Category: catFetch},
		&cli.StringFlag{Name: "user-agent", Usage: "say that we are `NAME`", Category: catFetch},
	}
}

func get(c *cli.Context, con *ui.Console, playlist string) error {
	job, err := jobOf(c, con)
	if err != nil {
		return err
	}
	if job.Output == "" && !c.Bool("list") {
		job.Output = filepath.Join(c.String("dir"), filename.FromURL(playlist, "film")+".mp4")
	}
	job.Origin = recipeOf(c, "get", playlist).encode()
	return fetchFrom(c, con, job, playlist, assemble.Run)
}

// making is assemble.Run or assemble.Repair.
type making = func(context.Context, assemble.Job) (assemble.Verdict, error)

// fetchFrom completes a job with what speaks to the playlist's origin, and does it.
func fetchFrom(c *cli.Context, con *ui.Console, job assemble.Job, playlist string, make making) error {
	conf, err := sessionOf(c, playlist)
	if err != nil {
		return err
	}
	client, err := session.New(conf)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	job.URL, job.Client = playlist, client
	if c.Bool("list") {
		in, err := assemble.Inspect(c.Context, job)
		if in != nil && (in.Presentation != nil || err == nil) {
			if e := showChoice(con, in); e != nil {
				return e
			}
		}
		return err
	}
	return fetchFilm(c, con, job, make)
}

func fetchFilm(c *cli.Context, con *ui.Console, job assemble.Job, make making) error {
	began := time.Now()
	w := &watcher{con: con}
	defer w.end()
	job.Progress = func(p assemble.Progress) { w.fetching(job.Output, p) }
	v, err := make(c.Context, job)
	w.end()
	showFilm(con, &v, time.Since(began))
	return err
}

// sessionOf binds what the user gave to the playlist's own origin: a header on the command line may be a secret.
func sessionOf(c *cli.Context, playlist string) (session.Config, error) {
	u, err := url.Parse(playlist)
	if err != nil {
		return session.Config{}, &usageError{what: err.Error()}
	}
	conf := session.Config{
		Start: playlist, AllowPrivate: c.Bool("allow-private"), UserAgent: c.String("user-agent"),
		DefaultHeaders: http.Header{"Accept": {"*/*"}}, Headers: map[string]http.Header{},
	}
	if r := c.String("referer"); r != "" {
		if conf.Page, err = address(r); err != nil {
			return conf, err
		}
		conf.DefaultHeaders.Set("Referer", conf.Page)
	}
	own := http.Header{}
	if p, ok := u.User.Password(); ok {
		own.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.User.Username()+":"+p)))
	}
	for _, h := range c.StringSlice("header") {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return conf, &usageError{what: fmt.Sprintf("--header %q has no colon", h), try: "--header 'Name: value'"}
		}
		own.Add(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	for _, k := range (&http.Request{Header: own}).Cookies() {
		conf.Cookies = append(conf.Cookies, session.Cookie{Name: k.Name, Value: k.Value, Domain: u.Hostname(), HostOnly: true, Path: "/"})
	}
	own.Del("Cookie")
	if len(own) > 0 {
		conf.Headers[u.Scheme+"://"+u.Host] = own
	}
	return conf, nil
}
