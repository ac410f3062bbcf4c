package main

import (
	"errors"
	"io"
	"net/url"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	"seine/cmd/internal/relay"
	"seine/cmd/internal/ui"
)

// wantsRelay reports whether the browser cannot speak to the proxy by itself: it does not log in to SOCKS proxies.
func wantsRelay(c *cli.Context) bool {
	u, err := proxyOf(c)
	return err == nil && u != nil && u.User != nil && strings.HasPrefix(u.Scheme, "socks")
}

// startRelay stands between the browser and such a proxy until the command ends. What the proxy refuses is told once.
func startRelay(c *cli.Context, con *ui.Console) (*url.URL, error) {
	u, err := proxyOf(c)
	if err != nil {
		return nil, err
	}
	var once sync.Once
	r, err := relay.Start(u, func(err error) {
		once.Do(func() { con.Warn("the proxy: %s", ui.Remote(err.Error())) })
	})
	if err != nil {
		return nil, err
	}
	atEnd(c, r)
	return r.URL(), nil
}

// closers is where the application keeps what ends with it.
const closers = "closers"

// atEnd has something closed when the command has ended.
func atEnd(c *cli.Context, x io.Closer) {
	if c.App.Metadata == nil {
		c.App.Metadata = map[string]any{}
	}
	list, _ := c.App.Metadata[closers].([]io.Closer)
	c.App.Metadata[closers] = append(list, x)
}

// closeAll closes it.
func closeAll(c *cli.Context) (err error) {
	list, _ := c.App.Metadata[closers].([]io.Closer)
	for _, x := range list {
		err = errors.Join(err, x.Close())
	}
	return err
}
