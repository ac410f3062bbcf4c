package main

import (
	"fmt"
	"math"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/assemble/fetch"
	"seine/assemble/plan"
	"seine/browser"
	"seine/capture/session"
	"seine/cmd/internal/ui"
)

// Flags come in groups, which commands share. The categories are the help's headings.
const (
	catChoice  = "Choice"
	catOutput  = "Output"
	catLive    = "Broadcasts"
	catBrowser = "Browser"
	catFetch   = "Fetching"
	catPerson  = "Person"
	catTalk    = "Messages"
)

// The library's help of a flag that may be repeated says it all twice.
func init() {
	twice, stringer := regexp.MustCompile(` \[ --.*? \]`), cli.FlagStringer
	cli.FlagStringer = func(f cli.Flag) string { return twice.ReplaceAllString(stringer(f), "") }
}

func talkFlags() []cli.Flag {
	return []cli.Flag{
		&cli.BoolFlag{DisableDefaultText: true, Name: "json", Usage: "results and progress as JSON lines on stdout", Category: catTalk},
		&cli.BoolFlag{DisableDefaultText: true, Name: "quiet", Aliases: []string{"q"}, Usage: "only results and errors", Category: catTalk},
		&cli.BoolFlag{DisableDefaultText: true, Name: "verbose", Aliases: []string{"v"}, Usage: "log what happens inside", Category: catTalk},
	}
}

func console(c *cli.Context) *ui.Console {
	return ui.New(c.App.Writer, c.App.ErrWriter, ui.Options{JSON: c.Bool("json"), Quiet: c.Bool("quiet"), Debug: c.Bool("verbose")})
}

func browserFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "browser", Usage: "start the browser at `PATH`", EnvVars: []string{browser.EnvBrowser}, Category: catBrowser},
		&cli.StringFlag{Name: "connect", Usage: "use the running browser whose DevTools are at `URL` (ws://…)", Category: catBrowser},
		&cli.StringFlag{Name: "profile", Usage: "keep cookies and storage in the profile `NAME`, or a folder, from one visit to the next: stay logged in", Category: catBrowser},
		&cli.BoolFlag{DisableDefaultText: true, Name: "shell", Usage: "use a headless shell: it starts sooner and takes half the memory; sniff does by itself for eight pages and more, where one is installed", Category: catBrowser},
		&cli.BoolFlag{DisableDefaultText: true, Name: "show", Usage: "show the browser's window", Category: catBrowser},
		&cli.StringSliceFlag{Name: "block", Usage: "do not load `WHAT`: images, fonts, ads (adverts and trackers that are known), or hosts such as cdn.example.com; several with commas", Category: catBrowser},
		&cli.BoolFlag{DisableDefaultText: true, Name: "no-sandbox", Usage: "run the browser without its sandbox (containers, root); SEINE_NO_SANDBOX=1 does the same", Category: catBrowser},
		&cli.StringFlag{Name: "har", Usage: "write what was heard as HAR to `FILE`, without secrets", Category: catBrowser},
		&cli.BoolFlag{DisableDefaultText: true, Name: "with-secrets", Usage: "keep cookies and tokens in the HAR file", Category: catBrowser},
	}
}

func screenshotFlag(usage string) cli.Flag {
	return &cli.StringFlag{Name: "screenshot", Usage: usage, Category: catBrowser}
}

// browserOptions are for a browser that visits pages.
func browserOptions(c *cli.Context, con *ui.Console, pages []string) (browser.Options, error) {
	o := browser.Options{
		Path: c.String("browser"), Connect: c.String("connect"), Window: c.Bool("show"), NoSandbox: c.Bool("no-sandbox"), UserAgent: c.String("user-agent"), Log: con.Logger(),
	}
	var err error
	if o.Profile, err = profileOf(c); err != nil {
		return o, err
	}
	if o.Shell = c.Bool("shell"); o.Shell && (o.Window || o.Connect != "" || o.Path != "") {
		return o, &usageError{what: "--shell chooses a browser without a window: leave it out, or --show, --connect and --browser"}
	}
	if o.Emulation, err = emulationOf(c, &o); err != nil {
		return o, err
	}
	if o.Requests, err = requestsOf(c, pages); err != nil {
		return o, err
	}
	if o.Proxy, err = browserProxy(c); err != nil || !wantsRelay(c) {
		return o, err
	}
	by, err := startRelay(c, con)
	if err == nil {
		o.Proxy, o.Requests.ProxyUser = "http://"+by.Host, by.User
	}
	return o, err
}

func choiceFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "quality", Usage: "best, worst or a height such as `720p`: the best of that height or below, else the lowest above", Value: "best", Category: catChoice},
		&cli.StringFlag{Name: "audio", Usage: "languages of the sound, such as `en` or en,de, or all; the first one plays by default", Category: catChoice},
		&cli.BoolFlag{DisableDefaultText: true, Name: "audio-only", Usage: "the sound without the picture, which is not fetched if it can be left out", Category: catChoice},
		&cli.BoolFlag{DisableDefaultText: true, Name: "skip-ads", Usage: "leave out what looks like adverts spliced in; --dry-run shows it", Category: catChoice},
		&cli.BoolFlag{DisableDefaultText: true, Name: "dry-run", Usage: "show what would be fetched, and keep no media", Category: catChoice},
		&cli.BoolFlag{DisableDefaultText: true, Name: "list", Usage: "show what there is to choose from, and fetch nothing", Category: catChoice},
	}
}

// looksOnly is true for a command that fetches no media.
func looksOnly(c *cli.Context) bool { return c.Bool("list") || c.Bool("dry-run") }

func outputFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`", Category: catOutput},
		&cli.StringFlag{Name: "dir", Aliases: []string{"d"}, Usage: "write into `FOLDER`, which is made where it is missing, under the film's name", Category: catOutput},
		&cli.BoolFlag{DisableDefaultText: true, Name: "force", Usage: "replace an output that exists", Category: catOutput},
		&cli.BoolFlag{DisableDefaultText: true, Name: "allow-gaps", Usage: "finish the film even where segments cannot be had; the exit code is 6 if any are missing", Category: catOutput},
	}
}

func fetchFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "workers", Usage: "send `N` requests at once to one host", DefaultText: "found by itself, from 6 to 16", Category: catFetch},
		&cli.StringFlag{Name: "limit-rate", Usage: "receive at most `RATE` bytes a second, such as 500K, 2M or 1.5MiB", Category: catFetch},
		proxyFlag(),
		&cli.IntFlag{Name: "tries", Usage: "ask for a segment at most `N` times", Value: 8, Category: catFetch},
		&cli.BoolFlag{DisableDefaultText: true, Name: "allow-private", Usage: "let a page or playlist point into more private networks than its own", Category: catFetch},
	}
}

func proxyFlag() cli.Flag {
	return &cli.StringFlag{Name: "proxy", Usage: "go through the proxy at `URL` (http, https or socks5), in place of the environment's", Category: catFetch}
}

// proxyOf is nil for the environment's.
func proxyOf(c *cli.Context) (*url.URL, error) {
	if c.String("proxy") == "" {
		return nil, nil
	}
	u, err := session.ParseProxy(c.String("proxy"))
	if err != nil {
		return nil, &usageError{what: fmt.Sprintf("--proxy: %v", err), try: "--proxy socks5://127.0.0.1:1080"}
	}
	return u, nil
}

// setProxy has a session use the proxy of the command line.
func setProxy(c *cli.Context, conf *session.Config) error {
	u, err := proxyOf(c)
	if u != nil {
		conf.Proxy = session.ViaProxy(u)
	}
	return err
}

// browserProxy is the same as Chrome wants it.
func browserProxy(c *cli.Context) (string, error) {
	u, err := proxyOf(c)
	switch {
	case u == nil:
		return "", err
	case c.String("connect") != "":
		return "", &usageError{what: "a browser that runs already has its proxy settings: --proxy cannot change them; leave out --connect or --proxy"}
	}
	plain := *u
	plain.User = nil // Requests.ProxyUser has it
	return strings.Replace(plain.String(), "socks5h:", "socks5:", 1), nil
}

var qualities = regexp.MustCompile(`(?i)^(best|worst|[1-9][0-9]{0,4}p?)?$`)

// jobOf is what the flags say of a download; the address and the client are not theirs to say.
func jobOf(c *cli.Context, con *ui.Console) (assemble.Job, error) {
	if n := c.Int("workers"); c.IsSet("workers") && n < 1 || n > 256 {
		return assemble.Job{}, &usageError{what: fmt.Sprintf("--workers %d is not between 1 and 256", n)}
	}
	if n := c.Int("tries"); n < 1 || n > 100 {
		return assemble.Job{}, &usageError{what: fmt.Sprintf("--tries %d is not between 1 and 100", n)}
	}
	if q := c.String("quality"); !qualities.MatchString(q) {
		return assemble.Job{}, &usageError{what: fmt.Sprintf("--quality %q is not best, worst or a height such as 720p", ui.Remote(q))}
	}
	rate, err := byteRate(c.String("limit-rate"))
	if err != nil {
		return assemble.Job{}, err
	}
	live, err := liveOf(c)
	if err != nil {
		return assemble.Job{}, err
	}
	job := assemble.Job{
		Live:   live,
		Output: c.String("output"), Choice: plan.Choice{Quality: c.String("quality"), Audio: c.String("audio"), AudioOnly: c.Bool("audio-only"), SkipAds: c.Bool("skip-ads")},
		Workers: c.Int("workers"), Rate: rate, Retry: fetch.RetryPolicy{Tries: c.Int("tries")}, Force: c.Bool("force"), AllowGaps: c.Bool("allow-gaps"), Log: con.Logger(), Probe: c.Bool("dry-run"),
	}
	return job, setSubtitles(c, &job)
}

var rates = regexp.MustCompile(`(?i)^([0-9]{1,15}(?:\.[0-9]{1,9})?)([kmg]?)(i?)b?(?:/s)?$`)

// byteRate reads bytes per second. K, M and G are powers of 1000, KiB, MiB and GiB of 1024; empty is 0, no limit.
func byteRate(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	m := rates.FindStringSubmatch(text)
	if m == nil || m[2] == "" && m[3] != "" {
		return 0, &usageError{what: fmt.Sprintf("--limit-rate %q is no number of bytes", ui.Remote(text)), try: "--limit-rate 2M"}
	}
	unit := 1000.0
	if m[3] != "" {
		unit = 1024
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if m[2] != "" {
		n *= math.Pow(unit, float64(1+strings.Index("kmg", strings.ToLower(m[2]))))
	}
	if err != nil || n < 1 || n > 1<<40 {
		return 0, &usageError{what: fmt.Sprintf("--limit-rate %s is not between 1 byte and 1 TiB a second", ui.Remote(text))}
	}
	return int64(n), nil
}

// targets are the addresses on the command line, once it is known that what they give can be written.
func targets(c *cli.Context) ([]string, error) { return targetsOf(c, c.Args().Slice(), true) }

// targetsOf are those of some of the arguments.
func targetsOf(c *cli.Context, args []string, needed bool) ([]string, error) {
	if len(args) == 0 && needed {
		return nil, &usageError{what: "an address is missing", try: fmt.Sprintf("seine %s https://example.com/…", c.Command.Name)}
	}
	if err := onePlace(c); err != nil {
		return nil, err
	}
	var list []string
	for _, a := range args {
		u, err := address(a)
		if err != nil {
			return nil, err
		}
		list = append(list, u)
	}
	return list, places(c)
}

// onePlace refuses flags that name one file for several films.
func onePlace(c *cli.Context) error {
	switch several := c.Args().Len() > 1 || c.String("input-file") != ""; {
	case c.String("output") != "" && c.String("dir") != "":
		return &usageError{what: "-o already says where the film goes; leave out -d"}
	case several && c.String("output") != "":
		return &usageError{what: "-o names one file, but there are several addresses; -d names a folder for all"}
	case several && c.String("screenshot") != "":
		return &usageError{what: "--screenshot names one file, but there are several addresses; visit them one by one"}
	case several && c.String("har") != "":
		return &usageError{what: "--har names one file, but there are several addresses; visit them one by one"}
	}
	return nil
}

// address forgives what a browser's address bar forgives: a scheme left out. This machine is seldom asked by https.
func address(a string) (string, error) {
	given := a
	if !strings.Contains(a, "://") {
		u, err := url.Parse("//" + a)
		switch {
		case err != nil || u.Host == "" || a[0] == '.' || strings.ContainsAny(a, " \t\n"):
			return "", &usageError{what: fmt.Sprintf("%q is no address", ui.Remote(a))}
		case thisMachine(u.Hostname()):
			a = "http://" + a
		case !strings.ContainsAny(u.Host, ".:"):
			return "", &usageError{what: fmt.Sprintf("%q is no address; if a host in your network is called so, put http:// in front", ui.Remote(a))}
		default:
			a = "https://" + a
		}
	}
	u, err := url.Parse(a)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", &usageError{what: fmt.Sprintf("%q is no http or https address", ui.Remote(given))}
	}
	return a, nil
}

func thisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}

// shown is an address without the password in it.
func shown(address string) ui.Remote {
	if u, err := url.Parse(address); err == nil {
		return ui.Remote(u.Redacted())
	}
	return ui.Remote(address)
}
