package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/chromedp/chromedp/remote"
)

// connectLimit bounds the way to a running browser.
const connectLimit = 15 * time.Second

// connect reaches a browser that runs already, by its WebSocket.
func (b *Browser) connect(ctx context.Context, o Options) error {
	ctx, cancel := context.WithTimeout(ctx, connectLimit)
	defer cancel()
	address, err := socketAddress(ctx, o.Connect)
	if err != nil {
		return fmt.Errorf("%w at %s: %w", ErrConnect, o.Connect, short(err))
	}
	conn, err := remote.DialContext(ctx, address)
	if err != nil {
		return fmt.Errorf("%w at %s: %w; was it started with --remote-debugging-port?", ErrConnect, o.Connect, short(err))
	}
	b.link = newLink(conn, b.log)
	return nil
}

// short leaves out who asked how when nobody was there.
func short(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op
	}
	return err
}

// socketAddress gives the browser's WebSocket; where only host and port are known, Chrome itself tells it at /json/version.
func socketAddress(ctx context.Context, address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	switch u.Scheme {
	case "ws", "wss":
		if strings.Contains(u.Path, "/devtools/browser/") || strings.Trim(u.Path, "/") != "" {
			return address, nil
		}
		u.Scheme = "http" + strings.TrimPrefix(u.Scheme, "ws")
	case "http", "https":
	default:
		return "", fmt.Errorf("%q is no ws:// or http:// address", address)
	}
	return askForSocket(ctx, u.JoinPath("/json/version"))
}

func askForSocket(ctx context.Context, u *url.URL) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var v struct {
		Socket string `json:"webSocketDebuggerUrl"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&v); err != nil || v.Socket == "" {
		return "", fmt.Errorf("%s names no DevTools socket (%s)", u, res.Status)
	}
	return v.Socket, nil
}
