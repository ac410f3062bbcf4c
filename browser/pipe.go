package browser

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/chromedp"
)

// pipe is chromedp's transport over Chrome's two pipes with a reader of our own: a body comes as one message of a hundred megabytes, and
// stands in memory once here.
type pipe struct {
	*chromedp.PipeConn
	in *bufio.Reader
	at []byte // where a message is put together, used again
}

// roomy is the size in bytes from which a message is put together in a file: how large it will be is not told, and what grows in memory
// stands there several times.
const roomy = 8 << 20

func newPipe(r io.ReadCloser, w io.WriteCloser) *pipe {
	return &pipe{PipeConn: chromedp.NewPipeConn(r, w), in: bufio.NewReaderSize(r, 64<<10), at: make([]byte, 0, 256<<10)}
}

// Read reads the next message; each ends with a zero byte. It returns io.EOF when Chrome has closed its end.
func (p *pipe) Read(_ context.Context, m *cdproto.Message) error {
	for {
		b, err := p.next()
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(b)) > 0 {
			return parseMessage(b, m)
		}
	}
}

// next is the bytes of a message, which nobody else has.
func (p *pipe) next() ([]byte, error) {
	at := p.at[:0]
	for {
		piece, err := p.in.ReadSlice(0)
		if len(at)+len(piece) > cap(at) && cap(at) < roomy {
			at = append(make([]byte, 0, roomy), at...)
			p.at = at
		}
		if len(at)+len(piece) > roomy {
			return p.large(at, piece, err)
		}
		at = append(at, piece...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(at) > 0:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		default:
			return bytes.Clone(at[:len(at)-1]), nil
		}
	}
}

// large is next from where at is full.
func (p *pipe) large(at, piece []byte, err error) ([]byte, error) {
	to := newStage()
	defer to.close()
	if err := to.add(at); err != nil {
		return nil, err
	}
	for {
		if err := to.add(bytes.TrimSuffix(piece, []byte{0})); err != nil {
			return nil, err
		}
		switch {
		case err == nil:
			return to.bytes()
		case errors.Is(err, io.EOF):
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
		piece, err = p.in.ReadSlice(0)
	}
}
