package browser

import (
	"context"
	"errors"
	"fmt"

	cdpbrowser "github.com/chromedp/cdproto/browser"
)

// supervise owns the end of the browser: one goroutine from Launch to the removal of the run folder.
func (b *Browser) supervise(ctx context.Context) {
	defer close(b.ended)
	select {
	case <-b.stop:
		b.over(ErrClosed)
	case <-ctx.Done():
		b.over(context.Cause(ctx))
	case <-b.link.lost:
		b.over(b.why())
	}
	b.endErr = b.cleanUp()
}

// over marks the end, so that calls fail with its reason.
func (b *Browser) over(err error) {
	b.mu.Lock()
	b.ending = true
	b.err = err
	b.mu.Unlock()
	if !errors.Is(err, ErrBrowserGone) {
		b.link.closed.Store(true)
	}
	close(b.gone)
	b.log.Debug("the browser ends", "reason", err)
}

// why tells how a connection broke that nobody closed.
func (b *Browser) why() error {
	b.mu.Lock()
	hung := b.hung
	b.mu.Unlock()
	if hung {
		return fmt.Errorf("%w: %w", ErrBrowserGone, errHung)
	}
	if b.proc == nil {
		return fmt.Errorf("%w: the connection broke (%w)", ErrBrowserGone, b.link.cause)
	}
	b.proc.wait(outputDelay + exitLimit)
	if end := b.proc.end(); end != nil {
		return fmt.Errorf("%w: %w", ErrBrowserGone, end)
	}
	return fmt.Errorf("%w: its pipe closed (%w)", ErrBrowserGone, b.link.cause)
}

// cleanUp leaves nothing: processes, connection, chromedp, tabs, folder, in the order in which each stops being needed.
func (b *Browser) cleanUp() error {
	b.part()
	if b.proc != nil {
		b.proc.kill() // the whole group: helpers outlive a main process that crashed
	}
	if b.link != nil {
		b.link.close()
		b.openings.Wait()
		b.closeTabs()
	}
	b.intercepting.Wait() // their subscriptions ended with the link
	b.pings.Wait()
	if b.release != nil {
		b.release()
	}
	if b.run != nil {
		if err := b.run.remove(); err != nil {
			return fmt.Errorf("removing Chrome's profile: %w", err)
		}
	}
	return nil
}

// part takes leave: of another's Chrome by closing what we opened there, of ours only where it has a profile to write. To ask it takes
// Chrome a quarter of a second of putting away what is thrown away.
func (b *Browser) part() {
	switch {
	case b.link == nil:
	case b.proc == nil:
		b.closeTabs() // those still opening are disposed of by Chrome when the connection ends
	case b.turn != nil:
		_, _ = b.link.router.root.Send(context.Background(), cdpbrowser.CommandClose, nil)
		if !b.proc.wait(keptExitLimit) {
			b.log.Debug("the browser did not end by itself and is killed")
		}
	}
}

func (b *Browser) closeTabs() {
	b.mu.Lock()
	tabs := make([]*Tab, 0, len(b.tabs))
	for t := range b.tabs {
		tabs = append(tabs, t)
	}
	b.mu.Unlock()
	for _, t := range tabs {
		_ = t.Close()
	}
}

var errSilent = fmt.Errorf("it runs, but gave no answer within %s", startLimit)

// abort explains a start that failed. It runs before cleanUp, while it can still be told whether the process ended by itself.
func (b *Browser) abort(err error) error {
	b.mu.Lock()
	b.ending = true
	b.mu.Unlock()
	if b.proc != nil && errors.Is(err, errSilent) {
		return &StartError{Path: b.proc.cmd.Path, Output: b.proc.out.String(), Kind: ErrStart, Hint: errSilent.Error()}
	}
	if b.proc == nil || !errors.Is(err, ErrBrowserGone) {
		return err
	}
	b.proc.wait(exitLimit)
	return explain(b.proc.cmd.Path, b.proc.end(), b.proc.out.String())
}
