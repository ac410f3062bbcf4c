package replay

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"seine/capture/aside"
	"seine/scenarios"
)

// ErrPicture: no screenshot could be taken, or written.
var ErrPicture = errors.New("there is no screenshot")

// screenshot is a picture of what can be seen of the page, nil if there is none to be had.
func (v *visit) screenshot(ctx context.Context) []byte {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	fast := true
	res, err := cdp.Call(ctx, cdp.Session(v.tab.Session()), page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatPng, OptimizeForSpeed: &fast})
	if err != nil {
		v.log.Debug("no screenshot", "error", err)
		return nil
	}
	return res.Data
}

// nothingSeen adds to an error that says that nothing was found where what was seen instead was written to.
func (v *visit) nothingSeen(ctx context.Context, s scenarios.Grab, err error) error {
	if s.Screenshot == "" || !errors.Is(err, ErrNoMedia) && !errors.Is(err, ErrChallenge) {
		return err
	}
	if e := writePicture(s.Screenshot, v.screenshot(ctx)); e != nil {
		return fmt.Errorf("%w; %w", err, e)
	}
	return fmt.Errorf("%w; what was seen is in %s", err, s.Screenshot)
}

// writePicture writes the file with mode 0600, in one step: nobody sees half of it.
func writePicture(name string, png []byte) error {
	if len(png) == 0 {
		return fmt.Errorf("%w: the page did not show itself", ErrPicture)
	}
	err := aside.File(name, func(f *os.File) error { _, err := f.Write(png); return err })
	if err != nil {
		return fmt.Errorf("%w: %w", ErrPicture, err)
	}
	return nil
}
