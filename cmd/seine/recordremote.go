package main

import (
	"context"
	"net"

	"github.com/urfave/cli/v2"

	"seine/browser"
	"seine/cmd/internal/ui"
	"seine/scenarios/record"
	"seine/scenarios/record/remote"
)

// remoteFlag is --remote, or --remote=ADDRESS: its value may be left out, which the library has no flag for.
type remoteFlag struct{ *cli.GenericFlag }

func newRemoteFlag() cli.Flag {
	return &remoteFlag{&cli.GenericFlag{
		Name: "remote", Value: new(listenOn), DefaultText: "a free port of 127.0.0.1", Category: catBrowser,
		Usage: "show the browser on a page that takes mouse and keyboard, for machines without a screen; --remote=HOST:PORT says where",
	}}
}

// TakesValue is false: a word behind it is another argument.
func (*remoteFlag) TakesValue() bool { return false }

// listenOn is the address that a page is served on.
type listenOn string

// IsBoolFlag has package flag take it without a value.
func (*listenOn) IsBoolFlag() bool { return true }

// Set takes "true" where no value was given.
func (l *listenOn) Set(s string) error {
	if *l = listenOn(s); s == "true" {
		*l = "127.0.0.1:0"
	}
	return nil
}

func (l *listenOn) String() string { return string(*l) }

// remote is the address to show the browser at; "": it shows itself.
func (t *taping) remote() string {
	l, ok := t.c.Generic("remote").(*listenOn)
	if !ok {
		return ""
	}
	return string(*l)
}

// loose finds the address that was meant for --remote: a word behind a flag without a value is another argument.
func (t *taping) loose(args []string) error {
	for _, a := range args {
		if _, port, err := net.SplitHostPort(a); err == nil && port != "" && t.remote() != "" {
			return &usageError{what: "--remote has its address behind a =", try: "--remote=" + ui.Remote(a).String()}
		}
	}
	return nil
}

// observer hears the tab: the recording, and in front of it the screen, where there is one.
func (t *taping) observer(rec *record.Recording) (browser.Observer, error) {
	address := t.remote()
	if address == "" {
		return rec, nil
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, &usageError{what: "--remote=" + ui.Remote(address).String() + " is no address to listen on", try: "seine record … --remote=127.0.0.1:9000"}
	}
	var err error
	t.screen, err = remote.Listen(t.c.Context, remote.Options{Address: address, Next: rec, Tape: rec, Log: t.con.Logger()})
	if err != nil {
		return nil, err
	}
	return t.screen, nil
}

// invite says where the browser can be seen.
func (t *taping) invite() {
	if !t.c.Bool("no-toolbar") {
		defer t.con.Say("%s brings the keyboard to the toolbar in the page, and back.", record.ToolbarKeys)
	}
	if t.screen == nil {
		t.con.Say("Recording. Do in the browser what is to be done again; end with Ctrl-C, or by closing the window.")
		return
	}
	t.con.Say("Recording. Open this address once; whoever opens it first has the browser:\n  %s", t.screen.URL())
	_, port, _ := net.SplitHostPort(t.screen.Addr())
	if t.screen.Loopback() {
		t.con.Say("From another machine: ssh -L %s:%s THIS-MACHINE, then open it there. End with Stop on that page, or Ctrl-C here.", port, t.screen.Addr())
		return
	}
	t.con.Warn("this page is served to other machines, without encryption: who listens on the way sees what is typed, passwords too, and can take the browser over. Without an address, --remote serves this machine alone")
}

// untilStopped ends the recording when Stop is pressed on the page.
func (t *taping) untilStopped(ctx context.Context, stop func()) {
	if t.screen == nil {
		return
	}
	select {
	case <-t.screen.Stopped():
		stop()
	case <-ctx.Done():
	}
}
