package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"

	"seine/assemble/filename"
	"seine/capture/aside"
	"seine/scenarios"
)

// ErrDownload: a file that a step should have brought did not come.
var ErrDownload = errors.New("the file was not downloaded")

// asserted are the events of a kind that a step says it brings about.
func asserted(s scenarios.Step, kind string) (list []scenarios.AssertedEvent) {
	for _, e := range s.Common().AssertedEvents {
		if e.Type == kind {
			list = append(list, e)
		}
	}
	return list
}

// downloading keeps the files of a page while a step is done; at all other times they are refused.
type downloading struct {
	page  *Page
	claim *aside.Claim // of a folder beside the output
	begun map[string]offered
	done  []string // files in the folder, in the order in which they were complete
}

// offered is a file that Chrome has begun to download (Browser.downloadWillBegin).
type offered struct {
	GUID string `json:"guid"`
	Name string `json:"suggestedFilename"`
	URL  string `json:"url"`
}

// downloads has the page keep what it downloads, before a step that says it does. The function waits until as many files are there, and
// puts them where the step says.
func (p *Page) downloads(ctx context.Context, files []scenarios.AssertedEvent) (kept func(context.Context) error, stop func(), err error) {
	folder, err := filepath.Abs(p.dir)
	if err != nil {
		return nil, nil, err
	}
	d := &downloading{page: p, begun: map[string]offered{}}
	if d.claim, err = aside.Take(folder, ".seine-download.", nil); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrDownload, err)
	}
	if err = os.Mkdir(d.claim.Path(), 0o700); err == nil {
		err = d.behave(ctx, cdpbrowser.SetDownloadBehaviorBehaviorAllowAndName)
	}
	if err != nil {
		return nil, nil, errors.Join(err, d.claim.Release())
	}
	root := p.visit.runner.Browser.Session()
	begins, stopBegins := root.Subscribe("Browser.downloadWillBegin")
	goes, stopGoes := root.Subscribe("Browser.downloadProgress")
	kept = func(ctx context.Context) error {
		if err := d.await(ctx, len(files), begins, goes); err != nil {
			return err
		}
		return d.place(files)
	}
	return kept, func() {
		stopBegins()
		stopGoes()
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), askLimit)
		defer cancel()
		if err := errors.Join(d.behave(end, cdpbrowser.SetDownloadBehaviorBehaviorDeny), os.RemoveAll(d.claim.Path()), d.claim.Release()); err != nil {
			p.visit.log.Debug("the end of a download", "error", err)
		}
	}, nil
}

// behave says what becomes of files that are offered (Browser.setDownloadBehavior).
func (d *downloading) behave(ctx context.Context, how cdpbrowser.SetDownloadBehaviorBehavior) error {
	yes := true
	params := cdpbrowser.SetDownloadBehaviorParams{Behavior: how, BrowserContextID: d.page.visit.tab.ContextID(), EventsEnabled: &yes}
	if how != cdpbrowser.SetDownloadBehaviorBehaviorDeny {
		params.DownloadPath = d.claim.Path()
	}
	_, err := cdp.Call(ctx, cdp.Session(d.page.visit.runner.Browser.Session()), cdpbrowser.SetDownloadBehavior, params)
	return err
}

// await waits for so many files. Those of other tabs are told of here too, and are in no folder of ours.
func (d *downloading) await(ctx context.Context, n int, begins, goes <-chan jsonv2.Value) error {
	for len(d.done) < n {
		select {
		case params, ok := <-begins:
			if !ok {
				return d.page.visit.gone()
			}
			var o offered
			if jsonv2.Unmarshal(params, &o, jsonv2.AllowInvalidUTF8(true)) == nil {
				d.begun[o.GUID] = o
			}
		case params := <-goes:
			var ev struct {
				GUID  string `json:"guid"`
				State string `json:"state"`
			}
			if jsonv2.Unmarshal(params, &ev, jsonv2.AllowInvalidUTF8(true)) == nil && ev.State == "completed" && filepath.IsLocal(ev.GUID) {
				if _, err := os.Lstat(filepath.Join(d.claim.Path(), ev.GUID)); err == nil {
					d.done = append(d.done, ev.GUID)
				}
			}
		case <-ctx.Done():
			return fmt.Errorf("%w: %s: %w", ErrDownload, d.missing(n), context.Cause(ctx))
		}
	}
	return nil
}

// missing says what did not come.
func (d *downloading) missing(n int) string {
	if len(d.begun) == 0 {
		return "the page offered none, though the step says so"
	}
	var names []string
	for _, o := range d.begun {
		names = append(names, fmt.Sprintf("%q", o.Name))
	}
	return fmt.Sprintf("%d of %d came to their end; offered were %s", len(d.done), n, strings.Join(names, ", "))
}

// place puts the files into the output folder.
func (d *downloading) place(files []scenarios.AssertedEvent) error {
	for i, f := range files {
		name := f.File
		if name == "" {
			stem, ext := filename.Offered(d.begun[d.done[i]].Name)
			name = stem + ext
		}
		if err := d.page.place(&name); err != nil {
			return err
		}
		if err := d.copy(d.done[i], name); err != nil {
			return fmt.Errorf("%w: %w", ErrDownload, err)
		}
	}
	return nil
}

// copy puts a file in its place, in one step: nobody sees half of it.
func (d *downloading) copy(guid, to string) error {
	from, err := os.Open(filepath.Join(d.claim.Path(), guid))
	if err != nil {
		return err
	}
	defer from.Close()
	return aside.File(to, func(f *os.File) error {
		_, err := io.Copy(f, from)
		return err
	})
}
