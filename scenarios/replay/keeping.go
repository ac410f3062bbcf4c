package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"seine/capture"
	"seine/capture/har"
	"seine/capture/redact"
	"seine/scenarios"
)

// keepLimit bounds what is asked of a page that may be the reason of a failure.
const keepLimit = 15 * time.Second

// Keep writes what shows how the page is to a folder: screenshot.png, page.html, visit.har and console.txt, and step.txt with the step that failed; where its
// element was not there, nearest.png is the screenshot with what is most like it in numbered boxes. What a page that is gone or
// silent cannot tell any more is left out. Secrets are taken out unless the Runner keeps them.
func (p *Page) Keep(ctx context.Context, dir, step string) error {
	ctx, cancel := context.WithTimeout(ctx, keepLimit)
	defer cancel()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	v := p.visit
	png, html := []byte(nil), ""
	if v.tab.Err() == nil && !p.stale {
		png = v.screenshot(ctx)
		html = p.lastDocument(ctx)
	}
	settle, done := context.WithTimeout(ctx, hurryLimit)
	defer done()
	_ = v.recorder.Settle(settle) // what is not read by then has its reason in the HAR
	c := v.recorder.Snapshot()
	v.own(c)
	c.Page, c.Title, c.UserAgent = v.url, v.title, v.runner.Browser.Version().UserAgent
	c.Cookies = v.cookies(ctx)
	return errors.Join(write(root, "screenshot.png", png), write(root, "nearest.png", p.boxed(ctx, png)), p.keepTexts(root, c, html, step))
}

// boxed is the picture with what is like the element that was not there, nil if that was not the reason.
func (p *Page) boxed(ctx context.Context, png []byte) []byte {
	if len(p.near) == 0 || len(png) == 0 {
		return nil
	}
	scale := 1.0
	if f, err := p.pageOf(ctx, ""); err == nil {
		if ratio, err := evaluate[float64](ctx, f, "devicePixelRatio"); err == nil {
			scale = ratio
		}
	}
	return boxed(png, p.near, scale)
}

// lastDocument is the page's HTML, "" if it does not answer.
func (p *Page) lastDocument(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	html, _, err := p.Document(ctx, scenarios.Place{})
	if err != nil {
		p.visit.log.Debug("reading the page that is kept", "error", err)
	}
	return html
}

// keepTexts writes what may hold secrets.
func (p *Page) keepTexts(root *os.Root, c *capture.Capture, html, step string) error {
	r := p.visit.runner
	h := har.Build(c, har.Options{Secrets: r.Secrets, Version: r.Version})
	console := c.Console
	if !r.Secrets {
		known := redact.New()
		har.Collect(known, c, h)
		known.Text(html, false)
		known.Text(step, false)
		clean := known.Cleaner()
		h.Clean(clean)
		har.CleanConsole(clean, console)
		clean.In(&html)
		clean.In(&step)
	}
	var b strings.Builder
	if err := h.Encode(&b); err != nil {
		return err
	}
	return errors.Join(write(root, "visit.har", []byte(b.String())), write(root, "page.html", []byte(html)), write(root, "console.txt", []byte(consoleText(console))), write(root, "step.txt", []byte(step)))
}

// consoleText is a console as lines.
func consoleText(list []capture.ConsoleMessage) string {
	var b strings.Builder
	for _, m := range list {
		fmt.Fprintf(&b, "%s %s: %s", m.Time.UTC().Format(time.RFC3339), m.Level, m.Text)
		if m.URL != "" {
			fmt.Fprintf(&b, " (%s:%d)", m.URL, m.Line+1)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// write puts a file of mode 0600 into a folder; what is not there is not written.
func write(root *os.Root, name string, data []byte) error {
	if len(data) == 0 && name != "console.txt" {
		return nil
	}
	return root.WriteFile(name, data, 0o600)
}
