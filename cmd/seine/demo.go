package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"seine/scenarios/library"
	"seine/scenarios/replay"
	"seine/testdata/sites"
)

// demoDelay is how long the demonstration's server thinks about each segment, so that there is progress to see.
const demoDelay = 400 * time.Millisecond

// pageDelay is how long its market takes for each page: as long as the slow original that the scenario was first written for.
const pageDelay = 365 * time.Millisecond

func demoCommand() *cli.Command {
	return &cli.Command{
		Name:      "demo",
		Usage:     "serve the built-in site on this machine and grab its film, or run a ready scenario on it",
		UsageText: "seine demo [-d FOLDER]\nseine demo market -d out              run a ready scenario: " + strings.Join(library.Names(), ", ") + "\nseine demo market --compare           the same one by one and at once\nseine demo --serve 127.0.0.1:8080     only serve the site, to try other commands on it",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "serve", Usage: "only serve the site at `ADDRESS`, until Ctrl-C", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "compare", Usage: "run the market one page after the other, then with its pool, and say how long each took", Category: catOutput},
		}, choiceFlags(), outputFlags(), browserFlags(), identityFlags(), emulationFlags(), fetchFlags(), talkFlags()),
		Action:       demo,
		OnUsageError: onUsageError,
	}
}

func demo(c *cli.Context) error {
	con := console(c)
	listen := c.String("serve")
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	base, stop, err := serveSite(c.Context, listen, sites.Options{SegmentDelay: demoDelay, PageDelay: pageDelay})
	if err != nil {
		return err
	}
	defer stop()
	if c.String("serve") != "" {
		con.Print("Serving the built-in site at " + base + "/ until Ctrl-C")
		<-c.Done()
		return nil
	}
	if name := c.Args().First(); name != "" {
		return demoScenario(c, con, name, base)
	}
	if c.Bool("compare") {
		return &usageError{what: "--compare is of the market", try: "seine demo market --compare"}
	}
	if c.String("output") == "" {
		if err := c.Set("output", filepath.Join(c.String("dir"), "seine-demo.mp4")); err != nil {
			return err
		}
		if err := c.Set("force", "true"); err != nil { // it is ours by name
			return err
		}
	}
	job, err := jobOf(c, con)
	if err != nil {
		return err
	}
	page := base + "/movie/harbour"
	con.Say("A page with no video tag in its source: script asks for a short-lived token, builds the player, and the playlist\nanswers only to the visitor's cookie, with the page's Referer; its segments are AES-128.\n")
	con.Say("%s\n", con.Strong("$ seine grab "+page))
	return withRunner(c, con, job, []string{page}, func(r *replay.Runner) error {
		_, err := grab(c.Context, c, con, r, page)
		return err
	})
}

// serveSite serves until stop is called, which waits for the server's goroutine.
func serveSite(ctx context.Context, listen string, o sites.Options) (base string, stop func(), err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return "", nil, fmt.Errorf("serving the built-in site: %w", err)
	}
	srv := &http.Server{Handler: sites.New(o), ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = srv.Serve(l) // returns once stop has closed it
	}()
	stop = func() {
		_ = srv.Close()
		<-done
	}
	return "http://" + l.Addr().String(), stop, nil
}
