package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/browser"
	"seine/capture/session"
	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/program"
	"seine/scenarios/replay"
)

// runStage opens the pages of a scenario. The browser is started when the first is needed.
type runStage struct {
	*replay.Stage
	con    *ui.Console
	shared bool // all pages are in one profile, one after another
}

func newRunStage(c *cli.Context, con *ui.Console, p *program.Program, conf session.Config, b *runBoard) (*runStage, error) {
	if c.String("har") != "" {
		return nil, &usageError{what: "a scenario writes HAR files by its own steps", try: "- capture: {har: visit.har}"}
	}
	options, err := browserOptions(c, con, nil)
	if err != nil {
		return nil, err
	}
	if options.Window = options.Window || c.Bool("watch"); options.Window && options.Shell {
		return nil, &usageError{what: "a headless shell has no window: leave out --shell or --watch"}
	}
	slow := c.Duration("slow")
	if slow < 0 || slow > time.Minute {
		return nil, &usageError{what: fmt.Sprintf("--slow %s is not between a moment and a minute", slow)}
	}
	if s := p.Flow.Session; s != nil && s.Profile != "" && !c.IsSet("profile") {
		if options.Profile, err = profileNamed(c, s.Profile); err != nil {
			return nil, err
		}
	}
	st := &replay.Stage{
		Keeper: browser.NewKeeper(c.Context, options, replay.SalvageLimit), UploadRoot: c.String("upload-root"), Slow: slow, Profile: options.Profile != "",
		Runner: replay.Runner{
			Session: conf, Secrets: c.Bool("with-secrets"), Version: version(), Log: con.Logger(), Observe: b.page,
			Fetch: assemble.Job{Live: &assemble.Live{Stop: broadcastsOf(c.Context).stopping()}, Log: con.Logger(), Force: true}, // a scenario's files replace those of its last run
		},
	}
	p.Walk(func(s scenarios.Step) {
		if g, ok := s.(scenarios.Grab); ok && g.FromPlayer {
			st.Copies = true
		}
	})
	return &runStage{st, con, options.Profile != ""}, nil
}

func (s *runStage) close() {
	if err := s.Keeper.Close(); err != nil {
		s.con.Logger().Debug("closing the browser", "error", err)
	}
}
