package session

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
)

const (
	// maxRatio is how many bytes one compressed byte may become, after the first freeBytes.
	maxRatio  = 100
	freeBytes = 1 << 20
)

// decode unwraps one layer of compression, for servers that compress although they were asked not to.
func decode(resp *http.Response) error {
	name := strings.ToLower(strings.TrimSpace(resp.Header.Get("Content-Encoding")))
	if name == "" || name == "identity" || resp.Request.Method == http.MethodHead || resp.StatusCode >= 300 {
		return nil
	}
	open := decoders[name]
	if open == nil || len(resp.Header.Values("Content-Encoding")) > 1 || resp.StatusCode == http.StatusPartialContent {
		resp.Body.Close()
		return permanent{fmt.Errorf("%w: %.40q with HTTP %d", ErrEncoding, name, resp.StatusCode)}
	}
	resp.Body = &decoder{body: resp.Body, open: open}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength = -1
	resp.Uncompressed = true
	return nil
}

var decoders = map[string]func(io.Reader) (io.Reader, error){
	"gzip":    func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	"x-gzip":  func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
	"br":      func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
	"deflate": deflate,
}

// deflate is zlib (RFC 9110 §8.4.1.2), or what some servers send by that name: a bare stream.
func deflate(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	head, err := b.Peek(2)
	if err == nil && head[0]&0x0f == 8 && (uint(head[0])<<8|uint(head[1]))%31 == 0 {
		return zlib.NewReader(b)
	}
	return flate.NewReader(b), nil
}

// decoder reads a compressed body and stops bombs.
type decoder struct {
	body    io.ReadCloser
	open    func(io.Reader) (io.Reader, error)
	plain   io.Reader
	in, out int64
	err     error
}

func (d *decoder) Read(p []byte) (int, error) {
	if d.plain == nil && d.err == nil {
		d.plain, d.err = d.open(countReader{d})
	}
	if d.err != nil {
		return 0, d.err
	}
	n, err := d.plain.Read(p)
	d.out += int64(n)
	if d.out > freeBytes && d.out > d.in*maxRatio {
		err = permanent{fmt.Errorf("%w: the body grows more than %d times", ErrEncoding, maxRatio)}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		d.err = err
		return 0, err
	}
	return n, err
}

func (d *decoder) Close() error { return d.body.Close() }

type countReader struct{ d *decoder }

func (c countReader) Read(p []byte) (int, error) {
	n, err := c.d.body.Read(p)
	c.d.in += int64(n)
	return n, err
}
