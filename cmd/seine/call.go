package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/capture"
	"seine/capture/call"
	"seine/capture/folder"
	"seine/capture/openapi"
	"seine/capture/session"
	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/calls"
	"seine/scenarios/engine"
	sinks "seine/scenarios/sink"
)

func callCommand() *cli.Command {
	return &cli.Command{
		Name:  "call",
		Usage: "call an operation of an API, of a document or as a capture heard it, and keep its rows, without a browser",
		UsageText: "seine call SPEC | FOLDER | FILE.har OPERATION [key=value …] [flags]\nseine call SPEC                                     the operations, and what they take\n\n" +
			"seine demo --serve 127.0.0.1:8080 &                 a shop to try it on\n" +
			"seine sniff http://127.0.0.1:8080/shop/ --save kept --with-secrets\n" +
			"seine call kept getShopApiProducts --all-pages -o products.csv\n" +
			"seine call kept getShopApiProductsByProductId productId=1..34 --jq '{id, name}' -o names.jsonl\n" +
			"seine api kept --openapi shop.yaml\n" +
			"seine call shop.yaml 'GET /shop/api/products/{id}' productId=@products.csv:id --session kept --rate 5/s -o shop.sqlite\n\n" +
			"A value may be a range (1..200), a file with one a line (@ids.txt, @- for stdin), a column (@users.csv:id), a member of\nrows in JSON (@rows.jsonl:id), or what another operation gives, with all its pages (@getShopApiProducts:id).",
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{DisableDefaultText: true, Name: "all-pages", Usage: "go on to the last page", Category: catChoice},
			&cli.IntFlag{Name: "pages", Usage: "go on to page `N` at most", DefaultText: "1", Category: catChoice},
			&cli.StringFlag{Name: "jq", Usage: "make rows of each answer with `EXPR`, a program in jq such as '.items[] | {id, name}'", Category: catChoice},
			&cli.BoolFlag{DisableDefaultText: true, Name: "with-keys", Usage: "have each row say with which values it was asked for", Category: catChoice},
			&cli.StringFlag{Name: "session", Usage: "take cookies, headers and requests to go by from `CAPTURE`, a folder or a HAR file", Category: catPerson},
			&cli.StringFlag{Name: "server", Usage: "ask the server at `URL`, not that of the document", Category: catFetch},
			&cli.BoolFlag{DisableDefaultText: true, Name: "all-headers", Usage: "send all headers that the browser sent, and try none without", Category: catFetch},
			&cli.BoolFlag{DisableDefaultText: true, Name: "in-page", Usage: "ask from within a page of the browser from the start", Category: catBrowser},
			&cli.BoolFlag{DisableDefaultText: true, Name: "no-browser", Usage: "do not ask a browser where a server refuses plain HTTP", Category: catBrowser},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write rows to `FILE`: .csv, .jsonl, .json or .sqlite", DefaultText: "JSON lines on stdout", Category: catOutput},
			&cli.StringFlag{Name: "table", Usage: "write to the table `NAME` of a SQLite file", DefaultText: "rows", Category: catOutput},
			&cli.StringSliceFlag{Name: "column", Usage: "write the column `NAME` and no others but those so named, in this order; may be repeated", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "force", Usage: "replace an output that exists", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "fresh", Usage: "begin anew, and forget what calls that were not finished have given", Category: catOutput},
			&cli.IntFlag{Name: "workers", Aliases: []string{"j"}, Usage: "`N` calls at once", Value: 8, Category: catFetch},
			&cli.StringFlag{Name: "rate", Usage: "ask at most so often as `RATE` says, such as 10/s or 100/m", Category: catFetch},
			&cli.IntFlag{Name: "retries", Usage: "try a call that failed `N` times more", Value: 3, Category: catFetch},
			&cli.BoolFlag{DisableDefaultText: true, Name: "allow-private", Usage: "let redirects and pages lead into your own network", Category: catFetch},
			proxyFlag(),
		}, browserFlags(), identityFlags(), emulationFlags(), talkFlags()),
		Action:       callAction,
		OnUsageError: onUsageError,
	}
}

// calling is what the command line of call says.
type calling struct {
	c       *cli.Context
	con     *ui.Console
	spec    *call.Spec
	heard   *capture.Capture
	pace    *engine.Pace
	asker   *pageAsker
	clients []*call.Client
}

