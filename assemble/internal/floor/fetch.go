package main

import (
	"bufio"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
)

// conn is a connection that is kept, and the bare protocol on it.
type conn struct {
	net.Conn
	r *bufio.Reader
}

func dial(host string) (*conn, error) {
	var d net.Dialer
	c, err := d.DialContext(context.Background(), "tcp", host)
	if err != nil {
		return nil, err
	}
	return &conn{c, bufio.NewReader(c)}, nil
}

// get reads a body of stated length into buf, from the socket without a copy in between.
func (c *conn) get(u *url.URL, buf []byte) ([]byte, error) {
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", u.RequestURI(), u.Host); err != nil {
		return nil, err
	}
	resp, err := http.ReadResponse(c.r, nil)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ContentLength < 0 {
		return nil, fmt.Errorf("%s: %s", u, resp.Status)
	}
	size := int(resp.ContentLength)
	buf = slices.Grow(buf[:0], size)[:size]
	_, err = io.ReadFull(resp.Body, buf)
	return buf, err
}

// lane is one connection with one buffer, which goes to and fro between reader and writer.
type lane struct {
	full chan []byte
	free chan []byte
	err  error
}

// fetch reads segment i on connection i modulo conns, and hands all to take in their order.
func fetch(list []segment, conns int, take func([]byte) error) error {
	lanes := make([]*lane, min(conns, len(list)))
	for i := range lanes {
		lanes[i] = &lane{full: make(chan []byte), free: make(chan []byte, 1)}
		lanes[i].free <- nil
		go lanes[i].read(list, i, len(lanes))
	}
	for i := range list {
		l := lanes[i%len(lanes)]
		b, ok := <-l.full
		if !ok {
			return l.err
		}
		if err := take(b); err != nil {
			return err
		}
		l.free <- b
	}
	return nil
}

func (l *lane) read(list []segment, from, step int) {
	defer close(l.full)
	var c *conn
	if c, l.err = dial(list[from].url.Host); l.err != nil {
		return
	}
	defer c.Close()
	for i := from; i < len(list); i += step {
		b, err := c.get(list[i].url, <-l.free)
		if err == nil && list[i].key != nil {
			b, err = decrypted(b, list[i].key, list[i].iv)
		}
		if err != nil {
			l.err = err
			return
		}
		l.full <- b
	}
}

func decrypted(b, key, iv []byte) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(b, b)
	return b[:len(b)-int(b[len(b)-1])], nil
}
