package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// reader reads one body into a reused buffer.
type reader struct {
	pool  *Pool
	host  *host
	watch *stallWatch
	// room pays for memory; nil outside of Ordered.
	room *room
	max  int64
	news int // bytes that the host's level was not told of
	// memory is the buffer, or the one that this is a piece of; paid are bytes that the room has, and that have not come.
	memory []byte
	paid   int
	whole  bool // all of the buffer is paid for at once: nobody knows how long the body is
	began  time.Time
	got    int  // since then
	waited bool // for memory
	// look, if not nil, judges the first bytes, once.
	look func(head []byte) error
	// claim, if not nil, says how many of the bytes at hand may be read behind those that came. None: others fetch the rest.
	claim func(got, bytes int) int
}

// newsBytes is how much is told of at once.
const newsBytes = 64 << 10

// read goes on behind what buf holds already, if it is not nil. It returns the buffer even with an error, so that it can be
// used again.
func (r *reader) read(ctx context.Context, resp *http.Response, s span, buf []byte) ([]byte, error) {
	if err := r.skip(ctx, resp.Body, s.skip); err != nil {
		return nil, endOf(err, 0, s.skip)
	}
	if buf == nil {
		var err error
		if buf, err = r.first(ctx, s); err != nil {
			return buf, err
		}
	}
	r.began = time.Now()
	for s.length < 0 || int64(len(buf)) < s.length {
		var err error
		if len(buf) == cap(buf) {
			if buf, err = r.grow(ctx, buf, s.length); err != nil {
				return buf, err
			}
		}
		free := r.free(buf, s)
		if len(free) == 0 {
			return buf, nil
		}
		if err := r.afford(ctx, len(free)); err != nil {
			return buf, err
		}
		n, err := resp.Body.Read(free)
		buf = buf[:len(buf)+n]
		r.count(n)
		r.arrived(n)
		if err := r.judge(buf, err != nil || int64(len(buf)) == s.length); err != nil {
			return buf, err
		}
		if err := r.throttle(ctx, n); err != nil {
			return buf, err
		}
		switch {
		case errors.Is(err, io.EOF) && s.length < 0 && ctx.Err() != nil:
			// A server that sees its client leave ends a chunked body properly, wherever it was (RFC 9112 §7.1), and that
			// end may come before the connection is closed.
			return buf, context.Cause(ctx)
		case errors.Is(err, io.EOF) && (s.length < 0 || int64(len(buf)) == s.length):
			if r.room != nil && s.length < 0 {
				r.room.settle(int64(cap(buf))) // it was an estimate, perhaps of many times as much
			}
			return buf, nil
		case err != nil:
			return buf, endOf(err, int64(len(buf)), s.length)
		}
	}
	return buf, r.finish(resp, s)
}

// lookBytes is what is enough to tell what a body is.
const lookBytes = 512

// judge has the first bytes looked at, once there are enough, or all.
func (r *reader) judge(buf []byte, all bool) error {
	if r.look == nil || len(buf) < lookBytes && !all {
		return nil
	}
	look := r.look
	r.look = nil
	if err := look(buf[:min(len(buf), lookBytes)]); err != nil {
		return contentError{err}
	}
	return nil
}

// first gets a buffer for a body of which no byte has come.
func (r *reader) first(ctx context.Context, s span) ([]byte, error) {
	size := s.length
	if r.room != nil {
		r.room.window.learn(r.room, size)
	}
	if r.whole = size < 0; r.whole {
		size = r.usual()
	}
	size = min(size, r.pool.opts.Window) // a stated length gets no more before its bytes have come
	if r.room != nil && size == s.length {
		r.room.settle(size) // it was an estimate
	}
	if err := r.pay(ctx, size); err != nil {
		return nil, err
	}
	return r.get(ctx, size)
}

// get gets a buffer.
func (r *reader) get(ctx context.Context, size int64) ([]byte, error) {
	if r.room == nil {
		return make([]byte, 0, size), nil
	}
	buf, full := r.pool.bufs.get(int(size))
	r.memory = buf[:0]
	if full || r.whole || !r.room.window.slow() {
		return buf, r.room.fill(ctx, int64(cap(buf)), full)
	}
	return buf, nil
}