func callAction(c *cli.Context) error {
	k := &calling{c: c, con: console(c)}
	if !c.Args().Present() {
		return &usageError{what: "a document or capture is missing", try: "seine call shop.yaml"}
	}
	end, err := k.open(c.Args().First())
	defer end()
	if err != nil {
		return err
	}
	if c.Args().Len() < 2 {
		return k.list()
	}
	o, err := k.spec.Find(c.Args().Get(1))
	if err != nil {
		return err
	}
	job, err := k.job(o)
	if err != nil {
		return err
	}
	defer k.close()
	board := newRunBoard(k.con)
	board.all = job.Calls()
	defer board.end()
	if job.Observe = board.event; job.Output == "" {
		job.Observe = nil // the rows themselves show how far it is
	}
	job.Row = k.con.Row
	report, err := calls.Run(c.Context, job)
	board.end()
	if err != nil {
		return err
	}
	return k.say(job, report)
}

func (k *calling) close() {
	for _, c := range k.clients {
		c.Close()
	}
	if k.asker != nil {
		k.asker.close()
	}
}

// open reads the document, or makes it of a capture; and the capture of the session.
func (k *calling) open(name string) (end func(), err error) {
	end = func() {}
	heard, err := isCapture(name)
	if err != nil {
		return end, err
	}
	recorded := k.c.String("session")
	if heard && recorded == "" {
		recorded = name
	}
	if recorded != "" {
		var closeIt func() error
		if k.heard, closeIt, err = openRecording(recorded); err != nil {
			return end, err
		}
		end = func() { _ = closeIt() }
	}
	if !heard {
		k.spec, err = readSpec(name)
		return end, err
	}
	from := k.heard
	if recorded != name {
		var closeIt func() error
		if from, closeIt, err = openRecording(name); err != nil {
			return end, err
		}
		defer func() { _ = closeIt() }()
	}
	found := openapi.Infer(from, openapi.Options{Version: version()})
	if len(found.Operations) == 0 {
		return end, errNoCalls
	}
	k.spec, err = specOf(found)
	return end, err
}

// specOf is the document, read as one from a file would be.
func specOf(found *openapi.API) (*call.Spec, error) {
	var b bytes.Buffer
	if err := found.WriteJSON(&b); err != nil {
		return nil, err
	}
	return call.ReadSpec(&b)
}

func readSpec(name string) (*call.Spec, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &usageError{what: fmt.Sprintf("%s cannot be read: %v", ui.Remote(name), cmp.Or(errors.Unwrap(err), err))}
	}
	defer f.Close()
	s, err := call.ReadSpec(f)
	if err != nil {
		return nil, &usageError{what: fmt.Sprintf("%s: %v", ui.Remote(name), err)}
	}
	return s, nil
}

