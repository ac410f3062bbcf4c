package replay_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture/session"
	"seine/scenarios/engine"
	"seine/scenarios/program"
	"seine/scenarios/replay"
	"seine/scenarios/replay/replaytest"
)

// scenario is a flow that is run by the engine on the built-in site.
type scenario struct {
	stage *replay.Stage
	s     served
	dir   string
	tabs  int // 0: what pays off
}

func perform(t *testing.T, st *replay.Stage) *scenario {
	t.Helper()
	return &scenario{stage: st, s: serve(t), dir: t.TempDir()}
}

// run runs steps written in YAML, each line of them indented by two.
func (c *scenario) run(t *testing.T, text string) (engine.Report, error) {
	t.Helper()
	return c.again(t, text, 0)
}

// again is run with so many tries more where it fails.
func (c *scenario) again(t *testing.T, text string, retries int) (engine.Report, error) {
	t.Helper()
	text = fmt.Sprintf("name: test\ntimeout: 8s\npool: {retries: %d}\n", retries) + "inputs:\n  base: {required: true}\n  other: {required: true}\n" + text
	p, err := program.Load("test.yaml", program.Options{Read: func(string) ([]byte, error) { return []byte(text), nil }})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return engine.Run(t.Context(), p, engine.Options{
		Given: map[string]string{"base": c.s.base, "other": c.s.other("")}, Dir: c.dir, Stage: engine.StageOf[*replay.Page](c.stage), AllowJS: true, Fresh: true, Tabs: c.tabs,
		Session: session.Config{},
	})
}

// value runs steps, and gives what the expression gives at the end.
func (c *scenario) value(t *testing.T, steps, expression string) (any, error) {
	t.Helper()
	report, err := c.run(t, "steps:\n"+steps+"\noutputs:\n  end.json: '${"+expression+"}'\n")
	if err == nil && len(report.Failed) > 0 {
		err = report.Failed[0].Err
	}
	if err != nil {
		return nil, err
	}
	b, err := os.ReadFile(filepath.Join(c.dir, "end.json"))
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return nil, err
	}
	for list, ok := v.([]any); ok && len(list) == 1; list, ok = v.([]any) { // a value is one row
		v = list[0]
	}
	return v, nil
}

// endState runs steps and reads what the page then says in #state, once that is what is wanted.
func (c *scenario) endState(t *testing.T, steps, want string) (any, error) {
	t.Helper()
	steps += fmt.Sprintf("\n  - assert: {selectors: '#state', text: %s}\n  - extract:\n      columns: {state: '#state'}\n      as: end", strconv.Quote(want))
	v, err := c.value(t, steps, ".end[0].state | {state: .}")
	if row, ok := v.(map[string]any); ok {
		return row["state"], err
	}
	return v, err
}

// rounds is how often each flow must come to the same end: SEINE_ROUNDS, or once. Tests that wait more than they compute run beside others.
func rounds(t *testing.T) int {
	t.Helper()
	if n, err := strconv.Atoi(os.Getenv("SEINE_ROUNDS")); err == nil && n > 0 {
		return n
	}
	return 1
}

// on is a navigate to a page of /steps/.
func on(page, steps string) string { return "  - navigate: ${.base}/steps/" + page + "\n" + steps }

