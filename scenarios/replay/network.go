package replay

import (
	"context"
	"sync"

	"seine/browser"
	"seine/scenarios"
)

// networks are the conditions that pages were given, for what they open later too. The zero value is a network as it is.
type networks struct {
	mu   sync.Mutex
	main *browser.Session
	own  map[*browser.Session]map[string]any // parameters of Network.emulateNetworkConditions
}

const emulateNetwork = "Network.emulateNetworkConditions"

// set gives a page, and all that is under it, conditions.
func (n *networks) set(page, main *browser.Session, conditions map[string]any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.own == nil {
		n.own = map[*browser.Session]map[string]any{}
	}
	n.main, n.own[page] = main, conditions
}

// of is what a target has: the conditions of the page that it is under, or else of the main page, as a popup that it opened.
func (n *networks) of(s *browser.Session) map[string]any {
	n.mu.Lock()
	defer n.mu.Unlock()
	for at := s; at != nil; at = at.Parent() {
		if c := n.own[at]; c != nil {
			return c
		}
	}
	return n.own[n.main]
}

// greet gives a target its conditions before it runs. Nothing is awaited of it.
func (n *networks) greet(s *browser.Session) {
	if c := n.of(s); c != nil {
		_, _ = s.Send(context.Background(), emulateNetwork, c)
	}
}

// slowNetwork makes the network of a page slower (Network.emulateNetworkConditions), that of its frames and workers, and of what it opens,
// now and later; both rates 0: there is none. Shared workers keep the network as it is: Chromium 156 agrees, and does nothing.
func (p *Page) slowNetwork(ctx context.Context, s scenarios.EmulateNetworkConditions) error {
	session, err := p.session(ctx, s.Target)
	if err != nil {
		return err
	}
	v := p.visit
	conditions := map[string]any{"offline": s.Download == 0 && s.Upload == 0, "latency": s.Latency, "downloadThroughput": s.Download, "uploadThroughput": s.Upload}
	v.networks.set(session, v.tab.Session(), conditions)
	for _, each := range v.tab.Sessions() {
		if each != session {
			v.networks.greet(each)
		}
	}
	return session.Call(ctx, emulateNetwork, conditions, nil)
}
