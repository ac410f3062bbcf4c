package browser

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/chromedp/cdproto"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

// script is what an observer hears of a sequence of messages, and what is sent in answer.
func script(t testing.TB, messages string) (heard, sent []string) {
	l := newLink(nil, slog.New(slog.DiscardHandler))
	n := &noter{}
	tab := &Tab{
		b: &Browser{link: l}, contextID: "C", obs: n, inbox: newInbox(l.router.root),
		ready: make(chan struct{}), done: make(chan struct{}),
	}
	_, tab.kill = context.WithCancelCause(context.Background())
	l.router.add(tab)
	for line := range strings.Lines(messages) {
		if driven, ok := strings.CutPrefix(line, "chromedp "); ok {
			l.router.expect(&cdproto.Message{Method: target.CommandAttachToTarget, Params: jsonv2.Value(`{"targetId":"` + strings.TrimSpace(driven) + `"}`)})
			continue
		}
		m := new(cdproto.Message)
		if jsonv2.Unmarshal([]byte(line), m, chromedp.DefaultUnmarshalOptions) == nil {
			l.router.route(m)
		}
		tellAll(tab)
	}
	l.router.remove(tab)
	tellAll(tab)
	l.out.close()
	for _, m := range l.out.take() {
		sent = append(sent, string(m.SessionID)+" "+string(m.Method))
	}
	return n.heard, sent
}

// tellAll does the work of Tab.hear, as if that kept up with the reader.
func tellAll(tab *Tab) {
	tab.inbox.mu.Lock()
	batch := tab.inbox.items
	tab.inbox.items = nil
	tab.inbox.mu.Unlock()
	for _, n := range batch {
		tab.tell(n)
	}
}

type noter struct{ heard []string }

func (n *noter) Attached(s *Session) { n.heard = append(n.heard, "+"+string(s.ID())+" "+s.Kind()) }
func (n *noter) Event(s *Session, method string, _ jsonv2.Value) {
	n.heard = append(n.heard, string(s.ID())+" "+method)
}
func (n *noter) Detached(s *Session) { n.heard = append(n.heard, "-"+string(s.ID())) }

func TestRouterTellsATargetOnce(t *testing.T) {
	heard, sent := script(t, `
{"method":"Target.attachedToTarget","params":{"sessionId":"P","targetInfo":{"targetId":"T1","type":"page","browserContextId":"C"},"waitingForDebugger":true}}
chromedp T1
{"method":"Target.attachedToTarget","params":{"sessionId":"X","targetInfo":{"targetId":"T1","type":"page","browserContextId":"C"},"waitingForDebugger":false}}
{"sessionId":"X","method":"Page.loadEventFired","params":{}}
{"sessionId":"P","method":"Page.loadEventFired","params":{}}
{"method":"Target.attachedToTarget","params":{"sessionId":"S","targetInfo":{"targetId":"T2","type":"service_worker","browserContextId":"C"},"waitingForDebugger":true}}
{"sessionId":"P","method":"Target.attachedToTarget","params":{"sessionId":"S2","targetInfo":{"targetId":"T2","type":"service_worker","browserContextId":"C"},"waitingForDebugger":true}}
{"sessionId":"S2","method":"Network.requestWillBeSent","params":{}}
{"sessionId":"S","method":"Network.unheardOf","params":{"type":"Unknown"}}
{"method":"Target.attachedToTarget","params":{"sessionId":"F","targetInfo":{"targetId":"T9","type":"page","browserContextId":"else"},"waitingForDebugger":true}}
{"method":"Target.detachedFromTarget","params":{"sessionId":"S","targetId":"T2"}}
{"sessionId":"S2","method":"Network.requestWillBeSent","params":{}}
`)
	want := []string{"+P page", "P Page.loadEventFired", "+S service_worker", "S Network.unheardOf", "-S", "+S2 service_worker", "S2 Network.requestWillBeSent"}
	if d := cmp.Diff(want, heard[:min(len(want), len(heard))]); d != "" {
		t.Error(d)
	}
	if len(heard) != len(want)+2 { // and both that are left are detached, in whatever order
		t.Errorf("%v", heard)
	}
	resumed := map[string]int{}
	for _, s := range sent {
		if id, ok := strings.CutSuffix(s, " Runtime.runIfWaitingForDebugger"); ok {
			resumed[id]++
		}
	}
	for _, id := range []string{"P", "S", "F"} {
		if resumed[id] != 1 {
			t.Errorf("%s was resumed %d times", id, resumed[id])
		}
	}
	if resumed["S2"] == 0 || resumed["X"] != 0 {
		t.Errorf("resumed: %v", resumed)
	}
}

func FuzzRouter(f *testing.F) {
	f.Add(`{"method":"Target.attachedToTarget","params":{"sessionId":"P","targetInfo":{"targetId":"T1","type":"page","browserContextId":"C"},"waitingForDebugger":true}}
{"sessionId":"P","method":"Target.attachedToTarget","params":{"sessionId":"P","targetInfo":{"targetId":"T1","type":"iframe"},"waitingForDebugger":true}}
{"sessionId":"P","method":"Page.javascriptDialogOpening","params":{"defaultPrompt":7}}
{"sessionId":"P","method":"Inspector.targetCrashed"}
{"sessionId":"P","id":1,"result":{}}
{"method":"Target.detachedFromTarget","params":{"sessionId":"P"}}`)
	f.Add(`{"method":"Target.attachedToTarget","params":{"sessionId":"P","targetInfo":null}}
{"method":"Target.targetInfoChanged","params":{}}
{"id":1073741825}
{"method":"Browser.downloadWillBegin","params":{"frameId":"T1"}}
{"method":"Target.targetCrashed","params":[]}`)
	f.Fuzz(func(t *testing.T, messages string) {
		heard, _ := script(t, messages)
		open := map[string]int{}
		for _, h := range heard {
			switch h[0] {
			case '+':
				id, _, _ := strings.Cut(h[1:], " ")
				open[id]++
			case '-':
				open[h[1:]]--
			}
		}
		for id, n := range open {
			if n != 0 && !strings.ContainsAny(id, " +-") && id != "" {
				t.Errorf("session %q: attached and detached differ by %d", id, n)
			}
		}
	})
}
