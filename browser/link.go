package browser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/chromedp/cdproto"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/chromedp"
)

// rootIDs is the first id of our own commands on the root session, which we share with chromedp: that counts from 1, and
// Chrome reads ids as int32.
const rootIDs = 1 << 30

// link owns the connection to Chrome: one goroutine reads, one writes, neither waits for anyone but Chrome.
type link struct {
	tr     chromedp.Transport
	out    *queue[*cdproto.Message]
	router *router
	log    *slog.Logger

	lost   chan struct{} // closed when the connection broke or was closed
	cause  error         // why; valid once lost is closed
	closed atomic.Bool
	heard  atomic.Int64 // messages
	wg     sync.WaitGroup
}

func newLink(tr chromedp.Transport, log *slog.Logger) *link {
	l := &link{tr: tr, out: newQueue[*cdproto.Message](), log: log, lost: make(chan struct{})}
	l.router = newRouter(l)
	return l
}

// start begins to read and write; close ends both.
func (l *link) start() {
	l.wg.Go(l.read)
	l.wg.Go(l.write)
}

// send queues a message. It never blocks.
func (l *link) send(m *cdproto.Message) error {
	if !l.out.push(m) {
		return l.err()
	}
	return nil
}

func (l *link) read() {
	ctx := context.Background()
	var err error
	for {
		m := new(cdproto.Message)
		if err = l.tr.Read(ctx, m); err == nil {
			l.heard.Add(1)
			l.router.route(m)
			continue
		}
		var syntax *jsonv2.SyntacticError
		if !errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			break
		}
		l.log.Warn("a message of Chrome is no JSON and was dropped", "err", err)
	}
	l.cause = err
	l.out.close()
	close(l.lost)
	l.router.lost()
}

func (l *link) write() {
	ctx := context.Background()
	for {
		batch := l.out.take()
		if batch == nil {
			return
		}
		for _, m := range batch {
			if err := l.tr.Write(ctx, m); err != nil {
				l.log.Debug("writing to Chrome", "method", m.Method, "err", err)
				l.out.close()
				return
			}
		}
	}
}

// err is the error of a command that can no longer be answered.
func (l *link) err() error {
	if l.closed.Load() {
		return ErrClosed
	}
	return ErrBrowserGone
}

// blamed is err with the end of the connection as its reason, where that has ended: chromedp has words of its own for it.
func (l *link) blamed(err error) error {
	select {
	case <-l.lost:
		return fmt.Errorf("%w: %w", l.err(), err)
	default:
		return err
	}
}

// close ends the connection and waits for both goroutines.
func (l *link) close() {
	select {
	case <-l.lost: // closed after it broke: still broken
	default:
		l.closed.Store(true)
	}
	l.out.close()
	l.tr.Close()
	l.wg.Wait()
}

// driver is the connection as chromedp sees it: the root session and the sessions that it attached itself.
type driver struct {
	link *link
	in   *queue[*cdproto.Message]
	rest []*cdproto.Message // taken from in, not yet read
	done chan struct{}      // closed when chromedp let go
	once sync.Once
}

var _ chromedp.Transport = (*driver)(nil)

func newDriver(l *link) *driver {
	return &driver{link: l, in: newQueue[*cdproto.Message](), done: make(chan struct{})}
}

// needless are events that a page can make without end, and that chromedp has no use for: it takes 4096 of Runtime's before it waits for the
// handling of one that may itself wait for an answer behind them.
var needless = map[cdproto.MethodType]bool{
	"Log.entryAdded": true, "Runtime.consoleAPICalled": true, "Runtime.exceptionThrown": true, "Runtime.bindingCalled": true,
	"Network.dataReceived": true, "Network.eventSourceMessageReceived": true,
	"Network.webSocketFrameReceived": true, "Network.webSocketFrameSent": true, "Network.webSocketFrameError": true,
}

// hand queues a message for chromedp. It never blocks.
func (d *driver) hand(m *cdproto.Message) {
	if !needless[m.Method] {
		d.in.push(m)
	}
}

// Read hands chromedp its next message; io.EOF once the link is lost.
func (d *driver) Read(_ context.Context, m *cdproto.Message) error {
	if len(d.rest) == 0 {
		if d.rest = d.in.take(); d.rest == nil {
			return io.EOF
		}
	}
	*m = *d.rest[0]
	d.rest = d.rest[1:]
	return nil
}

// Write queues a command of chromedp, in order with ours.
func (d *driver) Write(_ context.Context, m *cdproto.Message) error {
	d.link.router.expect(m)
	return d.link.send(m)
}

// Close is called by chromedp when it stops.
func (d *driver) Close() error {
	d.in.close()
	d.once.Do(func() { close(d.done) })
	return nil
}
