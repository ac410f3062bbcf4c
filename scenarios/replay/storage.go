package replay

import (
	"context"
	"fmt"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/page"

	"seine/browser"
	"seine/capture/session"
)

// stored tells what a document's origin has stored; one without an origin, or that may not, has nothing.
const stored = `(() => {
  const all = (s) => Object.fromEntries(Array.from({ length: s.length }, (_, i) => [s.key(i), s.getItem(s.key(i))]));
  try { return { origin: origin, local: all(localStorage), session: all(sessionStorage) }; } catch { return { origin: "", local: {}, session: {} }; }
})()`

// Storage is what the origins of the page and its popups have stored.
func (p *Page) Storage(ctx context.Context) (list []session.Storage, err error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	for _, s := range p.visit.tab.Sessions() {
		if s.Kind() != "page" {
			continue
		}
		f := frame{session: s, id: cdp.FrameID(s.TargetID()), bears: askLimit}
		own, err := evaluate[struct {
			Origin  string            `json:"origin"`
			Local   map[string]string `json:"local"`
			Session map[string]string `json:"session"`
		}](ctx, f, stored)
		switch {
		case err != nil && s == p.visit.tab.Session():
			return nil, fmt.Errorf("reading what the page has stored: %w", err)
		case err == nil && len(own.Local)+len(own.Session) > 0:
			list = append(list, session.Storage(own))
		}
	}
	return list, nil
}

// restore is a script for a page's documents, before their own ones. What is there already stays.
const restore = `(() => {
  const own = %s;
  if (window !== top || origin !== own.origin) return;
  const fill = (s, values) => { for (const k in values) if (s.getItem(k) === null) s.setItem(k, values[k]); };
  try { fill(localStorage, own.local); fill(sessionStorage, own.session); } catch {}
})()`

// hand has the first document of each origin find what was stored there elsewhere (Page.addScriptToEvaluateOnNewDocument); what the page
// takes away later stays away. What it returns ends that.
func hand(ctx context.Context, tab *browser.Tab, list []session.Storage) (stop func(), err error) {
	s := tab.Session()
	waiting := map[string]page.ScriptIdentifier{} // by origin
	for _, one := range list {
		text := fmt.Sprintf(restore, literal(map[string]any{"origin": one.Origin, "local": one.Local, "session": one.Session}))
		res, err := cdp.Call(ctx, cdp.Session(s), page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: text, WorldName: handWorld})
		if err != nil {
			return nil, fmt.Errorf("handing on what the login has stored: %w", err)
		}
		waiting[one.Origin] = res.Identifier
	}
	if len(waiting) == 0 {
		return func() {}, nil
	}
	moved, end := s.Subscribe("Page.frameNavigated")
	var wg sync.WaitGroup
	wg.Go(func() {
		for params := range moved {
			at := topOrigin(params)
			id, ok := waiting[at]
			if !ok {
				continue
			}
			delete(waiting, at)
			_ = s.Call(tab.Life(), page.CommandRemoveScriptToEvaluateOnNewDocument, page.RemoveScriptToEvaluateOnNewDocumentParams{Identifier: id}, nil)
		}
	})
	return func() { end(); wg.Wait() }, nil
}

// handWorld keeps the script out of the page's sight.
const handWorld = "seine-storage"

// topOrigin is the origin of a document that a page has gone to, "" of a frame's.
func topOrigin(params jsonv2.Value) string {
	var ev struct {
		Frame struct {
			ParentID string `json:"parentId"`
			Origin   string `json:"securityOrigin"`
		} `json:"frame"`
	}
	if jsonv2.Unmarshal(params, &ev, jsonv2.AllowInvalidUTF8(true)) != nil || ev.Frame.ParentID != "" {
		return ""
	}
	return ev.Frame.Origin
}
