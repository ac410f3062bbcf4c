package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"

	"seine/assemble"
	"seine/scenarios"
)

// navigate opens an address in the page, or in a popup.
func (p *Page) navigate(ctx context.Context, s scenarios.Navigate) error {
	ctx, cancel := early(ctx)
	defer cancel()
	session, err := p.session(ctx, s.Target)
	if err != nil {
		return err
	}
	if session == p.visit.tab.Session() {
		p.visit.anew()
		err := p.visit.navigate(ctx, s)
		if err != nil && errors.Is(context.Cause(ctx), errStepTimeout) {
			err = fmt.Errorf("%s: the server did not answer in time: %w", s.URL, err)
		}
		return err
	}
	read, stop := session.Subscribe("Page.domContentEventFired")
	defer stop()
	res, err := cdp.Call(ctx, cdp.Session(session), page.Navigate, page.NavigateParams{URL: s.URL})
	if err != nil {
		return err
	}
	if res.ErrorText != "" {
		return &NavigationError{URL: s.URL, Code: res.ErrorText}
	}
	if res.LoaderID == "" { // within the document
		return nil
	}
	select {
	case <-read:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// anew forgets what was found and done on the page before.
func (v *visit) anew() {
	v.tries, v.result.Tried, v.result.Capture, v.result.Streams, v.players = tries{}, nil, nil, nil, nil
	v.from = v.recorder.Progress().Exchanges
}

// setViewport sets the size of the page (Emulation.setDeviceMetricsOverride).
func (p *Page) setViewport(ctx context.Context, s scenarios.SetViewport) error {
	session, err := p.session(ctx, s.Target)
	if err != nil {
		return err
	}
	orientation := map[string]any{"type": "portraitPrimary", "angle": 0}
	if s.IsLandscape {
		orientation = map[string]any{"type": "landscapePrimary", "angle": 90}
	}
	scale := s.DeviceScaleFactor
	if scale == 0 {
		scale = 1
	}
	err = session.Call(ctx, "Emulation.setDeviceMetricsOverride", map[string]any{
		"width": s.Width, "height": s.Height, "deviceScaleFactor": scale, "mobile": s.IsMobile, "screenOrientation": orientation,
	}, nil)
	if err != nil {
		return err
	}
	touch := map[string]any{"enabled": s.HasTouch}
	if s.HasTouch {
		touch["maxTouchPoints"] = 5
	}
	return session.Call(ctx, "Emulation.setTouchEmulationEnabled", touch, nil)
}

// shut closes the page or popup, as its window's button does. In place of the main page comes an empty one, for what follows.
func (p *Page) shut(ctx context.Context, s scenarios.Close) error {
	session, err := p.session(ctx, s.Target)
	if err != nil {
		return err
	}
	if session == p.visit.tab.Session() {
		_, err := cdp.Call(ctx, cdp.Session(session), page.Navigate, page.NavigateParams{URL: "about:blank"})
		return err
	}
	root := cdp.Session(p.visit.runner.Browser.Session())
	if _, err := cdp.Call(ctx, root, target.CloseTarget, target.CloseTargetParams{TargetID: session.TargetID()}); err != nil {
		return err
	}
	select {
	case <-session.Done():
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// placed puts the files of a capture into the output folder.
func (p *Page) placed(s scenarios.Step) (scenarios.Step, error) {
	if c, ok := s.(scenarios.Capture); ok {
		return c, p.place(&c.HAR, &c.Save, &c.Screenshot)
	}
	return s, nil
}

// place makes paths of names in the output folder, and the folders that they need.
func (p *Page) place(names ...*string) error {
	for _, name := range names {
		if *name == "" {
			continue
		}
		local := filepath.FromSlash(*name)
		if !filepath.IsLocal(local) {
			return fmt.Errorf("%q lies outside of the output folder", *name)
		}
		root, err := os.OpenRoot(p.dir)
		if err != nil {
			return err
		}
		if err := errors.Join(root.MkdirAll(filepath.Dir(local), 0o777), root.Close()); err != nil {
			return err
		}
		*name = filepath.Join(p.dir, local)
	}
	return nil
}

// grab fetches the film that plays; what the page said and heard is captured first where no step did.
func (p *Page) grab(ctx context.Context, s scenarios.Grab) (any, error) {
	v := p.visit
	if v.result.Capture == nil {
		if err := v.capture(ctx, scenarios.Capture{}); err != nil {
			return nil, err
		}
	}
	if s.Dir != "" && s.Output == "" { // a name in the folder is chosen later
		s.Dir += "/."
	}
	if err := p.place(&s.Output, &s.Screenshot, &s.Dir); err != nil {
		return nil, err
	}
	s.Dir = cmp.Or(s.Dir, p.dir)
	v.result.Film = nil
	fetch := &v.runner.Fetch // the page's own
	fetch.Choice.Quality, fetch.Choice.Audio, fetch.AllowGaps = cmp.Or(s.Quality, fetch.Choice.Quality), cmp.Or(s.Audio, fetch.Choice.Audio), s.AllowGaps || fetch.AllowGaps
	fetch.Choice.Subs = cmp.Or(s.Subs, fetch.Choice.Subs)
	var err error
	if fetch.Live, err = recorded(fetch.Live, s); err != nil {
		return nil, err
	}
	if err := v.grab(ctx, s); err != nil {
		return nil, err
	}
	if v.result.Film == nil {
		return nil, errors.New("nothing was fetched")
	}
	return p.film(v.result.Film), nil
}

// recorded is how a step wants a broadcast recorded.
func recorded(by *assemble.Live, s scenarios.Grab) (*assemble.Live, error) {
	l := assemble.Live{}
	if by != nil {
		l = *by
	}
	if s.Duration != "" {
		d, err := time.ParseDuration(s.Duration)
		if err != nil || d <= 0 {
			return nil, fmt.Errorf("duration %q is no length of time; write it as 90s, 2m or 1h30m", s.Duration)
		}
		l.Duration = d
	}
	l.FromStart = l.FromStart || s.FromStart
	return &l, nil
}

// film is what a grab step names.
func (p *Page) film(f *assemble.Verdict) map[string]any {
	file := f.Path
	if inside, err := filepath.Rel(p.dir, file); err == nil && filepath.IsLocal(inside) {
		file = filepath.ToSlash(inside)
	}
	return map[string]any{"file": file, "duration": f.Duration.Seconds(), "size": f.Size, "complete": f.Finished && len(f.Missing) == 0}
}

// Document is the HTML and address of a document as it is now, open shadow roots in place.
func (p *Page) Document(ctx context.Context, at scenarios.Place) (html, url string, err error) {
	const most = 64 << 20 // characters
	var d struct {
		HTML string `json:"html"`
		Size int    `json:"size"`
		URL  string `json:"url"`
	}
	_, err = p.living(ctx, func(ctx context.Context) (any, error) {
		if _, err := p.fresh(ctx, nil); err != nil {
			return nil, err
		}
		return nil, waiting(ctx, "the document", func(ctx context.Context) (string, error) {
			f, err := p.document(ctx, at)
			if err == nil {
				d, err = tell[struct {
					HTML string `json:"html"`
					Size int    `json:"size"`
					URL  string `json:"url"`
				}](ctx, f, fmt.Sprintf("html(%d)", most))
			}
			return "", err
		})
	})
	if err == nil && d.HTML == "" && d.Size > most {
		err = fmt.Errorf("%s: the document has %d characters, more than can be read", d.URL, d.Size)
	}
	return d.HTML, d.URL, err
}
