package record

import (
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"seine/browser"
)

// traversal is a way through the history of a page, of its own document or of a frame in it, that has begun and is not at its end.
type traversal struct {
	frame, url string // "": it is not under way
	known      bool   // a script of ours in the document has told who goes
	script     bool   // a script of the site
	by         int    // 0: it is not known
}

// traversing takes the beginning (Page.frameStartedNavigating). Who goes may have been told before.
func (p *pageState) traversing(frame, url string) {
	if p.going.url != "" || p.going.frame != frame {
		p.going = traversal{}
	}
	p.going.frame, p.going.url = frame, url
}

// goer takes what the document says of who goes.
func (p *pageState) goer(frame string, by int, script bool) {
	if p.going.frame != frame {
		p.going = traversal{frame: frame}
	}
	p.going.known, p.going.script, p.going.by = true, script, by
}

// arrived takes that a frame shows another document or address. Where that is the end of a way through the history, it is told.
func (h *hearing) arrived(s *browser.Session, p *pageState, frame, url string) {
	g := p.going
	if g.frame != frame || g.url == "" {
		return
	}
	p.going = traversal{}
	if g.url != url || g.known && g.script {
		return
	}
	if g.by == 0 {
		g.by = entriesBetween(p.session, p.url)
	}
	e := Event{Kind: Navigating, At: time.Now(), URL: url, Go: "forward", By: g.by, Sure: g.known, Place: h.pagePlace(s)}
	if g.by < 0 {
		e.Go, e.By = "back", -g.by
	}
	h.emit(e)
}

// entriesBetween is how far the present entry of a page's history is from the one that it comes from (Page.getNavigationHistory): the nearest
// with that address. A page that cannot tell has gone back, which is what most do.
func entriesBetween(s *browser.Session, from string) int {
	ctx, cancel := context.WithTimeout(context.Background(), askLimit)
	defer cancel()
	all, err := cdp.Call(ctx, cdp.Session(s), page.GetNavigationHistory, cdp.Empty{})
	at := int(all.CurrentIndex)
	for by := 1; err == nil && by < len(all.Entries); by++ {
		for _, i := range []int{at + by, at - by} { // it has gone back, or forward
			if i >= 0 && i < len(all.Entries) && all.Entries[i].URL == from {
				return at - i
			}
		}
	}
	return -1
}

// throughHistory reports whether a kind of navigation, as Chrome calls it, is one through the history.
func throughHistory(kind string) bool { return strings.HasPrefix(kind, "history") }