// isCapture tells HAR files and capture folders from documents.
func isCapture(name string) (bool, error) {
	if strings.Contains(name, "://") {
		return false, &usageError{what: "a call is made by a document or capture, not by the address of a page", try: "seine sniff " + quoted(name) + " --save kept --with-secrets && seine call kept"}
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return false, &usageError{what: fmt.Sprintf("%s cannot be read: %v", ui.Remote(name), errors.Unwrap(err))}
	case info.IsDir() && !folder.Is(name):
		return false, &usageError{what: fmt.Sprintf("%s is a folder, and holds no capture", ui.Remote(name))}
	case info.IsDir():
		return true, nil
	case strings.EqualFold(filepath.Ext(name), ".har"):
		return true, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	d := json.NewDecoder(f)
	_, _ = d.Token() // {
	first, err := d.Token()
	return err == nil && first == json.Token("log"), nil
}

var rateText = regexp.MustCompile(`^([0-9]{1,9}(?:\.[0-9]{1,9})?)/(s|m|h)$`)

func rateOf(text string) (scenarios.Rate, error) {
	if text == "" {
		return scenarios.Rate{}, nil
	}
	m := rateText.FindStringSubmatch(text)
	if m == nil {
		return scenarios.Rate{}, &usageError{what: fmt.Sprintf("--rate %q is no number per time", ui.Remote(text)), try: "--rate 10/s"}
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil || n <= 0 {
		return scenarios.Rate{}, &usageError{what: "--rate must let something through", try: "--rate 10/s"}
	}
	return scenarios.Rate{Count: n, Per: map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[m[2]]}, nil
}

// job is what the flags say.
func (k *calling) job(o *call.Operation) (calls.Job, error) {
	c := k.c
	j := calls.Job{
		Operation: o, JQ: c.String("jq"), Keys: c.Bool("with-keys"), Output: c.String("output"), Workers: c.Int("workers"), Retries: c.Int("retries"), Fresh: c.Bool("fresh"),
		Pages: 1, Format: sinks.Options{Table: c.String("table"), Columns: c.StringSlice("column")},
	}
	if len(j.Format.Columns) == 0 {
		j.Format.Columns = nil
	}
	switch n := c.Int("pages"); {
	case c.IsSet("pages") && n < 1:
		return j, &usageError{what: fmt.Sprintf("--pages %d is no number of pages", n)}
	case c.IsSet("pages") && c.Bool("all-pages"):
		return j, &usageError{what: "--pages says how many, --all-pages that it is all of them: leave out one"}
	case c.Bool("all-pages"):
		j.Pages = 0
	case n > 0:
		j.Pages = n
	}
	if j.Workers < 1 || j.Workers > 1000 || j.Retries < 0 || j.Retries > 100 {
		return j, &usageError{what: "--workers is from 1 to 1000, and --retries from 0 to 100"}
	}
	if o.Pagination == nil && j.Pages != 1 {
		return j, &usageError{what: fmt.Sprintf("nothing is known of how %s gives pages", ui.Remote(o.Label())), try: "leave out --all-pages and --pages, or give the page as a value"}
	}
	rate, err := rateOf(c.String("rate"))
	if err == nil {
		err = k.writable(j)
	}
	if err != nil {
		return j, err
	}
	k.pace = engine.NewPace(rate)
	if j.Client, err = k.client(o); err != nil {
		return j, err
	}
	j.Values, err = calls.Expand(c.Context, c.Args().Slice()[2:], calls.Source{Stdin: c.App.Reader, Operation: k.rowsOf})
	return j, err
}

// writable says early that the output cannot be written. One that a job left unfinished is gone on with.
func (k *calling) writable(j calls.Job) error {
	if j.Output == "" {
		return nil
	}
	if f := sinks.FormatOf(j.Output); f == sinks.Text {
		return &usageError{what: fmt.Sprintf("%s says no format", ui.Remote(j.Output)), try: "-o " + strings.TrimSuffix(j.Output, filepath.Ext(j.Output)) + ".csv, .jsonl, .json or .sqlite"}
	}
	if err := directory(filepath.Dir(filepath.Clean(j.Output))); err != nil {
		return err
	}
	if there(j.Output) && !there(calls.Journal(j.Output)) && !k.c.Bool("force") {
		return fmt.Errorf("%w: %s (--force replaces it)", assemble.ErrExists, ui.Remote(j.Output))
	}
	return nil
}

// client has the session of the capture, and what the user brings along.
func (k *calling) client(o *call.Operation) (*call.Client, error) {
	c := k.c
	conf := call.Config{
		Spec: k.spec, Capture: k.heard, Server: strings.TrimSuffix(c.String("server"), "/"), All: c.Bool("all-headers"), InPage: c.Bool("in-page"),
		Memory: call.NewMemory(filepath.Join(xdg.StateHome, "seine", "calls")), Wait: k.pace.Wait, Hold: k.pace.Hold, Log: k.con.Logger(),
		Session: session.Config{AllowPrivate: c.Bool("allow-private"), UserAgent: c.String("user-agent")},
	}
	var err error
	if conf.Header, err = headersOf(c); err != nil {
		return nil, err
	}
	if user, err := userOf(c, ""); err == nil && user != nil {
		password, _ := user.Password()
		conf.Header.Set("Authorization", basic(user.Username()+":"+password))
	}
	if conf.Session.Cookies, err = cookiesOf(c, k.con); err != nil {
		return nil, err
	}
	if err := setProxy(c, &conf.Session); err != nil {
		return nil, err
	}
	if conf.InPage && c.Bool("no-browser") {
		return nil, &usageError{what: "--in-page needs the browser that --no-browser forbids: leave out one"}
	}
	if !c.Bool("no-browser") {
		conf.Asker = func() (call.Asker, error) { return k.page() }
	}
	client, err := call.NewClient(conf, o)
	if err == nil {
		k.clients = append(k.clients, client)
	}
	return client, err
}

// rowsOf calls another operation for its rows, one call of it with all its pages.
func (k *calling) rowsOf(ctx context.Context, name, jq string, row func(any) error) (bool, error) {
	o, err := k.spec.Find(name)
	if err != nil {
		return false, nil //nolint:nilerr // it is the name of a file that is not there
	}
	client, err := k.client(o)
	if err != nil {
		return true, err
	}
	pages := 0
	if o.Pagination == nil {
		pages = 1
	}
	report, err := calls.Run(ctx, calls.Job{Client: client, Operation: o, Pages: pages, Retries: k.c.Int("retries"), Row: calls.Each(ctx, jq, row)})
	if err == nil && len(report.Failed) > 0 {
		err = report.Failed[0].Err
	}
	return true, err
}
