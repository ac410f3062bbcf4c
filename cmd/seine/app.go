package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"seine/cmd/internal/ui"
)

// stdio is what a run reads and writes, so that tests can run it within their process.
type stdio struct {
	In       io.Reader
	Out, Err io.Writer
}

// errSignal is the cause of a context that SIGINT or SIGTERM ended.
var errSignal = errors.New("interrupted")

// run is the whole program. It returns the exit code.
func run(ctx context.Context, args []string, std stdio) int {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	casts := &broadcasts{stop: make(chan struct{}), done: func() { cancel(errSignal) }}
	defer interrupts(cancel, casts)()
	ctx = withBroadcasts(ctx, casts)
	out := &sink{Writer: std.Out, gone: cancel}
	std.Out = out
	app := newApp(std)
	moved, err := permute(app, args)
	if err == nil {
		err = app.RunContext(ctx, moved)
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errReaderGone):
		return codeOutput // nobody wants to hear more
	case err != nil && errors.Is(cause, errSignal):
		err = fmt.Errorf("%w (%w)", errSignal, err)
	case err == nil:
		err = out.failed()
	}
	return report(std, args, err)
}

// interrupts ends the work at the first signal, in order; the second ends the process at once. Where a broadcast is recorded, one more comes first,
// which ends the recording.
func interrupts(cancel context.CancelCauseFunc, casts *broadcasts) (stop func()) {
	ch := make(chan os.Signal, 3)
	done := make(chan struct{})
	signal.Notify(ch, os.Interrupt, syscall.SIGTERM)
	go func() {
		defer close(done)
		if _, ok := <-ch; !ok {
			return
		}
		if casts.end() {
			if _, ok := <-ch; !ok {
				return
			}
		}
		cancel(errSignal)
		if _, ok := <-ch; ok {
			os.Exit(codeInterrupted)
		}
	}()
	return func() {
		signal.Stop(ch)
		close(ch)
		<-done
	}
}

func newApp(std stdio) *cli.App {
	return &cli.App{
		Name:      "seine",
		Usage:     "cast a real browser and haul in what a web page hides",
		UsageText: "seine COMMAND [flags] [arguments]\n\nseine grab https://example.com/watch/42      the film that the page plays, as an mp4\nseine sniff https://example.com/watch/42     what the page loads: its media, its JSON calls\nseine api https://example.com/shop           the API behind the page, as an OpenAPI document\nseine call kept getItems -o items.csv          an operation of it, as rows, without a browser\nseine get https://example.com/master.m3u8    an HLS film, without a browser",
		Version:   version(),
		Reader:    std.In, Writer: std.Out, ErrWriter: std.Err,
		HideHelpCommand: true, Suggest: true,
		DisableSliceFlagSeparator: true, // a header may have commas
		Commands:                  []*cli.Command{grabCommand(), getCommand(), repairCommand(), sniffCommand(), apiCommand(), callCommand(), recordCommand(), runCommand(), checkCommand(), exportCommand(), schemaCommand(), browserCommand(), demoCommand()},
		CommandNotFound:           nil,
		After:                     closeAll,
		OnUsageError:              onUsageError,
		ExitErrHandler:            func(*cli.Context, error) {}, // exit codes are ours, see exit.go
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c, c.App.Commands)
			}
			return cli.ShowAppHelp(c)
		},
		CustomAppHelpTemplate: cli.AppHelpTemplate + exitHelp(),
	}
}

// plainly puts the library's words as ours.
var plainly = strings.NewReplacer("flag provided but not defined: -", "there is no flag --", "for flag -", "for --", "value for -", "value for --", ": parse error", "")

func onUsageError(_ *cli.Context, err error, _ bool) error {
	return &usageError{what: plainly.Replace(err.Error())}
}

func unknownCommand(c *cli.Context, commands []*cli.Command) error {
	name := c.Args().First()
	path := strings.Join(append([]string{"seine"}, strings.Fields(strings.TrimPrefix(c.Command.HelpName, "seine"))...), " ")
	e := &usageError{what: fmt.Sprintf("there is no command %q", ui.Remote(name)), try: path + " --help"}
	if u, err := url.Parse(name); err == nil && u.Host != "" && len(commands) == len(c.App.Commands) {
		e.try = "seine grab " + ui.Remote(name).String()
		if strings.HasSuffix(strings.ToLower(u.Path), ".m3u8") {
			e.try = "seine get " + ui.Remote(name).String()
		}
		return e
	}
	// The library answers with a sentence: Did you mean "grab"? It always has one.
	if _, s, ok := strings.Cut(cli.SuggestCommand(commands, name), `"`); ok && near(s, name) {
		e.try = path + " " + strings.TrimRight(s, `"?`)
	}
	return e
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
