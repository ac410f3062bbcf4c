package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"seine/browser"
	"seine/cmd/internal/ui"
	"seine/scenarios/file"
	"seine/scenarios/record"
	"seine/scenarios/record/remote"
	"seine/scenarios/recorder"
)

func recordCommand() *cli.Command {
	return &cli.Command{
		Name:  "record",
		Usage: "do it once by hand in a browser, and get a scenario file that does it again",
		UsageText: "seine record URL -o FILE\nseine record --append FILE [input=value …]\n\nseine record https://example.com/shop -o shop.yaml      then: seine run shop.yaml\n" +
			"seine record https://example.com/shop -o shop.yaml --parametrise      what is typed becomes inputs\nseine record --append shop.yaml      plays it first, and goes on where it ends\nseine record https://example.com/shop -o shop.yaml --remote      no screen here: prints the address of a page that shows the browser\n\nIt ends with Ctrl-C, or when the window is closed. The file is whole after each step.\n\n" +
			"The pages have a toolbar, which their scripts and the recording do not see: pause, undo, assert (a text, what is visible, a count, a value), extract a list\n(point at two items, then at the fields in one), take a table, grab the film that plays, stop. " + record.ToolbarKeys + " brings the keyboard to it, Escape back.",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "force", Usage: "replace an output that exists", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "json", Usage: "write a recording of Chrome's Recorder in place of a scenario", Category: catOutput},
			&cli.StringFlag{Name: "append", Usage: "play `FILE`, and record what is done then behind it", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "parametrise", Aliases: []string{"parametrize"}, Usage: "make an input of each value that is typed, with that value as default", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "suggest", Usage: "note with each step that fetched rows the request that does without the page", Category: catOutput},
			&cli.StringFlag{Name: "test-id", Usage: "prefer the attribute `NAME` in selectors, as data-testid and its like are anyway", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "check", Usage: "play the file once at the end, without asking; inputs that it needs stand behind as input=value", Category: catOutput},
			&cli.StringFlag{Name: "upload-root", Usage: "with --append and --check, let upload steps take files from `FOLDER`", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "allow-js", Usage: "with --append, let steps run JavaScript that stands in the scenario", Category: catBrowser},
			&cli.BoolFlag{DisableDefaultText: true, Name: "no-toolbar", Usage: "show no toolbar in the pages", Category: catBrowser},
			newRemoteFlag(),
			proxyFlag(),
		}, recordBrowserFlags(), identityFlags(), emulationFlags(), talkFlags()[1:]),
		Action:       recordAction,
		OnUsageError: onUsageError,
	}
}

// recordBrowserFlags are those that a browser with a person at it can have.
func recordBrowserFlags() []cli.Flag {
	return slices.DeleteFunc(browserFlags(), func(f cli.Flag) bool {
		return slices.Contains([]string{"shell", "show", "har", "with-secrets"}, f.Names()[0])
	})
}

// taping is what the command line of record says, and how far it is.
type taping struct {
	c       *cli.Context
	con     *ui.Console
	url     string
	given   map[string]string // inputs, for a file that is played
	output  string
	keep    record.Keeping
	shown   int            // lines
	unsaved bool           // the file lacks something, and that was said
	screen  *remote.Server // nil: the browser shows itself
}

func recordAction(c *cli.Context) error {
	t := &taping{c: c, con: ui.New(c.App.Writer, c.App.ErrWriter, ui.Options{Quiet: c.Bool("quiet"), Debug: c.Bool("verbose")})}
	if err := t.parse(); err != nil {
		return err
	}
	options, err := t.browser()
	if err != nil {
		return err
	}
	rec := record.New(record.Options{URL: t.url, TestID: c.String("test-id"), Suggest: c.Bool("suggest"), Toolbar: !c.Bool("no-toolbar"), Changed: t.lines, Log: t.con.Logger()})
	defer func() { _ = rec.Close() }()
	if err := t.record(rec, options); err != nil {
		return err
	}
	t.con.Say("%s", ui.Remote(t.output))
	if n := rec.Lost(); n > 0 {
		t.con.Warn("%s came faster than any person is, and are not in it", ui.Count(n, "event"))
	}
	return t.replay()
}

