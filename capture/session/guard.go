package session

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
)

// guard keeps connections out of spaces more private than the one that the session began in.
type guard struct {
	off      bool
	resolver *net.Resolver
	start    string // host of the URL that the user typed

	mu    sync.Mutex
	known bool
	space Space
}

func newGuard(conf Config) *guard {
	g := &guard{off: conf.AllowPrivate, resolver: conf.Resolver, space: Public, known: true}
	if g.resolver == nil {
		g.resolver = net.DefaultResolver
	}
	if u, err := url.Parse(conf.Start); err == nil && u.Hostname() != "" {
		g.start, g.known = u.Hostname(), false
	}
	return g
}

// allowed is the space of the start, found once: a name that later points elsewhere changes nothing. Of several addresses
// the most public counts. While the name does not resolve, it is the public space.
func (g *guard) allowed(ctx context.Context) Space {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known {
		return g.space
	}
	if a, ok := literal(g.start); ok {
		g.space, g.known = SpaceOf(a), true
		return g.space
	}
	list, err := g.resolver.LookupNetIP(ctx, "ip", g.start)
	if err != nil || len(list) == 0 {
		return Public
	}
	g.space, g.known = Loopback, true
	for _, a := range list {
		g.space = max(g.space, SpaceOf(a))
	}
	return g.space
}

// check judges one address.
func (g *guard) check(ctx context.Context, host string, a netip.Addr) error {
	if g.off {
		return nil
	}
	space := SpaceOf(a)
	if allowed := g.allowed(ctx); space < allowed {
		return &AddressError{Host: host, Address: a, Space: space, Allowed: allowed}
	}
	return nil
}

// host judges a URL's host before anything is looked up: behind a proxy it is all that can be judged.
func (g *guard) host(ctx context.Context, host string) error {
	if a, ok := literal(host); ok {
		return g.check(ctx, host, a)
	}
	return nil
}

type dialHost struct{}

// withHost remembers for which name a connection is made, for messages.
func withHost(ctx context.Context, host string) context.Context {
	return context.WithValue(ctx, dialHost{}, host)
}

// control runs after the name is resolved, for each address, right before connecting to it: there is no later moment at
// which a name server could answer differently.
func (g *guard) control(ctx context.Context, _, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return permanent{err}
	}
	host, _ := ctx.Value(dialHost{}).(string)
	if ownMachine(host) && SpaceOf(ap.Addr()) != Loopback {
		return permanent{fmt.Errorf("%w: %q is %v", ErrLocalhost, host, ap.Addr())}
	}
	return g.check(ctx, host, ap.Addr())
}
