package remote_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"seine/scenarios/record"
	"seine/testdata/sites"
)

// fields are those that Chrome opens something beside the page for.
const fields = `<!doctype html><html lang="en"><title>Fields</title><link rel="icon" href="data:,">
<style>select, input, button { position: absolute; left: 40px; width: 300px; height: 40px; box-sizing: border-box }</style>
<label>Fruit <select style="top:20px"><option disabled selected>Choose …<option>Apple<optgroup label="Soft"><option value="pe">Pear<option disabled>Plum</optgroup><optgroup label="Gone" disabled><option>Quince</optgroup><option hidden>Secret<option>Cherry</select></label>
<label>When <input type="date" style="top:80px" min="2020-01-01"></label>
<label>At <input type="time" style="top:140px"></label>
<label>Colour <input type="color" style="top:200px"></label>
<label>Picture <input type="file" style="top:260px"></label>
<button style="top:320px" onclick="many.click()">Choose pictures</button><input id="many" type="file" multiple hidden>
<iframe title="Inside" style="position:absolute;left:400px;top:20px;width:300px;height:80px;border:0" srcdoc="<select aria-label='Size' style='position:absolute;left:10px;top:10px;width:200px;height:30px'><option>Small<option>Large</select>"></iframe>
<script>
globalThis.seen = [];
const all = (d) => { for (const t of ["input", "change"]) d.addEventListener(t, (e) => seen.push(t + ":" + (e.target.files ? [...e.target.files].map((f) => f.name + "=" + f.size).join() : e.target.value))); };
all(document);
document.querySelector("iframe").onload = (e) => all(e.target.contentDocument);
</script>`

// picks waits for the dialog, and answers it.
func (c *screen) picks(do string) {
	c.t.Helper()
	c.until(c.person, "document.getElementById('picker').open")
	c.eval(c.person, "(() => { const f = document.querySelector('#field > *'); "+do+"; })()")
	c.until(c.person, "!document.getElementById('picker').open")
}

const submit = "; document.getElementById('pick').click()"

// files puts files into the person's field of files.
func (c *screen) files(names ...string) {
	c.t.Helper()
	c.until(c.person, "document.getElementById('picker').open && document.querySelector('#field > *').type === 'file'")
	var list []string
	for _, n := range names {
		list = append(list, fmt.Sprintf("new File([%q], %q)", "<"+n+">", n))
	}
	c.picks("const d = new DataTransfer(); for (const x of [" + strings.Join(list, ",") + "]) d.items.add(x); f.files = d.files" + submit)
}

// TestPickers: what Chrome draws beside the page, where no picture shows it, is shown on the page of ours, and recorded as if it was done in a window.
func TestPickers(t *testing.T) {
	t.Parallel()
	c := start(t, sites.Static("text/html; charset=utf-8", fields))
	c.click(100, 40, "left", 1)
	c.until(c.person, "document.getElementById('picker').open && what.textContent === 'Fruit' && document.querySelector('#field option:disabled').textContent === 'Choose …' && !picker.textContent.includes('Secret')")
	c.picture("remote-picker", false)
	c.picks("f.value = '6'" + submit)
	c.until(c.tab, "seen.join() === 'input:Cherry,change:Cherry'")
	c.click(100, 40, "left", 1)
	c.picks("f.value = '2'; f.options[2].click()")
	c.until(c.tab, "seen.includes('change:pe')")
	c.click(100, 40, "left", 1)
	c.picks("document.getElementById('leave').click()")
	c.until(c.tab, "!document.querySelector('select').matches(':open')")
	c.click(450, 40, "left", 1) // in a frame
	c.until(c.person, "what.textContent === 'Size'")
	c.picks("f.value = '1'" + submit)
	c.until(c.tab, "seen.includes('change:Large')")

	c.click(40+300-15, 100, "left", 1) // its little calendar
	c.until(c.person, "document.querySelector('#field > [type=date]')?.min === '2020-01-01'")
	c.picks("f.value = '2026-03-02'" + submit)
	c.until(c.tab, "seen.includes('change:2026-03-02')")
	c.click(40+300-15, 160, "left", 1)
	c.picks("f.value = '13:37'" + submit)
	c.until(c.tab, "seen.includes('change:13:37')")
	c.click(100, 220, "left", 1)
	c.picks("f.value = '#ff8800'" + submit)
	c.until(c.tab, "seen.includes('change:#ff8800')")

	c.click(100, 280, "left", 1)
	c.files("../c\u202eat.png")
	c.until(c.tab, "seen.includes('change:cat.png=15')")
	c.click(100, 340, "left", 1)
	c.picks("document.getElementById('leave').click()")
	c.click(100, 340, "left", 1)
	c.files("a.txt", "b.txt")
	c.until(c.tab, "seen.includes('change:a.txt=7,b.txt=7')")
	c.until(c.person, "steps.lastChild.textContent.includes('b.txt') && !wrong.textContent")

	flow, comments := c.rec.Flow(record.FlowOptions{})
	text, err := record.Marshal(flow, comments, false)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "pickers.yaml", strings.ReplaceAll(string(text), c.tab.Session().URL(), "http://site.test/"))
	if seen := c.eval(c.tab, "seen.length"); seen != "16" {
		t.Errorf("more was done than was picked: %s", c.eval(c.tab, "seen"))
	}
	left := c.server.Folder()
	if err := c.server.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("files are left: %v", err)
	}
}

