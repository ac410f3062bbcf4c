package record_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"seine/scenarios/record"
)

// changing is a site whose pages are others after it was changed: of each element the first selector holds no longer, and another one does.
type changing struct {
	changed atomic.Bool
	asked   atomic.Int64
}

// either is one text before the change, and another one after it.
func (c *changing) either(before, after string) string {
	if c.changed.Load() {
		return after
	}
	return before
}

// elements are of each kind of selector that comes first: a test id, a name, a text, a label, a placeholder, a style.
func (c *changing) elements() string {
	return `<link rel="icon" href="data:,"><button ` + c.either(`data-testid="save"`, "") + `>Save all</button>
<button id="open">` + c.either("Open it", "Show me") + `</button>
<div id="row" tabindex="-1">` + c.either("Take this row", "Choose that one") + `</div>
<label>` + c.either("Full name", "Your name") + ` <input name="full"></label>
<input placeholder="` + c.either("Find [all]", "Look for [them]") + `">
<i id="` + c.either("star", "moon") + `" style="display:block;height:20px"></i>`
}

func (c *changing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.URL.Path != "/" {
		fmt.Fprintf(w, "<!doctype html><title>Frame</title>%s", c.elements())
		return
	}
	word := "lantern" // the same name is another one when the page is loaded anew
	if c.asked.Add(1) == 2 {
		word = "orchard"
	}
	other := "http://localhost:" + r.Host[strings.LastIndexByte(r.Host, ':')+1:]
	fmt.Fprintf(w, `<!doctype html><title>Changing</title>%s
%s<p id="%s" style="height:20px"></p>%s
<div id="%s" class="host"></div><div class="dark"></div><x-bare style="display:block"></x-bare>
<script>
const inside = (e, mode, name) => { e.attachShadow({ mode }).innerHTML = '<i id="' + name + '" style="display:block;height:20px"></i><b id="%s-' + name + '" role="button" style="display:block;height:20px">Row ' + name.length + '</b><button id="known-' + name + '">%s ' + name + '</button>'; };
inside(document.querySelector(".host"), "open", "deep");
inside(document.querySelector(".dark"), "closed", "murky");
inside(document.querySelector("x-bare"), "open", "lonely");
</script>
<iframe src="/near" title="Near" height="220"></iframe><iframe src="%s/far" title="Far" height="220"></iframe>`,
		c.elements(), c.either("", "<section>"), word, c.either("", "</section>"), c.either("host", "guest"), c.either("numbered", "counted"), c.either("In there", "Within"), other)
}

// uses every element once.
func (c *taped) uses() {
	for _, selector := range []string{"button", "#open", "#row"} {
		c.click(selector)
	}
	c.fill("[name=full]", "Ann")
	c.fill("[placeholder]", "net")
	c.click("#star")
	c.click("p")
	for _, inner := range []string{"#deep", "#numbered-deep", "#known-deep"} {
		c.clickAt(c.at(c.on, css(".host")+".shadowRoot.querySelector('"+inner+"')"))
	}
	c.clickAt(c.at(c.on, css("x-bare")+".shadowRoot.querySelector('#numbered-lonely')"))
	for _, down := range []float64{10, 28, 50} { // of what no script finds
		c.clickAt(c.at(c.on, css(".dark"), 12, down))
	}
	near := css("[title=Near]") + ".contentDocument"
	c.usesFrame("[title=Near]", func(selector string) spot { return c.at(c.on, strings.Replace(css(selector), "document", near, 1)) })
	far := c.other("iframe", "/far")
	c.usesFrame("[title=Far]", func(selector string) spot { return c.at(far, css(selector)) })
}

// usesFrame uses every element of a frame; in gives their places in it.
func (c *taped) usesFrame(frame string, in func(string) spot) {
	for _, use := range [][2]string{{"button", ""}, {"#open", ""}, {"#row", ""}, {"[name=full]", "Eve"}, {"[placeholder]", "all"}, {"#star", ""}} {
		at, corner := in(use[0]), c.at(c.on, css(frame), 2, 2) // its border
		c.clickAt(spot{corner.X + at.X, corner.Y + at.Y})
		c.typing(use[1])
	}
}

var staleLine = regexp.MustCompile(`site\.yaml:(\d+):\d+: (\w+): (.+) no longer holds, (.+) does`)

// TestHealed: a page changes after it was recorded. seine run --heal tells of each step whose first selector holds no longer, with its line and
// both selectors, and writes the one that does first, and nothing else; then there is nothing to tell.
func TestHealed(t *testing.T) {
	t.Parallel()
	site := &changing{}
	srv := httptest.NewServer(site)
	defer srv.Close()
	c := tapeAt(t, srv.URL, record.Options{URL: srv.URL + "/"})
	c.until(c.on, "document.readyState === 'complete' && frames.length === 2")
	c.uses()
	c.settled()
	c.rec.Verify(t.Context(), c.tab)
	before := c.yaml(record.FlowOptions{})
	golden(t, "changing.yaml", before)

	dir := t.TempDir()
	path := filepath.Join(dir, "site.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(before, "http://site.test", srv.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	site.changed.Store(true)
	exe := filepath.Join(dir, "seine")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", exe, "seine/cmd/seine").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := func() (stale []string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), exe, "run", "site.yaml", "--heal", "--allow-private")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, m := range staleLine.FindAllStringSubmatch(string(out), -1) {
			stale = append(stale, strings.Join(m[1:], " | "))
		}
		return stale
	}
	golden(t, "changing.stale", strings.Join(run(), "\n")+"\n")
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "changed.yaml", strings.ReplaceAll(string(after), srv.URL, "http://site.test"))
	if again := run(); len(again) > 0 {
		t.Errorf("told once more: %q", again)
	}
}
