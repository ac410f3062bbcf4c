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
// stands in memory once here, and at most twice while it comes.
type pipe struct {
	*chromedp.PipeConn
	in *bufio.Reader
	at []byte // where a message is put together, used again
}

// roomy is the size in bytes from which a message is put together of pieces.
const roomy = 4 << 20

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
	var full [][]byte
	at := p.at[:0]
	for {
		piece, err := p.in.ReadSlice(0)
		if len(at)+len(piece) > cap(at) {
			full, at = append(full, at), make([]byte, 0, roomy)
		}
		at = append(at, piece...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(full)+len(at) > 0:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		}
		p.at = at // the largest there has been
		return bytes.Join(append(full, at[:len(at)-1]), nil), nil
	}
}
