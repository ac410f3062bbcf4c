package page_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"seine/browser/browsertest"
	"seine/capture/openapi"
	"seine/capture/openapi/page"
	"seine/testdata/api"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

// script is what a person does with a keyboard, and what there is to see then.
const script = `(() => {
  const press = (key, on = document.activeElement) => on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const shown = () => [...document.querySelectorAll("main .card[data-search]")].filter((c) => c.offsetParent).length;
  const said = [];
  const search = document.getElementById("search");
  said.push("all " + (shown() > 10));
  press("/", document.body);
  said.push("search " + (document.activeElement === search));
  search.value = "post order";
  search.dispatchEvent(new Event("input"));
  said.push("found " + shown() + " " + document.getElementById("found").value.split(" of ")[0]);
  press("ArrowDown");
  const summary = document.activeElement;
  said.push("first " + (summary.tagName === "SUMMARY" && summary.textContent.includes("POST")));
  summary.click();
  said.push("open " + summary.parentElement.open);
  search.value = "nothing has this name";
  search.dispatchEvent(new Event("input"));
  said.push("none " + !document.getElementById("none").hidden);
  search.focus();
  press("Escape");
  said.push("again " + (shown() > 10));
  location.hash = "#" + [...document.querySelectorAll("main .card")].at(-1).id;
  const before = getComputedStyle(document.body).backgroundColor;
  document.getElementById("theme").click();
  said.push("theme " + (getComputedStyle(document.body).backgroundColor !== before));
  said.push("fits " + (document.documentElement.scrollWidth <= innerWidth));
  said.push("asked " + performance.getEntriesByType("resource").length);
  return said.join("\n");
})()`

// TestKeyboard reads the page in a browser, with keys alone; it asks for nothing.
func TestKeyboard(t *testing.T) {
	var b bytes.Buffer
	for _, c := range api.Cases() {
		if c.Name == "shop" {
			if err := page.Write(&b, openapi.Infer(c.Capture(t), openapi.Options{}).Spec()); err != nil {
				t.Fatal(err)
			}
		}
	}
	var mu sync.Mutex
	var asked []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if asked = append(asked, r.URL.Path); r.URL.Path == "/" {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(b.Bytes())
		}
	}))
	defer srv.Close()
	tab := browsertest.New(t, nil)
	ctx, cancel := tab.Bind(t.Context())
	defer cancel()
	for _, width := range []int64{1280, 400} {
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate(srv.URL)); err != nil {
			t.Fatal(err)
		}
		said, err := chromedp.Run(ctx, chromedp.Evaluate[string](script))
		if err != nil {
			t.Fatal(err)
		}
		const want = "all true\nsearch true\nfound 1 1\nfirst true\nopen true\nnone true\nagain true\ntheme true\nfits true\nasked 0"
		if said != want {
			t.Errorf("%d pixels wide:\n%s", width, said)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for _, path := range asked {
		if path != "/" && path != "/favicon.ico" {
			t.Errorf("the page asked for %s", path)
		}
	}
}