// parse reads the command line.
func (t *taping) parse() error {
	c := t.c
	t.output, t.keep = c.String("output"), record.Keeping{Flow: record.FlowOptions{TestID: c.String("test-id"), Parametrise: c.Bool("parametrise")}, Recorder: c.Bool("json")}
	args := c.Args().Slice()
	if c.String("append") == "" {
		if len(args) == 0 {
			return &usageError{what: "an address is missing", try: "seine record https://example.com/… -o site.yaml"}
		}
		var err error
		if t.url, err = address(args[0]); err != nil {
			return err
		}
		args = args[1:]
	}
	if err := t.loose(args); err != nil {
		return err
	}
	var err error
	if t.given, err = given(args); err != nil {
		return err
	}
	switch {
	case c.String("append") != "":
		return t.before(c.String("append"))
	case t.output == "":
		return &usageError{what: "there is no file to write to", try: fmt.Sprintf("seine record %s -o site.yaml", shown(t.url))}
	}
	return t.free()
}

// free refuses a file that is there, unless it may be replaced.
func (t *taping) free() error {
	if _, err := os.Stat(t.output); err == nil && !t.c.Bool("force") {
		return fmt.Errorf("%w (--force replaces it, --append goes on with it)", &fs.PathError{Op: "record", Path: t.output, Err: fs.ErrExist})
	}
	dir := filepath.Dir(t.output)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return &fs.PathError{Op: "record", Path: dir, Err: fs.ErrNotExist}
	}
	return nil
}

// before reads the file that is gone on with.
func (t *taping) before(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return &usageError{what: fmt.Sprintf("the scenario %s cannot be read: %v", ui.Remote(name), errors.Unwrap(err))}
	}
	doc, err := file.Parse(name, data)
	if err != nil {
		if own, plain := recorder.Parse(name, data); plain == nil {
			doc, err, t.keep.Recorder = own, nil, true
		}
	}
	if err != nil {
		return t.problems(name)
	}
	t.keep.Before = record.Text{Flow: doc.Flow, Data: data}
	if t.output == "" {
		t.output = name
		return nil
	}
	return t.free()
}

// problems tells all that is wrong with a file.
func (t *taping) problems(name string) error {
	_, err := loadScenario(t.c, t.con, name)
	return err
}

// browser is one with a window, or one that runs already.
func (t *taping) browser() (browser.Options, error) {
	options, err := browserOptions(t.c, t.con, []string{t.url})
	if err != nil {
		return options, err
	}
	if t.remote() != "" {
		return options, nil
	}
	options.Window = options.Connect == ""
	if options.Window && runtime.GOOS == "linux" && os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" && os.Getenv(envNoDisplay) == "" {
		return options, &browser.StartError{Kind: browser.ErrDisplay, Hint: "there is no screen on this machine (neither DISPLAY nor WAYLAND_DISPLAY is set): --remote shows the browser on a page that you open elsewhere, and --connect ws://… records in one that runs elsewhere"}
	}
	return options, nil
}

// envNoDisplay says that the browser brings its own screen.
const envNoDisplay = "SEINE_OWN_DISPLAY"

// lines shows what was done, once something else was done.
func (t *taping) lines(all []record.Line) {
	t.shown = min(t.shown, len(all))
	for t.shown < len(all) && all[t.shown].Settled {
		t.shown++
		t.con.Say("%3d  %s", t.shown, ui.Remote(all[t.shown-1].What))
	}
}

// last shows what was done last.
func (t *taping) last(rec *record.Recording) {
	for i, what := range rec.Lines() {
		if i >= t.shown {
			t.con.Say("%3d  %s", i+1, ui.Remote(what.What))
		}
	}
}

// asked reports whether the file is to be played, which a person at a terminal is asked.
func (t *taping) asked() bool {
	if t.c.Bool("check") {
		return true
	}
	in, ok := t.c.App.Reader.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) || t.c.Bool("quiet") {
		return false
	}
	fmt.Fprint(t.c.App.ErrWriter, "Play it once, to see whether it holds? [Y/n] ")
	line, err := bufio.NewReader(in).ReadString('\n')
	return err == nil && !strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "n")
}

// outlast has what follows go on though the recording was ended by a signal; a second one ends the process.
func (t *taping) outlast() { t.c.Context = context.WithoutCancel(t.c.Context) }
