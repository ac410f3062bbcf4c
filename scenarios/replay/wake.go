package replay

import (
	"context"
	"slices"
	"time"

	"github.com/chromedp/cdproto/runtime"

	"seine/browser"
)

// wakeLimit bounds the answers of a frame that may not answer.
const wakeLimit = time.Second

// wake frees frames that Chrome has forgotten. While one target waits for its debugger, its process holds all pages up;
// a frame whose document comes into that process meanwhile can stay held up for ever (Chromium 156: a page with same-site popups and
// frames nested across sites, one visit in ten). What a debugger's own pause leaves behind it lets go. Each frame is tried once.
func (v *visit) wake(ctx context.Context) (tried bool) {
	for _, id := range v.recorder.Stalled(quiet) {
		at := slices.IndexFunc(v.tab.Sessions(), func(s *browser.Session) bool { return string(s.TargetID()) == id })
		if at < 0 || v.woken[id] {
			continue
		}
		tried, v.woken[id] = true, true
		if err := pauseAndResume(ctx, v.tab.Sessions()[at]); err != nil {
			v.log.Debug("waking a frame", "frame", id, "error", err)
		}
	}
	return tried
}

func pauseAndResume(ctx context.Context, s *browser.Session) error {
	ctx, cancel := context.WithTimeout(ctx, wakeLimit)
	defer cancel()
	paused, stop := s.Subscribe("Debugger.paused")
	defer stop()
	for _, method := range []string{"Debugger.enable", "Debugger.pause"} {
		if err := s.Call(ctx, method, nil, nil); err != nil {
			return err
		}
	}
	defer func() { _, _ = s.Send(context.WithoutCancel(ctx), "Debugger.disable", nil) }()
	// Something must run for the pause to begin. Its reply comes only when it has ended.
	if _, err := s.Send(ctx, runtime.CommandEvaluate, runtime.EvaluateParams{Expression: "0"}); err != nil {
		return err
	}
	select {
	case <-paused:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return s.Call(ctx, "Debugger.resume", nil, nil)
}
