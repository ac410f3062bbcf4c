package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"seine/scenarios"
)

// mostPixels is the height of the largest picture of a whole page, in CSS pixels: Chrome's own limit of a texture.
const mostPixels = 16384

// picture writes what is seen to a file: the window, the whole page, or an element.
func (p *Page) picture(ctx context.Context, s scenarios.Screenshot) error {
	png := page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng}
	session, err := p.session(ctx, s.Target)
	if err != nil {
		return err
	}
	switch {
	case s.Selectors != nil:
		err = p.clipTo(ctx, s, &png)
	case s.FullPage:
		var m page.GetLayoutMetricsResult
		if m, err = cdp.Call(ctx, cdp.Session(session), page.GetLayoutMetrics, cdp.Empty{}); err == nil && m.CSSContentSize != nil {
			beyond := true
			png.CaptureBeyondViewport = &beyond
			png.Clip = &page.Viewport{Width: m.CSSContentSize.Width, Height: min(m.CSSContentSize.Height, mostPixels), Scale: 1}
		}
	}
	if err != nil {
		return err
	}
	res, err := cdp.Call(ctx, cdp.Session(session), page.CaptureScreenshot, png)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPicture, err)
	}
	return p.writeFile(s.File, res.Data)
}

// clipTo has the picture show one element, which may be larger than the window.
func (p *Page) clipTo(ctx context.Context, s scenarios.Screenshot, png *page.CaptureScreenshotParams) error {
	at, err := p.ready(ctx, s.Place, s.Selectors, wants{Seen: true})
	if err != nil {
		return err
	}
	b, err := tell[struct{ X, Y, Width, Height float64 }](ctx, at.frame, "rect()")
	if err != nil {
		return err
	}
	session, corner, err := inPage(ctx, at.frame, point{b.X, b.Y})
	if err != nil {
		return err
	}
	m, err := cdp.Call(ctx, cdp.Session(session), page.GetLayoutMetrics, cdp.Empty{})
	if err != nil {
		return err
	}
	if v := m.CSSVisualViewport; v != nil {
		corner.x, corner.y = corner.x+v.PageX, corner.y+v.PageY
	}
	beyond := true
	png.CaptureBeyondViewport = &beyond
	png.Clip = &page.Viewport{X: corner.x, Y: corner.y, Width: b.Width, Height: min(b.Height, mostPixels), Scale: 1}
	return nil
}

// papers are sizes in inches.
var papers = map[string][2]float64{
	"": {8.27, 11.7}, "A3": {11.7, 16.54}, "A4": {8.27, 11.7}, "A5": {5.83, 8.27}, "Letter": {8.5, 11}, "Legal": {8.5, 14}, "Tabloid": {11, 17},
}

// print prints the page to a file.
func (p *Page) print(ctx context.Context, s scenarios.PDF) error {
	session, err := p.session(ctx, s.Target)
	if err != nil {
		return err
	}
	size := papers[s.Format]
	res, err := cdp.Call(ctx, cdp.Session(session), page.PrintToPDF, page.PrintToPDFParams{
		PaperWidth: size[0], PaperHeight: size[1], Landscape: &s.Landscape, PrintBackground: &s.Background,
	})
	if err != nil {
		return fmt.Errorf("printing the page: %w", err)
	}
	return p.writeFile(s.File, res.Data)
}

// writeFile writes a file under the output folder, in one step.
func (p *Page) writeFile(name string, data []byte) (err error) {
	root, err := os.OpenRoot(p.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	name = filepath.FromSlash(name)
	if err := root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	part := name + ".part"
	defer func() {
		if err != nil {
			_ = root.Remove(part)
		}
	}()
	if err := root.WriteFile(part, data, 0o666); err != nil {
		return err
	}
	if err := root.Rename(part, name); err != nil {
		return errors.Join(fmt.Errorf("writing %s", name), err)
	}
	return nil
}
