package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/assemble/filename"
	"seine/assemble/hls"
	"seine/capture"
	"seine/capture/folder"
	"seine/capture/har"
	"seine/capture/session"
	"seine/cmd/internal/curl"
	"seine/cmd/internal/ui"
)

func inputFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "base", Usage: "where a playlist in a file or on stdin comes from, as `URL`", Category: catFetch},
		&cli.StringFlag{Name: "curl", Usage: "fetch what a curl `COMMAND` asks for, as browsers copy it, with its headers for its own origin", Category: catFetch},
	}
}

// input is one film as the command line names it.
type input struct {
	name     string // for messages
	url      string // of the playlist; empty when nobody knows it
	manifest []byte // its text, if it is known
	base     string // what --base said
	file     string // path of a playlist that is a file
	har      string // path of the HAR that it was found in
	caption  string // of the page that the HAR is of
	again    bool   // url can be asked for a text that is newer than manifest
	recorded *session.Config
	command  *curl.Request
}

// inputs reads the command line of get, files included; nothing is asked of the network.
func inputs(c *cli.Context) ([]input, error) {
	if c.IsSet("curl") {
		return commandInput(c)
	}
	if !c.Args().Present() && c.String("input-file") == "" {
		return nil, &usageError{what: "an address is missing", try: fmt.Sprintf("seine %s https://example.com/…", c.Command.Name)}
	}
	if err := onePlace(c); err != nil {
		return nil, err
	}
	base := c.String("base")
	if base != "" {
		u, err := address(base)
		if err != nil {
			return nil, err
		}
		base = u
	}
	var list []input
	for _, a := range c.Args().Slice() {
		in, err := inputOf(c, a, base)
		if err != nil {
			return nil, err
		}
		list = append(list, in)
	}
	return list, placesOf(c, list)
}

// placesOf leaves it to the answer whether a plain file that is there has changed.
func placesOf(c *cli.Context, list []input) error {
	if plain(list) && !slices.ContainsFunc(list, func(in input) bool { return listed(in.url) }) {
		return folders(c)
	}
	return places(c)
}

// listed is true for an address that ends like that of a playlist.
func listed(address string) bool {
	switch strings.ToLower(path.Ext(filename.OfURL(address))) {
	case ".m3u8", ".m3u", ".mpd":
		return true
	}
	return false
}

func commandInput(c *cli.Context) ([]input, error) {
	if c.Args().Present() {
		return nil, &usageError{what: "--curl has an address of its own; leave out the other one"}
	}
	in, err := curled(c)
	if err != nil {
		return nil, err
	}
	if err := onePlace(c); err != nil {
		return nil, err
	}
	return []input{in}, places(c)
}

// curled is what the command of --curl asks for.
func curled(c *cli.Context) (input, error) {
	r, err := curl.Parse(c.String("curl"))
	if err != nil {
		return input{}, &usageError{what: err.Error()}
	}
	u, err := address(r.URL)
	return input{name: u, url: u, command: r}, err
}

// inputOf tells an address from a file and stdin, and a playlist from a HAR.
func inputOf(c *cli.Context, arg, base string) (input, error) {
	in := input{name: arg, base: base}
	if path, ok := strings.CutPrefix(arg, "file://"); ok {
		arg = path
	}
	if arg == "-" {
		in.name, in.url = "stdin", base
		return in, in.read(c.App.Reader)
	}
	if folder.Is(arg) {
		return in, in.readFolder(arg)
	}
	if !isFile(arg) {
		if base != "" {
			return in, &usageError{what: "--base is for a playlist in a file or on stdin; an address is one already"}
		}
		var err error
		in.url, err = address(arg)
		in.name = in.url
		return in, err
	}
	f, err := os.Open(arg)
	if err != nil {
		return in, &usageError{what: fmt.Sprintf("%s cannot be read: %v", ui.Remote(arg), errors.Unwrap(err))}
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return in, &usageError{what: fmt.Sprintf("%s is a folder, not a playlist", ui.Remote(arg))}
	}
	in.file, in.url = arg, base
	return in, in.readFile(f)
}

// isFile is true for what is there, or looks like nothing else.
func isFile(arg string) bool {
	if strings.Contains(arg, "://") {
		return false
	}
	if info, err := os.Stat(arg); err == nil && !info.IsDir() {
		return true
	}
	ext := strings.ToLower(filepath.Ext(arg))
	named := !strings.Contains(arg, "/") && (ext == ".m3u8" || ext == ".m3u" || ext == ".har")
	return named || filepath.IsAbs(arg) || strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "../")
}

