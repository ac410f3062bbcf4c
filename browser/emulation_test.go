package browser_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"seine/browser"
)

// seen is what a document or worker can tell of its user.
type seen struct {
	Where     string `json:"where"`
	Language  string `json:"language"`
	Number    string `json:"number"`
	Zone      string `json:"zone"`
	UserAgent string `json:"ua"`
	Accept    string `json:"-"` // Accept-Language of its report, as far as it is ours
	Agent     string `json:"-"` // User-Agent of it
}

const tellAll = `const tell = (where, more) => fetch('{A}/report', {method: 'POST', body: JSON.stringify({where, language: navigator.language,
  number: (1234.5).toLocaleString(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone, ua: navigator.userAgent, ...more})});
`

// The page, a frame of another site and workers see one person, and so do their requests.
func TestEmulationIsOnePerson(t *testing.T) {
	s := newSite(t)
	reports := make(chan seen, 16)
	s.mux.HandleFunc("/report", func(_ http.ResponseWriter, r *http.Request) {
		var got seen
		if err := json.NewDecoder(r.Body).Decode(&got); err != nil {
			t.Error(err)
		}
		got.Accept, got.Agent = strings.Join(strings.Split(r.Header.Get("Accept-Language"), ",")[:2], ","), r.UserAgent()
		reports <- got
	})
	s.js("/worker.js", tellAll+`tell('worker')`)
	s.js("/shared.js", tellAll+`tell('shared worker')`)
	s.js("/service.js", tellAll+`tell('service worker')`)
	s.html("/frame", `<script>`+tellAll+`tell('frame'); new Worker('worker.js')</script>`)
	s.html("/", `<script>`+tellAll+`tell('page'); new SharedWorker('shared.js'); navigator.serviceWorker.register('service.js')</script><iframe src="{B}/frame"></iframe>`)
	const agent = "Mozilla/5.0 (seine test)"
	b := person(t, browser.Options{UserAgent: agent, Emulation: browser.Emulation{Locale: "de-AT", TimeZone: "Pacific/Auckland"}})
	tab, err := b.NewTab(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	navigate(t, tab, s.a("/"))
	for range 5 {
		got := <-reports
		want := seen{Where: got.Where, Language: "de-AT", Number: "1\u00a0234,5", Zone: "Pacific/Auckland", UserAgent: agent, Accept: "de-AT,de;q=0.9", Agent: agent}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// A telephone is one for the page's style, its script and in popups; the place is told without a question.
func TestEmulationOfADevice(t *testing.T) {
	s := newSite(t)
	const look = `({w: innerWidth, h: innerHeight, scale: devicePixelRatio, touch: navigator.maxTouchPoints > 0, coarse: matchMedia('(pointer: coarse)').matches})`
	s.html("/", `<meta name="viewport" content="width=device-width">`)
	view, agent, ok := browser.Device("iphone 13")
	if !ok {
		t.Fatal("no such device")
	}
	b := person(t, browser.Options{UserAgent: agent, Emulation: browser.Emulation{Viewport: view, Geolocation: &browser.Geolocation{Latitude: 48.2, Longitude: 16.37}}})
	tab, err := b.NewTab(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	navigate(t, tab, s.b("/"))
	const want = `{"w":390,"h":844,"scale":3,"touch":true,"coarse":true}`
	if got := evaluate[string](t, tab, `JSON.stringify(`+look+`)`); got != want {
		t.Errorf("the page sees %s, want %s", got, want)
	}
	if got := await[string](t, tab, `new Promise((y, n) => navigator.geolocation.getCurrentPosition(p => y([p.coords.latitude, p.coords.longitude].join()), e => n(e.message), {timeout: 20000}))`); got != "48.2,16.37" {
		t.Errorf("the place is %s", got)
	}
	if got := await[string](t, tab, `(async () => await new Promise(r => { const w = open('/'); w.onload = () => r(JSON.stringify(w.eval("`+look+`"))) }))()`); got != want {
		t.Errorf("the popup sees %s, want %s", got, want)
	}
}

func TestEmulationCheck(t *testing.T) {
	for name, e := range map[string]browser.Emulation{
		"locale":   {Locale: "de_AT; rm"},
		"zone":     {TimeZone: "Europe/Atlantis"},
		"here":     {TimeZone: "Local"},
		"path":     {TimeZone: "../../etc/passwd"},
		"no width": {Viewport: browser.Viewport{Height: 100}},
		"giant":    {Viewport: browser.Viewport{Width: 1 << 40, Height: 1}},
		"nowhere":  {Geolocation: &browser.Geolocation{Latitude: 91}},
	} {
		if e.Check() == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := (browser.Emulation{Locale: "zh-Hant-TW", TimeZone: "UTC", Viewport: browser.Viewport{Width: 800, Height: 600}}).Check(); err != nil {
		t.Error(err)
	}
}

// person starts a browser of its own.
func person(t *testing.T, o browser.Options) *browser.Browser {
	t.Helper()
	o.StateDir = t.TempDir()
	return launched(t, o)
}

// await evaluates a promise.
func await[T any](t *testing.T, tab *browser.Tab, js string) T {
	t.Helper()
	ctx, cancel := tab.Bind(t.Context())
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
