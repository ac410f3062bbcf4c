package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/url"
	"strings"
)

// segment is one line of the playlist. key is nil when it is clear.
type segment struct {
	url     *url.URL
	key, iv []byte
}

// readPlaylist understands addresses and keys without a vector of their own.
func readPlaylist(address string) (list []segment, err error) {
	base, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	c, err := dial(base.Host)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	text, err := c.get(base, nil)
	if err != nil {
		return nil, err
	}
	var key []byte
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if attributes, ok := strings.CutPrefix(line, "#EXT-X-KEY:METHOD=AES-128,"); ok {
			if key, err = readKey(c, base, attributes); err != nil {
				return nil, err
			}
		}
		if line == "" || line[0] == '#' {
			continue
		}
		u, err := base.Parse(line)
		if err != nil {
			return nil, err
		}
		list = append(list, segment{url: u, key: key, iv: binary.BigEndian.AppendUint64(make([]byte, 8), uint64(len(list)))})
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no segments: %w", io.ErrUnexpectedEOF)
	}
	return list, nil
}

func readKey(c *conn, base *url.URL, attributes string) ([]byte, error) {
	_, quoted, _ := strings.Cut(attributes, `URI="`)
	name, _, _ := strings.Cut(quoted, `"`)
	u, err := base.Parse(name)
	if err != nil {
		return nil, err
	}
	return c.get(u, nil)
}