// read takes the text of a playlist.
func (in *input) read(r io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(r, hls.MaxBytes+1))
	if err != nil {
		return fmt.Errorf("reading %s: %w", in.name, err)
	}
	in.manifest = text
	return nil
}

// readFile looks what a file is.
func (in *input) readFile(f *os.File) error {
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return &usageError{what: fmt.Sprintf("%s cannot be read: %v", ui.Remote(in.name), err)}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head[:n], []byte("\ufeff")), " \t\r\n"), []byte("{")) {
		return in.readHAR(f)
	}
	return in.read(f)
}

// readFolder is readHAR of a capture folder.
func (in *input) readFolder(dir string) error {
	o, err := folder.Open(dir)
	if err != nil {
		return &usageError{what: fmt.Sprintf("%s: %v", ui.Remote(in.name), err)}
	}
	defer o.Close()
	in.har, in.file, in.base = dir, "", ""
	return in.take(o.Capture)
}

func (in *input) readHAR(r io.Reader) error {
	c, err := har.Read(r)
	if err != nil {
		return &usageError{what: fmt.Sprintf("%s: %v", ui.Remote(in.name), err)}
	}
	in.har, in.file, in.base = in.file, "", ""
	return in.take(c)
}

// take finds the best playlist that a browser was heard to load, and what it was asked with.
func (in *input) take(c *capture.Capture) (err error) {
	for _, s := range c.Streams() {
		if !s.Fetchable() || s.Mentioned() {
			continue
		}
		if har.Redacted(s.URL) {
			return &usageError{what: fmt.Sprintf("%s has no secrets any more, and the address of its playlist needs them: record it with --with-secrets", ui.Remote(in.name))}
		}
		conf := session.Proved(c, s)
		in.url, in.recorded, in.caption, in.again = s.URL, &conf, c.Title, s.Inside == ""
		if !s.Kind.Listed() {
			return nil
		}
		if in.manifest, err = s.Exchange.Body.Bytes(hls.MaxBytes); err != nil {
			in.manifest = nil
		}
		return nil
	}
	return fmt.Errorf("%w: %s holds no film: no playlist of HLS, no manifest of DASH, no file", errNoPlaylist, ui.Remote(in.name))
}

// errNoPlaylist: a HAR of a visit that loaded none, or whose bodies were not kept.
var errNoPlaylist = errors.New("no film was found")

// folder is true for a playlist whose segments may be the files beside it.
func (in *input) folder() bool { return in.file != "" && in.url == "" }

// title is the name of the film where nobody gives one.
func (in *input) title() string {
	switch {
	case in.caption != "":
		return filename.Clean(in.caption, "film")
	case in.file != "":
		base := filepath.Base(in.file)
		return filename.Clean(strings.TrimSuffix(base, filepath.Ext(base)), "film")
	}
	return filename.FromURL(in.url, "film")
}

// record is what a repair asks for again: the file, the address, or - for a text that is gone.
func (in *input) record() string {
	file := cmp.Or(in.file, in.har)
	if file == "" && in.manifest != nil {
		return "-"
	}
	if file == "" {
		return in.url
	}
	if full, err := filepath.Abs(file); err == nil {
		return full
	}
	return file
}

// session is what is known of the playlist's origin, from the flags, a HAR or a curl command. What may be a secret goes to
// that origin alone.
func (in *input) session(c *cli.Context, con *ui.Console) (session.Config, error) {
	conf, err := sessionOf(c, con, in.url, in.command)
	if err != nil || in.recorded == nil {
		return conf, err
	}
	known := *in.recorded
	known.Start, known.AllowPrivate = in.url, conf.AllowPrivate
	if conf.UserAgent != "" {
		known.UserAgent = conf.UserAgent
	}
	if conf.Page != "" {
		known.Page = conf.Page
		known.DefaultHeaders.Set("Referer", conf.Page)
	}
	for origin, headers := range conf.Headers {
		if known.Headers[origin] == nil {
			known.Headers[origin] = http.Header{}
		}
		for name, values := range headers {
			known.Headers[origin][name] = values
		}
	}
	known.Cookies = append(known.Cookies, conf.Cookies...)
	return known, nil
}

// present gives the flags of a curl command their places.
func present(r *curl.Request, conf *session.Config, own http.Header) {
	if r == nil {
		return
	}
	for name, values := range r.Header {
		own[name] = append(own[name], values...)
	}
	if r.Cookie != "" {
		own.Add("Cookie", r.Cookie)
	}
	if conf.UserAgent == "" {
		conf.UserAgent = r.UserAgent
	}
	if u, err := url.Parse(r.Referer); err == nil && u.Host != "" && conf.Page == "" {
		conf.Page = r.Referer
		conf.DefaultHeaders.Set("Referer", r.Referer)
	}
}
