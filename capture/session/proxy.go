package session

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// ParseProxy reads the address of a proxy: http, https or socks5 (socks5h is the same: names resolve at the proxy), with a name and
// password if need be; host:port alone is http. The error wraps ErrConfig and holds no password.
func ParseProxy(address string) (*url.URL, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "":
		return nil, fmt.Errorf("%w: the proxy's address cannot be read: want scheme://host:port", ErrConfig)
	case !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme):
		return nil, fmt.Errorf("%w: the proxy's scheme is %.20q: http, https and socks5 are possible", ErrConfig, u.Scheme)
	}
	return &url.URL{Scheme: u.Scheme, User: u.User, Host: u.Host}, nil
}

// ViaProxy is a Config.Proxy that sends all requests to one proxy.
func ViaProxy(proxy *url.URL) func(*url.URL) (*url.URL, error) {
	return func(*url.URL) (*url.URL, error) { return proxy, nil }
}

// environment is the proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY name, in either case. An address that cannot be
// read is an error: going without it might tell the world what was to stay inside.
func environment() (func(*url.URL) (*url.URL, error), error) {
	all := cmp.Or(os.Getenv("all_proxy"), os.Getenv("ALL_PROXY"))
	conf := httpproxy.FromEnvironment()
	conf.HTTPProxy, conf.HTTPSProxy = cmp.Or(conf.HTTPProxy, all), cmp.Or(conf.HTTPSProxy, all)
	for name, address := range map[string]*string{"http_proxy or all_proxy": &conf.HTTPProxy, "https_proxy or all_proxy": &conf.HTTPSProxy} {
		if *address == "" {
			continue
		}
		u, err := ParseProxy(*address)
		if err != nil {
			return nil, fmt.Errorf("the environment's %s: %w", name, err)
		}
		*address = u.String()
	}
	return conf.ProxyFunc(), nil
}

// proxiedTransport dials proxies only, so its own TLS dialer is for those: net/http would offer them HTTP/2, which it cannot
// speak to a proxy. What a tunnel leads to is offered it as always.
func (c *Client) proxiedTransport(d *net.Dialer) *http.Transport {
	t := c.transport(d)
	t.Proxy = func(r *http.Request) (*url.URL, error) { return c.proxy(r.URL) }
	t.OnProxyConnectResponse = connected
	conf := t.TLSClientConfig.Clone()
	conf.NextProtos = []string{"http/1.1"}
	t.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, c.conf.DialTimeout+c.conf.TLSTimeout)
		defer cancel()
		return (&tls.Dialer{NetDialer: d, Config: conf}).DialContext(ctx, network, address)
	}
	return t
}

// connected judges a proxy's answer to CONNECT (RFC 9110 §9.3.6).
func connected(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return proxyRefusal(proxy, resp)
}

// proxyRefusal is a status that comes from the proxy itself. Some do not change by asking again.
func proxyRefusal(proxy *url.URL, resp *http.Response) error {
	err := fmt.Errorf("%w: %s answers with HTTP %d %s", ErrProxy, proxy.Host, resp.StatusCode, http.StatusText(resp.StatusCode))
	if resp.StatusCode < http.StatusInternalServerError && resp.StatusCode != http.StatusTooManyRequests {
		return permanent{err}
	}
	return err
}

// proxyError says of an error whether it is the proxy that cannot be reached.
func proxyError(proxy *url.URL, err error) error {
	var op *net.OpError
	if errors.As(err, &op) && (op.Op == "proxyconnect" || op.Op == "socks connect") {
		return fmt.Errorf("%w: %s: %w", ErrProxy, proxy.Host, err)
	}
	return err
}
