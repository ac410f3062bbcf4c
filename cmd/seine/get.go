package main

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/assemble/local"
	"seine/capture/session"
	"seine/cmd/internal/curl"
	"seine/cmd/internal/ui"
)

func getCommand() *cli.Command {
	return &cli.Command{
		Name:  "get",
		Usage: "fetch films by the addresses of their playlists or manifests (HLS, DASH), and any other files, without a browser",
		UsageText: "seine get URL… [-o FILE | -d FOLDER] [flags]\nseine get -i LIST [-d FOLDER] [flags]\n\nseine get https://example.com/master.m3u8 -o film.mp4\nseine get https://example.com/master.m3u8 --referer https://example.com/ --list\n" +
			"seine get https://example.com/master.m3u8 --audio en,de --skip-ads --dry-run\nseine get ./list.m3u8 --base https://example.com/film/\nseine get https://example.com/live.m3u8 --duration 1h30m\ncat list.m3u8 | seine get - --base https://example.com/film/ -o film.mp4\n" +
			"seine get page.har\nseine get https://example.com/a.zip https://example.com/b.jpg -d files\nseine get -i list.txt -d files --archive fetched.jsonl\nseine get --curl \"curl 'https://example.com/master.m3u8' -H 'x-token: 42'\"",
		Description: "URL is the address of a playlist of HLS or a manifest of DASH, or of any other file; a playlist in a file or - for stdin; or a HAR file that a browser or `seine sniff --har` has written.\n" +
			"A playlist in a file names the files beside it, unless --base says where it comes from.\n" +
			"What is no playlist is fetched as it is, under the name that the server or the address gives it. A file that is there already is asked for on condition that it has changed, and replaced with --force alone.",
		Flags: slices.Concat(choiceFlags(), subtitleFlags(), outputFlags(), liveFlags(), inputFlags(), listFlags(), headerFlags(), identityFlags(), fetchFlags(), talkFlags()),
		Action: func(c *cli.Context) error {
			con := console(c)
			list, err := inputs(c)
			if err != nil {
				return err
			}
			if !looksOnly(c) && plain(list) {
				return getFiles(c, con, list)
			}
			if c.IsSet("archive") || c.IsSet("checksum") || c.IsSet("input-file") {
				return &usageError{what: "--input-file, --archive and --checksum are for addresses that are fetched, not for playlists in files, and not for --list and --dry-run"}
			}
			names := make([]string, len(list))
			for i := range list {
				names[i] = list[i].name
			}
			return each(c.Context, names, con, func(name string) error {
				return get(c, con, &list[slices.Index(names, name)])
			})
		},
		OnUsageError: onUsageError,
	}
}

// headerFlags say how requests without a browser present themselves.
func headerFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "referer", Usage: "page that the film belongs to, as `URL`", Category: catFetch},
	}
}

func get(c *cli.Context, con *ui.Console, in *input) error {
	job, err := jobOf(c, con)
	if err != nil {
		return err
	}
	if job.Output == "" && !looksOnly(c) {
		job.Output, job.GuessedExtension = filepath.Join(c.String("dir"), in.title()+".mp4"), true
	}
	r := recipeOf(c, "get", in.record())
	r.Base, r.Headers = in.base, c.IsSet("header") || in.command != nil
	job.Origin = r.encode()
	return fetchFrom(c, con, job, in, assemble.Run)
}

// making is assemble.Run or assemble.Repair.
type making = func(context.Context, assemble.Job) (assemble.Verdict, error)

// fetchFrom completes a job with what speaks to the playlist's origin, and does it.
func fetchFrom(c *cli.Context, con *ui.Console, job assemble.Job, in *input, make making) error {
	conf, err := in.session(c, con)
	if err != nil {
		return err
	}
	client, err := session.New(conf)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	job.URL, job.Manifest, job.Client = in.url, in.manifest, client
	if in.folder() {
		files, err := local.Open(in.file, client)
		if err != nil {
			return err
		}
		defer files.Close()
		job.URL, job.Client = files.URL(), files
	}
	if in.again {
		job.Refresh = func(context.Context) (assemble.Source, error) {
			return assemble.Source{URL: in.url, Client: client}, nil
		}
	}
	if looksOnly(c) {
		return look(c, con, job)
	}
	return fetchFilm(c, con, job, make)
}

// look shows the choice or the plan, as far as they are known.
func look(c *cli.Context, con *ui.Console, job assemble.Job) error {
	in, err := assemble.Inspect(c.Context, job)
	show := showChoice
	if c.Bool("dry-run") {
		show = showPlan
	}
	if in != nil && (in.Presentation != nil || err == nil) {
		if e := show(con, in); e != nil {
			return e
		}
	}
	return err
}

func fetchFilm(c *cli.Context, con *ui.Console, job assemble.Job, make making) error {
	began := time.Now()
	w := &watcher{con: con, casts: broadcastsOf(c.Context)}
	defer w.end()
	job.Progress = func(p assemble.Progress) { w.fetching(job.Output, p) }
	v, err := make(c.Context, job)
	w.end()
	showFilm(con, &v, time.Since(began))
	return gapsOf(&v, err)
}

func basic(credentials string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(credentials))
}

// sessionOf binds what the user gave to the playlist's own origin: a header on the command line may be a secret.
func sessionOf(c *cli.Context, con *ui.Console, playlist string, command *curl.Request) (session.Config, error) {
	u, err := url.Parse(playlist)
	if err != nil {
		return session.Config{}, &usageError{what: err.Error()}
	}
	conf := session.Config{
		Start: playlist, AllowPrivate: c.Bool("allow-private"), UserAgent: c.String("user-agent"),
		DefaultHeaders: http.Header{"Accept": {"*/*"}}, Headers: map[string]http.Header{},
	}
	if err := setProxy(c, &conf); err != nil {
		return conf, err
	}
	if conf.Cookies, err = cookiesOf(c, con); err != nil {
		return conf, err
	}
	if r := c.String("referer"); r != "" {
		if conf.Page, err = address(r); err != nil {
			return conf, err
		}
		conf.DefaultHeaders.Set("Referer", conf.Page)
	}
	own := http.Header{}
	present(command, &conf, own)
	user, err := userOf(c, playlist)
	if err != nil {
		return conf, err
	}
	if p, ok := user.Password(); ok {
		own.Set("Authorization", basic(user.Username()+":"+p))
	} else if command != nil && command.User != "" {
		own.Set("Authorization", basic(command.User))
	}
	given, err := headersOf(c)
	if err != nil {
		return conf, err
	}
	for name, values := range given {
		for _, v := range values {
			own.Add(name, v)
		}
	}
	for _, k := range (&http.Request{Header: own}).Cookies() {
		conf.Cookies = append(conf.Cookies, session.Cookie{Name: k.Name, Value: k.Value, Domain: u.Hostname(), HostOnly: true, Path: "/"})
	}
	own.Del("Cookie")
	if len(own) > 0 && u.Host != "" {
		conf.Headers[u.Scheme+"://"+u.Host] = own
	}
	return conf, nil
}
