package trace_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"seine/browser/browsertest"
	"seine/scenarios"
	"seine/scenarios/trace"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

func picture(t *testing.T, c color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for i := range img.Pix {
		img.Set(i%320, i/320%200, c)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func as(s string) string { return s }

const evil = `</script><script>window.evil = 1</script><img src=x onerror="window.evil=2">`

func made(t *testing.T) *trace.Trace {
	t.Helper()
	tr, now := trace.New("shop "+evil), time.Now()
	red, blue := picture(t, color.RGBA{200, 30, 30, 255}), picture(t, color.RGBA{30, 30, 200, 255})
	tr.Add(trace.Step{Type: "navigate", Text: "https://a.example/", Place: "a.yaml:3:5"}, now, now.Add(400*time.Millisecond), nil, &trace.Sight{
		Picture: red, URL: "https://a.example/", Title: evil, Console: []string{"log: " + evil},
		Requests: []trace.Asked{{trace.Request{Method: "GET", URL: "https://a.example/" + evil, Status: 200, Type: "Document", Took: 120, Size: 5000}, now}},
	})
	tr.Add(trace.Step{Type: "click", Text: "#add " + evil, Place: "a.yaml:4:5", Depth: 1, Error: "no element for #add " + evil}, now.Add(400*time.Millisecond), now.Add(1400*time.Millisecond),
		&trace.Sight{Picture: red}, &trace.Sight{Picture: blue})
	return tr
}

// TestTraceInABrowser: the page shows the failed step first, another one when it is clicked, and runs nothing that it is told of.
func TestTraceInABrowser(t *testing.T) {
	var b bytes.Buffer
	if err := made(t).Write(&b, as); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), evil) {
		t.Error("text of the page stands in the trace as HTML")
	}
	name := filepath.Join(t.TempDir(), "trace.html")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	tab := browsertest.New(t, nil)
	ctx, release := tab.Bind(t.Context())
	defer release()
	read := func(script string) string {
		t.Helper()
		v, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
		if err != nil {
			t.Fatalf("%s: %v", script, err)
		}
		return v
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+name)); err != nil {
		t.Fatal(err)
	}
	const state = `[document.querySelectorAll("#steps button").length, document.querySelector("#step h2").textContent, document.querySelectorAll("#step img").length,
		[...document.querySelectorAll("#step img")].every((i) => i.naturalWidth === 320), document.querySelectorAll("#step tbody tr").length, String(window.evil)].join("|")`
	if got, want := read(state), "2|click #add "+evil+"|2|true|0|undefined"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	read(`document.querySelector("#steps button").click(), ""`)
	if got, want := read(state), "2|navigate https://a.example/|1|true|1|undefined"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	read(`dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowDown"})), ""`)
	if got := read(`document.querySelector("[aria-current=true]").textContent`); !strings.HasPrefix(got, "click") {
		t.Errorf("the arrow went to %q", got)
	}
	if dir := os.Getenv("SEINE_SHOTS"); dir != "" { // to be looked at
		png, err := chromedp.Run(ctx, chromedp.FullScreenshot(90))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "trace.png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBounds: a trace of a long run stays one that a browser opens, and says what it left out.
func TestBounds(t *testing.T) {
	tr, now := trace.New("long"), time.Now()
	for range 6000 {
		tr.Add(trace.Step{Type: "request"}, now, now, nil, nil)
	}
	var b bytes.Buffer
	if err := tr.Write(&b, as); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"cut":1000`) {
		t.Error("what was left out is not counted")
	}
}

func TestText(t *testing.T) {
	for want, s := range map[string]scenarios.Step{
		"${.base}/x": scenarios.Navigate{URL: "${.base}/x"}, "#a b": scenarios.Click{Selectors: []scenarios.Selector{{"#a", "b"}, {"c"}}},
		"${.list}": scenarios.Each{In: "${.list}"}, "": scenarios.Play{}, "Control+A": scenarios.Press{Keys: []string{"Control+A"}},
		strings.Repeat("x", 200) + "…": scenarios.Request{URL: strings.Repeat("x", 1000)},
	} {
		if got := trace.Text(s); got != want {
			t.Errorf("%T: %q, want %q", s, got, want)
		}
	}
}