// usual is what a part of this film takes.
func (r *reader) usual() int64 {
	if r.room == nil {
		return minBuffer
	}
	return r.room.window.usual()
}

// finish meets the end of a body of known length, so that the connection can be used again.
func (r *reader) finish(resp *http.Response, s span) error {
	if s.cut {
		return nil // the rest of the file is not wanted
	}
	var one [1]byte
	n, err := resp.Body.Read(one[:])
	if n > 0 {
		return fmt.Errorf("%w: more than %d bytes came", ErrRange, s.length)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return endOf(err, s.length, s.length)
	}
	return nil
}

// free is the part of buf that the next Read may fill.
func (r *reader) free(buf []byte, s span) []byte {
	room := buf[len(buf):cap(buf)]
	if s.length >= 0 {
		room = room[:min(int64(len(room)), s.length-int64(len(buf)))]
	}
	room = r.pool.burst(room)
	if r.room != nil && r.room.window.slow() { // what is paid for is to come soon
		room = room[:min(len(room), claimBytes)]
	}
	if r.claim != nil {
		room = room[:r.claim(len(buf), len(room))]
	}
	return room
}

// grow doubles a full buffer, up to the stated length or the limit.
func (r *reader) grow(ctx context.Context, buf []byte, length int64) ([]byte, error) {
	if int64(len(buf)) >= r.max {
		return buf, fmt.Errorf("%w: over %d bytes", ErrTooLarge, r.max)
	}
	size := min(2*int64(cap(buf)), r.max)
	if length >= 0 {
		size = min(size, length)
	}
	if err := r.pay(ctx, size+int64(cap(buf))); err != nil {
		return buf, err
	}
	bigger, err := r.get(ctx, size)
	bigger = append(bigger, buf...)
	r.pool.bufs.put(buf)
	return bigger, err
}

// pay asks the window for memory.
func (r *reader) pay(ctx context.Context, total int64) error {
	if r.room == nil || !r.whole && r.room.window.slow() {
		return nil
	}
	return r.watch.pause(func() error { return r.room.ensure(ctx, total) })
}

// afford pays for n bytes more where transfers are slow.
func (r *reader) afford(ctx context.Context, n int) error {
	n -= r.paid
	if r.room == nil || n <= 0 || !r.room.window.slow() {
		return nil
	}
	if !r.room.take(n) {
		r.waited = true
		if err := r.watch.pause(func() error { return r.room.wait(ctx, n) }); err != nil {
			return err
		}
	}
	r.paid += n
	r.pool.bufs.touch(r.memory, n)
	return nil
}

// arrived tells the window of n bytes.
func (r *reader) arrived(n int) {
	if r.room == nil {
		return
	}
	r.got += n
	r.room.arrived(n)
	r.paid = max(0, r.paid-n)
	if d := time.Since(r.began); d >= tryTime && !r.waited {
		r.room.window.noted(r.got, d)
	}
}

// skip reads what is not wanted.
func (r *reader) skip(ctx context.Context, body io.Reader, n int64) error {
	if n == 0 {
		return nil
	}
	_, err := io.CopyN(countWriter{ctx, r}, onlyReader{r, body}, n)
	return err
}

func (r *reader) count(n int) {
	r.watch.got.Add(int64(n))
	r.pool.opts.OnBytes(n)
	if r.news += n; r.news >= newsBytes {
		r.host.received(r.news, false)
		r.news = 0
	}
}

type onlyReader struct {
	r    *reader
	body io.Reader
}

func (o onlyReader) Read(b []byte) (int, error) { return o.body.Read(o.r.pool.burst(b)) }

type countWriter struct {
	ctx context.Context
	r   *reader
}

func (w countWriter) Write(b []byte) (int, error) {
	w.r.count(len(b))
	return len(b), w.r.throttle(w.ctx, len(b))
}
