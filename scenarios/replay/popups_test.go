package replay_test

import (
	"errors"
	"strings"
	"testing"

	"seine/scenarios/replay"
	"seine/scenarios/replay/replaytest"
)

// TestPopupTargets: popups by patterns and by number, those without an address among them.
func TestPopupTargets(t *testing.T) {
	t.Parallel()
	c := perform(t, replaytest.Stage(t))
	page := `<output id=state></output><script>const open3 = (u) => { const w = window.open(u, "_blank", "width=300,height=200"); if (!u) w.document.write("<title>Blank</title><button onclick=opener.said(9)>x</button>"); }; said = (n) => state.textContent += n;</scr` + `ipt>`
	start := "  - navigate: ${.base}/recordings/\n  - waitForExpression: 'document.write(`" + page + "`), true'\n"
	open := func(u string) string { return "  - waitForExpression: 'open3(\"" + u + "\"), true'\n" }
	got, err := c.endState(t, start+open("")+open("tickets/77777?token=1&who=first")+open("tickets/88888?token=2&who=second")+
		"  - click: {selectors: button, target: 'about:blank'}\n  - assert: {selectors: '#take', target: '*/recordings/tickets/*', title: Ticket}\n"+
		"  - assert: {selectors: '#take', target: '*/recordings/tickets/*?* (2)', url: '*who=second'}\n  - assert: {selectors: '#take', target: '*/recordings/tickets/*?*', url: '*who=first'}\n"+
		"  - close: {target: '*/tickets/77777*'}\n  - assert: {selectors: '#take', target: '*/tickets/* (2)', url: '*who=second'}\n  - assert: {selectors: '#take', target: '*/tickets/*', url: '*who=second'}\n", "9")
	if err != nil || got != "9" {
		t.Errorf("%v, %v", got, err)
	}
	report, err := c.run(t, "steps:\n"+start+open("tickets/1?who=x")+"  - assert: {selectors: '#take', target: '*/tickets/* (2)', timeout: 700ms}\n")
	var late *replay.WaitError
	if err != nil || len(report.Failed) != 1 || !errors.As(report.Failed[0].Err, &late) || !strings.Contains(late.Error(), "(2)") {
		t.Errorf("%v, %v", err, report.Failed)
	}
}
