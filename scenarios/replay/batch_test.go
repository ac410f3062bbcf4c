package replay_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/systeminfo"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/capture/folder"
	"seine/scenarios"
	"seine/scenarios/replay"
)

// batch has a browser of its own, which a test may kill.
func batch(t *testing.T) *replay.Batch {
	t.Helper()
	k := browser.NewKeeper(t.Context(), browsertest.Options(t.TempDir()), replay.SalvageLimit)
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	return &replay.Batch{Keeper: k, Tabs: 3}
}

func killBrowser(t *testing.T, root cdp.Session) {
	list, err := cdp.Call(t.Context(), root, systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		return // another page has killed it already
	}
	for _, p := range list.ProcessInfo {
		if p.Type != "browser" {
			continue
		}
		if process, err := os.FindProcess(int(p.ID)); err == nil {
			_ = process.Kill()
		}
	}
}

const batchPages = 12

// quick is a visit that ends with the page's first call.
func quick(s served, i int) scenarios.UserFlow {
	return scenarios.SniffFlow(s.url(fmt.Sprintf("/play/nothing.html?page=%d", i)), scenarios.Sniff{Until: scenarios.UntilAPI})
}

// complete says whether a visit has its document and its call.
func complete(res *replay.Result) bool {
	return res.Capture != nil && len(res.Capture.Exchanges) >= 2 && len(res.Capture.Calls()) == 1 && res.Status == 200
}

// TestABatchOutlivesCrashes: the browser is killed, then the renderers are, in the middle of twelve pages, and none is lost.
func TestABatchOutlivesCrashes(t *testing.T) {
	for name, kill := range map[string]func(*testing.T, cdp.Session){"browser": killBrowser, "renderers": killRenderers} {
		t.Run(name, func(t *testing.T) {
			s, b := serve(t), batch(t)
			var begun, again, whole atomic.Int64
			b.Again = func(_, _ int, _ error) { again.Add(1) }
			errs := b.Run(t.Context(), batchPages, func(ctx context.Context, r *replay.Runner, i int) error {
				r.Observe = func(e replay.Event) {
					if step, ok := e.(replay.StepStarted); ok && step.Type == "play" && begun.Add(1) == 5 {
						kill(t, r.Browser.Session())
					}
				}
				res, err := r.Run(ctx, quick(s, i))
				if err == nil && complete(res) {
					whole.Add(1)
				}
				return err
			})
			if err := errors.Join(errs...); err != nil || whole.Load() != batchPages || again.Load() == 0 {
				t.Errorf("%d of %d pages, %d tried again: %v", whole.Load(), batchPages, again.Load(), err)
			}
		})
	}
}

// TestOnePageThatKillsTheBrowser: it is tried three times and takes no other page with it.
func TestOnePageThatKillsTheBrowser(t *testing.T) {
	s, b := serve(t), batch(t)
	const deadly = 3
	var tries atomic.Int64
	errs := b.Run(t.Context(), 6, func(ctx context.Context, r *replay.Runner, i int) error {
		if i == deadly {
			tries.Add(1)
			r.Observe = func(e replay.Event) {
				if step, ok := e.(replay.StepStarted); ok && step.Type == "play" {
					killBrowser(t, r.Browser.Session())
				}
			}
		}
		res, err := r.Run(ctx, quick(s, i))
		if err == nil && !complete(res) {
			err = errors.New("not all was heard")
		}
		return err
	})
	for i, err := range errs {
		if i == deadly && !errors.Is(err, browser.ErrBrowserGone) || i != deadly && err != nil {
			t.Errorf("page %d: %v", i, err)
		}
	}
	if tries.Load() != 3 {
		t.Errorf("%d tries", tries.Load())
	}
}

func TestABatchThatIsCancelled(t *testing.T) {
	s, b := serve(t), batch(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	enough := errors.New("the user has had enough")
	errs := b.Run(ctx, batchPages, func(ctx context.Context, r *replay.Runner, i int) error {
		cancel(enough)
		_, err := r.Run(ctx, quick(s, i))
		return err
	})
	for i, err := range errs {
		if err == nil {
			t.Errorf("page %d was visited to its end", i)
		}
	}
	if !errors.Is(errs[batchPages-1], enough) {
		t.Errorf("%v", errs[batchPages-1])
	}
}

// TestAnInterruptedVisitIsKept: what came until the crash is in the folder, which says that it is not all.
func TestAnInterruptedVisitIsKept(t *testing.T) {
	s, r := serve(t), runner(t)
	dir := filepath.Join(t.TempDir(), "kept")
	r.Observe = func(e replay.Event) {
		if step, ok := e.(replay.StepStarted); ok && step.Type == "waitForElement" {
			killRenderers(t, r.Browser.Session())
		}
	}
	res, err := r.Run(t.Context(), scenarios.UserFlow{Steps: []scenarios.Step{
		scenarios.Navigate{URL: s.url("/play/nothing.html")}, scenarios.WaitForElement{Selectors: css("#never")}, scenarios.Capture{Save: dir},
	}})
	if !errors.Is(err, browser.ErrTabCrashed) || res.Capture == nil {
		t.Fatalf("%v, %+v", err, res)
	}
	o, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if m := o.Manifest; m.Complete || m.Ended == "" || len(o.Capture.Exchanges) != len(res.Capture.Exchanges) || m.Counts.Exchanges == 0 {
		t.Errorf("%+v, %d exchanges", m, len(o.Capture.Exchanges))
	}
}
