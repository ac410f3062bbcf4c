package replay_test

import (
	"errors"
	"testing"

	"seine/scenarios/replay"
	"seine/scenarios/replay/replaytest"
)

// TestPopupTargets: popups by patterns and by number, those without an address among them.
func TestPopupTargets(t *testing.T) {
	t.Parallel()
	c := perform(t, replaytest.Stage(t))
	open := func(u string) string {
		return "  - waitForExpression: 'Boolean(window.open(\"" + u + "\", \"_blank\", \"width=300,height=200\"))'\n"
	}
	start := "steps:\n  - navigate: ${.base}/recordings/more.html\n"
	report, err := c.run(t, start+
		"  - waitForExpression: '(window.open(\"\", \"_blank\", \"width=300,height=200\").document.write(\"<title>Blank</title>Nothing\"), true)'\n"+
		open("tickets/77777?token=1&who=first")+open("tickets/88888?token=2&who=second")+
		`  - assert: {title: Blank, target: 'about:blank'}
  - assert: {selectors: '#take', target: '*/recordings/tickets/*', url: '*who=first'}
  - assert: {selectors: '#take', target: '*/recordings/tickets/*?* (2)', url: '*who=second'}
  - assert: {selectors: '#take', target: '*/recordings/tickets/*?* (1)', url: '*who=first'}
  - assert: {title: Blank, target: 'about:blank (1)'}
  - close: {target: '*/tickets/77777*'}
  - assert: {selectors: '#take', target: '*/tickets/* (2)', url: '*who=second'}
  - assert: {selectors: '#take', target: '*/tickets/*', url: '*who=second'}
`)
	if err != nil || len(report.Failed) > 0 {
		t.Error(err, report.Failed)
	}
	report, err = c.run(t, start+open("tickets/1?who=x")+"  - assert: {selectors: '#take', target: '*/tickets/* (2)', timeout: 700ms}\n")
	if err != nil || len(report.Failed) != 1 || !errors.Is(report.Failed[0].Err, replay.ErrElement) {
		t.Errorf("%v, %v", err, report.Failed)
	}
}