// stepFlows are flows, and what their pages say at the end.
var stepFlows = []struct{ name, steps, want string }{
	{"click", on("index.html", "  - click: '#plain'"), "plain"},
	{"click by name", on("index.html", "  - click: aria/Close it\n  - click: aria/Twin[role=\"button\"]"), "named twin"},
	{"click by text", on("index.html", "  - click: text/Far away"), "far"},
	{"click by xpath", on("index.html", "  - click: xpath///button[@id='plain']"), "plain"},
	{"click through shadow roots", on("index.html", "  - click: [[x-outer, x-inner, '#deep']]\n  - click: pierce/#deep\n  - click: text/Deep down\n  - click: aria/Deep down\n  - click: [[x-outer, aria/Deep down]]\n  - click: 'x-outer >>> #deep'"), "deep deep deep deep deep deep"},
	{"the first alternative that can be seen", on("index.html", "  - click: ['#none', '#hidden', '#plain']"), "plain"},
	{"an element that is disabled for a while", on("index.html", "  - click: '#disabled'"), "disabled"},
	{"an element that moves", on("index.html", "  - click: '#moving'"), "moving"},
	{"an element that is covered for a while", on("index.html", "  - click: '#covered'"), "covered"},
	{"an element that is covered as it is clicked", on("index.html", "  - click: '#jumpy'"), "jumpy"},
	{"an element that appears late", on("index.html", "  - click: text/Entry 2\n  - click: '#list li:nth-child(3)'"), "entry2 entry3"},
	{"far below, under a header that stays", on("index.html", "  - click: '#far'\n  - click: '#plain'"), "far plain"},
	{"buttons, places and devices", on("index.html", `  - click: {selectors: '#area', offsetX: 7, offsetY: 9}
  - click: {selectors: '#area', button: secondary}
  - click: {selectors: '#area', button: auxiliary}
  - click: {selectors: '#area', duration: 300ms, offsetX: 3, offsetY: 4}
  - click: {selectors: '#area', deviceType: pen, offsetX: 5, offsetY: 5}`), "click@7,9 menu aux2 aux1 held click@3,4 pen click@5,5"},
	{"touch", "  - setViewport: {width: 600, height: 800, deviceScaleFactor: 2, isMobile: true, hasTouch: true}\n" + on("index.html", "  - click: {selectors: '#area', deviceType: touch, offsetX: 6, offsetY: 6}"), "touch click@6,6"},
	{"doubleClick", on("index.html", "  - doubleClick: {selectors: '#area', offsetX: 2, offsetY: 2}"), "click@2,2 click@2,2 double"},
	{"hover", on("index.html", "  - hover: '#menu'\n  - click: '#item'"), "item"},
	{"dialogs", on("index.html", "  - click: '#alert'\n  - click: '#confirm'\n  - click: '#prompt'"), "alert said confirm true prompt ann"},
	{"dialogs that are answered", on("index.html", "  - dialog: dismiss\n  - click: '#confirm'\n  - dialog: {answer: accept, text: Zoë}\n  - click: '#prompt'\n  - dialog: dismiss\n  - click: '#prompt'\n  - click: '#prompt'"), "confirm false prompt Zoë prompt null prompt ann"},
	{"frames by name", on("frames.html", `  - click: {selectors: '#b', inFrame: 'iframe[title=same]'}
  - click: {selectors: '#b', inFrame: '*/frame.html?other&*'}
  - click: {selectors: aria/Button of the frame, inFrame: ['iframe[title=other]', /steps/frame.html]}`), "same-click other-click nested-click"},
	{"scroll", on("index.html", "  - scroll: {y: 1500}\n  - waitForExpression: scrollY === 1500\n  - scroll: '#plain'\n  - waitForExpression: scrollY < 100\n  - click: '#plain'"), "plain"},
	{"waitForElement", on("index.html", `  - waitForElement: {selectors: '#list li', operator: '==', count: 3}
  - waitForElement: {selectors: '#list li', count: 1, operator: '==', properties: {data: {n: 2}}}
  - waitForElement: {selectors: '#list li', count: 1, operator: '==', attributes: {data-n: '3'}}
  - waitForElement: {selectors: '#hidden', visible: false}
  - waitForElement: {selectors: '#over', operator: '==', count: 0}
  - waitForElement: {selectors: [[x-outer, x-inner]], properties: {kind: inner}}
  - click: '#plain'`), "plain"},
	{"popup", on("index.html", "  - click: '#popup'\n  - click: {target: '${.base}/steps/popup.html', selectors: '#in'}\n  - change: {target: '${.base}/steps/popup.html', selectors: '#name', value: x}\n  - press: {target: '${.base}/steps/popup.html', keys: [Enter]}\n  - close: {target: '${.base}/steps/popup.html'}\n  - assert: {selectors: '#state', text: typed}\n  - click: '#plain'"), "popup popup typed:x plain"},
	{"asserted navigation", on("index.html", "  - click: {selectors: '#leave', assertedEvents: [{type: navigation}]}\n  - assert: {url: '*/left.html', title: Left*}"), "left"},
	{"frames", on("frames.html", `  - click: {selectors: '#b', frame: [0]}
  - click: {selectors: '#b', frame: [1]}
  - click: {selectors: aria/Button of the frame, frame: [1, 0]}
  - click: {selectors: '#low', frame: [0]}
  - assert: {selectors: '#state', text: same-low}
  - change: {selectors: '#t', value: hello, frame: [1]}
  - press: {selectors: '#t', keys: [Enter], frame: [1]}
  - assert: {selectors: '#state', text: hello}
  - select: {selectors: '#s', options: [Two], frame: [1, 0]}`), "same-click other-click nested-click same-low other-typed:hello nested-chosen:2"},
	{"pointer drag", on("drag.html", "  - drag: {selectors: '#box', to: '#goal'}"), "box:goal"},
	{"drag by so far", on("drag.html", "  - drag: {selectors: '#box', x: 120, y: 30}"), "box:140,90"},
	{"drag and drop", on("drag.html", "  - drag: {selectors: '#card', to: '#drop'}"), "start enter dropped:the_card end"},
	{"a drag and drop that the page prevents", on("drag.html", "  - drag: {selectors: '#stuck', to: '#goal'}"), "stuck:goal"},
	{
		"keys", on("keys.html", "  - press: {selectors: '#field', keys: [Control+A, Backspace, x, Y, '!']}\n  - press: Tab\n  - keyDown: Shift\n  - keyDown: a\n  - keyUp: a\n  - keyUp: Shift\n  - press: [Control+Shift+K, F5, ArrowDown, NumpadEnter, '+', Control++]"),
		"+CControl/ControlLeft/17 +Ca/KeyA/65 -Ca/KeyA/65 -Control/ControlLeft/17 +Backspace/Backspace/8 -Backspace/Backspace/8 +Tab/Tab/9 value=xY! -Tab/Tab/9 +SShift/ShiftLeft/16 +SA/KeyA/65 -SA/KeyA/65 -Shift/ShiftLeft/16" +
			" +CControl/ControlLeft/17 +CSShift/ShiftLeft/16 +CSK/KeyK/75 -CSK/KeyK/75 -CShift/ShiftLeft/16 -Control/ControlLeft/17 +F5/F5/116 -F5/F5/116 +ArrowDown/ArrowDown/40 -ArrowDown/ArrowDown/40 +Enter/NumpadEnter/13 -Enter/NumpadEnter/13 ++/Equal/187 -+/Equal/187 +CControl/ControlLeft/17 +C+/Equal/187 -C+/Equal/187 -Control/ControlLeft/17",
	},
	{
		"a click with a key held", on("keys.html", "  - keyDown: Control\n  - press: {selectors: '#field', keys: [x]}\n  - keyUp: Control\n  - keyDown: Alt\n  - click: '#state'\n  - keyUp: Alt"),
		"+CControl/ControlLeft/17 +Cx/KeyX/88 -Cx/KeyX/88 -Control/ControlLeft/17 +AAlt/AltLeft/18 clickA -Alt/AltLeft/18",
	},
	{
		"a form", on("form.html", `  - change: {selectors: aria/Name, value: Änn O'Neil}
  - change: {selectors: '[name=secret]', value: s3cret!}
  - change: {selectors: '[name=number]', value: '12.5'}
  - change: {selectors: '[name=search]', value: ''}
  - change: {selectors: aria/Long text, value: one 龙 two}
  - change: {selectors: '[name=date]', value: '2026-02-03'}
  - change: {selectors: '[name=time]', value: '12:30'}
  - change: {selectors: '[name=color]', value: '#FF8000'}
  - change: {selectors: '[name=range]', value: '70'}
  - change: {selectors: '[name=month]', value: 2026-05}
  - change: {selectors: aria/Tick, value: 'true'}
  - change: {selectors: '#rb', value: 'true'}
  - change: {selectors: '[name=one]', value: '2'}
  - select: {selectors: '[name=many]', options: ['1', Three]}
  - select: {selectors: '[name=slow]', options: [Come at last]}
  - change: {selectors: '[name=ro]', value: free}
  - change: {selectors: '#rich', value: plain now}
  - click: '#show'`),
		"name=Änn O'Neil secret=s3cret! number=12.5 search= text=one 龙 two date=2026-02-03 time=12:30 color=#ff8000 range=70 month=2026-05 tick=on radio=b one=2 many=1+3 slow=late ro=free file= rich=plain now",
	},
	{
		"boxes as they are", on("form.html", "  - change: {selectors: '[name=tick]', value: 'true'}\n  - change: {selectors: '[name=tick]', value: 'true'}\n  - change: {selectors: '[name=tick]', value: 'false'}\n  - change: {selectors: '#ra', value: 'true'}\n  - click: '#show'"),
		"name=old secret= number= search= text=before date= time= color=#000000 range=50 month= radio=a one=1 slow=Wait ro=fixed file= rich=rich old",
	},
	{"an upload to a field", on("form.html", "  - upload: {selectors: '#file', files: [a.txt, sub/b.txt]}\n  - click: '#send'"), "a.txt:A b.txt:B"},
	{"an upload through a file chooser", on("form.html", "  - upload: {selectors: aria/Choose files, files: [a.txt]}\n  - click: '#send'"), "a.txt:A"},
	{"addresses that change within the document", on("spa.html", "  - click: aria/Items\n  - assert: {url: '*/spa/items', title: Items 1}\n  - waitForElement: {selectors: li, count: 4, operator: '=='}\n  - click: {selectors: '#next', assertedEvents: [{type: navigation}]}\n  - assert: {title: Items 2}"), "page 2"},
	{"another place in the same document", on("index.html", "  - click: '#plain'\n  - navigate: '${.base}/steps/#far'\n  - click: '#far'"), "plain far"},
	{"a slow network, and none", on("index.html", "  - emulateNetworkConditions: {download: 0, upload: 0, latency: 0}\n  - click: '#ask'\n  - emulateNetworkConditions: {download: -1, upload: -1, latency: 100}\n  - click: '#ask'"), "ask ask answer7"},
}

// TestSteps: each flow comes to the same end each time.
func TestSteps(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	st.UploadRoot = uploads(t)
	for _, f := range stepFlows {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for range rounds(t) {
				got, err := perform(t, st).endState(t, f.steps, f.want)
				if err != nil {
					t.Fatal(err)
				}
				if d := cmp.Diff(f.want, strings.TrimSpace(fmt.Sprint(got))); d != "" {
					t.Fatal(d)
				}
			}
		})
	}
}

// uploads is a folder with files to upload, and links that lead out of it.
func uploads(t *testing.T) string {
	t.Helper()
	root, outside := t.TempDir(), filepath.Join(t.TempDir(), "secret.txt")
	for name, text := range map[string]string{filepath.Join(root, "a.txt"): "A", filepath.Join(root, "sub", "b.txt"): "B", outside: "secret"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(root, "link.txt")); err != nil {
		t.Fatal(err)
	}
	return root
}
