package browser

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const (
	doctorTitle = "seine sees this page"
	doctorPage  = `<!doctype html><meta charset="utf-8"><title>` + doctorTitle + `</title><link rel="icon" href="data:,">
<style>body{font:32px sans-serif;display:grid;place-items:center;height:90vh}</style><p>seine sees this page`
	canPlay = `document.createElement('video').canPlayType('video/mp4; codecs="avc1.42E01E, mp4a.40.2"')`
)

// loadPage serves a page on a loopback port and has it loaded, read and painted.
func (r *Report) loadPage(ctx context.Context, b *Browser, codecs, load string) {
	address, stop, err := serveDoctor(ctx)
	if err != nil {
		r.add(load, Failed, "no loopback port could be opened: "+err.Error(), "see what forbids listening on 127.0.0.1")
		return
	}
	defer stop()
	tab, err := b.NewTab(ctx, nil)
	if err != nil {
		r.add(load, Failed, err.Error(), "")
		return
	}
	defer tab.Close() //nolint:errcheck // the browser is closed next
	act, cancel := tab.Bind(ctx)
	defer cancel()
	err = chromedp.Do(act, chromedp.Navigate(address))
	title, err2 := chromedp.Run(act, chromedp.Evaluate[string](`document.title`))
	plays, err3 := chromedp.Run(act, chromedp.Evaluate[string](canPlay))
	shot, err4 := chromedp.Call(act, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	if err := errors.Join(err, err2, err3, err4); err != nil {
		r.add(load, Failed, "a page on this machine could not be loaded: "+err.Error(), "check a proxy that also takes 127.0.0.1")
		return
	}
	r.judgePage(title, plays, shot.Data, codecs, load)
}

func (r *Report) judgePage(title, plays string, shot []byte, codecs, load string) {
	if plays == "probably" {
		r.add(codecs, Passed, "the browser plays them", "")
	} else {
		r.add(codecs, Warned, "this browser does not play them, so many players will not start", "use Google Chrome, or a Chromium built with proprietary codecs")
	}
	switch {
	case title != doctorTitle:
		r.add(load, Failed, fmt.Sprintf("another page than ours was loaded, %q", title), "check for a proxy or filter on this machine")
	case !bytes.HasPrefix(shot, []byte("\x89PNG\r\n\x1a\n")):
		r.add(load, Failed, "the page was loaded but not painted", "try --disable-gpu")
	default:
		r.Screenshot = shot
		r.add(load, Passed, "a page was loaded, its title read and its picture taken", "")
	}
}

// serveDoctor serves the page; stop waits.
func serveDoctor(ctx context.Context) (address string, stop func(), err error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	srv := &http.Server{
		ReadHeaderTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(doctorPage))
		}),
	}
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(ln) })
	return "http://" + ln.Addr().String() + "/", func() { _ = srv.Close(); wg.Wait() }, nil
}
