package replay_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seine/scenarios/replay"
	"seine/scenarios/replay/replaytest"
)

// TestNearest: where no selector finds an element, the failure names what is most like it, and a picture shows where that is: of steps that act,
// that wait and that assert.
func TestNearest(t *testing.T) {
	t.Parallel()
	st := replaytest.Stage(t)
	const selectors = `selectors: ['aria/Send order now[role="button"]', 'button.send', 'xpath//html/body/div/button'], timeout: 700ms`
	for step, missing := range map[string]string{
		"click: {" + selectors + "}":                                  "it is not there",
		"waitForElement: {" + selectors + "}":                         "there are 0 visible elements, wanted >= 1",
		"waitForElement: {count: 2, operator: ==, " + selectors + "}": "there are 0 visible elements, wanted == 2",
		"assert: {" + selectors + "}":                                 "there are 0 visible elements, wanted >= 1",
		"assert: {text: Send, " + selectors + "}":                     "there are 0 visible elements, wanted >= 1",
		"screenshot: {file: a.png, " + selectors + "}":                "it is not there",
	} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			nearest(t, perform(t, st), step, missing)
		})
	}
}

func nearest(t *testing.T, c *scenario, step, missing string) {
	t.Helper()
	page := `<style>* { margin: 0 } button, a, input { position: absolute; left: 100px; width: 200px; height: 40px; box-sizing: border-box }</style><button id=b style="top:100px" class="send-now">Send the order now</button><a href="#" style="top:200px">Send an order later</a><button style="top:300px">Cancel</button><button hidden>Send order now</button><input style="top:400px" placeholder="Search">`
	report, err := c.run(t, `steps:
  - navigate: "${.base}/recordings/"
  - waitForExpression: 'Boolean(document.body.innerHTML = `+"`"+page+"`"+`)'
  - `+step+"\n")
	if err != nil || len(report.Failed) != 1 {
		t.Fatalf("%v, %d failed", err, len(report.Failed))
	}
	var late *replay.WaitError
	if !errors.As(report.Failed[0].Err, &late) || !errors.Is(late, replay.ErrElement) {
		t.Fatal(report.Failed[0].Err)
	}
	if len(late.Near) == 0 || late.Near[0].Element != "<button#b> “Send the order now”" || late.Near[0].Score < 0.7 || late.Near[0].Score >= 1 || late.Near[0].Y != 100 {
		t.Fatalf("%+v", late.Near)
	}
	for i, n := range late.Near {
		if i > 0 && n.Score > late.Near[i-1].Score || strings.Contains(n.Element, "Search") {
			t.Errorf("%+v", late.Near)
		}
	}
	if text := late.Error(); !strings.Contains(text, missing+"; most like it: 1 <button#b> “Send the order now” (0.") {
		t.Error(text)
	}
	data, err := os.ReadFile(filepath.Join(c.dir, "failed", "run 1", "nearest.png"))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("SEINE_PICTURES"); dir != "" {
		_ = os.WriteFile(filepath.Join(dir, "nearest.png"), data, 0o600)
	}
	want := color.RGBAModel.Convert(color.RGBA{R: 0xd6, G: 0x1f, B: 0x69, A: 0xff})
	for _, at := range []image.Point{{97, 120}, {200, 97}, {302, 120}} { // its left, upper and right edge
		if got := color.RGBAModel.Convert(img.At(at.X, at.Y)); got != want {
			t.Errorf("at %v: %v", at, got)
		}
	}
}

// TestNothingNear: what must not be there, and what is there with another text, is like nothing.
func TestNothingNear(t *testing.T) {
	t.Parallel()
	c := perform(t, replaytest.Stage(t))
	for _, step := range []string{"waitForElement: {selectors: '#plain', count: 0, operator: ==, timeout: 500ms}", "assert: {selectors: '#plain', text: Nothing of it, timeout: 500ms}", "assert: {title: Nothing of it, timeout: 500ms}"} {
		report, err := c.run(t, "steps:\n  - navigate: ${.base}/recordings/\n  - "+step+"\n")
		if err != nil || len(report.Failed) != 1 {
			t.Fatalf("%s: %v, %d failed", step, err, len(report.Failed))
		}
		var late *replay.WaitError
		if !errors.As(report.Failed[0].Err, &late) || late.Near != nil {
			t.Errorf("%s: %v", step, report.Failed[0].Err)
		}
	}
}
