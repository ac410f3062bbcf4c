package browser

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"

	"github.com/chromedp/cdproto"
)

// deaf is a connection that ends at the first command.
type deaf struct{ written chan struct{} }

func (d deaf) Read(context.Context, *cdproto.Message) error {
	<-d.written
	return io.EOF
}

func (d deaf) Write(context.Context, *cdproto.Message) error {
	close(d.written)
	return nil
}

func (d deaf) Close() error { return nil }

// TestGoneWhileChromedpComes: a browser that dies when we have had its answers, and chromedp has not, is gone and nothing else.
func TestGoneWhileChromedpComes(t *testing.T) {
	b := &Browser{log: slog.New(slog.DiscardHandler), link: newLink(deaf{make(chan struct{})}, slog.New(slog.DiscardHandler))}
	b.link.start()
	err := b.engage()
	b.link.close()
	b.release()
	if !errors.Is(err, ErrBrowserGone) {
		t.Errorf("%v", err)
	}
}
