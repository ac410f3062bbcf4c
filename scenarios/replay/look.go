package replay

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"seine/capture"
	"seine/scenarios/trace"
)

// lookQuality is that of the pictures of a trace, as JPEG has it.
const lookQuality = 60

// Look is what the page looks like now, and what it did since it was last looked at. What cannot be had of a page that is busy or gone is
// left out.
func (p *Page) Look(ctx context.Context) *trace.Sight {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	v := p.visit
	s := &trace.Sight{URL: v.tab.Session().URL()}
	if v.tab.Err() == nil {
		v.lookOnce(ctx)
		s.Title = v.title
		quality, fast := int64(lookQuality), true
		res, err := cdp.Call(ctx, cdp.Session(v.tab.Session()), page.CaptureScreenshot, page.CaptureScreenshotParams{
			Format: page.CaptureScreenshotFormatJpeg, Quality: &quality, OptimizeForSpeed: &fast,
		})
		if err != nil {
			v.log.Debug("no picture for the trace", "error", err)
		}
		s.Picture = res.Data
	}
	for _, e := range v.recorder.Settled(&p.looked.requests) {
		s.Requests = append(s.Requests, trace.Asked{Request: request(e), At: e.Started})
	}
	console := v.recorder.Console()
	for _, m := range console[min(p.looked.console, len(console)):] {
		s.Console = append(s.Console, m.Level+": "+m.Text)
	}
	p.looked.console = len(console)
	return s
}

// looked is how far the page was looked at.
type looked struct {
	requests capture.Follower
	console  int
}

func request(e *capture.Exchange) trace.Request {
	r := trace.Request{Method: e.Request.Method, URL: e.URL(), Status: e.Status(), Type: string(e.Type), Size: max(e.Received, e.Body.Size)}
	if !e.Ended.IsZero() {
		r.Took = float64(e.Ended.Sub(e.Started)) / float64(time.Millisecond)
	}
	return r
}