// golden holds a text against a file; SEINE_UPDATE=1 writes that.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("SEINE_UPDATE") == "1" {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(path); err != nil || string(want) != got {
		t.Errorf("%v\n%s", err, got)
	}
}

// chooser opens that of a field, and gives its number.
func (c *screen) chooser(x, y float64) string {
	c.t.Helper()
	c.click(x, y, "left", 1)
	c.until(c.person, "document.getElementById('picker').open")
	return strings.Trim(c.eval(c.person, "document.getElementById('picker').dataset.number"), `"`)
}

// poster sends files as our own page does, but for what set changes of that.
func (c *screen) poster() (cookie string, post func(query string, body io.Reader, set func(*http.Request)) int) {
	c.t.Helper()
	base := "http://" + c.server.Addr()
	var jar struct {
		Cookies []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"cookies"`
	}
	if err := c.person.Session().Call(c.t.Context(), "Network.getCookies", map[string]any{"urls": []string{base}}, &jar); err != nil || len(jar.Cookies) != 1 {
		c.t.Fatal(err, jar)
	}
	own := jar.Cookies[0]
	return own.Name, func(query string, body io.Reader, set func(*http.Request)) int {
		c.t.Helper()
		r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, base+"/upload?"+query, body)
		if err != nil {
			c.t.Error(err)
			return 0
		}
		r.AddCookie(&http.Cookie{Name: own.Name, Value: own.Value})
		r.Header.Set("Origin", base)
		if set != nil {
			set(r)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			c.t.Error(err)
			return 0
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
}

// TestUploadBound: no more bytes are taken than the bound, one after another and at once; what is refused is not left on the disk.
func TestUploadBound(t *testing.T) {
	t.Parallel()
	c := start(t, sites.Static("text/html; charset=utf-8", fields))
	if most := c.server.LimitUploads(100); most != 1<<30 {
		t.Errorf("%d bytes are taken", most)
	}
	number := c.chooser(100, 340)
	_, post := c.poster()
	query := "name=a.txt&chooser=" + number
	var first, second pipe
	for _, p := range []*pipe{&first, &second} {
		var r *io.PipeReader
		r, p.w = io.Pipe()
		p.got = make(chan int, 1)
		go func() { p.got <- post(query, r, nil) }()
		p.write(t, 30) // both are on their way
	}
	for _, p := range []*pipe{&first, &second} {
		p.write(t, 30)
		_ = p.w.Close()
	}
	if got := []int{<-first.got, <-second.got}; !slices.Contains(got, http.StatusNoContent) || !slices.Contains(got, http.StatusRequestEntityTooLarge) {
		t.Errorf("two at once that are too much together: %v", got)
	}
	for _, x := range []struct{ size, want int }{{41, http.StatusRequestEntityTooLarge}, {40, http.StatusNoContent}, {1, http.StatusRequestEntityTooLarge}} {
		if got := post(query, bytes.NewReader(make([]byte, x.size)), nil); got != x.want {
			t.Errorf("%d bytes more: %d", x.size, got)
		}
	}
	if left, err := os.ReadDir(c.server.Folder()); err != nil || len(left) != 2 {
		t.Errorf("there should be two files: %v, %v", left, err)
	}
	c.picks("document.getElementById('leave').click()")
}

// pipe is an upload that goes bit by bit.
type pipe struct {
	w   *io.PipeWriter
	got chan int
}

func (p *pipe) write(t *testing.T, n int) {
	t.Helper()
	if _, err := p.w.Write(make([]byte, n)); err != nil {
		t.Error(err)
	}
}

// TestUploadGate: a file comes from our own page alone, and only where a field waits for it.
func TestUploadGate(t *testing.T) {
	t.Parallel()
	c := start(t, sites.Static("text/html; charset=utf-8", fields))
	base := "http://" + c.server.Addr()
	number := c.chooser(100, 280)
	cookie, send := c.poster()
	post := func(query string, set func(*http.Request)) int {
		t.Helper()
		return send(query, strings.NewReader("text"), set)
	}
	right := "name=a.txt&chooser=" + number
	for what, x := range map[string]struct {
		query string
		want  int
		set   func(*http.Request)
	}{
		"no cookie":     {right, http.StatusForbidden, func(r *http.Request) { r.Header.Del("Cookie") }},
		"wrong cookie":  {right, http.StatusForbidden, func(r *http.Request) { r.Header.Set("Cookie", cookie+"=AAAA") }},
		"no origin":     {right, http.StatusForbidden, func(r *http.Request) { r.Header.Del("Origin") }},
		"null":          {right, http.StatusForbidden, func(r *http.Request) { r.Header.Set("Origin", "null") }},
		"other origin":  {right, http.StatusForbidden, func(r *http.Request) { r.Header.Set("Origin", "http://evil.example") }},
		"other port":    {right, http.StatusForbidden, func(r *http.Request) { r.Header.Set("Origin", "http://127.0.0.1:1") }},
		"https":         {right, http.StatusForbidden, func(r *http.Request) { r.Header.Set("Origin", strings.Replace(base, "http", "https", 1)) }},
		"token":         {right + "&token=AAAA", http.StatusForbidden, func(r *http.Request) { r.Header.Del("Cookie") }},
		"other host":    {right, http.StatusMisdirectedRequest, func(r *http.Request) { r.Host = "evil.example" }},
		"other chooser": {"name=a.txt&chooser=99", http.StatusConflict, nil},
		"no chooser":    {"name=a.txt", http.StatusConflict, nil},
		"by GET":        {right, http.StatusMethodNotAllowed, func(r *http.Request) { r.Method = http.MethodGet }},
	} {
		if got := post(x.query, x.set); got != x.want {
			t.Errorf("%s: %d", what, got)
		}
	}
	if left, err := os.ReadDir(c.server.Folder()); err != nil || len(left) > 0 {
		t.Errorf("what was refused was written: %v, %v", left, err)
	}
	if got := post(right, nil); got != http.StatusNoContent {
		t.Errorf("our own page: %d", got)
	}
	if got := post(right, nil); got != http.StatusConflict {
		t.Errorf("a second file for a field of one: %d", got)
	}
	if info, err := os.Stat(c.server.Folder()); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info, err)
	}
	c.picks("document.getElementById('leave').click()")
	if got := post(right, nil); got != http.StatusConflict {
		t.Errorf("a chooser that is gone: %d", got)
	}
	if seen := c.eval(c.tab, "seen.length"); seen != "0" {
		t.Errorf("the field was given what was sent before it was left: %s", c.eval(c.tab, "seen"))
	}
}
